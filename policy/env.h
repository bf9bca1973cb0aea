/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ground that policy/ stands on: fixed-width types and saturating integer
 * helpers, the same in the kernel and in user space. It is the only file of
 * policy/ that knows which of the two it is built for.
 *
 * u64 is unsigned long long in both, so "%llu" prints it everywhere. Policy
 * code divides 64-bit numbers by constant powers of two, or with div_u64(): a
 * 32-bit kernel has no library routine for anything else.
 */
#ifndef AERO_POLICY_ENV_H
#define AERO_POLICY_ENV_H

#ifdef __KERNEL__
#include <linux/limits.h>
#include <linux/math64.h>
#include <linux/types.h>
#else
#include <stdbool.h>
#include <stddef.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#define U8_MAX ((u8)~0U)
#define U16_MAX ((u16)~0U)
#define U32_MAX ((u32)~0U)
#define U64_MAX ((u64)~0ULL)

static inline u64 div_u64(u64 dividend, u32 divisor)
{
	return dividend / divisor;
}
#endif

static inline u32 min_u32(u32 a, u32 b)
{
	return a < b ? a : b;
}

static inline u32 max_u32(u32 a, u32 b)
{
	return a > b ? a : b;
}

static inline u64 min_u64(u64 a, u64 b)
{
	return a < b ? a : b;
}

static inline u64 max_u64(u64 a, u64 b)
{
	return a > b ? a : b;
}

/* sat_sub_u32() - @a - @b, or 0 where that would be negative. */
static inline u32 sat_sub_u32(u32 a, u32 b)
{
	return a > b ? a - b : 0;
}

/* sat_sub_u64() - @a - @b, or 0 where that would be negative. */
static inline u64 sat_sub_u64(u64 a, u64 b)
{
	return a > b ? a - b : 0;
}

/* sat_add_u64() - @a + @b, or U64_MAX where that does not fit. */
static inline u64 sat_add_u64(u64 a, u64 b)
{
	return b > U64_MAX - a ? U64_MAX : a + b;
}

/* sat_shl_u64() - @v * 2^@shift for any @shift, or U64_MAX where that does not fit. */
static inline u64 sat_shl_u64(u64 v, u32 shift)
{
	if (!v)
		return 0;
	if (shift > 63 || v > U64_MAX >> shift)
		return U64_MAX;
	return v << shift;
}

#endif /* AERO_POLICY_ENV_H */
