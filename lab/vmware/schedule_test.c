// SPDX-License-Identifier: GPL-2.0-only
/* Tests of schedule.c: which texts are understood, and which target is told when. */
#include "lab/vmware/schedule.h"

#include "policy/check.h"

static const char *const bad[] = {
	"",	   "1",	      "1:",  ":1",   "0:1",  "1:1,",
	"2:1,1:1", "1:1,1:2", "1:x", "-1:1", "1: 1", "1:18446744073709551616",
};

static void test_texts(void)
{
	struct schedule schedule = { .target = 7 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		check_row = bad[i];
		CHECK(!schedule_parse(bad[i], &schedule));
	}
	check_row = NULL;
	CHECK_EQ(schedule.target, 7);
	CHECK_EQ(schedule.nr, 0);
}

static void test_questions(void)
{
	static const uint64_t wanted[] = {
		0, 5, 5, 0, 18446744073709551615u, 18446744073709551615u
	};
	struct schedule schedule = { .target = 0 };

	CHECK(schedule_parse("2:5,4:0,5:18446744073709551615", &schedule));
	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
		CHECK_EQ(schedule_next(&schedule), wanted[i]);
	schedule_set(&schedule, 3);
	CHECK_EQ(schedule_next(&schedule), 3);
	CHECK(schedule_parse("2:9", &schedule)); /* counted from now */
	CHECK_EQ(schedule_next(&schedule), 3);
	CHECK_EQ(schedule_next(&schedule), 9);
}

int main(void)
{
	test_texts();
	test_questions();
	return check_status();
}
