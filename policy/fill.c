// SPDX-License-Identifier: GPL-2.0-only
/*
 * Divides an amount among claims, all at the same price.
 *
 * Theory of operation
 *
 * The price of memory is weight / bytes: who has little and pays much is the last to lose and the
 * first to gain. At one price for all, everybody has level * weight bytes, or its floor where that
 * is more, or its ceiling where that is less. The sum rises with the level; the answer is the highest level
 * whose sum fits. It is found by bisection, 96 looks at every claim, however many claims
 * there are; nothing is sorted, so the order of the claims cannot matter. Where not even the floors fit, or
 * all ceilings do, there is nothing to look for.
 *
 * The level counts in 2^-32 bytes and weights have 32 bits, so one step of the level adds one byte to a
 * claim at most. Less than a byte a claim stays undivided, and who pays more never gets
 * less, to the byte: coarser steps would round it down now and then.
 */
#include "fill.h"

#include "ratio.h"

#define LEVEL_FRACTION_BITS 32
#define LEVEL_BITS (64 + LEVEL_FRACTION_BITS)
#define LEVEL_MAX (((u128)1 << LEVEL_BITS) - 1)

static u64 share_at(const struct fill_claim *c, u128 level)
{
	u128 bytes = level * max_u32(c->weight, 1) >> LEVEL_FRACTION_BITS;

	return max_u64(min_u64(sat_u64(bytes), c->ceiling_bytes), c->floor_bytes);
}

static u128 sum_at(const struct fill_claim *claims, size_t count, u128 level)
{
	u128 sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += share_at(&claims[i], level);
	return sum;
}

/**
 * fill() - divide @budget_bytes among @claims
 * @claims: their bytes are written, the rest is read
 * @count: number of claims, 0 too
 * @budget_bytes: the sum of all @bytes stays within it, unless that of the floors does not
 *
 * Return: bytes by which the floors exceed the budget, everybody has its floor then; else 0.
 */
u64 fill(struct fill_claim *claims, size_t count, u64 budget_bytes)
{
	u128 floors = sum_at(claims, count, 0);
	u128 level = 0;

	if (sum_at(claims, count, LEVEL_MAX) <= budget_bytes)
		level = LEVEL_MAX;
	for (int bit = LEVEL_BITS - 1; bit >= 0 && floors <= budget_bytes && level != LEVEL_MAX;
	     bit--)
		if (sum_at(claims, count, level | (u128)1 << bit) <= budget_bytes)
			level |= (u128)1 << bit;
	for (size_t i = 0; i < count; i++)
		claims[i].bytes = share_at(&claims[i], level);
	return floors > budget_bytes ? sat_u64(floors - budget_bytes) : 0;
}
