// SPDX-License-Identifier: GPL-2.0-only
/*
 * How fast the balloon inflates and deflates.
 *
 * Theory of operation
 *
 * The rules and numbers are the VMware balloon driver's behaviour. The caller
 * works in cycles and asks how much each may do; nothing here allocates,
 * waits or looks at a clock.
 *
 * An inflate cycle begins with allocations that do not sleep. They fail early,
 * which makes them the cheapest sign of memory pressure. While all is well a
 * cycle takes up to @nosleep_pages. The first failure has two effects: the
 * cycle goes on with sleeping allocations, which let the kernel reclaim, and
 * this cycle and the next ones (@slow_cycles together) take no more than the
 * sleeping rate. Where the cycle has had that much already, it ends at once.
 *
 *   plentiful --(failure)--> slow, sleeping --(failure)--> cycle over, rate/2
 *       ^                        |
 *       +---(slow_cycles over)---+
 *
 * A slow cycle begins without sleeping too: only its size is smaller. A failure
 * in it starts the count again.
 *
 * The sleeping rate adapts: a failed sleeping allocation halves it, a cycle
 * that ends well adds @step_pages for each time that it took the whole rate.
 * The free rate of deflation adapts in the same way, except that any clean
 * cycle adds one step. Both stay between their limits, and both start at the
 * upper one.
 *
 * Pages that the host refuses are not a sign of pressure in the guest: they
 * end the cycle without changing a rate.
 *
 * Left out on purpose: slow cycles are counted in inflate cycles, not in time,
 * so a balloon that rests keeps its caution until it inflates again.
 */
#include "pace.h"

const struct pace_limits pace_limits_r3 = {
	.nosleep_pages = 16384,
	.sleep_min_pages = 512,
	.sleep_max_pages = 2048,
	.free_min_pages = 512,
	.free_max_pages = 16384,
	.step_pages = 16,
	.slow_cycles = 4,
	.pause_min_ms = 1000,
	.pause_max_ms = 1000,
};

static bool limits_make_sense(const struct pace_limits *l)
{
	return l->sleep_min_pages && l->sleep_min_pages <= l->sleep_max_pages &&
	       l->sleep_max_pages <= l->nosleep_pages && l->free_min_pages &&
	       l->free_min_pages <= l->free_max_pages && l->step_pages && l->slow_cycles &&
	       l->pause_min_ms && l->pause_min_ms <= l->pause_max_ms;
}

/* grow() - @value plus @times steps, at most @max. */
static u32 grow(u32 value, u32 times, u32 step, u32 max)
{
	/* Fits whatever the three are: (2^32 - 1)^2 + 2^32 - 1 < 2^64. */
	u64 grown = (u64)times * step + value;

	return (u32)min_u64(grown, max);
}

/* halve() - half of @value, at least @min. */
static u32 halve(u32 value, u32 min)
{
	return max_u32(value / 2, min);
}

/**
 * pace_init() - start with nothing learnt
 * @p: filled in on success, untouched otherwise
 * @limits: copied
 *
 * Limits make sense when none is 0, no minimum is above its maximum, and
 * @sleep_max_pages is not above @nosleep_pages (pressure must never speed the
 * balloon up).
 *
 * Return: false where the limits make no sense.
 */
bool pace_init(struct pace *p, const struct pace_limits *limits)
{
	if (!limits_make_sense(limits))
		return false;
	*p = (struct pace){
		.limits = *limits,
		.sleep_pages = limits->sleep_max_pages,
		.free_pages = limits->free_max_pages,
		.pause_ms = limits->pause_min_ms,
	};
	return true;
}

/**
 * pace_inflate_begin() - open an inflate cycle
 * @p: the pace
 *
 * Counts one slow cycle down. Call it once a cycle, also for a cycle that then
 * takes nothing.
 */
void pace_inflate_begin(struct pace *p)
{
	if (p->slow_left)
		p->slow_left--;
	p->sleeping = false;
	p->failed = false;
}

/**
 * pace_inflate_room() - what is left of this cycle
 * @p: the pace
 * @done_pages: 4 KiB pages that the host has taken in this cycle
 *
 * Ask again after pace_alloc_failed(): the room shrinks with the first failure.
 *
 * Return: 4 KiB pages that the cycle may still take; 0: the cycle is over.
 */
