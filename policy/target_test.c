// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of target.c: named samples and their decisions, the floor of guests of
 * every size, then any sample against what must hold for all of them.
 */
#include "target.h"

#include <string.h>

#include "check.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MAX U64_MAX

/* One case is one thought, however many lines it takes. */
/* clang-format off */

/* Members left out are 0: rows with no margin in mind say .available_pages = MAX. */
static const struct target_case {
	const char *name;
	struct target_input in;
	u64 pages;
	enum target_reason reason;
} target_cases[] = {
	{ "nothing at all", { 0 }, 0, TARGET_HOST },
	{ "host wishes",
	  { .host_pages = 100, .total_pages = 1000, .available_pages = MAX },
	  100, TARGET_HOST },
	{ "host wishes one page",
	  { .host_pages = 1, .total_pages = 1, .available_pages = 1 },
	  1, TARGET_HOST },
	{ "self wishes more",
	  { .host_pages = 100, .self_pages = 101, .total_pages = 1000, .available_pages = MAX },
	  101, TARGET_SELF },
	{ "both wish the same",
	  { .host_pages = 100, .self_pages = 100, .total_pages = 1000, .available_pages = MAX },
	  100, TARGET_HOST },
	{ "host wishes more",
	  { .host_pages = 101, .self_pages = 100, .total_pages = 1000, .available_pages = MAX },
	  101, TARGET_HOST },
	{ "deflation is a wish too",
	  { .host_pages = 10, .held_pages = 500, .total_pages = 1000, .available_pages = 3 },
	  10, TARGET_HOST },

	{ "exactly down to the floor",
	  { .host_pages = 900, .total_pages = 1000, .floor_pages = 100, .available_pages = MAX },
	  900, TARGET_HOST },
	{ "one page into the floor",
	  { .host_pages = 901, .total_pages = 1000, .floor_pages = 100, .available_pages = MAX },
	  900, TARGET_FLOOR },
	{ "self into the floor",
	  { .self_pages = 901, .total_pages = 1000, .floor_pages = 100, .available_pages = MAX },
	  900, TARGET_FLOOR },
	{ "floor is all there is",
	  { .host_pages = 1, .total_pages = 1000, .floor_pages = 1000, .available_pages = MAX },
	  0, TARGET_FLOOR },
	{ "floor above all there is",
	  { .host_pages = 1, .total_pages = 1000, .floor_pages = MAX, .available_pages = MAX },
	  0, TARGET_FLOOR },
	{ "a risen floor deflates",
	  { .host_pages = 900, .held_pages = 900, .total_pages = 1000, .floor_pages = 400,
	    .available_pages = 5 },
	  600, TARGET_FLOOR },
	{ "never more than the guest has",
	  { .host_pages = MAX, .total_pages = 1000, .available_pages = MAX },
	  1000, TARGET_FLOOR },

	{ "exactly down to the margin",
	  { .host_pages = 250, .held_pages = 200, .total_pages = 1000, .available_pages = 80,
	    .margin_pages = 30 },
	  250, TARGET_HOST },
	{ "one page into the margin",
	  { .host_pages = 251, .held_pages = 200, .total_pages = 1000, .available_pages = 80,
	    .margin_pages = 30 },
	  250, TARGET_MARGIN },
	{ "less available than the margin: stay",
	  { .host_pages = 900, .held_pages = 200, .total_pages = 1000, .available_pages = 29,
	    .margin_pages = 30 },
	  200, TARGET_MARGIN },
	{ "nothing available: stay",
	  { .host_pages = 900, .held_pages = 200, .total_pages = 1000 },
	  200, TARGET_MARGIN },
	{ "nothing available, nothing wished: stay",
	  { .host_pages = 200, .held_pages = 200, .total_pages = 1000, .margin_pages = MAX },
	  200, TARGET_HOST },
	{ "floor before margin, margin tighter",
	  { .host_pages = 950, .held_pages = 200, .total_pages = 1000, .floor_pages = 100,
	    .available_pages = 80, .margin_pages = 30 },
	  250, TARGET_MARGIN },
	{ "floor tighter than margin",
	  { .host_pages = 950, .held_pages = 200, .total_pages = 1000, .floor_pages = 760,
	    .available_pages = 80, .margin_pages = 30 },
	  240, TARGET_FLOOR },
	{ "floor and margin the same",
	  { .host_pages = 950, .held_pages = 200, .total_pages = 1000, .floor_pages = 750,
	    .available_pages = 80, .margin_pages = 30 },
	  250, TARGET_FLOOR },
	{ "held and available do not wrap",
	  { .host_pages = 950, .held_pages = MAX, .total_pages = 1000, .available_pages = MAX },
	  950, TARGET_HOST },

	{ "hold-off deflates",
	  { .host_pages = 500, .held_pages = 500, .total_pages = 1000, .available_pages = MAX,
	    .holdoff_pages = 300, .holdoff = true },
	  300, TARGET_HOLDOFF },
	{ "hold-off at the wish",
	  { .host_pages = 300, .total_pages = 1000, .available_pages = MAX,
	    .holdoff_pages = 300, .holdoff = true },
	  300, TARGET_HOST },
	{ "hold-off above the wish",
	  { .host_pages = 299, .total_pages = 1000, .available_pages = MAX,
	    .holdoff_pages = 300, .holdoff = true },
	  299, TARGET_HOST },
	{ "hold-off of everything",
	  { .host_pages = 500, .total_pages = 1000, .available_pages = MAX, .holdoff = true },
	  0, TARGET_HOLDOFF },
	{ "hold-off is over",
	  { .host_pages = 500, .total_pages = 1000, .available_pages = MAX,
	    .holdoff_pages = 300 },
	  500, TARGET_HOST },
	{ "hold-off binds self-ballooning",
	  { .self_pages = 500, .total_pages = 1000, .available_pages = MAX,
	    .holdoff_pages = 300, .holdoff = true },
	  300, TARGET_HOLDOFF },
	{ "hold-off tighter than floor and margin",
	  { .host_pages = 950, .held_pages = 200, .total_pages = 1000, .floor_pages = 100,
	    .available_pages = 80, .margin_pages = 30, .holdoff_pages = 249, .holdoff = true },
	  249, TARGET_HOLDOFF },
	{ "margin tighter than hold-off",
	  { .host_pages = 950, .held_pages = 200, .total_pages = 1000, .floor_pages = 100,
	    .available_pages = 80, .margin_pages = 30, .holdoff_pages = 251, .holdoff = true },
	  250, TARGET_MARGIN },

	{ "all maximum",
	  { MAX, MAX, MAX, MAX, MAX, MAX, MAX, MAX, true },
	  0, TARGET_FLOOR },
	{ "all maximum, no floor",
	  { MAX, MAX, MAX, MAX, 0, MAX, MAX, MAX, true },
	  MAX, TARGET_HOST },
};

