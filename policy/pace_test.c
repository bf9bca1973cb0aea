// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of pace.c: the rules one by one, with the VMware balloon driver's
 * constants, then all of them against any limits in any order.
 */
#include "pace.h"

#include "check.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static struct pace fresh(void)
{
	struct pace p;

	CHECK(pace_init(&p, &pace_limits_r3));
	return p;
}

/* One inflate cycle in which the host takes @done_pages and nothing fails. */
static void clean_cycle(struct pace *p, u32 done_pages)
{
	pace_inflate_begin(p);
	pace_inflate_end(p, done_pages);
}

/* One cycle in which a sleeping allocation fails after @done_pages. */
static void starved_cycle(struct pace *p, u32 done_pages)
{
	pace_inflate_begin(p);
	CHECK(pace_alloc_failed(p, 0));
	CHECK(!pace_alloc_failed(p, done_pages));
	pace_inflate_end(p, done_pages);
}

static void test_constants(void)
{
	const struct pace_limits *l = &pace_limits_r3;

	CHECK_EQ(l->nosleep_pages, 16384);
	CHECK_EQ(l->sleep_min_pages, 512);
	CHECK_EQ(l->sleep_max_pages, 2048);
	CHECK_EQ(l->free_min_pages, 512);
	CHECK_EQ(l->free_max_pages, 16384);
	CHECK_EQ(l->step_pages, 16);
	CHECK_EQ(l->slow_cycles, 4);
	CHECK_EQ(l->pause_min_ms, 1000);
	CHECK_EQ(l->pause_max_ms, 1000);
}

static void test_init_starts_at_the_top(void)
{
	struct pace p = fresh();

	CHECK_EQ(p.sleep_pages, 2048);
	CHECK_EQ(p.free_pages, 16384);
	CHECK_EQ(p.slow_left, 0);
	CHECK(!p.sleeping);
	CHECK(!p.failed);
	CHECK_EQ(p.pause_ms, 1000);
}

/* The order of the members: nosleep, sleep min/max, free min/max, step, slow, pause min/max. */
static const struct limits_case {
	const char *name;
	struct pace_limits limits;
	bool ok;
} limits_cases[] = {
	{ "all zero", { 0 }, false },
	{ "all one", { 1, 1, 1, 1, 1, 1, 1, 1, 1 }, true },
	{ "all maximum",
	  { U32_MAX, U32_MAX, U32_MAX, U32_MAX, U32_MAX, U32_MAX, U32_MAX, U32_MAX, U32_MAX },
	  true },
	{ "no nosleep", { 0, 1, 1, 1, 1, 1, 1, 1, 1 }, false },
	{ "no sleep_min", { 1, 0, 1, 1, 1, 1, 1, 1, 1 }, false },
	{ "no sleep_max", { 1, 1, 0, 1, 1, 1, 1, 1, 1 }, false },
	{ "no free_min", { 1, 1, 1, 0, 1, 1, 1, 1, 1 }, false },
	{ "no free_max", { 1, 1, 1, 1, 0, 1, 1, 1, 1 }, false },
	{ "no step", { 1, 1, 1, 1, 1, 0, 1, 1, 1 }, false },
	{ "no slow_cycles", { 1, 1, 1, 1, 1, 1, 0, 1, 1 }, false },
	{ "no pause_min", { 1, 1, 1, 1, 1, 1, 1, 0, 1 }, false },
	{ "no pause_max", { 1, 1, 1, 1, 1, 1, 1, 1, 0 }, false },
	{ "sleep_min above sleep_max", { 9, 3, 2, 1, 1, 1, 1, 1, 1 }, false },
	{ "free_min above free_max", { 1, 1, 1, 3, 2, 1, 1, 1, 1 }, false },
	{ "pause_min above pause_max", { 1, 1, 1, 1, 1, 1, 1, 3, 2 }, false },
	{ "sleeping faster than not", { 4, 1, 5, 1, 1, 1, 1, 1, 1 }, false },
	{ "sleeping as fast as not", { 5, 1, 5, 1, 1, 1, 1, 1, 1 }, true },
	{ "free rate above nosleep", { 5, 1, 5, 1, 9, 1, 1, 1, 1 }, true },
};

