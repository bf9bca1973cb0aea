// SPDX-License-Identifier: GPL-2.0-only
/* Tests of psi.c. What calls here is a socket's urgent data, which is POLLPRI as well. */
#include "psi.h"

#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "policy/check.h"

static int calls;

static void on_call(void *data)
{
	int *fd = data;
	char byte;

	calls++;
	CHECK(recv(*fd, &byte, 1, MSG_OOB) == 1);
}

static void turn(void)
{
	while (g_main_context_iteration(NULL, FALSE))
		;
}

static void test_calls(void)
{
	struct psi *psi;
	int pair[2];

	CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	psi = psi_new(pair[0], on_call, &pair[0]);
	turn();
	CHECK_EQ(calls, 0);
	CHECK(send(pair[1], "x", 1, 0) == 1);
	turn();
	CHECK_EQ(calls, 0); /* what can be read is nobody's pressure */
	for (int i = 1; i <= 3; i++) {
		CHECK(send(pair[1], "!", 1, MSG_OOB) == 1);
		turn();
		CHECK_EQ(calls, i);
	}
	psi_free(psi);
	psi_free(NULL);
	turn();
	close(pair[1]);
}

static void test_trigger(void)
{
	g_autofree char *path = NULL, *text = NULL;
	int fd = g_file_open_tmp("psi-test-XXXXXX", &path, NULL);
	gsize length;

	close(fd);
	fd = psi_open(path);
	CHECK(fd >= 0);
	close(fd);
	CHECK(g_file_get_contents(path, &text, &length, NULL));
	CHECK(length == strlen("some 100000 2000000") + 1 && !strcmp(text, "some 100000 2000000"));
	g_unlink(path);
	CHECK(psi_open(path) < 0 && errno == ENOENT);
	CHECK(psi_open("/dev/full") < 0 && errno == ENOSPC);
}

int main(void)
{
	test_calls();
	test_trigger();
	return check_status();
}