/* clang-format on */

static void test_target(void)
{
	for (size_t i = 0; i < ARRAY_LEN(target_cases); i++) {
		const struct target_case *c = &target_cases[i];
		struct target_result r = target_compute(&c->in);

		check_row = c->name;
		CHECK_EQ(r.pages, c->pages);
		CHECK_EQ(r.reason, c->reason);
	}
	check_row = NULL;
}

/* With pages of 4 KiB, 1 MiB is 256 of them. */
static const struct floor_case {
	const char *name;
	u64 total_pages;
	u64 reserve_pages;
	u64 min_usable_mb;
	u32 page_shift;
	u64 floor_pages;
} floor_cases[] = {
	{ "no memory", 0, 0, 0, 12, 0 },
	{ "one page", 1, 0, 0, 12, 1 },
	{ "tiny: all of it", 16 * 256 - 1, 0, 0, 12, 16 * 256 - 1 },
	{ "tiny above the reserve: all of it", 100 + 16 * 256 - 1, 100, 0, 12, 100 + 16 * 256 - 1 },
	{ "16 MiB", 16 * 256, 0, 0, 12, 16 * 256 },
	{ "16 MiB and a page", 16 * 256 + 1, 0, 0, 12, 16 * 256 },
	{ "16 MiB and two pages", 16 * 256 + 2, 0, 0, 12, 16 * 256 + 1 },
	{ "48 MiB", 48 * 256, 0, 0, 12, 32 * 256 },
	{ "just below 64 MiB", 64 * 256 - 1, 0, 0, 12, 40 * 256 - 1 },
	{ "64 MiB", 64 * 256, 0, 0, 12, 43 * 256 },
	{ "360 MiB", 360 * 256, 0, 0, 12, 80 * 256 },
	{ "just below 512 MiB", 512 * 256 - 1, 0, 0, 12, 99 * 256 - 1 },
	{ "512 MiB", 512 * 256, 0, 0, 12, 99 * 256 + 413 * 8 },
	{ "1123 MiB", 1123 * 256, 0, 0, 12, 131 * 256 },
	{ "1123 MiB above the reserve", 1123 * 256 + 777, 777, 0, 12, 131 * 256 + 777 },
	{ "reserve is all there is", 5000, 5000, 0, 12, 5000 },
	{ "reserve above all there is", 5000, MAX, 0, 12, 5000 },
	{ "all maximum", MAX, MAX, MAX, 12, MAX },
	{ "boundless memory", MAX, 0, 0, 12, 99 * 256 + (MAX - 99 * 256) / 32 },

	{ "asked for 1 MiB", 1123 * 256, 777, 1, 12, 777 + 256 },
	{ "asked for 1 MiB of a tiny one", 15 * 256, 10, 1, 12, 10 + 256 },
	{ "asked for all of it", 64 * 256, 0, 64, 12, 64 * 256 },
	{ "asked for more than there is", 64 * 256, 10, 64, 12, 64 * 256 },
	{ "asked for 2^52 - 1 MiB", 64 * 256, 10, (1ULL << 52) - 1, 12, 64 * 256 },
	{ "asked for 2^56 MiB", 64 * 256, 10, 1ULL << 56, 12, 64 * 256 },
	{ "asked for 2^64 - 1 MiB", 64 * 256, 10, MAX, 12, 64 * 256 },
	{ "the sum does not wrap", MAX - 1, MAX - 2, MAX, 12, MAX - 1 },

	{ "64 KiB pages", 1123 * 16, 5, 0, 16, 5 + 99 * 16 + (1024 * 16 - 5) / 32 },
	{ "64 KiB pages, asked for 3 MiB", 1000, 5, 3, 16, 53 },
	{ "1 MiB pages", 1123, 0, 0, 20, 131 },
	{ "1 MiB pages, tiny", 15, 0, 0, 20, 15 },
	{ "2 MiB pages round up", 1000, 0, 0, 21, 50 + 950 / 32 },
	{ "2 MiB pages, asked for 3 MiB", 1000, 0, 3, 21, 2 },
	{ "2 MiB pages, asked for 4 MiB", 1000, 0, 4, 21, 2 },
	{ "2 MiB pages, asked for the maximum", MAX, 0, MAX, 21, 1ULL << 63 },
	{ "pages of one byte", MAX, 0, 1, 0, 1 << 20 },
	{ "pages of one byte, asked for the maximum", MAX - 7, 0, MAX, 0, MAX - 7 },
	{ "page shift 83", 1000, 0, MAX, 83, 2 },
	{ "page shift 84", 1000, 0, MAX, 84, 1 },
	{ "page shift of the maximum", 1000, 7, MAX, U32_MAX, 8 },
};

