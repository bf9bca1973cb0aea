// SPDX-License-Identifier: GPL-2.0-only
/*
 * Walks over the memory that the guest does not use: what is held, and what is free.
 *
 * Theory of operation
 *
 * A transport may have to name that memory to its host again: to one that is about to
 * migrate the guest, so that it need not copy it, or to one that lost what it was told.
 * It gives a visitor, which is called with a few ranges at a time, each time within an
 * exchange of its own: what it was shown stays unused until it returns, and resizing,
 * migration and rescues get their turn in between.
 *
 * Held memory is found by looking through the page structures in the order of addresses
 * and not through the pool's lists, since those cannot be left and entered again.
 *
 * Free memory has to be allocated to be shown, and kept until the end so that the
 * allocator does not hand out the same again. It is on loan: the walk leaves the
 * margin that inflation leaves, stops without it, and a guest that is out of memory
 * recalls the loan at once.
 */
#include "guest/engine/walk.h"

#include <linux/export.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "guest/engine/balloon.h"
#include "guest/engine/exchange.h"
#include "guest/engine/meminfo.h"
#include "guest/engine/pool.h"
#include "guest/engine/target.h"

/* Ranges shown in one exchange. */
#define WALK_RANGES 256
/* Free blocks shown in one exchange: 64 MiB. */
#define WALK_BLOCKS 32

/* One exchange. Returns what the visitor returned, or -EBUSY if nothing may be said now. */
static int show(struct aero_balloon *balloon, aero_visitor_t visit, const struct aero_range *ranges,
		unsigned int nr)
{
	int ret;

	if (!aero_balloon_begin_exchange(balloon))
		return -EBUSY;
	ret = visit(balloon->priv, ranges, nr);
	aero_balloon_end_exchange(balloon, min(ret, 0), "naming memory again");
	return ret;
}

/* Finds and shows some held memory from *@pfn on, which is moved on. */
static int show_held(struct aero_balloon *balloon, bool blocks_only, aero_visitor_t visit,
		     struct aero_range *ranges, unsigned long *pfn, bool *ret_end)
{
	unsigned int nr;
	int ret = 0;

	if (!aero_balloon_begin_exchange(balloon))
		return -EBUSY;
	*ret_end = aero_pool_scan(&balloon->pool, blocks_only, pfn, ranges, WALK_RANGES, &nr);
	if (nr)
		ret = visit(balloon->priv, ranges, nr);
	aero_balloon_end_exchange(balloon, min(ret, 0), "naming held memory again");
	return ret;
}

static int walk_held(struct aero_balloon *balloon, bool blocks_only, aero_visitor_t visit)
{
	struct aero_range *ranges = kmalloc_array(WALK_RANGES, sizeof(*ranges), GFP_KERNEL);
	unsigned long pfn = 0;
	bool end = false;
	int ret = 0;

	if (!ranges)
		return -ENOMEM;
	while (!ret && !end) {
		ret = show_held(balloon, blocks_only, visit, ranges, &pfn, &end);
		if (signal_pending(current))
			ret = ret ?: -EINTR;
		cond_resched();
	}
	kfree(ranges);
	return ret;
}

/**
 * aero_walk_blocks() - visit the blocks held
 * @balloon: the balloon
 * @visit: called with ranges in the order of addresses
 *
 * Return: 0, what ended the walk early (see aero_visitor_t), -EBUSY when the host may not
 * be talked to, -ENOMEM, or -EINTR.
 * Context: process; takes the host_lock, many times.
 */
int aero_walk_blocks(struct aero_balloon *balloon, aero_visitor_t visit)
{
	return walk_held(balloon, true, visit);
}

/**
 * aero_balloon_walk_held() - visit all memory held
 * @balloon: the balloon
 * @visit: called with ranges in the order of addresses
 *
 * What enters or leaves the balloon during the walk may be missed, and so are pages that
 * are on the move.
 *
 * Return: as aero_walk_blocks().
 * Context: process; takes the host_lock, many times.
 */
int aero_balloon_walk_held(struct aero_balloon *balloon, aero_visitor_t visit)
{
	return walk_held(balloon, false, visit);
}
EXPORT_SYMBOL_GPL(aero_balloon_walk_held);

