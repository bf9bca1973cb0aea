/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the size of the balloon should be: one target out of the host's wish,
 * the guest's own wish and everything that limits them. target.c explains the
 * order.
 */
#ifndef AERO_POLICY_TARGET_H
#define AERO_POLICY_TARGET_H

#include "env.h"

/**
 * enum target_reason - who decided the target
 * @TARGET_HOST: the host's wish, unchanged
 * @TARGET_SELF: the guest's own wish, which is greater than the host's
 * @TARGET_FLOOR: more would leave the guest less than its floor
 * @TARGET_MARGIN: growing further would use up the available memory
 * @TARGET_HOLDOFF: the balloon gave memory back a moment ago, to save a process, or
 *	the guest hibernates, or sets memory offline
 */
enum target_reason {
	TARGET_HOST,
	TARGET_SELF,
	TARGET_FLOOR,
	TARGET_MARGIN,
	TARGET_HOLDOFF,
};

/**
 * struct target_input - one sample, all of it in 4 KiB pages
 * @host_pages: ballooned memory that the host asks for
 * @self_pages: ballooned memory that self-ballooning asks for, 0 when it is off
 * @held_pages: ballooned memory now
 * @total_pages: the guest's RAM, what is ballooned included
 * @floor_pages: least memory left to the guest; target_floor_pages() computes one
 * @available_pages: memory that can be had now without swapping (MemAvailable)
 * @margin_pages: available memory that inflation leaves alone
 * @holdoff_pages: while @holdoff: most that may be ballooned
 * @holdoff: a hold-off is running, after a rescue from the OOM killer, for hibernation or
 *	while memory goes offline
 *
 * Every value is allowed: none of them is trusted.
 */
struct target_input {
	u64 host_pages;
	u64 self_pages;
	u64 held_pages;
	u64 total_pages;
	u64 floor_pages;
	u64 available_pages;
	u64 margin_pages;
	u64 holdoff_pages;
	bool holdoff;
};

/**
 * struct target_result - the decision
 * @pages: ballooned memory to aim at, in 4 KiB pages
 * @reason: what decided it; of several limits, the one that bound last
 */
struct target_result {
	u64 pages;
	enum target_reason reason;
};

struct target_result target_compute(const struct target_input *in);
u64 target_floor_pages(u64 total_pages, u64 reserve_pages, u64 min_usable_mb, u32 page_shift);
const char *target_reason_name(enum target_reason reason);

#endif /* AERO_POLICY_TARGET_H */