static void test_floor(void)
{
	for (size_t i = 0; i < ARRAY_LEN(floor_cases); i++) {
		const struct floor_case *c = &floor_cases[i];

		check_row = c->name;
		CHECK_EQ(target_floor_pages(c->total_pages, c->reserve_pages, c->min_usable_mb,
					    c->page_shift),
			 c->floor_pages);
	}
	check_row = NULL;
}

static void test_reason_names(void)
{
	CHECK(!strcmp(target_reason_name(TARGET_HOST), "host"));
	CHECK(!strcmp(target_reason_name(TARGET_SELF), "self"));
	CHECK(!strcmp(target_reason_name(TARGET_FLOOR), "floor"));
	CHECK(!strcmp(target_reason_name(TARGET_MARGIN), "margin"));
	CHECK(!strcmp(target_reason_name(TARGET_HOLDOFF), "holdoff"));
	CHECK(!strcmp(target_reason_name((enum target_reason)5), "unknown"));
	CHECK(!strcmp(target_reason_name((enum target_reason)U32_MAX), "unknown"));
}

/* The reason must name something that has exactly this value. */
static bool reason_holds(const struct target_input *in, const struct target_result *r)
{
	switch (r->reason) {
	case TARGET_HOST:
		return r->pages == in->host_pages && in->host_pages >= in->self_pages;
	case TARGET_SELF:
		return r->pages == in->self_pages && in->self_pages > in->host_pages;
	case TARGET_FLOOR:
		return r->pages == sat_sub_u64(in->total_pages, in->floor_pages);
	case TARGET_MARGIN:
		return r->pages >= in->held_pages &&
		       r->pages - in->held_pages ==
			       sat_sub_u64(in->available_pages, in->margin_pages);
	case TARGET_HOLDOFF:
		return in->holdoff && r->pages == in->holdoff_pages;
	}
	return false;
}

