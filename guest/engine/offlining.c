// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gives back memory that goes offline, and makes room for what has to move out of it.
 *
 * Theory of operation
 *
 * Before memory is pulled out, or set offline by root, the kernel moves away what is on it,
 * and tries that for ever as long as each page is of a kind that can move. In a guest that the
 * balloon has filled no page finds another place, and nobody is killed for one: the OOM
 * killer, and so the notice that oom.c follows, is not for that. So the notifier gives back
 * what is held in the range (nobody else can take it: the range is cut off from the allocator
 * by then) before the first page has to move. Blocks cannot move, and would make all fail.
 *
 * What others have there needs room elsewhere. Until the range is offline, or the kernel has
 * given up, the balloon only grows into what is free beyond that, and if it may give memory
 * back in need, it shrinks until there is room. That is the worker's: who uses that room
 * meanwhile is not known in advance, so that it looks again and again.
 *
 * A host that is slow, or has much there, does not take back all of it in the notifier's time, and
 * what is on the move just then cannot be given back at all. For as much the balloon shrinks
 * in any case, wherever that lies: it makes the room that the rest moves to, and leaves it with
 * what it would have held, had the notifier given back everything.
 *
 * A host that is not on speaking terms keeps what it has. The kernel is told then that
 * the range cannot go, since those pages could never move.
 */
#include "guest/engine/offlining.h"

#include <linux/memory.h>
#include <linux/memory_hotplug.h>
#include <linux/mm.h>

#include "guest/engine/balloon.h"
#include "guest/engine/exchange.h"
#include "guest/engine/meminfo.h"
#include "guest/engine/oom.h"
#include "guest/engine/pool.h"
#include "guest/engine/target.h"
#include "guest/engine/walk.h"

static void set_range(struct aero_balloon *balloon, unsigned long pfn, unsigned long nr_pages)
{
	struct aero_offlining *offlining = &balloon->offlining;
	const struct aero_pool *pool = &balloon->pool;

	mutex_lock(&offlining->lock);
	offlining->range.pfn = pfn;
	WRITE_ONCE(offlining->range.nr_pages, nr_pages);
	offlining->rest_pages = sat_sub_u64(aero_pool_size(pool),
					    aero_pool_size_within(pool, &offlining->range));
	mutex_unlock(&offlining->lock);
}

/* Free pages are the only ones without a reference; those inside a larger one have its references. */
static u64 used_pages(const struct aero_range *range)
{
	u64 used = 0;
	unsigned long i;

	for (i = 0; i < range->nr_pages; i++) {
		struct page *page = pfn_to_online_page(range->pfn + i);

		used += page && page_count(page);
		cond_resched();
	}
	return used;
}

static int begin(struct aero_balloon *balloon, const struct memory_notify *memory)
{
	struct aero_offlining *offlining = &balloon->offlining;
	int err;

	set_range(balloon, memory->start_pfn, memory->nr_pages);
	aero_walk_recall(balloon);
	err = aero_exchange_evacuate(balloon, &offlining->batch, &offlining->range);
	aero_balloon_kick(balloon);
	return err;
}

static int offlining_notify(struct notifier_block *notifier, unsigned long event, void *memory)
{
	struct aero_balloon *balloon = container_of(notifier, struct aero_balloon,
						    offlining.notifier);

	switch (event) {
	case MEM_GOING_OFFLINE:
		return notifier_from_errno(begin(balloon, memory));
	case MEM_OFFLINE:
	case MEM_CANCEL_OFFLINE:
		set_range(balloon, 0, 0);
		aero_balloon_kick(balloon);
	}
	return NOTIFY_DONE;
}

/**
 * aero_offlining_active() - whether memory is going offline
 * @balloon: the balloon
 *
 * Context: any.
 */
bool aero_offlining_active(const struct aero_balloon *balloon)
{
	return READ_ONCE(balloon->offlining.range.nr_pages);
}

/**
 * aero_offlining_takes() - whether any of a batch lies in memory that goes offline
 * @balloon: the balloon
 * @batch: entries that were allocated, maybe before it did
 *
 * Context: process.
 */
bool aero_offlining_takes(struct aero_balloon *balloon, const struct aero_batch *batch)
{
	struct aero_offlining *offlining = &balloon->offlining;
	bool takes = false;
	unsigned int i;

	if (!aero_offlining_active(balloon))
		return false;
	mutex_lock(&offlining->lock);
	for (i = 0; i < batch->nr && !takes; i++)
		takes = aero_range_has(&offlining->range, page_to_pfn(batch->pages[i]));
	mutex_unlock(&offlining->lock);
	return takes;
}

/* What has to move and, if any, the margin that inflation leaves: the next allocation would take its place. */
static u64 need_pages(struct aero_balloon *balloon)
{
	struct aero_offlining *offlining = &balloon->offlining;
	u64 used;

	mutex_lock(&offlining->lock);
	used = used_pages(&offlining->range);
	mutex_unlock(&offlining->lock);
	if (!used)
		return 0;
	return used + aero_meminfo_reserve_pages() + aero_target_margin_pages(balloon);
}

/* What was held there, as far as it has not been given back yet, or others in its place. */
static u64 left_pages(struct aero_balloon *balloon, u64 held_pages)
{
	struct aero_offlining *offlining = &balloon->offlining;
	u64 rest_pages;

	mutex_lock(&offlining->lock);
	rest_pages = offlining->rest_pages;
	mutex_unlock(&offlining->lock);
	return sat_sub_u64(held_pages, rest_pages);
}

/**
 * aero_offlining_limit_pages() - most that may be held while memory goes offline
 * @balloon: the balloon
 *
 * Return: guest pages; less than is held only if that was held there, or may be given back in need.
 * Context: the resize worker; slow.
 */
u64 aero_offlining_limit_pages(struct aero_balloon *balloon)
{
	u64 held_pages = aero_pool_size(&balloon->pool);
	u64 free_pages = aero_meminfo_free_pages();
	u64 need = need_pages(balloon);
	u64 may_give;

	if (free_pages >= need)
		return held_pages + free_pages - need;
	may_give = max(aero_oom_may_give(balloon), left_pages(balloon, held_pages));
	return held_pages - min(min(need - free_pages, may_give), held_pages);
}

/**
 * aero_offlining_init() - watch for memory that goes offline
 * @balloon: otherwise complete
 *
 * Return: 0 or a negative errno.
 * Context: process.
 */
int aero_offlining_init(struct aero_balloon *balloon)
{
	mutex_init(&balloon->offlining.lock);
	balloon->offlining.notifier.notifier_call = offlining_notify;
	return register_memory_notifier(&balloon->offlining.notifier);
}

/**
 * aero_offlining_exit() - stop watching; no notification is going on afterwards
 * @balloon: stopped
 *
 * Context: process.
 */
void aero_offlining_exit(struct aero_balloon *balloon)
{
	unregister_memory_notifier(&balloon->offlining.notifier);
}
