/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel swaps to, from /proc/swaps. */
#ifndef AERO_SWAPD_SWAPS_H
#define AERO_SWAPD_SWAPS_H

#include <limits.h>

#include "policy/env.h"

/* The kernel has room for fewer than 32 areas; names are rarely long. */
#define SWAPS_TEXT_BYTES 65536

/**
 * struct swap_area - one line of /proc/swaps
 * @path: what was switched on, as this process sees it
 * @size_kb: what it can hold
 * @used_kb: what it holds
 */
struct swap_area {
	char path[PATH_MAX];
	u64 size_kb;
	u64 used_kb;
};

/**
 * struct swaps - the kernel's list, read line by line
 * @text: of /proc/swaps
 * @at: the next line in it
 */
struct swaps {
	char text[SWAPS_TEXT_BYTES];
	const char *at;
};

int swaps_start(struct swaps *swaps);
int swaps_next(struct swaps *swaps, struct swap_area *ret_area);
int swaps_read(struct swaps *swaps);

#endif /* AERO_SWAPD_SWAPS_H */
