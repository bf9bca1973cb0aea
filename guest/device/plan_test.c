// SPDX-License-Identifier: GPL-2.0-only
/* Tests of plan.c: what a plan and an act accept, and how each buffer is then treated. */
#include "guest/device/plan.h"

#include <stdio.h>
#include <string.h>

#include "policy/check.h"

static const char *const good[] = {
	"none",
	" none \n",
	"keep inflate all",
	"late stats all 0",
	"late deflate 3 10000",
	"reverse report 2+",
	"length inflate 1 4294967295",
	"id report 2 0\n",
	"twice hint 18446744073709551615",
	"jump inflate 1 65535",
	"change stats 1 1000000",
	"break deflate 1",
	"flicker",
	"flicker , mute inflate all",
	"id inflate 3 77, mute deflate all,keep report 2+ , storm stats 1+ 5, flicker\n",
	"keep inflate 1,keep inflate 2,keep inflate 3,keep inflate 4,"
	"keep inflate 5,keep inflate 6,keep inflate 7,keep inflate 8",
};

static const char *const bad[] = {
	"",
	"\n",
	"None",
	"none none",
	"none, flicker",
	"nonesuch inflate 1",
	"keep",
	"keep inflate",
	"keep inflate 0",
	"keep inflate 1 2",
	"keep inflate 1x",
	"keep inflate 1+2",
	"keep inflate 1 +",
	"keep inflate allx",
	"keep inflate +",
	"keep all",
	"keep inflates 1",
	"keep inflate -1",
	"keep inflate 18446744073709551616",
	"keep inflate 1\n\n",
	"keep\tinflate 1",
	"use inflate 1",
	"late inflate all",
	"late inflate all 10001",
	"late inflate all 1x",
	"id inflate 3+77",
	"length inflate 1 4294967296",
	"more inflate 1 0",
	"more inflate 1 1000001",
	"jump inflate 1 0",
	"jump inflate 1 65536",
	"break deflate 1 1",
	"flicker 1",
	"flickers",
	"mute inflate 1,",
	",mute inflate 1",
	"keep inflate 1,keep inflate 1,keep inflate 1,keep inflate 1,keep inflate 1,"
	"keep inflate 1,keep inflate 1,keep inflate 1,keep inflate 1",
};

static void test_texts(void)
{
	struct plan plan, before;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		check_row = good[i];
		CHECK(plan_parse(good[i], &plan));
	}
	memset(&before, 0x5a, sizeof(before));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		check_row = bad[i];
		plan = before;
		CHECK(!plan_parse(bad[i], &plan));
		CHECK(!memcmp(&plan, &before, sizeof(plan)));
	}
	check_row = NULL;
}

static const struct {
	const char *text;
	bool good;
	enum plan_queue queue;
	enum plan_kind kind;
	u32 number;
} acts[] = {
	{ "use stats", true, PLAN_STATS, PLAN_USE, 0 },
	{ "storm inflate 1000\n", true, PLAN_INFLATE, PLAN_STORM, 1000 },
	{ " jump report 65535", true, PLAN_REPORT, PLAN_JUMP, 65535 },
	{ "more deflate 1", true, PLAN_DEFLATE, PLAN_MORE, 1 },
	{ "change 7", true, PLAN_INFLATE, PLAN_CHANGE, 7 },
	{ "break", true, PLAN_INFLATE, PLAN_BREAK, 0 },
	{ "", false, 0, 0, 0 },
	{ "use", false, 0, 0, 0 },
	{ "use stats 1", false, 0, 0, 0 },
	{ "keep inflate", false, 0, 0, 0 },
	{ "late inflate 5", false, 0, 0, 0 },
	{ "change", false, 0, 0, 0 },
	{ "change inflate 7", false, 0, 0, 0 },
	{ "break inflate", false, 0, 0, 0 },
	{ "storm inflate", false, 0, 0, 0 },
	{ "storm inflate 0", false, 0, 0, 0 },
	{ "storm inflate 5, break", false, 0, 0, 0 },
	{ "flicker", false, 0, 0, 0 },
};

