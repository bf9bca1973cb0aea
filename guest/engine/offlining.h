/* SPDX-License-Identifier: GPL-2.0-only */
/* Gives back memory that goes offline, and makes room for what has to move out of it. */
#ifndef AERO_OFFLINING_H
#define AERO_OFFLINING_H

#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/types.h>

#include "guest/engine/range.h"
#include "guest/engine/transport.h"

struct aero_balloon;

/**
 * struct aero_offlining - of one balloon
 * @notifier: with the kernel
 * @batch: scratch space; the notifier's alone, of which the kernel runs one at a time
 * @lock: protects @range and @rest_pages; no other is taken under it
 * @range: the memory that goes offline, of which the page structures exist; no pages: none does, of
 *	which anybody may have a look without the @lock
 * @rest_pages: what was held elsewhere when it began
 */
struct aero_offlining {
	struct notifier_block notifier;
	struct aero_batch batch;
	struct mutex lock;
	struct aero_range range;
	u64 rest_pages;
};

int aero_offlining_init(struct aero_balloon *balloon);
void aero_offlining_exit(struct aero_balloon *balloon);
bool aero_offlining_active(const struct aero_balloon *balloon);
bool aero_offlining_takes(struct aero_balloon *balloon, const struct aero_batch *batch);
u64 aero_offlining_limit_pages(struct aero_balloon *balloon);

#endif /* AERO_OFFLINING_H */
