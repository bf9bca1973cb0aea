// SPDX-License-Identifier: GPL-2.0-only
/* What a balloon is at and has done so far, for transports that show it in a shape of their own. */
#include "guest/engine/status.h"

#include <linux/export.h>

#include "guest/engine/balloon.h"

/**
 * aero_balloon_device() - the balloon's own device, whose directory has its files
 * @balloon: the balloon, which keeps the reference
 *
 * Context: any.
 */
struct device *aero_balloon_device(struct aero_balloon *balloon)
{
	return balloon->dev;
}
EXPORT_SYMBOL_GPL(aero_balloon_device);

/**
 * aero_balloon_status() - take a snapshot
 * @balloon: the balloon
 * @ret_status: filled in
 *
 * Context: any.
 */
void aero_balloon_status(const struct aero_balloon *balloon, struct aero_status *ret_status)
{
	unsigned int i;

	ret_status->target_pages = READ_ONCE(balloon->target.pages);
	ret_status->size_pages = aero_pool_size(&balloon->pool);
	ret_status->nosleep_pages = balloon->pace.limits.nosleep_pages;
	ret_status->sleep_pages = READ_ONCE(balloon->pace.sleep_pages);
	ret_status->free_pages = READ_ONCE(balloon->pace.free_pages);
	for (i = 0; i < AERO_NR_COUNTERS; i++)
		ret_status->counters[i] = atomic64_read(&balloon->counters.value[i]);
}
EXPORT_SYMBOL_GPL(aero_balloon_status);