static void test_init_refuses_senseless_limits(void)
{
	const struct pace untouched = { .sleep_pages = 7, .pause_ms = 9, .sleeping = true };

	for (size_t i = 0; i < ARRAY_LEN(limits_cases); i++) {
		const struct limits_case *c = &limits_cases[i];
		struct pace p = untouched;

		check_row = c->name;
		CHECK_EQ(pace_init(&p, &c->limits), c->ok);
		CHECK_EQ(p.sleep_pages, c->ok ? c->limits.sleep_max_pages : 7);
		CHECK_EQ(p.pause_ms, c->ok ? c->limits.pause_min_ms : 9);
		CHECK_EQ(p.sleeping, !c->ok);
	}
	check_row = NULL;
}

static void test_room_of_a_plentiful_cycle(void)
{
	struct pace p = fresh();

	pace_inflate_begin(&p);
	CHECK(!pace_may_sleep(&p));
	CHECK_EQ(pace_inflate_room(&p, 0), 16384);
	CHECK_EQ(pace_inflate_room(&p, 1), 16383);
	CHECK_EQ(pace_inflate_room(&p, 16383), 1);
	CHECK_EQ(pace_inflate_room(&p, 16384), 0);
	CHECK_EQ(pace_inflate_room(&p, 16385), 0);
	CHECK_EQ(pace_inflate_room(&p, U32_MAX), 0);
}

static void test_first_failure_goes_on_sleeping(void)
{
	struct pace p = fresh();

	pace_inflate_begin(&p);
	CHECK(pace_alloc_failed(&p, 2047));
	CHECK(pace_may_sleep(&p));
	CHECK(!p.failed);
	CHECK_EQ(pace_inflate_room(&p, 2047), 1);
	CHECK_EQ(p.slow_left, 4);
	CHECK_EQ(p.sleep_pages, 2048);
}

static void test_first_failure_after_the_sleeping_rate_ends_the_cycle(void)
{
	struct pace p = fresh();

	pace_inflate_begin(&p);
	CHECK(!pace_alloc_failed(&p, 2048));
	CHECK(!pace_may_sleep(&p));
	CHECK(p.failed);
	CHECK_EQ(pace_inflate_room(&p, 0), 0);
	CHECK_EQ(p.slow_left, 4);
	CHECK_EQ(p.sleep_pages, 2048);
}

static void test_second_failure_halves_and_ends(void)
{
	struct pace p = fresh();

	pace_inflate_begin(&p);
	CHECK(pace_alloc_failed(&p, 0));
	CHECK(!pace_alloc_failed(&p, 100));
	CHECK_EQ(p.sleep_pages, 1024);
	CHECK_EQ(pace_inflate_room(&p, 100), 0);
	pace_inflate_end(&p, 100);
	CHECK_EQ(p.sleep_pages, 1024);
}

static void test_sleeping_rate_never_below_its_minimum(void)
{
	static const u32 want[] = { 1024, 512, 512, 512 };
	struct pace p = fresh();

	for (size_t i = 0; i < ARRAY_LEN(want); i++) {
		starved_cycle(&p, 0);
		CHECK_EQ(p.sleep_pages, want[i]);
	}
}

static void test_halving_an_odd_rate_stays_within(void)
{
	const struct pace_limits l = { 9, 4, 9, 1, 3, 1, 1, 1, 1 };
	struct pace p;

	CHECK(pace_init(&p, &l));
	starved_cycle(&p, 0);
	CHECK_EQ(p.sleep_pages, 4);
	starved_cycle(&p, 0);
	CHECK_EQ(p.sleep_pages, 4);
}

static void test_slow_cycles_last_and_end(void)
{
	static const u32 room[] = { 2048, 2048, 2048, 16384, 16384 };
	struct pace p = fresh();

	pace_inflate_begin(&p);
	CHECK(pace_alloc_failed(&p, 0));
	pace_inflate_end(&p, 0);
	for (size_t i = 0; i < ARRAY_LEN(room); i++) {
		pace_inflate_begin(&p);
		CHECK(!pace_may_sleep(&p));
		CHECK_EQ(pace_inflate_room(&p, 0), room[i]);
		pace_inflate_end(&p, 0);
	}
	CHECK_EQ(p.slow_left, 0);
}

static void test_one_slow_cycle_is_the_running_one(void)
{
	const struct pace_limits l = { 9, 1, 3, 1, 1, 1, 1, 1, 1 };
	struct pace p;

	CHECK(pace_init(&p, &l));
	pace_inflate_begin(&p);
	CHECK(pace_alloc_failed(&p, 1));
	CHECK_EQ(pace_inflate_room(&p, 1), 2);
	pace_inflate_begin(&p);
	CHECK_EQ(pace_inflate_room(&p, 0), 9);
}