static void test_acts(void)
{
	size_t i;

	for (i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		enum plan_queue queue = PLAN_HINT;
		struct plan_act act = { .kinds = 0x5a5a };

		check_row = acts[i].text;
		CHECK_EQ(plan_parse_act(acts[i].text, &queue, &act), acts[i].good);
		CHECK_EQ(queue, acts[i].good ? acts[i].queue : PLAN_HINT);
		CHECK_EQ(act.kinds, acts[i].good ? 1U << acts[i].kind : 0x5a5a);
		CHECK_EQ(act.numbers[acts[i].kind], acts[i].number);
	}
	check_row = NULL;
}

#define BIT(kind) (1U << PLAN_##kind)

/* How buffer number @buffer of the queue is treated. */
static const struct {
	const char *plan;
	enum plan_queue queue;
	u32 buffer;
	u32 kinds;
} answers[] = {
	{ "none", PLAN_INFLATE, 1, 0 },
	{ "flicker", PLAN_INFLATE, 1, 0 },
	{ "keep inflate all", PLAN_INFLATE, 1, BIT(KEEP) },
	{ "keep inflate all", PLAN_INFLATE, 5, BIT(KEEP) },
	{ "keep inflate all", PLAN_DEFLATE, 1, 0 },
	{ "keep inflate 2", PLAN_INFLATE, 1, 0 },
	{ "keep inflate 2", PLAN_INFLATE, 2, BIT(KEEP) },
	{ "keep inflate 2", PLAN_INFLATE, 3, 0 },
	{ "mute report 3+", PLAN_REPORT, 2, 0 },
	{ "mute report 3+", PLAN_REPORT, 3, BIT(MUTE) },
	{ "mute report 3+", PLAN_REPORT, 4, BIT(MUTE) },
	{ "reverse hint all, mute hint 2+, id hint 3 9", PLAN_HINT, 1, BIT(REVERSE) },
	{ "reverse hint all, mute hint 2+, id hint 3 9", PLAN_HINT, 2, BIT(REVERSE) | BIT(MUTE) },
	{ "reverse hint all, mute hint 2+, id hint 3 9", PLAN_HINT, 3,
	  BIT(REVERSE) | BIT(MUTE) | BIT(ID) },
	{ "late stats 1 0, twice stats 1, more stats 1 1, jump stats 1 1", PLAN_STATS, 1,
	  BIT(LATE) | BIT(TWICE) | BIT(MORE) | BIT(JUMP) },
	{ "length stats 1 0, storm stats 1 1, change stats 1 1, break stats 1", PLAN_STATS, 1,
	  BIT(LENGTH) | BIT(STORM) | BIT(CHANGE) | BIT(BREAK) },
};

static void test_answers(void)
{
	size_t i;

	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		struct plan_act act = { 0 };
		struct plan plan;
		u32 buffer;

		check_row = answers[i].plan;
		if (!CHECK(plan_parse(answers[i].plan, &plan)))
			continue;
		for (buffer = 0; buffer < answers[i].buffer; buffer++)
			act = plan_next_buffer(&plan, answers[i].queue);
		CHECK_EQ(act.kinds, answers[i].kinds);
	}
	check_row = NULL;
}

static void test_numbers(void)
{
	struct plan_act act;
	struct plan plan;

	CHECK(plan_parse("id inflate all 7, length inflate 2+ 4294967295, id inflate 3 0", &plan));
	act = plan_next_buffer(&plan, PLAN_INFLATE);
	CHECK_EQ(act.numbers[PLAN_ID], 7);
	act = plan_next_buffer(&plan, PLAN_INFLATE);
	CHECK_EQ(act.numbers[PLAN_ID], 7);
	CHECK_EQ(act.numbers[PLAN_LENGTH], U32_MAX);
	act = plan_next_buffer(&plan, PLAN_INFLATE);
	CHECK_EQ(act.numbers[PLAN_ID], 0);
}

static void test_target(void)
{
	u32 first, i, others = 0;
	struct plan plan;

	CHECK(plan_parse("none", &plan));
	for (i = 0; i < 3; i++)
		CHECK_EQ(plan_next_target(&plan, 1234), 1234);
	CHECK(plan_parse("flicker", &plan));
	first = plan_next_target(&plan, 1234);
	for (i = 0; i < 100; i++) {
		u32 next = plan_next_target(&plan, 1234);

		others += next != first;
		CHECK(next != 1234);
	}
	CHECK(others > 50);
}

int main(void)
{
	test_texts();
	test_acts();
	test_answers();
	test_numbers();
	test_target();
	return check_status();
}
