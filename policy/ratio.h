/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Products and sums that do not fit 64 bits on their way, for what the host
 * decides. User space only: no 32-bit kernel can divide like this.
 */
#ifndef AERO_POLICY_RATIO_H
#define AERO_POLICY_RATIO_H

#include "env.h"

typedef unsigned __int128 u128;

/* sat_u64() - @v, or U64_MAX where that does not fit. */
static inline u64 sat_u64(u128 v)
{
	return v > U64_MAX ? U64_MAX : (u64)v;
}

/* ratio_u64() - @v * @num / @den, rounded down, or U64_MAX where that does not fit; @den 0 counts as 1. */
static inline u64 ratio_u64(u64 v, u64 num, u64 den)
{
	return sat_u64((u128)v * num / (den ? den : 1));
}

/* clamp_u64() - @v, but at least @min, but at most @max, which wins. */
static inline u64 clamp_u64(u64 v, u64 min, u64 max)
{
	return min_u64(max_u64(v, min), max);
}

#endif /* AERO_POLICY_RATIO_H */
