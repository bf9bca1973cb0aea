// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's own wish: a fixed one, or one that it finds out by itself all the time.
 *
 * Theory of operation
 *
 * While self-ballooning is on, the worker looks at the guest's memory, lets
 * policy/selfballoon decide, and makes the answer the guest's own wish. The larger of
 * that and the host's wish is the target, so neither overwrites the other, and whatever
 * limits a target limits this one. The worker is in the kernel, because a process that
 * gives memory back can be swapped out or killed when it is needed most.
 *
 * It only takes more while there is free swap: what processes do not use at
 * the moment has nowhere else to go. Whoever forces it knows better.
 *
 * What a user-space program brings back from swap needs room. It says how much, and
 * says it again while it works: what it said is forgotten after RETURN_MS, so that one
 * that died does not pin memory.
 */
#include "guest/engine/selfballoon.h"

#include <linux/device.h>
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/lockdep.h>
#include <linux/mm.h>

#include "guest/engine/balloon.h"
#include "guest/engine/meminfo.h"
#include "guest/engine/oom.h"
#include "guest/engine/target.h"
#include "guest/engine/trace.h"

/* How long an announcement of returning memory counts. */
#define RETURN_MS 60000

static u64 now_ms(void)
{
	return ktime_to_ms(ktime_get());
}

static u64 mb_pages(u32 mb)
{
	return (u64)mb << (20 - PAGE_SHIFT);
}

static u64 return_pages(const struct aero_selfballoon *self)
{
	lockdep_assert_held(&self->lock);
	return now_ms() < self->return_until_ms ? self->return_pages : 0;
}

/* More is only taken where it can go, and not while memory is given back in need. */
static bool may_grow(struct aero_balloon *balloon)
{
	if (READ_ONCE(balloon->hibernating) || aero_oom_holds_off(balloon))
		return false;
	return balloon->self.mode == AERO_SELF_FORCED || aero_meminfo_has_free_swap();
}

static void take_sample(struct aero_balloon *balloon, struct selfballoon_sample *ret_sample)
{
	u64 held_pages = aero_pool_size(&balloon->pool);
	struct aero_selfballoon *self = &balloon->self;
	struct aero_meminfo info;

	aero_meminfo_read(&info);
	*ret_sample = (struct selfballoon_sample){
		.now_ms = now_ms(),
		.ram_pages = aero_target_ram_pages(balloon),
		.floor_pages = aero_target_floor_pages(balloon),
		.held_pages = held_pages,
		.committed_pages = aero_meminfo_committed_pages(),
		.reserve_pages = aero_meminfo_reserve_pages(),
		.reserved_pages = mb_pages(READ_ONCE(self->tunable[AERO_RESERVED_MB])),
		.return_pages = return_pages(self),
		.free_pages = info.free_pages,
		.pcp_pages = aero_meminfo_pcp_pages(),
		.available_pages = info.available_pages,
		.margin_pages = aero_target_margin_pages(balloon),
		.refaults = info.refaults,
		.major_faults = info.major_faults,
		.alloc_stalls = info.alloc_stalls,
		.direct_scanned_pages = info.direct_scanned_pages,
		.may_grow = may_grow(balloon),
		.settled = held_pages == READ_ONCE(balloon->target.pages),
		.moving = aero_balloon_moves(balloon),
	};
}

static void set_wish(struct aero_balloon *balloon, u64 pages)
{
	lockdep_assert_held(&balloon->self.lock);
	if (pages == balloon->self_target_pages)
		return;
	WRITE_ONCE(balloon->self_target_pages, pages);
	aero_balloon_kick(balloon);
}

static void look(struct aero_balloon *balloon)
{
	struct aero_selfballoon *self = &balloon->self;
	const struct selfballoon_tunables tunables = {
		.interval_s = READ_ONCE(self->tunable[AERO_INTERVAL_S]),
		.downhysteresis = READ_ONCE(self->tunable[AERO_DOWNHYSTERESIS]),
		.uphysteresis = READ_ONCE(self->tunable[AERO_UPHYSTERESIS]),
	};
	struct selfballoon_sample sample;
	u64 wish_pages;

	take_sample(balloon, &sample);
	wish_pages = selfballoon_look(&self->state, READ_ONCE(self->policy), &tunables, &sample);
	trace_aero_selfballoon(balloon, &sample, wish_pages);
	set_wish(balloon, wish_pages);
	queue_delayed_work(balloon->wq, &self->work,
			   msecs_to_jiffies(selfballoon_pause_ms(&self->state, sample.now_ms)));
}

static void selfballoon_work(struct work_struct *work)
{
	struct aero_balloon *balloon = container_of(to_delayed_work(work), struct aero_balloon,
						    self.work);

	mutex_lock(&balloon->self.lock);
	if (balloon->self.mode != AERO_SELF_OFF && aero_balloon_runs(balloon))
		look(balloon);
	mutex_unlock(&balloon->self.lock);
}

