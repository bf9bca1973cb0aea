// SPDX-License-Identifier: GPL-2.0-only
/* The balloon's target: what policy/target makes of the wishes and of the guest's memory. */
#include "guest/engine/target.h"

#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/sizes.h>

#include "guest/engine/balloon.h"
#include "guest/engine/meminfo.h"
#include "guest/engine/offlining.h"
#include "guest/engine/oom.h"
#include "guest/engine/trace.h"

/*
 * Available memory that inflation leaves alone: a 64th of RAM within bounds, on top
 * of what the kernel may hold back at once when memory is fragmented. Beyond it, the
 * guest's next allocation could end in the OOM killer.
 */
#define MARGIN_SHIFT 6
#define MARGIN_MIN_PAGES (SZ_8M >> PAGE_SHIFT)
#define MARGIN_MAX_PAGES (SZ_256M >> PAGE_SHIFT)

/**
 * aero_target_ram_pages() - the guest's RAM in guest pages, with what is ballooned
 * @balloon: the balloon
 *
 * Context: any.
 */
u64 aero_target_ram_pages(const struct aero_balloon *balloon)
{
	u64 total_pages = aero_meminfo_total_pages();

	if (balloon->pool.core.adjust_managed_page_count)
		total_pages += aero_pool_size(&balloon->pool);
	return total_pages;
}

/**
 * aero_target_floor_pages() - least memory left to the guest, in guest pages
 * @balloon: the balloon
 *
 * Context: any.
 */
u64 aero_target_floor_pages(const struct aero_balloon *balloon)
{
	u64 set = READ_ONCE(balloon->floor_pages);

	if (set)
		return set;
	return target_floor_pages(aero_target_ram_pages(balloon), aero_meminfo_reserve_pages(),
				  READ_ONCE(balloon->self.tunable[AERO_MIN_USABLE_MB]), PAGE_SHIFT);
}

/**
 * aero_target_margin_pages() - available memory that is not taken, in guest pages
 * @balloon: the balloon
 *
 * Context: any.
 */
u64 aero_target_margin_pages(const struct aero_balloon *balloon)
{
	return aero_meminfo_boost_pages() + clamp_t(u64,
						    aero_target_ram_pages(balloon) >> MARGIN_SHIFT,
						    MARGIN_MIN_PAGES, MARGIN_MAX_PAGES);
}

/**
 * aero_target_is_own() - whether more would be taken on the guest's own wish alone
 * @balloon: the balloon
 *
 * Context: any.
 */
bool aero_target_is_own(const struct aero_balloon *balloon)
{
	return aero_pool_size(&balloon->pool) >= READ_ONCE(balloon->host_target_pages);
}

/**
 * aero_target_least_pages() - what stays held when everything that can be is given back
 * @balloon: the balloon
 *
 * A delegate cannot have more back than the host wishes to leave.
 *
 * Context: any.
 */
u64 aero_target_least_pages(const struct aero_balloon *balloon)
{
	return balloon->transport->delegate ? READ_ONCE(balloon->host_target_pages) : 0;
}

/*
 * Most that may be held for now; U64_MAX: no such limit. After a rescue there is no growth; giving
 * more back is fine, and a delegate may still be at it.
 */
static u64 holdoff_pages(struct aero_balloon *balloon)
{
	u64 pages = U64_MAX;

	if (READ_ONCE(balloon->hibernating))
		return 0;
	if (aero_oom_holds_off(balloon))
		pages = aero_pool_size(&balloon->pool);
	if (aero_offlining_active(balloon))
		pages = min(pages, aero_offlining_limit_pages(balloon));
	if (pages != U64_MAX && balloon->transport->delegate)
		pages = min(pages, READ_ONCE(balloon->asked_pages));
	return pages;
}

/**
 * aero_target_update() - compute the target anew
 * @balloon: its target member is written
 *
 * Context: the resize worker.
 */
void aero_target_update(struct aero_balloon *balloon)
{
	struct target_input input = {
		.host_pages = READ_ONCE(balloon->host_target_pages),
		.self_pages = READ_ONCE(balloon->self_target_pages),
		.held_pages = aero_pool_size(&balloon->pool),
		.total_pages = aero_target_ram_pages(balloon),
		.floor_pages = aero_target_floor_pages(balloon),
		.available_pages = aero_meminfo_available_pages(),
		.margin_pages = aero_target_margin_pages(balloon),
		.holdoff_pages = holdoff_pages(balloon),
	};
	struct target_result target;

	input.holdoff = input.holdoff_pages != U64_MAX;
	target = target_compute(&input);

	WRITE_ONCE(balloon->target.pages, target.pages);
	WRITE_ONCE(balloon->target.reason, target.reason);
	trace_aero_target(balloon, &target);
}