static void check_target(const struct target_input *in)
{
	struct target_result r = target_compute(in);
	struct target_input more = *in;

	CHECK(reason_holds(in, &r));
	CHECK(r.pages <= max_u64(in->host_pages, in->self_pages));
	CHECK(r.pages <= in->total_pages);
	CHECK(!r.pages || in->floor_pages <= in->total_pages - r.pages);
	CHECK(!in->holdoff || r.pages <= in->holdoff_pages);
	CHECK(r.pages <= in->held_pages ||
	      r.pages - in->held_pages <= sat_sub_u64(in->available_pages, in->margin_pages));

	/* A greater wish never gives a smaller balloon, a greater floor never a greater one. */
	more.host_pages = sat_add_u64(in->host_pages, in->held_pages);
	CHECK(target_compute(&more).pages >= r.pages);
	more = *in;
	more.floor_pages = sat_add_u64(in->floor_pages, in->margin_pages);
	CHECK(target_compute(&more).pages <= r.pages);
}

static void check_floor(u64 *state)
{
	u64 total = check_random_any(state);
	u64 reserve = check_random_any(state);
	u64 mb = check_random(state) & 1 ? check_random_any(state) : 0;
	u32 shift = check_random(state) % 100;
	u64 floor = target_floor_pages(total, reserve, mb, shift);

	CHECK(floor <= total);
	CHECK(floor >= min_u64(reserve, total));
	CHECK(target_floor_pages(sat_add_u64(total, 1), reserve, mb, shift) >= floor);
	if (mb)
		CHECK(target_floor_pages(total, reserve, sat_add_u64(mb, 1), shift) >= floor);
}

static void test_any_sample_keeps_to_the_limits(void)
{
	unsigned int failures = check_failures;
	u64 state = check_seed_start();

	for (int round = 0; round < 200000 && check_failures == failures; round++) {
		struct target_input in = {
			.host_pages = check_random_any(&state),
			.self_pages = check_random_any(&state),
			.held_pages = check_random_any(&state),
			.total_pages = check_random_any(&state),
			.floor_pages = check_random_any(&state),
			.available_pages = check_random_any(&state),
			.margin_pages = check_random_any(&state),
			.holdoff_pages = check_random_any(&state),
			.holdoff = check_random(&state) & 1,
		};

		check_target(&in);
		check_floor(&state);
	}
	check_seed = 0;
}

int main(void)
{
	test_target();
	test_floor();
	test_reason_names();
	test_any_sample_keeps_to_the_limits();
	return check_status();
}
