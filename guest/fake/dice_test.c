// SPDX-License-Identifier: GPL-2.0-only
/* Tests of dice.h: a seed repeats itself, streams do not, and all numbers that may come do come. */
#include "guest/fake/dice.h"

#include "policy/check.h"

#define ROLLS 10000

static void test_streams(void)
{
	u64 a = dice_start(1, 0), again = dice_start(1, 0), stream = dice_start(1, 1);
	u64 seed = dice_start(2, 0), nothing = dice_start(0, 0);
	u32 i, same_stream = 0, same_seed = 0, zeros = 0;

	for (i = 0; i < ROLLS; i++) {
		u32 roll = dice_roll(&a);

		CHECK_EQ(dice_roll(&again), roll);
		same_stream += dice_roll(&stream) == roll;
		same_seed += dice_roll(&seed) == roll;
		zeros += dice_roll(&nothing) == 0;
	}
	CHECK(same_stream < 3 && same_seed < 3 && zeros < 3);
}

/* Counts of the numbers 0 to 15, and of others. */
struct counts {
	u32 of[16];
	u32 others;
};

static void count(struct counts *counts, u32 number)
{
	if (number < 16)
		counts->of[number]++;
	else
		counts->others++;
}

static void check_even(const struct counts *counts, u32 from, u32 to)
{
	u32 mean = ROLLS / (to - from + 1);
	u32 i;

	for (i = 0; i < 16; i++)
		if (i < from || i > to)
			CHECK_EQ(counts->of[i], 0);
		else
			CHECK(counts->of[i] > mean / 2 && counts->of[i] < mean * 2);
	CHECK_EQ(counts->others, 0);
}

static void test_ranges(void)
{
	struct counts below = { 0 }, between = { 0 }, one = { 0 };
	u64 dice = check_seed_start();
	u32 i, hits = 0;

	for (i = 0; i < ROLLS; i++) {
		count(&below, dice_below(&dice, 10));
		count(&between, dice_between(&dice, 5, 8));
		count(&one, dice_below(&dice, 1));
		hits += dice_chance(&dice, 250);
		CHECK(!dice_chance(&dice, 0));
		CHECK(dice_chance(&dice, 1000));
	}
	check_even(&below, 0, 9);
	check_even(&between, 5, 8);
	check_even(&one, 0, 0);
	CHECK(hits > ROLLS / 5 && hits < ROLLS / 3);
	check_seed = 0;
}

/* Each width comes up as often as any other, odd and even numbers, 1 and the maximum. */
static void test_skewed(void)
{
	u32 odd = 0, small = 0, highest = 0, ones = 0;
	u64 dice = check_seed_start();
	u32 i;

	for (i = 0; i < ROLLS; i++) {
		u32 number = dice_skewed(&dice, 1000);

		CHECK(number >= 1 && number <= 1000);
		odd += number & 1;
		small += number < 32;
		ones += number == 1;
		highest += number > 900;
		CHECK_EQ(dice_skewed(&dice, 1), 1);
		CHECK(dice_skewed(&dice, 1U << 30) <= 1U << 30);
	}
	CHECK(small > ROLLS * 4 / 10 && small < ROLLS * 6 / 10);
	CHECK(odd > ROLLS / 3 && odd < ROLLS * 2 / 3);
	CHECK(ones > ROLLS / 20 && highest > ROLLS / 200);
	check_seed = 0;
}

static void test_weighted(void)
{
	static const u16 weights[] = { 0, 3, 0, 1, 0 };
	struct counts counts = { 0 };
	u64 dice = check_seed_start();
	u32 i;

	for (i = 0; i < ROLLS; i++)
		count(&counts, dice_weighted(&dice, weights, 5));
	CHECK_EQ(counts.of[1] + counts.of[3], ROLLS);
	CHECK(counts.of[3] > ROLLS / 5 && counts.of[3] < ROLLS / 3);
	check_seed = 0;
}

int main(void)
{
	test_streams();
	test_ranges();
	test_skewed();
	test_weighted();
	return check_status();
}