static void test_failure_in_a_slow_cycle_starts_the_count_again(void)
{
	struct pace p = fresh();

	pace_inflate_begin(&p);
	CHECK(pace_alloc_failed(&p, 0));
	pace_inflate_begin(&p);
	pace_inflate_begin(&p);
	CHECK_EQ(p.slow_left, 2);
	CHECK(pace_alloc_failed(&p, 0));
	CHECK_EQ(p.slow_left, 4);
	CHECK(pace_may_sleep(&p));
}

static void test_begin_forgets_the_last_failure(void)
{
	struct pace p = fresh();

	starved_cycle(&p, 0);
	pace_inflate_begin(&p);
	CHECK(!p.failed);
	CHECK(!pace_may_sleep(&p));
	CHECK_EQ(pace_inflate_room(&p, 24), 1000);
}

/* The rate is 1024 before a clean cycle that takes @done_pages. */
static const struct growth_case {
	const char *name;
	u32 done_pages;
	u32 want_pages;
} growth_cases[] = {
	{ "nothing", 0, 1024 },
	{ "one page", 1, 1024 },
	{ "one short of the rate", 1023, 1024 },
	{ "the whole rate", 1024, 1040 },
	{ "one short of twice", 2047, 1040 },
	{ "twice", 2048, 1056 },
	{ "sixteen times", 16384, 1280 },
	{ "one short of the maximum", 1024 * 63, 2032 },
	{ "up to the maximum", 1024 * 64, 2048 },
	{ "beyond the maximum", 1024 * 65, 2048 },
	{ "all there is", U32_MAX, 2048 },
};

static void test_growth(void)
{
	for (size_t i = 0; i < ARRAY_LEN(growth_cases); i++) {
		const struct growth_case *c = &growth_cases[i];
		struct pace p = fresh();

		check_row = c->name;
		starved_cycle(&p, 0);
		clean_cycle(&p, c->done_pages);
		CHECK_EQ(p.sleep_pages, c->want_pages);
	}
	check_row = NULL;
}

static void test_growth_does_not_overflow(void)
{
	const struct pace_limits l = { U32_MAX, 1, U32_MAX, 1, U32_MAX, U32_MAX, 1, 1, 1 };
	struct pace p;

	CHECK(pace_init(&p, &l));
	for (int i = 0; i < 32; i++) {
		starved_cycle(&p, 0);
		pace_deflate_end(&p, true);
	}
	CHECK_EQ(p.sleep_pages, 1);
	CHECK_EQ(p.free_pages, 1);
	clean_cycle(&p, U32_MAX);
	CHECK_EQ(p.sleep_pages, U32_MAX);
	pace_deflate_end(&p, false);
	CHECK_EQ(p.free_pages, U32_MAX);
}

static void test_falling_back_to_sleeping_is_a_clean_cycle(void)
{
	struct pace p = fresh();

	starved_cycle(&p, 0);
	pace_inflate_begin(&p);
	CHECK(pace_alloc_failed(&p, 5));
	CHECK_EQ(pace_inflate_room(&p, 1024), 0);
	pace_inflate_end(&p, 1024);
	CHECK_EQ(p.sleep_pages, 1040);
}

static void test_failure_after_the_whole_rate_does_not_grow(void)
{
	struct pace p = fresh();

	starved_cycle(&p, 0);
	pace_inflate_begin(&p);
	CHECK(!pace_alloc_failed(&p, 1024));
	pace_inflate_end(&p, 1024);
	CHECK_EQ(p.sleep_pages, 1024);
}

static void test_refusals_end_the_cycle_without_pressure(void)
{
	struct pace p = fresh();

	starved_cycle(&p, 0);
	pace_inflate_begin(&p);
	pace_refused(&p);
	CHECK_EQ(pace_inflate_room(&p, 0), 0);
	CHECK_EQ(p.slow_left, 3);
	CHECK(!pace_may_sleep(&p));
	pace_inflate_end(&p, 4096);
	CHECK_EQ(p.sleep_pages, 1024);
	pace_inflate_begin(&p);
	CHECK_EQ(pace_inflate_room(&p, 0), 1024);
}

static void test_a_pace_never_initialised_does_nothing(void)
{
	struct pace p = { 0 };

	pace_inflate_begin(&p);
	CHECK_EQ(pace_inflate_room(&p, 0), 0);
	CHECK(!pace_alloc_failed(&p, 0));
	pace_inflate_end(&p, 1);
	p.failed = false;
	pace_inflate_end(&p, 1);
	CHECK_EQ(pace_deflate_room(&p, 0), 0);
	pace_deflate_end(&p, false);
	pace_deflate_end(&p, true);
	CHECK_EQ(pace_pause_ms(&p, false), 0);
	CHECK_EQ(p.sleep_pages, 0);
	CHECK_EQ(p.free_pages, 0);
}

