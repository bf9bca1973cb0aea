/* SPDX-License-Identifier: GPL-2.0-only */
/* What a balloon is at and has done so far, for transports that show it in a shape of their own. */
#ifndef AERO_STATUS_H
#define AERO_STATUS_H

#include <linux/types.h>

#include "guest/engine/counters.h"

struct aero_balloon;
struct device;

/**
 * struct aero_status - a snapshot; its numbers are not of exactly one moment
 * @target_pages: what the balloon aims at, in guest pages
 * @size_pages: what it holds
 * @nosleep_pages: pages that a cycle may take while memory is plentiful
 * @sleep_pages: pages that a cycle may take while it is not
 * @free_pages: pages that a cycle may give back
 * @counters: events since the balloon was made
 */
struct aero_status {
	u64 target_pages;
	u64 size_pages;
	u32 nosleep_pages;
	u32 sleep_pages;
	u32 free_pages;
	u64 counters[AERO_NR_COUNTERS];
};

struct device *aero_balloon_device(struct aero_balloon *balloon);
void aero_balloon_status(const struct aero_balloon *balloon, struct aero_status *ret_status);

#endif /* AERO_STATUS_H */