static void begin_loan(struct aero_balloon *balloon)
{
	unsigned long flags;

	spin_lock_irqsave(&balloon->state_lock, flags);
	balloon->loan_recalled = false;
	spin_unlock_irqrestore(&balloon->state_lock, flags);
}

/* Allocates free blocks as long as that takes them from nobody. */
static unsigned int borrow(struct aero_balloon *balloon, struct aero_batch *batch)
{
	u64 keep_pages = aero_meminfo_reserve_pages() + aero_target_margin_pages(balloon);
	u64 free_pages = aero_meminfo_free_pages();

	batch->nr = 0;
	if (free_pages < keep_pages + AERO_BLOCK_PAGES)
		return 0;
	return aero_pool_borrow(batch, min_t(u64, (free_pages - keep_pages) / AERO_BLOCK_PAGES,
					     WALK_BLOCKS));
}

/* Returns false, and gives the batch back, if the loan was recalled meanwhile. */
static bool lend(struct aero_balloon *balloon, struct aero_batch *batch)
{
	unsigned long flags;
	bool recalled;
	unsigned int i;

	spin_lock_irqsave(&balloon->state_lock, flags);
	recalled = balloon->loan_recalled;
	for (i = 0; i < batch->nr && !recalled; i++)
		list_add(&batch->pages[i]->lru, &balloon->loan);
	spin_unlock_irqrestore(&balloon->state_lock, flags);
	if (recalled)
		aero_pool_free(batch);
	return !recalled;
}

/* Gives back what is on loan. Returns guest pages. */
static u64 give_back(struct aero_balloon *balloon, bool recall)
{
	struct page *block, *next;
	unsigned long flags;
	u64 pages = 0;
	LIST_HEAD(loan);

	spin_lock_irqsave(&balloon->state_lock, flags);
	list_splice_init(&balloon->loan, &loan);
	balloon->loan_recalled |= recall;
	spin_unlock_irqrestore(&balloon->state_lock, flags);
	list_for_each_entry_safe(block, next, &loan, lru) {
		list_del(&block->lru);
		__free_pages(block, AERO_BLOCK_ORDER);
		pages += AERO_BLOCK_PAGES;
	}
	return pages;
}

/* Borrows and shows one batch. Returns 0 to go on. */
static int show_free(struct aero_balloon *balloon, aero_visitor_t visit, struct aero_batch *batch)
{
	struct aero_range ranges[WALK_BLOCKS];
	unsigned int nr = 0;
	unsigned int i;
	int ret;

	for (i = 0; i < batch->nr; i++)
		aero_range_append(ranges, &nr, WALK_BLOCKS, page_to_pfn(batch->pages[i]),
				  AERO_BLOCK_PAGES);
	ret = show(balloon, visit, ranges, nr);
	if (ret < 0 && ret != -EBUSY) {
		/* The host may still read what it was shown. */
		aero_exchange_strand(balloon, batch);
		return ret;
	}
	if (!lend(balloon, batch))
		return ret ?: -ENOMEM;
	return ret;
}

/**
 * aero_balloon_walk_free() - visit the guest's free memory, in blocks
 * @balloon: the balloon
 * @visit: called with ranges, in no order
 *
 * Return: as aero_walk_blocks(); -ENOMEM when the guest needed its memory.
 * Context: process, one walk over free memory at a time; takes the host_lock, many times.
 */
int aero_balloon_walk_free(struct aero_balloon *balloon, aero_visitor_t visit)
{
	struct page *pages[WALK_BLOCKS];
	struct aero_batch batch = { .class = AERO_BLOCK, .ordered = true, .pages = pages };
	int ret = 0;

	begin_loan(balloon);
	while (!ret && borrow(balloon, &batch)) {
		ret = show_free(balloon, visit, &batch);
		cond_resched();
	}
	give_back(balloon, false);
	return ret;
}
EXPORT_SYMBOL_GPL(aero_balloon_walk_free);

/**
 * aero_walk_recall() - the guest needs what a walk has borrowed; the walk ends
 * @balloon: the balloon
 *
 * Return: guest pages that were freed.
 * Context: process, also in want of memory.
 */
u64 aero_walk_recall(struct aero_balloon *balloon)
{
	return give_back(balloon, true);
}
