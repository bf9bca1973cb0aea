// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of fill.c: named divisions, then any claims against what must hold for all.
 */
#include "fill.h"

#include "check.h"
#include "ratio.h"

#define CLAIMS 8

static const struct {
	const char *name;
	struct fill_claim claims[3];
	u64 budget;
	u64 bytes[3];
	u64 missing;
} rows[] = {
	{ "by weight",
	  { { 0, 100, 1, 0 }, { 0, 100, 2, 0 }, { 0, 100, 3, 0 } },
	  60,
	  { 10, 20, 30 },
	  0 },
	{ "what one cannot take goes to the others",
	  { { 0, 5, 1, 0 }, { 0, 100, 1, 0 }, { 0, 100, 1, 0 } },
	  45,
	  { 5, 20, 20 },
	  0 },
	{ "a floor is met first",
	  { { 30, 100, 1, 0 }, { 0, 100, 1, 0 }, { 0, 100, 1, 0 } },
	  50,
	  { 30, 10, 10 },
	  0 },
	{ "enough for all", { { 0, 1, 1, 0 }, { 0, 2, 9, 0 }, { 1, 3, 1, 0 } }, 7, { 1, 2, 3 }, 0 },
	{ "floors do not fit",
	  { { 4, 9, 1, 0 }, { 5, 9, 9, 0 }, { 6, 9, 1, 0 } },
	  7,
	  { 4, 5, 6 },
	  8 },
	{ "nothing", { { 0, 9, 1, 0 }, { 0, 9, 9, 0 }, { 0, 9, 1, 0 } }, 0, { 0, 0, 0 }, 0 },
	{ "weight 0 counts as 1",
	  { { 0, 9, 0, 0 }, { 0, 9, 1, 0 }, { 0, 9, 1, 0 } },
	  9,
	  { 3, 3, 3 },
	  0 },
	{ "a ceiling below the floor",
	  { { 7, 3, 1, 0 }, { 0, 9, 1, 0 }, { 0, 0, 1, 0 } },
	  10,
	  { 7, 3, 0 },
	  0 },
	{ "greatest numbers",
	  { { 0, U64_MAX, U32_MAX, 0 }, { 0, U64_MAX, U32_MAX, 0 }, { 0, 0, 0, 0 } },
	  U64_MAX,
	  { U64_MAX / 2, U64_MAX / 2, 0 },
	  0 },
	{ "one has it all", { { 0, U64_MAX, 1, 0 } }, U64_MAX, { U64_MAX }, 0 },
	{ "floors beyond all numbers",
	  { { U64_MAX, 0, 1, 0 }, { U64_MAX, 0, 1, 0 }, { U64_MAX, 0, 1, 0 } },
	  0,
	  { U64_MAX, U64_MAX, U64_MAX },
	  U64_MAX },
};

static void test_rows(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fill_claim claims[3];

		check_row = rows[i].name;
		for (int k = 0; k < 3; k++)
			claims[k] = rows[i].claims[k];
		CHECK_EQ(fill(claims, 3, rows[i].budget), rows[i].missing);
		for (int k = 0; k < 3; k++)
			CHECK_EQ(claims[k].bytes, rows[i].bytes[k]);
	}
	check_row = NULL;
	CHECK_EQ(fill(NULL, 0, 5), 0);
}

/* Numbers of one width, so that they matter to each other, or of any. */
static u64 number(u64 *state, u32 width)
{
	return width ? check_random(state) >> (64 - width) : check_random_any(state);
}

static u128 sum_of(const struct fill_claim *claims)
{
	u128 sum = 0;

	for (int i = 0; i < CLAIMS; i++)
		sum += claims[i].bytes;
	return sum;
}

/* Every byte is given out as long as somebody could take it, but for less than one a claim. */
static void check_sum(const struct fill_claim *claims, u64 budget, u64 missing)
{
	u128 ceilings = 0, floors = 0, sum = sum_of(claims);

	for (int i = 0; i < CLAIMS; i++) {
		floors += claims[i].floor_bytes;
		ceilings += max_u64(claims[i].floor_bytes, claims[i].ceiling_bytes);
		CHECK(claims[i].bytes >= claims[i].floor_bytes);
		CHECK(claims[i].bytes <= max_u64(claims[i].floor_bytes, claims[i].ceiling_bytes));
	}
	CHECK_EQ(missing, sat_u64(floors > budget ? floors - budget : 0));
	CHECK(missing ? sum == floors : sum <= budget);
	CHECK(missing || sum == ceilings || sum + CLAIMS > budget);
}

static void check_order(const struct fill_claim *claims, u64 budget)
{
	struct fill_claim turned[CLAIMS];

	for (int i = 0; i < CLAIMS; i++)
		turned[i] = claims[CLAIMS - 1 - i];
	fill(turned, CLAIMS, budget);
	for (int i = 0; i < CLAIMS; i++)
		CHECK_EQ(turned[i].bytes, claims[CLAIMS - 1 - i].bytes);
}

static void check_monotone(const struct fill_claim *claims, u64 budget, u64 *state)
{
	struct fill_claim more[CLAIMS];
	int who = check_random(state) % CLAIMS;

	for (int i = 0; i < CLAIMS; i++)
		more[i] = claims[i];
	more[who].weight = max_u32(more[who].weight, (u32)check_random(state));
	fill(more, CLAIMS, budget);
	CHECK(more[who].bytes >= claims[who].bytes);
	for (int i = 0; i < CLAIMS; i++)
		more[i] = claims[i];
	fill(more, CLAIMS, sat_add_u64(budget, check_random_any(state)));
	for (int i = 0; i < CLAIMS; i++)
		CHECK(more[i].bytes >= claims[i].bytes);
}

static void test_any_claims(void)
{
	unsigned int failures = check_failures;
	u64 state = check_seed_start();

	for (int round = 0; round < 20000 && check_failures == failures; round++) {
		u32 width = round & 1 ? check_random(&state) % 65 : 0;
		struct fill_claim claims[CLAIMS];
		u64 budget, missing;

		for (int i = 0; i < CLAIMS; i++) {
			claims[i] = (struct fill_claim){
				.floor_bytes = number(&state, width) >> (check_random(&state) % 8),
				.ceiling_bytes = number(&state, width),
				.weight = (u32)check_random_any(&state),
			};
		}
		budget = sat_shl_u64(number(&state, width), check_random(&state) % 4);
		missing = fill(claims, CLAIMS, budget);
		check_sum(claims, budget, missing);
		check_order(claims, budget);
		check_monotone(claims, budget, &state);
	}
	check_seed = 0;
}

int main(void)
{
	test_rows();
	test_any_claims();
	return check_status();
}
