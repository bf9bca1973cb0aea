// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gives memory back when the guest is about to kill a process, on every hypervisor.
 *
 * Theory of operation
 *
 * The kernel calls the notifier when an allocation has failed for good and before it
 * chooses a victim. Whatever the notifier frees lets the allocation try again. It
 * runs on the allocating task, does not wait for the worker, and ends with what it has
 * after GIVE_DEADLINE_MS: the kernel asks again if that was not enough. With nothing it would
 * kill, so that an exchange that is going on (of the worker, or of a page that moves) is
 * waited for until BUSY_DEADLINE_MS; pages that want to move, of which each would be the next to
 * talk to the host, stand back meanwhile. Only an exchange of its own may take longer, until the
 * transport gives up the host.
 * policy/rescue says how much to give and how long the balloon must not grow then.
 *
 * It gives all that is held where the host agreed to that (transport->deflate_on_oom)
 * or the guest's administrator decided it (oom_deflate); else what was taken on the
 * guest's own wish alone, which is also all that a delegate can have back. A balloon
 * that holds nothing of that, or cannot talk to its host, leaves the kernel to its work.
 */
#include "guest/engine/oom.h"

#include <linux/jiffies.h>
#include <linux/ktime.h>
#include <linux/moduleparam.h>
#include <linux/oom.h>
#include <linux/sched.h>
#include <linux/sizes.h>

#include "guest/engine/balloon.h"
#include "guest/engine/delegate.h"
#include "guest/engine/exchange.h"
#include "guest/engine/trace.h"
#include "guest/engine/walk.h"

/* How long a rescue goes on when it has something to show. */
#define GIVE_DEADLINE_MS 100
/* How long it waits for others' exchanges with the host until then. */
#define BUSY_DEADLINE_MS 1000

static const struct rescue_limits limits = {
	.give_min_pages = SZ_32M >> PAGE_SHIFT,
	.give_max_pages = SZ_256M >> PAGE_SHIFT,
	.holdoff = { .min_ms = 10000, .max_ms = 320000, .calm_ms = 60000 },
};

static bool oom_deflate;
module_param(oom_deflate, bool, 0644);
MODULE_PARM_DESC(oom_deflate,
		 "Give memory back before a process is killed even if the host did not agree to it (default N)");

static u64 now_ms(void)
{
	return ktime_to_ms(ktime_get());
}

static u32 begin(struct aero_balloon *balloon)
{
	unsigned long flags;
	u32 pages;

	spin_lock_irqsave(&balloon->state_lock, flags);
	pages = rescue_begin(&balloon->rescue, now_ms());
	spin_unlock_irqrestore(&balloon->state_lock, flags);
	return pages;
}

/* Blocks first: they go back whole, and without a word on most hosts. */
static int give_some(struct aero_balloon *balloon, u64 want_pages)
{
	struct aero_batch *batch = &balloon->oom_batch;
	int ret;

	if (atomic_long_read(&balloon->pool.nr_blocks)) {
		batch->class = AERO_BLOCK;
		ret = aero_exchange_try_deflate(balloon, batch,
						DIV_ROUND_UP_ULL(want_pages, AERO_BLOCK_PAGES));
		return ret < 0 ? ret : ret * (int)AERO_BLOCK_PAGES;
	}
	batch->class = AERO_PAGE;
	return aero_exchange_try_deflate(balloon, batch, min_t(u64, want_pages, AERO_BLOCK_PAGES));
}

static u64 give(struct aero_balloon *balloon, u64 want_pages)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(GIVE_DEADLINE_MS);
	unsigned long busy_deadline = jiffies + msecs_to_jiffies(BUSY_DEADLINE_MS);
	u64 given_pages = 0;

	if (balloon->transport->delegate)
		return aero_delegate_give(balloon, want_pages, deadline);
	while (given_pages < want_pages && aero_pool_size(&balloon->pool)) {
		int ret = give_some(balloon, want_pages - given_pages);

		if (ret > 0)
			given_pages += ret;
		if ((ret < 0 && ret != -EBUSY) ||
		    time_after(jiffies, given_pages ? deadline : busy_deadline))
			break;
		/* Busy, or all pages are isolated: either ends soon. */
		if (ret <= 0)
			schedule_timeout_uninterruptible(1);
	}
	return given_pages;
}

/**
 * aero_oom_may_give() - what may be given back in need without breaking a promise
 * @balloon: the balloon
 *
 * Return: guest pages, whole blocks unless it is everything.
 * Context: any.
 */
u64 aero_oom_may_give(const struct aero_balloon *balloon)
{
	u64 held_pages = aero_pool_size(&balloon->pool);
	u64 own_pages = sat_sub_u64(held_pages, READ_ONCE(balloon->host_target_pages));

	if (balloon->transport->deflate_on_oom ||
	    (READ_ONCE(oom_deflate) && !balloon->transport->delegate))
		return held_pages;
	return own_pages & ~(u64)(AERO_BLOCK_PAGES - 1);
}

static int oom_notify(struct notifier_block *notifier, unsigned long unused, void *parameter)
{
	struct aero_balloon *balloon = container_of(notifier, struct aero_balloon, oom_notifier);
	unsigned long *freed_pages = parameter;
	u64 most_pages = aero_oom_may_give(balloon);
	u64 want_pages, given_pages;

	*freed_pages += aero_walk_recall(balloon);
	if (!aero_balloon_runs(balloon) || !most_pages)
		return NOTIFY_OK;
	/* The hold-off first, so that the worker does not take back what is given. */
	want_pages = min_t(u64, begin(balloon), most_pages);
	WRITE_ONCE(balloon->in_need, true);
	given_pages = give(balloon, want_pages);
	WRITE_ONCE(balloon->in_need, false);
	*freed_pages += given_pages;
	aero_count(&balloon->counters, AERO_OOM_RESCUES, 1);
	aero_count(&balloon->counters, AERO_OOM_PAGES, given_pages);
	trace_aero_oom(balloon, want_pages, given_pages);
	aero_balloon_kick(balloon); /* It reports the size. */
	return NOTIFY_OK;
}

/**
 * aero_oom_holds_off() - whether the balloon must not grow
 * @balloon: the balloon
 *
 * Context: any.
 */
bool aero_oom_holds_off(struct aero_balloon *balloon)
{
	unsigned long flags;
	bool holds_off;

	spin_lock_irqsave(&balloon->state_lock, flags);
	holds_off = rescue_holds_off(&balloon->rescue, now_ms());
	spin_unlock_irqrestore(&balloon->state_lock, flags);
	return holds_off;
}

/**
 * aero_oom_init() - watch for a guest in need
 * @balloon: otherwise complete
 *
 * Return: 0 or a negative errno.
 * Context: process.
 */
int aero_oom_init(struct aero_balloon *balloon)
{
	rescue_init(&balloon->rescue, &limits);
	balloon->oom_notifier.notifier_call = oom_notify;
	return register_oom_notifier(&balloon->oom_notifier);
}

/**
 * aero_oom_exit() - stop watching; no rescue is going on afterwards
 * @balloon: the balloon
 *
 * Context: process.
 */
void aero_oom_exit(struct aero_balloon *balloon)
{
	unregister_oom_notifier(&balloon->oom_notifier);
}