/* Returns 0, or why the switch may not be set to @mode, after saying so. */
static int check_mode(const struct aero_balloon *balloon, enum aero_selfballooning mode)
{
	if (mode != AERO_SELF_OFF && balloon->transport->controls_host) {
		dev_notice_ratelimited(balloon->dev,
				       "self-ballooning refused: this guest controls the host\n");
		return -EPERM;
	}
	if (mode == AERO_SELF_ON && !aero_meminfo_has_free_swap()) {
		dev_notice_ratelimited(
			balloon->dev,
			"self-ballooning refused: there is no free swap, so that memory in use could go nowhere; 'force' does without\n");
		return -ENODEV;
	}
	return 0;
}

/**
 * aero_selfballoon_switch() - switch self-ballooning on or off
 * @balloon: the balloon
 * @mode: the switch's new position
 *
 * Switching it on starts from the fixed wish; switching it off wishes for nothing.
 *
 * Return: 0; -ENODEV when there is no free swap; -EPERM where it must not be.
 * Context: process.
 */
int aero_selfballoon_switch(struct aero_balloon *balloon, enum aero_selfballooning mode)
{
	struct aero_selfballoon *self = &balloon->self;
	int err = check_mode(balloon, mode);

	if (err)
		return err;
	mutex_lock(&self->lock);
	if (self->mode == AERO_SELF_OFF)
		selfballoon_init(&self->state, AERO_BLOCK_ORDER, balloon->self_target_pages);
	if (mode == AERO_SELF_OFF && self->mode != AERO_SELF_OFF)
		set_wish(balloon, 0);
	WRITE_ONCE(self->mode, mode);
	mutex_unlock(&self->lock);
	aero_selfballoon_kick(balloon);
	return 0;
}

/**
 * aero_selfballoon_set_fixed() - have the guest wish for a size of root's choice
 * @balloon: the balloon
 * @pages: guest pages
 *
 * Return: 0, or -EBUSY while self-ballooning is on.
 * Context: process.
 */
int aero_selfballoon_set_fixed(struct aero_balloon *balloon, u64 pages)
{
	int err = -EBUSY;

	mutex_lock(&balloon->self.lock);
	if (balloon->self.mode == AERO_SELF_OFF) {
		set_wish(balloon, pages);
		err = 0;
	}
	mutex_unlock(&balloon->self.lock);
	return err;
}

/**
 * aero_selfballoon_set_return() - swapped memory is on its way back
 * @balloon: the balloon
 * @pages: guest pages that need room within RETURN_MS, instead of what was said before
 *
 * Context: process.
 */
void aero_selfballoon_set_return(struct aero_balloon *balloon, u64 pages)
{
	struct aero_selfballoon *self = &balloon->self;

	mutex_lock(&self->lock);
	self->return_pages = pages;
	self->return_until_ms = now_ms() + RETURN_MS;
	mutex_unlock(&self->lock);
	aero_selfballoon_kick(balloon);
}

/**
 * aero_selfballoon_return_pages() - what counts as returning now, in guest pages
 * @balloon: the balloon
 *
 * Context: process.
 */
u64 aero_selfballoon_return_pages(struct aero_balloon *balloon)
{
	u64 pages;

	mutex_lock(&balloon->self.lock);
	pages = return_pages(&balloon->self);
	mutex_unlock(&balloon->self.lock);
	return pages;
}

/**
 * aero_selfballoon_kick() - look now, if it is on
 * @balloon: the balloon
 *
 * Context: any.
 */
void aero_selfballoon_kick(struct aero_balloon *balloon)
{
	if (READ_ONCE(balloon->self.mode) != AERO_SELF_OFF && aero_balloon_runs(balloon))
		mod_delayed_work(balloon->wq, &balloon->self.work, 0);
}

/**
 * aero_selfballoon_init() - set it up as the module's parameters say
 * @balloon: stopped; with its transport
 *
 * Context: process.
 */
void aero_selfballoon_init(struct aero_balloon *balloon)
{
	struct aero_selfballoon *self = &balloon->self;

	mutex_init(&self->lock);
	INIT_DELAYED_WORK(&self->work, selfballoon_work);
	self->mode = aero_selfballoon_boot(self);
	if (balloon->transport->controls_host)
		self->mode = AERO_SELF_OFF;
	selfballoon_init(&self->state, AERO_BLOCK_ORDER, 0);
}

/**
 * aero_selfballoon_start() - begin to look, if it is on
 * @balloon: in a state in which it runs
 *
 * Swap is usually switched on long after modules are loaded, so here it is waited for.
 *
 * Context: process.
 */
void aero_selfballoon_start(struct aero_balloon *balloon)
{
	if (READ_ONCE(balloon->self.mode) == AERO_SELF_ON && !aero_meminfo_has_free_swap())
		dev_info(balloon->dev, "self-ballooning waits for swap\n");
	aero_selfballoon_kick(balloon);
}

/**
 * aero_selfballoon_stop() - no look is going on when this returns
 * @balloon: in a state in which it does not run, so that none comes after
 *
 * Context: process.
 */
void aero_selfballoon_stop(struct aero_balloon *balloon)
{
	cancel_delayed_work_sync(&balloon->self.work);
}