static void test_deflate_room(void)
{
	struct pace p = fresh();

	CHECK_EQ(pace_deflate_room(&p, 0), 16384);
	CHECK_EQ(pace_deflate_room(&p, 16383), 1);
	CHECK_EQ(pace_deflate_room(&p, 16384), 0);
	CHECK_EQ(pace_deflate_room(&p, U32_MAX), 0);
	pace_deflate_end(&p, true);
	CHECK_EQ(pace_deflate_room(&p, 0), 8192);
}

static void test_free_rate(void)
{
	static const u32 down[] = { 8192, 4096, 2048, 1024, 512, 512 };
	struct pace p = fresh();

	pace_deflate_end(&p, false);
	CHECK_EQ(p.free_pages, 16384);
	for (size_t i = 0; i < ARRAY_LEN(down); i++) {
		pace_deflate_end(&p, true);
		CHECK_EQ(p.free_pages, down[i]);
	}
	pace_deflate_end(&p, false);
	CHECK_EQ(p.free_pages, 528);
	for (int i = 0; i < 990; i++)
		pace_deflate_end(&p, false);
	CHECK_EQ(p.free_pages, 16368);
	pace_deflate_end(&p, false);
	CHECK_EQ(p.free_pages, 16384);
	pace_deflate_end(&p, false);
	CHECK_EQ(p.free_pages, 16384);
}

static void test_free_rate_stops_between_steps(void)
{
	const struct pace_limits l = { 9, 4, 9, 3, 10, 4, 1, 1, 1 };
	struct pace p;

	CHECK(pace_init(&p, &l));
	pace_deflate_end(&p, true);
	CHECK_EQ(p.free_pages, 5);
	pace_deflate_end(&p, true);
	CHECK_EQ(p.free_pages, 3);
	pace_deflate_end(&p, false);
	pace_deflate_end(&p, false);
	CHECK_EQ(p.free_pages, 10);
}

static void test_inflating_and_deflating_do_not_mix(void)
{
	struct pace p = fresh();

	starved_cycle(&p, 0);
	CHECK_EQ(p.free_pages, 16384);
	pace_deflate_end(&p, true);
	CHECK_EQ(p.sleep_pages, 1024);
	CHECK_EQ(p.slow_left, 4);
}

static void test_pause_of_one_second(void)
{
	struct pace p = fresh();

	for (int i = 0; i < 5; i++)
		CHECK_EQ(pace_pause_ms(&p, i == 3), 1000);
}

static void test_pause_doubles_and_starts_anew(void)
{
	static const u32 want[] = { 10, 20, 40, 70, 70 };
	const struct pace_limits l = { 1, 1, 1, 1, 1, 1, 1, 10, 70 };
	struct pace p;

	CHECK(pace_init(&p, &l));
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < ARRAY_LEN(want); i++)
			CHECK_EQ(pace_pause_ms(&p, false), want[i]);
		CHECK_EQ(pace_pause_ms(&p, true), 10);
	}
	CHECK_EQ(pace_pause_ms(&p, true), 10);
}

static void test_pause_does_not_overflow(void)
{
	const struct pace_limits l = { 1, 1, 1, 1, 1, 1, 1, 0x80000001, U32_MAX };
	struct pace p;

	CHECK(pace_init(&p, &l));
	CHECK_EQ(pace_pause_ms(&p, false), 0x80000001);
	CHECK_EQ(pace_pause_ms(&p, false), U32_MAX);
	CHECK_EQ(pace_pause_ms(&p, false), U32_MAX);
}

/* Numbers of any width that pace_init() accepts as a pair. */
static void random_range(u64 *state, u32 max, u32 *ret_low, u32 *ret_high)
{
	u32 a = max_u32(1, min_u32((u32)check_random_any(state), max));
	u32 b = max_u32(1, min_u32((u32)check_random_any(state), max));

	*ret_low = min_u32(a, b);
	*ret_high = max_u32(a, b);
}

static struct pace_limits random_limits(u64 *state)
{
	struct pace_limits l;

	l.nosleep_pages = max_u32(1, (u32)check_random_any(state));
	random_range(state, l.nosleep_pages, &l.sleep_min_pages, &l.sleep_max_pages);
	random_range(state, U32_MAX, &l.free_min_pages, &l.free_max_pages);
	l.step_pages = max_u32(1, (u32)check_random_any(state));
	l.slow_cycles = 1 + check_random(state) % 6;
	random_range(state, U32_MAX, &l.pause_min_ms, &l.pause_max_ms);
	return l;
}

