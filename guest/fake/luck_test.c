// SPDX-License-Identifier: GPL-2.0-only
/* Tests of luck.c: a seed repeats itself, operations can express how they end, and all comes up. */
#include "guest/fake/luck.h"

#include "policy/check.h"

#define CALLS 50000

/* What one stream decides does not depend on when the others were asked. */
static void test_repeats(void)
{
	u64 seed = check_seed_start();
	u64 a_pages = 0, b_pages = 0;
	struct luck a, b;
	u32 i;

	luck_start(&a, seed);
	luck_start(&b, seed);
	for (i = 0; i < CALLS / 10; i++)
		luck_next_call(&b, FAULT_REPORT);
	for (i = 0; i < CALLS; i++) {
		enum fault_op op = i % FAULT_REPORT;

		CHECK_EQ(luck_next_call(&a, op), luck_next_call(&b, op));
		CHECK_EQ(luck_next_entry(&a), luck_next_entry(&b));
		CHECK_EQ(luck_delay_ms(&a), luck_delay_ms(&b));
		CHECK_EQ(luck_next_target(&a, &a_pages), luck_next_target(&b, &b_pages));
		CHECK_EQ(a_pages, b_pages);
	}
	check_seed = 0;
}

static void test_off(void)
{
	struct luck luck;

	luck_start(&luck, 0);
	CHECK(!luck.rules);
	luck_start(&luck, 1);
	CHECK(luck.rules);
}

/* As struct aero_transport says: each operation has errors of its own. */
static bool can_end(enum fault_op op, enum fault_call call)
{
	switch (call) {
	case FAULT_CALL_BUSY:
		return op != FAULT_REPORT;
	case FAULT_CALL_AGAIN:
	case FAULT_CALL_GONE:
		return op == FAULT_MIGRATE;
	case FAULT_CALL_ALLOCATE: /* No host does that: it would be the transport's mistake. */
		return false;
	default:
		return true;
	}
}

static void test_calls(void)
{
	u64 seed = check_seed_start();
	u32 op, call;

	for (op = 0; op < FAULT_NR_OPS; op++) {
		struct luck luck;
		u32 i;

		luck_start(&luck, seed);
		for (i = 0; i < CALLS; i++)
			luck_next_call(&luck, op);
		for (call = 0; call < FAULT_NR_CALLS; call++)
			CHECK_EQ(luck.ended[call] != 0, can_end(op, call));
		CHECK(luck.ended[FAULT_CALL_FINE] > CALLS / 2);
		CHECK(luck.ended[FAULT_CALL_DEAD] + luck.ended[FAULT_CALL_MUTE] < CALLS / 1000);
	}
	check_seed = 0;
}

/* Most are taken, in a row; a cycle ends at 16 refusals, so that there have to be more now and then. */
static void test_entries(void)
{
	u32 i, run = 0, longest = 0;
	struct luck luck;

	luck_start(&luck, check_seed_start());
	for (i = 0; i < 10 * CALLS; i++) {
		run = luck_next_entry(&luck) == FAULT_ENTRY_REFUSE ? run + 1 : 0;
		longest = max_u32(longest, run);
	}
	CHECK(luck.judged[FAULT_ENTRY_TAKE] > 9 * CALLS);
	CHECK(luck.judged[FAULT_ENTRY_REFUSE] > 50 && luck.judged[FAULT_ENTRY_NOT_NEEDED] > 5);
	CHECK(longest > 16);
	check_seed = 0;
}

static void test_targets(void)
{
	u32 i, changes = 0, senseless = 0;
	struct luck luck;

	luck_start(&luck, check_seed_start());
	for (i = 0; i < CALLS; i++) {
		u64 pages = 12;

		if (luck_next_target(&luck, &pages)) {
			changes++;
			senseless += pages > 100000;
		} else {
			CHECK_EQ(pages, 12);
		}
		CHECK(luck_delay_ms(&luck) <= 30);
	}
	CHECK(changes > CALLS / 5 && changes < CALLS / 3);
	CHECK(senseless && senseless < changes / 20);
	check_seed = 0;
}

int main(void)
{
	test_repeats();
	test_off();
	test_calls();
	test_entries();
	test_targets();
	return check_status();
}
