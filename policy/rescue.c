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
 * Each rescue starts a hold-off (holdoff.c), in which the balloon must not take
 * back what it just gave.
 */
#include "rescue.h"

/**
 * rescue_init() - remember nothing
 * @r: untouched on failure
 * @limits: no member 0 but holdoff.calm_ms, no minimum above its maximum
 *
 * Return: whether @limits make sense.
 */
bool rescue_init(struct rescue *r, const struct rescue_limits *limits)
{
	if (!limits->give_min_pages || limits->give_min_pages > limits->give_max_pages ||
	    !holdoff_limits_good(&limits->holdoff))
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
	return holdoff_runs(&r->holdoff, now_ms);
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

	if (holdoff_begin(&r->holdoff, &r->limits.holdoff, now_ms))
		r->give_pages = r->limits.give_min_pages;
	give_pages = r->give_pages;
	r->give_pages = twice(r->give_pages, r->limits.give_max_pages);
	return give_pages;
}