static bool within(u32 v, u32 low, u32 high)
{
	return low <= v && v <= high;
}

/* One random call; what must be true of the step itself is checked here. */
static void random_step(struct pace *p, u64 *state)
{
	const struct pace before = *p;
	u32 done = (u32)check_random_any(state);
	u32 room = pace_inflate_room(p, done);
	bool flag = check_random(state) & 1;
	u32 pause_ms;

	switch (check_random(state) % 6) {
	case 0:
		pace_inflate_begin(p);
		CHECK(!p->failed && !pace_may_sleep(p));
		CHECK(p->slow_left == sat_sub_u32(before.slow_left, 1));
		CHECK(pace_inflate_room(p, 0) > 0);
		break;
	case 1:
		flag = pace_alloc_failed(p, done);
		CHECK(pace_inflate_room(p, done) <= room);
		CHECK(p->sleep_pages <= before.sleep_pages);
		CHECK(!flag || (pace_may_sleep(p) && !before.sleeping));
		CHECK(flag || !pace_inflate_room(p, 0));
		break;
	case 2:
		pace_refused(p);
		CHECK(!pace_inflate_room(p, 0));
		CHECK(p->sleep_pages == before.sleep_pages && p->slow_left == before.slow_left);
		break;
	case 3:
		pace_inflate_end(p, done);
		CHECK(p->sleep_pages >= before.sleep_pages);
		CHECK(!before.failed || p->sleep_pages == before.sleep_pages);
		CHECK(done >= before.sleep_pages || p->sleep_pages == before.sleep_pages);
		break;
	case 4:
		pace_deflate_end(p, flag);
		CHECK(flag ? p->free_pages <= before.free_pages :
			     p->free_pages >= before.free_pages);
		CHECK(p->sleep_pages == before.sleep_pages);
		break;
	default:
		pause_ms = pace_pause_ms(p, flag);
		CHECK(within(pause_ms, p->limits.pause_min_ms, p->limits.pause_max_ms));
		CHECK_EQ(pause_ms, flag ? p->limits.pause_min_ms : before.pause_ms);
	}
}

static void test_any_calls_keep_to_the_limits(void)
{
	unsigned int failures = check_failures;
	u64 state = check_seed_start();

	for (int round = 0; round < 2000 && check_failures == failures; round++) {
		struct pace_limits l = random_limits(&state);
		struct pace p;

		CHECK(pace_init(&p, &l));
		for (int step = 0; step < 100 && check_failures == failures; step++) {
			random_step(&p, &state);
			CHECK(within(p.sleep_pages, l.sleep_min_pages, l.sleep_max_pages));
			CHECK(within(p.free_pages, l.free_min_pages, l.free_max_pages));
			CHECK(within(p.pause_ms, l.pause_min_ms, l.pause_max_ms));
			CHECK(p.slow_left <= l.slow_cycles);
			CHECK(pace_inflate_room(&p, 0) <= l.nosleep_pages);
			CHECK(pace_deflate_room(&p, 0) == p.free_pages);
		}
	}
	check_seed = 0;
}

int main(void)
{
	test_constants();
	test_init_starts_at_the_top();
	test_init_refuses_senseless_limits();
	test_room_of_a_plentiful_cycle();
	test_first_failure_goes_on_sleeping();
	test_first_failure_after_the_sleeping_rate_ends_the_cycle();
	test_second_failure_halves_and_ends();
	test_sleeping_rate_never_below_its_minimum();
	test_halving_an_odd_rate_stays_within();
	test_slow_cycles_last_and_end();
	test_one_slow_cycle_is_the_running_one();
	test_failure_in_a_slow_cycle_starts_the_count_again();
	test_begin_forgets_the_last_failure();
	test_growth();
	test_growth_does_not_overflow();
	test_falling_back_to_sleeping_is_a_clean_cycle();
	test_failure_after_the_whole_rate_does_not_grow();
	test_refusals_end_the_cycle_without_pressure();
	test_a_pace_never_initialised_does_nothing();
	test_deflate_room();
	test_free_rate();
	test_free_rate_stops_between_steps();
	test_inflating_and_deflating_do_not_mix();
	test_pause_of_one_second();
	test_pause_doubles_and_starts_anew();
	test_pause_does_not_overflow();
	test_any_calls_keep_to_the_limits();
	return check_status();
}
