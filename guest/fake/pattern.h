/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A pattern in memory that the guest must not touch: written when it is given, looked for later.
 *
 * The host may write to what the guest counts as free. KASAN, which watches free memory,
 * must not look; KCSAN, which would look at each word, makes a slow host of a quick one.
 */
#ifndef AFAKE_PATTERN_H
#define AFAKE_PATTERN_H

#include <linux/compiler.h>
#include <linux/types.h>

/* pattern_of() - a page's own, so that pages which changed places are found as well. */
static inline u64 pattern_of(u64 pfn)
{
	return 0xae05ae05ae05ae05ULL ^ pfn << 16;
}

/* pattern_write() - fill @bytes of @memory, a multiple of 8. */
static __no_sanitize_or_inline void pattern_write(void *memory, size_t bytes, u64 pattern)
{
	u64 *words = memory;
	size_t i;

	for (i = 0; i < bytes / sizeof(*words); i++)
		words[i] = pattern;
}

/* pattern_holds() - whether all of it is still there. */
static __no_sanitize_or_inline bool pattern_holds(const void *memory, size_t bytes, u64 pattern)
{
	const u64 *words = memory;
	size_t i;

	for (i = 0; i < bytes / sizeof(*words); i++)
		if (words[i] != pattern)
			return false;
	return true;
}

#endif /* AFAKE_PATTERN_H */
