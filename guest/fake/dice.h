/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random numbers that a seed repeats, in the kernel as in user space.
 *
 * A generator is 64 bits that are shifted, and multiplied on the way out (xorshift64*).
 * Each stream of decisions has one of its own, so that what one of them decides does not
 * depend on how often another was asked.
 */
#ifndef AFAKE_DICE_H
#define AFAKE_DICE_H

#include "policy/env.h"

/* dice_roll() - the next 32 bits. */
static inline u32 dice_roll(u64 *dice)
{
	*dice ^= *dice >> 12;
	*dice ^= *dice << 25;
	*dice ^= *dice >> 27;
	return (u32)(*dice * 0x2545f4914f6cdd1dULL >> 32);
}

/* dice_start() - a generator for one stream of a seed; neighbours have nothing in common. */
static inline u64 dice_start(u64 seed, u64 stream)
{
	u64 dice = (seed ^ stream * 0x9e3779b97f4a7c15ULL) * 0xd1342543de82ef95ULL + stream;
	u32 i;

	dice = dice ? dice : 1; /* the one state that it would never leave is 0 */
	for (i = 0; i < 16; i++)
		dice_roll(&dice);
	return dice;
}

/* dice_below() - a number from 0 to @nr - 1; @nr is at least 1. */
static inline u32 dice_below(u64 *dice, u32 nr)
{
	return (u32)((u64)dice_roll(dice) * nr >> 32);
}

/* dice_between() - a number from @min to @max, which differ by less than U32_MAX. */
static inline u32 dice_between(u64 *dice, u32 min, u32 max)
{
	return min + dice_below(dice, max - min + 1);
}

/* dice_chance() - true @times times in a thousand. */
static inline bool dice_chance(u64 *dice, u32 times)
{
	return dice_below(dice, 1000) < times;
}

/* dice_skewed() - 1 to @max, small numbers as often as large ones; @max is from 1 to 2^30. */
static inline u32 dice_skewed(u64 *dice, u32 max)
{
	u32 widths = 1;
	u32 low;

	while (max >> widths)
		widths++;
	low = 1U << dice_below(dice, widths);
	return min_u32(max, low + dice_below(dice, low));
}

/* dice_weighted() - an index into @weights, of which not all are 0. */
static inline u32 dice_weighted(u64 *dice, const u16 *weights, u32 nr)
{
	u32 sum = 0;
	u32 i, left;

	for (i = 0; i < nr; i++)
		sum += weights[i];
	left = dice_below(dice, sum);
	for (i = 0; left >= weights[i]; i++)
		left -= weights[i];
	return i;
}

#endif /* AFAKE_DICE_H */
