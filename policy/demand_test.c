// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of demand.c: named histories of a VM, then any samples against what must
 * hold for all.
 */
#include "demand.h"

#include "check.h"

#define MIB (1ULL << 20)
#define MAX_BYTES (16384 * MIB)
#define URGENT (192 * MIB)

static const struct demand_limits *const limits = &demand_limits_default;

/* A VM of 4 GiB (16 at most) that uses @used_mib, a second after the sample before. */
static struct demand_sample using(u64 used_mib)
{
	return (struct demand_sample){
		.elapsed_ms = 1000,
		.max_bytes = MAX_BYTES,
		.size_bytes = 4096 * MIB,
		.available_bytes = (4096 - used_mib) * MIB,
	};
}

static void feed(struct demand *d, struct demand_sample s, int times)
{
	while (times--)
		demand_update(d, limits, &s);
}

#define CUSHION (2 * (4096 * MIB / 20))

static void test_steady_use_is_use_and_cushion(void)
{
	struct demand d = { 0 };

	feed(&d, using(1000), 100);
	CHECK_EQ(d.bytes, 1000 * MIB + CUSHION);
	CHECK_EQ(d.reserve_bytes, 1024 * MIB);
	CHECK_EQ(d.active, 250);
	CHECK(!d.urgent);
}

static void test_growth_is_expected_to_go_on(void)
{
	struct demand d = { 0 };

	feed(&d, using(1000), 10);
	feed(&d, using(1300), 1);
	CHECK_EQ(d.bytes, 1900 * MIB + CUSHION);
	feed(&d, using(3000), 1);
	CHECK_EQ(d.reserve_bytes, 3400 * MIB); /* what it showed to need within a reaction time */
}

static void test_first_sample_knows_no_rates(void)
{
	struct demand_sample s = using(1000);
	struct demand d = { 0 };

	s.swapped_out_bytes = s.major_faults = s.stalls = 1ULL << 40;
	feed(&d, s, 1);
	CHECK_EQ(d.bytes, 1000 * MIB + CUSHION);
}

/* A peak is forgotten within seconds, what was needed for minutes is not. */
static void test_falls_slowly(void)
{
	struct demand peak = { 0 }, habit = { 0 };

	feed(&peak, using(1000), 100);
	feed(&peak, using(3000), 2);
	feed(&peak, using(1000), 10);
	CHECK(peak.bytes < 1300 * MIB + CUSHION);
	feed(&habit, using(3000), 200);
	feed(&habit, using(1000), 10);
	CHECK(habit.bytes > 2500 * MIB + CUSHION);
	feed(&habit, using(1000), 600);
	CHECK(habit.bytes < 1010 * MIB + CUSHION);
}

/* What a guest uses falls while it swaps: its demand has to rise all the same. */
static void test_swapping_hides_nothing(void)
{
	struct demand d = { 0 };
	u64 before;

	feed(&d, using(3900), 10);
	before = d.bytes;
	for (int i = 1; i <= 10; i++) {
		struct demand_sample s = using(3900 - 100 * i);

		s.swapped_out_bytes = 100 * MIB;
		feed(&d, s, 1);
		CHECK(d.bytes + 30 * MIB * i > before);
	}
	CHECK(d.debt_bytes > 800 * MIB);
	feed(&d, using(2900), 200);
	CHECK(d.debt_bytes < 10 * MIB);
}

static void test_thrashing_grows_without_limit(void)
{
	struct demand_sample s = using(4000);
	struct demand d = { 0 };

	s.swapped_out_bytes = 1000 * MIB;
	feed(&d, s, 60);
	CHECK_EQ(d.bytes, MAX_BYTES);
}

static void test_stalls_and_faults_count(void)
{
	struct demand_sample s = using(1600);
	struct demand d = { 0 };

	feed(&d, using(1600), 10);
	s.stalls = 1;
	feed(&d, s, 1);
	CHECK_EQ(d.bytes, 1700 * MIB + CUSHION);
	s.stalls = 0;
	s.major_faults = 256 * 100;
	feed(&d, s, 1);
	CHECK(d.bytes > 1790 * MIB + CUSHION);
}

