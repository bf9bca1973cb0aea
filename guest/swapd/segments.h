/* SPDX-License-Identifier: GPL-2.0-only */
/* The segments that swap is made of: files or devices. */
#ifndef AERO_SWAPD_SEGMENTS_H
#define AERO_SWAPD_SEGMENTS_H

#include "guest/swapd/config.h"
#include "guest/swapd/swaps.h"

/* The kernel's limit is lower, whatever it was built with. */
#define SEGMENTS_MAX 32

/**
 * struct segment - one of them
 * @path: as in /proc/swaps
 * @on: the kernel swaps to it
 * @size_kb: what it can hold, while it is on
 * @used_kb: what it holds
 * @emptied: when it was emptied last, as a number that grows; 0: never
 * @failed: it cannot be switched on, and the administrator was told
 */
struct segment {
	char *path;
	bool on;
	u64 size_kb;
	u64 used_kb;
	u64 emptied;
	bool failed;
};

/**
 * struct segments - all of them
 * @at: each
 * @count: how many
 * @bytes: size that each should have
 * @files: they are files
 * @swapon_flags: for the system call
 */
struct segments {
	struct segment at[SEGMENTS_MAX];
	u32 count;
	u64 bytes;
	bool files;
	int swapon_flags;
};

gboolean segments_init(struct segments *segments, const struct config *config, u64 ram_bytes,
		       bool make, GError **error);
void segments_clear(struct segments *segments);
int segments_refresh(struct segments *segments, struct swaps *swaps);
gboolean segments_prepare(const struct segments *segments, u32 index, GError **error);
int segments_switch_on(struct segments *segments, u32 index);
u32 segments_on(const struct segments *segments);
u64 segments_used_kb(const struct segments *segments);

#endif /* AERO_SWAPD_SEGMENTS_H */
