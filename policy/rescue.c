// SPDX-License-Identifier: GPL-2.0-only
/*
 * How much the balloon gives back when the guest is about to kill a process,
 * and how long it takes nothing afterwards.
 *
 * Theory of operation
 *
 * A guest in need tells when, but not how much. So a first rescue gives a little,
 * and each further one, as long as the guest has not been calm for a while, twice
 * as much as the one before: the host keeps what one allocation did not need, and a
 * guest that needs a lot is not asked to fail many times.
 *
 * Each rescue starts a hold-off, in which the balloon must not take back what
 * it just gave. A rescue during a hold-off leaves its length as it is and starts
 * it anew; one that comes soon after its end doubles it, since taking memory then
 * was too early.
 */
#include "rescue.h"

/**
 * rescue_init() - remember nothing
 * @r: untouched on failure
 * @limits: no member 0 but calm_ms, no minimum above its maximum
 *
 * Return: whether @limits make sense.
 */
bool rescue_init(struct rescue *r, const struct rescue_limits *limits)
{
	if (!limits->give_min_pages || limits->give_min_pages > limits->give_max_pages ||
	    !limits->holdoff_min_ms || limits->holdoff_min_ms > limits->holdoff_max_ms)
		return false;
	*r = (struct rescue){ .limits = *limits, .give_pages = limits->give_min_pages };
	return true;
}

static u32 twice(u32 value, u32 max)
{
	return value > max / 2 ? max : value * 2;
}

/**
 * rescue_holds_off() - whether the balloon must not grow
 * @r: any
 * @now_ms: a clock that does not run backwards
 */
bool rescue_holds_off(const struct rescue *r, u64 now_ms)
{
	return r->holdoff_ms && now_ms < r->until_ms;
}

/**
 * rescue_begin() - the guest is about to kill a process
 * @r: initialised
 * @now_ms: a clock that does not run backwards
 *
 * Starts the hold-off.
 *
 * Return: 4 KiB pages to give back, if there are as many.
 */
u32 rescue_begin(struct rescue *r, u64 now_ms)
{
	u32 give_pages;
	bool calm = !r->holdoff_ms || now_ms >= sat_add_u64(r->until_ms, r->limits.calm_ms);

	if (calm) {
		r->give_pages = r->limits.give_min_pages;
		r->holdoff_ms = r->limits.holdoff_min_ms;
	} else if (!rescue_holds_off(r, now_ms)) {
		r->holdoff_ms = twice(r->holdoff_ms, r->limits.holdoff_max_ms);
	}
	r->until_ms = sat_add_u64(now_ms, r->holdoff_ms);
	give_pages = r->give_pages;
	r->give_pages = twice(r->give_pages, r->limits.give_max_pages);
	return give_pages;
}