u32 pace_inflate_room(const struct pace *p, u32 done_pages)
{
	u32 rate = p->limits.nosleep_pages;

	if (p->failed)
		return 0;
	if (p->slow_left)
		rate = p->sleep_pages;
	return sat_sub_u32(rate, done_pages);
}

/**
 * pace_may_sleep() - how to allocate now
 * @p: the pace
 *
 * Sleeping means that the allocation may reclaim. It never means that it may
 * call the OOM killer or dip into reserves.
 *
 * Return: true where the cycle's allocations may sleep.
 */
bool pace_may_sleep(const struct pace *p)
{
	return p->sleeping;
}

/**
 * pace_alloc_failed() - the guest had no page to give
 * @p: the pace
 * @done_pages: 4 KiB pages that the host has taken in this cycle
 *
 * Return: true: try again, now with sleeping allocations; false: the cycle is
 * over, and pace_inflate_room() says 0 until the next one.
 */
bool pace_alloc_failed(struct pace *p, u32 done_pages)
{
	if (p->sleeping) {
		p->sleep_pages = halve(p->sleep_pages, p->limits.sleep_min_pages);
		p->failed = true;
		return false;
	}
	p->slow_left = p->limits.slow_cycles;
	if (done_pages >= p->sleep_pages) {
		p->failed = true;
		return false;
	}
	p->sleeping = true;
	return true;
}

/**
 * pace_refused() - end the cycle because of the host
 * @p: the pace
 *
 * For a host that has refused too many pages, wants no more, or has failed.
 * The cycle counts as failed, so that no rate grows; none shrinks either,
 * because the guest is under no pressure.
 */
void pace_refused(struct pace *p)
{
	p->failed = true;
}

/**
 * pace_inflate_end() - close an inflate cycle
 * @p: the pace
 * @done_pages: 4 KiB pages that the host has taken in this cycle
 *
 * Raises the sleeping rate where the cycle did not fail and took at least that
 * many pages. Falling back to sleeping allocations is not a failure.
 */
void pace_inflate_end(struct pace *p, u32 done_pages)
{
	/* A rate of 0 means a pace that was never initialised: no division by it. */
	if (p->failed || !p->sleep_pages)
		return;
	p->sleep_pages = grow(p->sleep_pages, done_pages / p->sleep_pages, p->limits.step_pages,
			      p->limits.sleep_max_pages);
}

/**
 * pace_deflate_room() - what is left of this deflate cycle
 * @p: the pace
 * @done_pages: 4 KiB pages given back in this cycle
 *
 * Return: 4 KiB pages that the cycle may still give back; 0: it is over.
 */
u32 pace_deflate_room(const struct pace *p, u32 done_pages)
{
	return sat_sub_u32(p->free_pages, done_pages);
}

/**
 * pace_deflate_end() - close a deflate cycle
 * @p: the pace
 * @error: the host did not consent to something, or could not be asked
 *
 * An error halves the free rate. A clean cycle raises it by one step, however
 * much it gave back.
 */
void pace_deflate_end(struct pace *p, bool error)
{
	if (error)
		p->free_pages = halve(p->free_pages, p->limits.free_min_pages);
	else
		p->free_pages = grow(p->free_pages, 1, p->limits.step_pages,
				     p->limits.free_max_pages);
}

/**
 * pace_pause_ms() - how long to wait before the next cycle
 * @p: the pace
 * @progress: the cycle that just ended moved at least one page
 *
 * Call it once after each cycle that did not reach the target. The pause
 * starts at @pause_min_ms and doubles with each cycle without progress, up to
 * @pause_max_ms; progress starts it anew.
 *
 * Return: milliseconds.
 */
u32 pace_pause_ms(struct pace *p, bool progress)
{
	u32 pause_ms;

	if (progress) {
		p->pause_ms = p->limits.pause_min_ms;
		return p->pause_ms;
	}
	pause_ms = p->pause_ms;
	p->pause_ms = grow(pause_ms, 1, pause_ms, p->limits.pause_max_ms);
	return pause_ms;
}
