// SPDX-License-Identifier: GPL-2.0-only
/* Tests of swaps.c: the kernel's list as it may be, and as it may not. */
#include "guest/swapd/swaps.h"

#include <errno.h>
#include <string.h>

#include "policy/check.h"

#define HEADING "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"

static struct swaps swaps;
static struct swap_area area;

static int start(const char *text)
{
	snprintf(swaps.text, sizeof(swaps.text), "%s", text);
	return swaps_start(&swaps);
}

static void check_next(const char *path, u64 size_kb, u64 used_kb)
{
	CHECK_EQ(swaps_next(&swaps, &area), 1);
	CHECK(!strcmp(area.path, path));
	CHECK_EQ(area.size_kb, size_kb);
	CHECK_EQ(area.used_kb, used_kb);
}

static void test_areas(void)
{
	CHECK_EQ(start(HEADING), 0);
	CHECK_EQ(swaps_next(&swaps, &area), 0);

	CHECK_EQ(start(HEADING
		       "/dev/vda                                partition\t131068\t\t0\t\t-2\n"
		       "/a\\040b\\134\\011\\012c file\t4\t4\t10\n"
		       "/x\\040(deleted)\tfile\t18446744073709551612\t4\t10\n"),
		 0);
	check_next("/dev/vda", 131068, 0);
	check_next("/a b\\\t\nc", 4, 4);
	check_next("/x (deleted)", U64_MAX - 3, 4);
	CHECK_EQ(swaps_next(&swaps, &area), 0);
	CHECK_EQ(swaps_next(&swaps, &area), 0);
}

/* What follows the heading. */
static const char *const wrong[] = {
	"/x",
	"/x file",
	"/x file 4",
	"/x file 4 4 -2", /* no end of line */
	"/x file four 4 -2\n",
	"/x file\n4 4 -2\n",
	"/x\nfile 4 4 -2\n",
	" /x file 4 4 -2\n",
	"\n",
	"/x\\000y file 4 4 -2\n",
};

static void test_wrong(void)
{
	CHECK_EQ(start(""), -EINVAL);
	CHECK_EQ(start("Filename"), -EINVAL);
	CHECK_EQ(start("Name\n"), -EINVAL);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		check_row = wrong[i];
		CHECK_EQ(start(HEADING), 0);
		strcat(swaps.text, wrong[i]);
		CHECK_EQ(swaps_start(&swaps), 0);
		CHECK_EQ(swaps_next(&swaps, &area), -EINVAL);
	}
	check_row = NULL;
}

static void test_long_path(void)
{
	static char text[2 * PATH_MAX];

	for (size_t length = PATH_MAX - 1; length <= PATH_MAX; length++) {
		memset(text, 0, sizeof(text));
		strcpy(text, HEADING);
		memset(text + strlen(HEADING), 'a', length);
		strcat(text, " file 4 4 -2\n");
		CHECK_EQ(start(text), 0);
		CHECK_EQ(swaps_next(&swaps, &area), length < PATH_MAX ? 1 : -EINVAL);
	}
}

/* Any bytes after the heading: whatever comes out ends, and every path does. */
static void test_any_text(void)
{
	static const char letters[] = "/ab \t\n\\0174file";
	u64 state = check_seed_start();

	for (int round = 0; round < 100000; round++) {
		size_t length = strlen(HEADING);
		int areas = 0;

		strcpy(swaps.text, HEADING);
		for (int i = check_random(&state) % 60; i > 0; i--)
			swaps.text[length++] =
				letters[check_random(&state) % (sizeof(letters) - 1)];
		swaps.text[length] = '\0';
		CHECK_EQ(swaps_start(&swaps), 0);
		while (swaps_next(&swaps, &area) == 1 && areas++ < 60)
			CHECK(*area.path && memchr(area.path, '\0', sizeof(area.path)));
		CHECK(areas < 60);
	}
	check_seed = 0;
}

/* This machine's own. */
static void test_read(void)
{
	int result;

	CHECK_EQ(swaps_read(&swaps), 0);
	do
		result = swaps_next(&swaps, &area);
	while (result == 1);
	CHECK_EQ(result, 0);
}

int main(void)
{
	test_areas();
	test_wrong();
	test_long_path();
	test_any_text();
	test_read();
	return check_status();
}
