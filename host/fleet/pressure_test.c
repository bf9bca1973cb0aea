// SPDX-License-Identifier: GPL-2.0-only
/* Tests of pressure.c: a history of a host, rung by rung, then any samples. */
#include "pressure.h"

#include <string.h>

#include "policy/check.h"

#define GIB (1ULL << 30)

/* Each step: seconds that go by, percent of memory's reserve that is left, percent of time waited. */
static const struct {
	u32 seconds, left, waited;
	enum pressure_level level;
	bool changed;
} steps[] = {
	{ 1, 200, 0, PRESSURE_NONE, false }, { 1, 100, 4, PRESSURE_NONE, false },
	{ 1, 99, 0, PRESSURE_HOLD, true },   { 1, 200, 5, PRESSURE_HOLD, false },
	{ 9, 200, 0, PRESSURE_HOLD, false }, { 1, 200, 0, PRESSURE_NONE, true },
	{ 1, 200, 10, PRESSURE_TAKE, true }, { 29, 40, 0, PRESSURE_TAKE, false },
	{ 1, 40, 0, PRESSURE_ALARM, true },  { 5, 200, 0, PRESSURE_ALARM, false },
	{ 5, 200, 0, PRESSURE_TAKE, true },  { 1, 10, 0, PRESSURE_ALARM, true },
	{ 10, 200, 0, PRESSURE_TAKE, true }, { 9, 200, 0, PRESSURE_TAKE, false },
	{ 1, 200, 0, PRESSURE_HOLD, true },  { 10, 200, 0, PRESSURE_NONE, true },
};

static void test_history(void)
{
	struct pressure_sample s = { .total_bytes = 64 * GIB, .reserve_bytes = 2 * GIB };
	struct pressure p = { 0 };
	u64 now_ms = 1000;

	s.available_bytes = 8 * GIB;
	pressure_update(&p, &s, now_ms);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		char row[16];

		snprintf(row, sizeof(row), "step %zu", i);
		check_row = row;
		now_ms += steps[i].seconds * 1000ULL;
		s.available_bytes = s.reserve_bytes * steps[i].left / 100;
		s.stalled_us += steps[i].seconds * 10000ULL * steps[i].waited;
		CHECK_EQ(pressure_update(&p, &s, now_ms), steps[i].changed);
		CHECK_EQ(p.level, steps[i].level);
		CHECK_EQ(!p.wanted_bytes, p.level < PRESSURE_TAKE);
		check_row = NULL;
	}
}

static void test_wants_what_is_short(void)
{
	struct pressure_sample s = { 64 * GIB, GIB / 2, 2 * GIB, 0 };
	struct pressure p = { 0 };

	pressure_update(&p, &s, 1000);
	CHECK_EQ(p.wanted_bytes, 3 * GIB / 2);
}

static void test_names(void)
{
	CHECK(!strcmp(pressure_name(PRESSURE_ALARM), "alarm"));
	CHECK(!strcmp(pressure_name((enum pressure_level)4), "unknown"));
}

static void test_any_samples(void)
{
	u64 state = check_seed_start(), now_ms = 0;
	struct pressure p = { 0 };

	for (int i = 0; i < 100000; i++) {
		struct pressure_sample s = {
			.total_bytes = check_random_any(&state),
			.available_bytes = check_random_any(&state),
			.reserve_bytes = check_random_any(&state),
			.stalled_us = check_random_any(&state),
		};

		now_ms += check_random(&state) % 5000;
		pressure_update(&p, &s, now_ms);
		CHECK(p.level <= PRESSURE_ALARM);
		CHECK(!p.wanted_bytes || p.level >= PRESSURE_TAKE);
	}
	check_seed = 0;
}

int main(void)
{
	test_history();
	test_wants_what_is_short();
	test_names();
	test_any_samples();
	return check_status();
}
