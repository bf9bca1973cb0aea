// SPDX-License-Identifier: GPL-2.0-only
/* Tests of holdoff.c: the limits, and named sequences of events; rescue_test.c tries any. */
#include "holdoff.h"

#include "check.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static const struct holdoff_limits limits = { .min_ms = 1000, .max_ms = 3000, .calm_ms = 5000 };

static void test_limits(void)
{
	CHECK(holdoff_limits_good(&limits));
	CHECK(holdoff_limits_good(&(struct holdoff_limits){ 1, 1, 0 }));
	CHECK(holdoff_limits_good(&(struct holdoff_limits){ U32_MAX, U32_MAX, U32_MAX }));
	CHECK(!holdoff_limits_good(&(struct holdoff_limits){ 0, 1, 1 }));
	CHECK(!holdoff_limits_good(&(struct holdoff_limits){ 2, 1, 1 }));
}

/* Each step: an event at that time, whether it is a first one, and when the hold-off ends. */
static void test_sequences(void)
{
	static const struct {
		const char *name;
		struct {
			u64 at_ms;
			bool first;
			u64 until_ms;
		} steps[4];
	} rows[] = {
		{ "during one: as long, anew",
		  { { 0, true, 1000 },
		    { 999, false, 1999 },
		    { 1500, false, 2500 },
		    { 2499, false, 3499 } } },
		{ "soon after: twice as long, up to a limit",
		  { { 0, true, 1000 },
		    { 1000, false, 3000 },
		    { 7999, false, 10999 },
		    { 10999, false, 13999 } } },
		{ "calm forgets",
		  { { 0, true, 1000 },
		    { 1000, false, 3000 },
		    { 8000, true, 9000 },
		    { 14000, true, 15000 } } },
		{ "end of time",
		  { { U64_MAX - 1, true, U64_MAX },
		    { U64_MAX - 1, false, U64_MAX },
		    { U64_MAX, true, U64_MAX },
		    { U64_MAX, true, U64_MAX } } },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct holdoff h = {};

		check_row = rows[i].name;
		CHECK(!holdoff_runs(&h, 0));
		for (size_t step = 0; step < ARRAY_LEN(rows[i].steps); step++) {
			u64 now = rows[i].steps[step].at_ms;

			CHECK_EQ(holdoff_begin(&h, &limits, now), rows[i].steps[step].first);
			CHECK_EQ(h.until_ms, rows[i].steps[step].until_ms);
			CHECK_EQ(holdoff_runs(&h, now), now < h.until_ms);
			CHECK(!holdoff_runs(&h, h.until_ms));
		}
	}
	check_row = NULL;
}

int main(void)
{
	test_limits();
	test_sequences();
	return check_status();
}
