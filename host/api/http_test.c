// SPDX-License-Identifier: GPL-2.0-only
/* Tests of http_address(); the server itself is tested by tests/host/metrics-tell-everything. */
#include "http.h"

#include "policy/check.h"

/* What an address means, NULL: nothing. */
static const struct {
	const char *text;
	const char *means;
} addresses[] = {
	{ "9847", "127.0.0.1:9847" }, /* nobody else gets in unless told so */
	{ "1", "127.0.0.1:1" },
	{ "65535", "127.0.0.1:65535" },
	{ "0.0.0.0:80", "0.0.0.0:80" },
	{ "[::1]:9847", "[::1]:9847" },
	{ "0", NULL },
	{ "65536", NULL },
	{ "", NULL },
	{ ":80", NULL },
	{ "127.0.0.1:", NULL },
	{ "localhost:80", NULL },
	{ "::1:80", NULL },
	{ "[]:80", NULL },
	{ "[:80", NULL },
	{ "+80", NULL },
	{ "80 ", NULL },
};

int main(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++) {
		g_autoptr(GSocketAddress) address = http_address(addresses[i].text);
		g_autofree char *text = NULL;

		CHECK(!address == !addresses[i].means);
		if (address)
			text = g_socket_connectable_to_string(G_SOCKET_CONNECTABLE(address));
		CHECK(!g_strcmp0(text, addresses[i].means));
	}
	return check_status();
}
