// SPDX-License-Identifier: GPL-2.0-only
/* Tests of bar.c: what is drawn for which amounts. */
#include "bar.h"

#include <string.h>

#include "policy/check.h"

static const struct {
	const char *name;
	struct bar bar;
	const char *text;
} rows[] = {
	{ "all of it", { 10, 14, 17, 20 }, "#####++.  " },
	{ "nothing", { 0, 0, 0, 0 }, "          " },
	{ "no need known", { 0, 0, 10, 20 }, ".....     " },
	{ "a little is not nothing", { 1, 2, 1000, 1000 }, "#........." },
	{ "the reserve is not there", { 10, 20, 12, 20 }, "#####+    " },
	{ "more than it has", { 20, 20, 10, 20 }, "#####     " },
	{ "more than it could have", { 40, 50, 60, 20 }, "##########" },
	{ "hardly to be counted", { U64_MAX / 2, U64_MAX, U64_MAX, U64_MAX }, "####++++++" },
};

int main(void)
{
	char text[11];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		check_row = rows[i].name;
		bar_draw(&rows[i].bar, 10, text);
		if (!CHECK(!strcmp(text, rows[i].text)))
			printf("it drew '%s'\n", text);
		bar_draw(&rows[i].bar, 0, text);
		CHECK(!text[0]);
	}
	return check_status();
}
