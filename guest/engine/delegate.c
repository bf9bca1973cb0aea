// SPDX-License-Identifier: GPL-2.0-only
/*
 * A delegated balloon: the kernel's own driver holds the memory, and is told how much.
 *
 * Theory of operation
 *
 * Where a kernel has a balloon driver built in, which owns the conversation with the host,
 * the pool is empty and stays so. The wishes, the floor, the margin and the hold-off decide
 * on a target as everywhere; the resize worker tells it to that driver and looks how far it
 * has come. The driver may be told otherwise by somebody else at any time (by the host first
 * of all), so it is told in every cycle.
 *
 * Two rules are kept here, since that driver does not know them. What only the guest itself
 * wishes for is asked for in portions that are there to take without pushing anybody into
 * reclaim. And what the host wished for is never asked back: the host would not give it.
 *
 * Left out on purpose: pace and batches, which are the driver's own affair.
 */
#include "guest/engine/delegate.h"

#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/sched.h>

#include "guest/engine/balloon.h"
#include "guest/engine/exchange.h"
#include "guest/engine/meminfo.h"
#include "guest/engine/target.h"

/* What to ask for now, on the way to the target. */
static u64 portion(const struct aero_balloon *balloon, u64 size)
{
	u64 host_pages = aero_target_least_pages(balloon);
	u64 target = balloon->target.pages;

	if (target < size)
		return max(target, min(size, host_pages));
	if (target > host_pages) {
		u64 spare = sat_sub_u64(aero_meminfo_free_pages(), aero_meminfo_background_pages());

		return min(target, max(host_pages, size + spare));
	}
	return target;
}

/**
 * aero_delegate_move() - tell the kernel's driver what to hold
 * @balloon: a delegated one, with a fresh target
 *
 * Return: whether it is on its way: it was told something new, or has moved since the last time.
 * Context: the resize worker.
 */
bool aero_delegate_move(struct aero_balloon *balloon)
{
	u64 size = aero_pool_size(&balloon->pool);
	bool moves = size != balloon->seen_pages;

	balloon->seen_pages = size;
	return aero_exchange_go_for(balloon, portion(balloon, size)) || moves;
}

/**
 * aero_delegate_give() - have some memory back, now
 * @balloon: a delegated one
 * @want_pages: guest pages, none of them wished for by the host
 * @deadline: jiffies; the driver goes on by itself afterwards
 *
 * Return: guest pages that came back.
 * Context: process, in want of memory; waits until @deadline at most.
 */
u64 aero_delegate_give(struct aero_balloon *balloon, u64 want_pages, unsigned long deadline)
{
	u64 before = aero_pool_size(&balloon->pool);
	u64 goal = sat_sub_u64(before, want_pages);
	u64 size = before;

	while (size > goal && time_before(jiffies, deadline)) {
		/* Each time: the worker may have been about to say what it decided before. */
		aero_exchange_try_go_for(balloon, goal);
		schedule_timeout_uninterruptible(1);
		size = aero_pool_size(&balloon->pool);
	}
	return sat_sub_u64(before, size);
}