static void test_urgent_until_recovered(void)
{
	static const struct {
		u64 available_mib;
		bool urgent;
	} steps[] = {
		{ 300, false }, { 205, false }, { 204, true }, { 250, true },	{ 306, true },
		{ 308, false }, { 210, false }, { 0, true },   { 4096, false },
	};
	struct demand d = { 0 };

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		feed(&d, using(4096 - steps[i].available_mib), 1);
		CHECK_EQ(d.urgent, steps[i].urgent);
	}
	CHECK_EQ(demand_urgent_bytes(limits, 100 * MIB, MAX_BYTES), URGENT);
	CHECK_EQ(demand_urgent_bytes(limits, 512 * MIB, 512 * MIB), 48 * MIB);
	CHECK_EQ(demand_urgent_bytes(limits, 2048 * MIB, 2048 * MIB), URGENT);
	CHECK_EQ(demand_urgent_bytes(limits, 16384 * MIB, MAX_BYTES), MAX_BYTES / 20);
}

static void test_reserve_of_small_and_great(void)
{
	struct demand_sample s = { .elapsed_ms = 1000, .max_bytes = 512 * MIB };
	struct demand small = { 0 }, great = { 0 };

	s.size_bytes = 512 * MIB;
	s.available_bytes = 400 * MIB;
	feed(&small, s, 1);
	CHECK_EQ(small.reserve_bytes, 256 * MIB);
	s.max_bytes = s.size_bytes = 1ULL << 40;
	s.available_bytes = 1ULL << 39;
	feed(&great, s, 1);
	CHECK_EQ(great.reserve_bytes, great.bytes / 5);
}

static void test_any_samples(void)
{
	unsigned int failures = check_failures;
	u64 state = check_seed_start();

	for (int round = 0; round < 20000 && check_failures == failures; round++) {
		u64 max_bytes = check_random_any(&state);
		struct demand d = { 0 };
		struct demand_limits any = {
			.reaction_ms = check_random_any(&state),
			.fast_ms = check_random_any(&state),
			.slow_ms = check_random_any(&state),
			.burst_ms = check_random_any(&state),
			.debt_ms = check_random_any(&state),
			.urgent_bytes = check_random_any(&state),
			.reserve_bytes = check_random_any(&state),
		};

		for (int step = 0; step < 10; step++) {
			struct demand_sample s = {
				.elapsed_ms = check_random_any(&state),
				.max_bytes = max_bytes,
				.size_bytes = check_random_any(&state),
				.available_bytes = check_random_any(&state),
				.swapped_out_bytes = check_random_any(&state),
				.major_faults = check_random_any(&state),
				.stalls = check_random_any(&state),
			};

			demand_update(&d, &any, &s);
			CHECK(d.known);
			CHECK(d.bytes <= max_bytes);
			CHECK(d.bytes >= d.used_bytes);
			CHECK(d.reserve_bytes <= max_bytes);
			CHECK(d.active <= DEMAND_ONE);
			CHECK(d.fast_bytes <= max_bytes && d.slow_bytes <= max_bytes);
			/* A VM whose demand is met has what it takes not to be urgent. */
			CHECK(d.bytes == max_bytes ||
			      d.bytes - d.used_bytes >=
				      demand_urgent_bytes(&any,
							  s.size_bytes < max_bytes ? s.size_bytes :
										     max_bytes,
							  max_bytes));
		}
	}
	check_seed = 0;
}

int main(void)
{
	test_steady_use_is_use_and_cushion();
	test_growth_is_expected_to_go_on();
	test_first_sample_knows_no_rates();
	test_falls_slowly();
	test_swapping_hides_nothing();
	test_thrashing_grows_without_limit();
	test_stalls_and_faults_count();
	test_urgent_until_recovered();
	test_reserve_of_small_and_great();
	test_any_samples();
	return check_status();
}
