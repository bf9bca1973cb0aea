// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of rescue.c: named sequences of rescues, then any sequence against what
 * must hold for all of them.
 */
#include "rescue.h"

#include "check.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static const struct rescue_limits limits = {
	.give_min_pages = 100,
	.give_max_pages = 750,
	.holdoff = { .min_ms = 1000, .max_ms = 3000, .calm_ms = 5000 },
};

static void test_limits(void)
{
	static const struct {
		const char *name;
		struct rescue_limits limits;
		bool good;
	} rows[] = {
		{ "ordinary", { 1, 2, { 3, 4, 5 } }, true },
		{ "all the same", { 1, 1, { 1, 1, 0 } }, true },
		{ "greatest", { U32_MAX, U32_MAX, { U32_MAX, U32_MAX, U32_MAX } }, true },
		{ "gives nothing", { 0, 2, { 3, 4, 5 } }, false },
		{ "gives more than the most", { 3, 2, { 3, 4, 5 } }, false },
		{ "no hold-off", { 1, 2, { 0, 4, 5 } }, false },
		{ "longer than the longest", { 1, 2, { 5, 4, 5 } }, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct rescue r = { .give_pages = 42 };

		check_row = rows[i].name;
		CHECK_EQ(rescue_init(&r, &rows[i].limits), rows[i].good);
		CHECK_EQ(r.give_pages, rows[i].good ? rows[i].limits.give_min_pages : 42);
	}
	check_row = NULL;
}

/* Each step: a rescue at that time, what it gives, and when its hold-off ends. */
static void test_sequences(void)
{
	static const struct {
		const char *name;
		struct {
			u64 at_ms;
			u32 give_pages;
			u64 until_ms;
		} steps[4];
	} rows[] = {
		{ "one need gets more and more",
		  { { 0, 100, 1000 }, { 10, 200, 1010 }, { 20, 400, 1020 }, { 30, 750, 1030 } } },
		{ "too early doubles the hold-off",
		  { { 0, 100, 1000 },
		    { 1000, 200, 3000 },
		    { 3001, 400, 6001 },
		    { 9000, 750, 12000 } } },
		{ "calm forgets",
		  { { 0, 100, 1000 },
		    { 6000, 100, 7000 },
		    { 11999, 200, 13999 },
		    { 18999, 100, 19999 } } },
		{ "end of time",
		  { { U64_MAX - 1500, 100, U64_MAX - 500 },
		    { U64_MAX - 500, 200, U64_MAX },
		    { U64_MAX, 100, U64_MAX },
		    { U64_MAX, 100, U64_MAX } } },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct rescue r;

		check_row = rows[i].name;
		CHECK(rescue_init(&r, &limits));
		CHECK(!rescue_holds_off(&r, 0));
		for (size_t step = 0; step < ARRAY_LEN(rows[i].steps); step++) {
			u64 now = rows[i].steps[step].at_ms;

			CHECK_EQ(rescue_begin(&r, now), rows[i].steps[step].give_pages);
			CHECK_EQ(r.holdoff.until_ms, rows[i].steps[step].until_ms);
			CHECK_EQ(rescue_holds_off(&r, now), now < r.holdoff.until_ms);
			CHECK(!rescue_holds_off(&r, r.holdoff.until_ms));
		}
	}
	check_row = NULL;
}

static void test_any_sequence(void)
{
	u64 state = check_seed_start();

	for (int run = 0; run < 2000; run++) {
		struct rescue r;
		u64 now = 0;

		CHECK(rescue_init(&r, &limits));
		for (int step = 0; step < 50; step++) {
			u32 last_ms = r.holdoff.length_ms;
			u32 give;

			now = sat_add_u64(now, check_random_any(&state));
			give = rescue_begin(&r, now);
			CHECK(give >= limits.give_min_pages && give <= limits.give_max_pages);
			CHECK(r.holdoff.length_ms >= limits.holdoff.min_ms);
			CHECK(r.holdoff.length_ms <= limits.holdoff.max_ms);
			CHECK(r.holdoff.until_ms >= now);
			CHECK(!last_ms || r.holdoff.length_ms <= 2 * last_ms);
		}
	}
	check_seed = 0;
}

int main(void)
{
	test_limits();
	test_sequences();
	test_any_sequence();
	return check_status();
}
