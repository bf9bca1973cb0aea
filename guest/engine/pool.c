// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pool: the memory a balloon holds, and the only place that allocates, lists or frees it.
 *
 * Theory of operation
 *
 * Memory is held in two classes. Single pages go through the kernel's balloon
 * core, which makes them movable: compaction can isolate one at any time, put
 * it back or replace it, so the core's list may for a while be shorter than
 * nr_pages. Blocks are naturally aligned runs of AERO_BLOCK_PAGES; they cannot
 * move and need not, since they fragment nothing below their own size.
 *
 * An entry's life: allocated into a batch (nobody else knows it) -> offered to
 * the host by the caller -> added, refused (freed when the cycle ends) or
 * stranded (the host never answered; kept until the device was reset). A held
 * entry is taken out into a batch again, offered back, and freed.
 *
 * Memory that is held is logically offline (PageOffline, so that a crash dump
 * does not read it back from the host). It does not count as managed unless the
 * host agreed that the guest takes it back in need.
 *
 * Left out on purpose: __GFP_MOVABLE for blocks. They would be pinned in
 * ZONE_MOVABLE and CMA areas, which promise that this does not happen.
 */
#include "guest/engine/pool.h"

#include <linux/delay.h>
#include <linux/gfp.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/nodemask.h>
#include <linux/page-flags.h>
#include <linux/sizes.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/vmstat.h>

/* Pages moved under one hold of the core's lock, which disables interrupts. */
#define CORE_CHUNK 1024
/* Pages allocated in one go; if the kernel zeroes what it gives, then with preemption disabled. */
#define ALLOC_CHUNK 64
/* How long isolated pages may take to come back when the balloon is dropped. */
#define ISOLATED_DEADLINE_MS 60000
/*
 * A block's first page has in its private whether all its pages carry a reference each,
 * and, while it is held, by which pool (an address with room for the bit).
 */
#define BLOCK_IS_CONTIG 1UL
/* Page structures looked at in one scan: those of 1 GiB. */
#define SCAN_PAGES (SZ_1G >> PAGE_SHIFT)

/* No reserves, no warning, no retry, and so never the OOM killer. */
#define AERO_GFP (__GFP_NOMEMALLOC | __GFP_NORETRY | __GFP_NOWARN)

static bool movable = true;
module_param(movable, bool, 0444);
MODULE_PARM_DESC(movable, "Hold single pages so that they can move (default Y; N only to measure what it is worth)");

/**
 * aero_pool_movable() - whether single pages are held movable
 */
bool aero_pool_movable(void)
{
	return movable;
}

/**
 * aero_pool_init() - make an empty pool
 * @pool: zeroed memory
 * @transport: says whether memory that is held counts as used, or as gone (from the
 *	kernel's managed pages and so from MemTotal), and whether another driver holds it
 * @priv: the transport's
 *
 * The caller sets pool->core.migratepage afterwards.
 */
void aero_pool_init(struct aero_pool *pool, const struct aero_transport *transport, void *priv)
{
	unsigned int i;

	balloon_devinfo_init(&pool->core);
	pool->core.adjust_managed_page_count = !transport->deflate_on_oom;
	pool->delegate = transport->delegate;
	pool->delegate_priv = priv;
	INIT_LIST_HEAD(&pool->blocks);
	for (i = 0; i < AERO_NR_CLASSES; i++) {
		INIT_LIST_HEAD(&pool->refused[i]);
		INIT_LIST_HEAD(&pool->limbo[i]);
	}
}

/**
 * aero_pool_size() - memory held, in guest pages
 * @pool: any pool
 *
 * Context: any; a snapshot.
 */
u64 aero_pool_size(const struct aero_pool *pool)
{
	if (pool->delegate)
		return pool->delegate->size(pool->delegate_priv);
	return atomic_long_read(&pool->nr_pages) +
	       (u64)atomic_long_read(&pool->nr_blocks) * AERO_BLOCK_PAGES;
}

/**
 * aero_pool_empty() - whether the pool itself holds nothing; what a delegate holds does not count
 * @pool: any pool
 *
 * Context: any; a snapshot.
 */
bool aero_pool_empty(const struct aero_pool *pool)
{
	return !atomic_long_read(&pool->nr_pages) && !atomic_long_read(&pool->nr_blocks);
}

static int by_pfn(const void *left, const void *right)
{
	unsigned long a = page_to_pfn(*(struct page *const *)left);
	unsigned long b = page_to_pfn(*(struct page *const *)right);

	return a < b ? -1 : a > b;
}

/* The allocator mostly hands out ascending pages already: look before sorting. */
static void sort_batch(struct aero_batch *batch)
{
	unsigned int i;

	if (!batch->ordered)
		return;
	for (i = 1; i < batch->nr; i++)
		if (batch->pages[i - 1] > batch->pages[i])
			break;
	if (i < batch->nr)
		sort(batch->pages, batch->nr, sizeof(*batch->pages), by_pfn, NULL);
}

static gfp_t class_gfp(enum aero_class class, bool may_sleep)
{
	gfp_t gfp = AERO_GFP;

	gfp |= class == AERO_PAGE && movable ? GFP_HIGHUSER_MOVABLE : GFP_HIGHUSER;
	return may_sleep ? gfp : gfp & ~__GFP_DIRECT_RECLAIM;
}

static unsigned int alloc_block(struct page **ret_block, gfp_t gfp)
{
	*ret_block = alloc_pages(gfp, AERO_BLOCK_ORDER);
	return *ret_block ? 1 : 0;
}

/* Returns how many: just one where memory is short or scattered, and 0 where alloc_page() fails. */
static unsigned int alloc_some_pages(struct page **ret_pages, unsigned int nr, gfp_t gfp)
{
	nr = min_t(unsigned int, nr, ALLOC_CHUNK);
	memset(ret_pages, 0, nr * sizeof(*ret_pages)); /* what is not NULL would count as got */
	return alloc_pages_bulk(gfp, nr, ret_pages);
}

static unsigned int fill_batch(struct aero_batch *batch, unsigned int nr, gfp_t gfp)
{
	unsigned int got;

	for (batch->nr = 0; batch->nr < nr; batch->nr += got) {
		struct page **end = batch->pages + batch->nr;

		if (batch->class == AERO_BLOCK)
			got = alloc_block(end, gfp);
		else
			got = alloc_some_pages(end, nr - batch->nr, gfp);
		if (!got)
			break;
		cond_resched(); /* each time, since 2 MiB may have been zeroed */
	}
	sort_batch(batch);
	return batch->nr;
}

/**
 * aero_pool_alloc() - fill a batch from the page allocator
 * @batch: its class says what to allocate; overwritten
 * @nr: entries wanted
 * @may_sleep: whether to reclaim and compact for them
 *
 * Return: entries got, which the caller owns; fewer than @nr when memory ran out.
 * Context: process; no lock that migration or reclaim takes.
 */
unsigned int aero_pool_alloc(struct aero_batch *batch, unsigned int nr, bool may_sleep)
{
	return fill_batch(batch, nr, class_gfp(batch->class, may_sleep));
}

/**
 * aero_pool_borrow() - fill a batch with free blocks that are wanted for a moment only
 * @batch: of class AERO_BLOCK; overwritten
 * @nr: blocks wanted
 *
 * Nothing is reclaimed, compacted or woken up for them, and they may come from memory
 * that is meant to be movable.
 *
 * Return: blocks got, which the caller owns.
 * Context: process.
 */
unsigned int aero_pool_borrow(struct aero_batch *batch, unsigned int nr)
{
	return fill_batch(batch, nr, (GFP_HIGHUSER_MOVABLE | AERO_GFP) & ~__GFP_RECLAIM);
}

static unsigned long end_of_memory(void)
{
	unsigned long end = 0;
	int nid;

	for_each_online_node(nid)
		end = max(end, node_end_pfn(nid));
	return end;
}

/*
 * Whether compaction may be able to empty the range. A guess that costs no lock:
 * it only saves hopeless attempts, which are dear.
 */
static bool may_be_emptied(unsigned long start_pfn)
{
	struct page *page = pfn_to_online_page(start_pfn);
	unsigned long i;

	if (!page || !pfn_to_online_page(start_pfn + AERO_BLOCK_PAGES - 1) ||
	    page_zone(page) != page_zone(page + AERO_BLOCK_PAGES - 1) ||
	    page_zonenum(page) == ZONE_MOVABLE)
		return false;
	for (i = 0; i < AERO_BLOCK_PAGES; i++, page++) {
		if (PageReserved(page))
			return false;
		if (page_count(page) && !PageLRU(page) && !page_has_movable_ops(page))
			return false;
	}
	return true;
}

/**
 * aero_pool_alloc_contig() - fill a batch with blocks by emptying ranges
 * @pool: remembers where the last search ended
 * @batch: of class AERO_BLOCK; overwritten
 * @nr: blocks wanted
 * @max_failures: ranges that may fail to empty before the search is given up
 *
 * The second rung of the ladder: no free block is left, but compaction may make
 * one by moving what is in its way.
 *
 * Return: blocks got, which the caller owns.
 * Context: process, slow; no lock that migration or reclaim takes.
 */
unsigned int aero_pool_alloc_contig(struct aero_pool *pool, struct aero_batch *batch,
				    unsigned int nr, unsigned int max_failures)
{
	unsigned long end = ALIGN_DOWN(end_of_memory(), AERO_BLOCK_PAGES);
	unsigned long left = end / AERO_BLOCK_PAGES;
	unsigned int failures = 0;

	batch->nr = 0;
	for (; left && batch->nr < nr && failures < max_failures; left--) {
		unsigned long pfn;

		if (pool->scan_pfn >= end)
			pool->scan_pfn = 0;
		pfn = pool->scan_pfn;
		pool->scan_pfn += AERO_BLOCK_PAGES;
		cond_resched();
		if (!may_be_emptied(pfn))
			continue;
		if (alloc_contig_range(pfn, pfn + AERO_BLOCK_PAGES, ACR_FLAGS_NONE,
				       GFP_KERNEL | __GFP_NOWARN)) {
			failures++;
			continue;
		}
		set_page_private(pfn_to_page(pfn), BLOCK_IS_CONTIG);
		batch->pages[batch->nr++] = pfn_to_page(pfn);
	}
	sort_batch(batch);
	return batch->nr;
}

static bool block_is_contig(struct page *block)
{
	return page_private(block) & BLOCK_IS_CONTIG;
}

static unsigned long block_tag(const struct aero_pool *pool)
{
	return (unsigned long)&pool->blocks;
}

static void block_set_tag(struct page *block, unsigned long tag)
{
	set_page_private(block, tag | (page_private(block) & BLOCK_IS_CONTIG));
}

static void block_set_offline(struct page *block)
{
	unsigned long i;

	if (PageOffline(block))
		return; /* It was held before, and the host did not give it back. */
	for (i = 0; i < AERO_BLOCK_PAGES; i++)
		__SetPageOffline(block + i);
}

/*
 * Only when the block is freed or split, not when it leaves the pool: freeing looks at
 * each page again, and while one block is worked on, its page structures are cached.
 */
static void block_clear_offline(struct page *block)
{
	unsigned long i;

	if (!PageOffline(block))
		return; /* It was never held. */
	for (i = 0; i < AERO_BLOCK_PAGES; i++)
		__ClearPageOffline(block + i);
}

static void free_block(struct page *block)
{
	block_clear_offline(block);
	if (!block_is_contig(block)) {
		__free_pages(block, AERO_BLOCK_ORDER);
		return;
	}
	set_page_private(block, 0);
	free_contig_range(page_to_pfn(block), AERO_BLOCK_PAGES);
}

static void free_entry(enum aero_class class, struct page *page)
{
	if (class == AERO_BLOCK)
		free_block(page);
	else
		__free_page(page);
}

/**
 * aero_pool_free() - give a batch's memory to the page allocator
 * @batch: entries that neither the pool nor the host holds
 *
 * Context: process.
 */
void aero_pool_free(const struct aero_batch *batch)
{
	unsigned int i;

	for (i = 0; i < batch->nr; i++)
		free_entry(batch->class, batch->pages[i]);
}

/* What the balloon core counts for a single page, for a whole block. */
static void block_count_held(const struct aero_pool *pool, struct page *block, bool held)
{
	long by = held ? -(long)AERO_BLOCK_PAGES : (long)AERO_BLOCK_PAGES;

	if (pool->core.adjust_managed_page_count)
		adjust_managed_page_count(block, by);
	count_vm_events(held ? BALLOON_INFLATE : BALLOON_DEFLATE, AERO_BLOCK_PAGES);
	AERO_COUNT_BALLOONED(block, -by);
}

static void hold_blocks(struct aero_pool *pool, const struct aero_batch *batch)
{
	unsigned int i;

	for (i = 0; i < batch->nr; i++) {
		struct page *block = batch->pages[i];

		if (batch->verdicts[i] != AERO_TAKEN)
			continue;
		block_set_offline(block);
		block_set_tag(block, block_tag(pool));
		block_count_held(pool, block, true);
		list_add_tail(&block->lru, &pool->blocks);
		atomic_long_inc(&pool->nr_blocks);
	}
}

static void hold_pages(struct aero_pool *pool, const struct aero_batch *batch)
{
	unsigned int i = 0;

	while (i < batch->nr) {
		LIST_HEAD(chunk);
		unsigned int end = min(batch->nr, i + CORE_CHUNK);
		long nr = 0;

		for (; i < end; i++) {
			if (batch->verdicts[i] != AERO_TAKEN)
				continue;
			list_add_tail(&batch->pages[i]->lru, &chunk);
			nr++;
		}
		/* Counted first: from the call on, the pages are on their own. */
		atomic_long_add(nr, &pool->nr_pages);
		balloon_page_list_enqueue(&pool->core, &chunk);
	}
}

/**
 * aero_pool_add() - hold what the host took
 * @pool: the pool
 * @batch: after transport->inflate; entries with another verdict than AERO_TAKEN
 *	are left alone
 *
 * The pages can migrate from now on.
 *
 * Context: process, under the balloon's host_lock.
 */
void aero_pool_add(struct aero_pool *pool, const struct aero_batch *batch)
{
	if (batch->class == AERO_BLOCK)
		hold_blocks(pool, batch);
	else
		hold_pages(pool, batch);
}

static void take_block(struct aero_pool *pool, struct aero_batch *batch, struct page *block)
{
	list_del(&block->lru);
	block_set_tag(block, 0);
	atomic_long_dec(&pool->nr_blocks);
	block_count_held(pool, block, false);
	batch->pages[batch->nr++] = block;
}

static void take_blocks(struct aero_pool *pool, struct aero_batch *batch, unsigned int nr)
{
	while (batch->nr < nr && !list_empty(&pool->blocks))
		take_block(pool, batch, list_first_entry(&pool->blocks, struct page, lru));
}

static void take_pages(struct aero_pool *pool, struct aero_batch *batch, unsigned int nr)
{
	while (batch->nr < nr) {
		LIST_HEAD(chunk);
		struct page *page;
		size_t got = balloon_page_list_dequeue(&pool->core, &chunk,
						       min(nr - batch->nr,
							   (unsigned int)CORE_CHUNK));

		if (!got)
			break;
		atomic_long_sub(got, &pool->nr_pages);
		/* Left on the list, which ends here: who lists or frees a page next overwrites that. */
		list_for_each_entry(page, &chunk, lru)
			batch->pages[batch->nr++] = page;
	}
}

/**
 * aero_pool_take() - take entries out of the pool
 * @pool: the pool
 * @batch: its class says what to take; overwritten
 * @nr: entries wanted
 *
 * Return: entries got, which the caller owns; fewer than @nr when the pool holds
 * fewer or some are isolated for migration just now.
 * Context: process, under the balloon's host_lock.
 */
unsigned int aero_pool_take(struct aero_pool *pool, struct aero_batch *batch, unsigned int nr)
{
	batch->nr = 0;
	if (batch->class == AERO_BLOCK)
		take_blocks(pool, batch, nr);
	else
		take_pages(pool, batch, nr);
	sort_batch(batch);
	return batch->nr;
}

/**
 * aero_pool_lose() - a page was given back while it migrated, and none took its place
 * @pool: the pool
 * @page: isolated; the balloon core frees it
 *
 * The core counts all of that but the ballooned page, which newer ones count when it comes.
 *
 * Context: the balloon core's migrate callback that returns -ENOENT; under the balloon's
 * host_lock.
 */
void aero_pool_lose(struct aero_pool *pool, struct page *page)
{
	atomic_long_dec(&pool->nr_pages);
	AERO_COUNT_BALLOONED(page, -1);
}

/*
 * Guest pages of the entry that begins with @page, whether it is on the move or not; 0 if none
 * does. The balloon core marks its pages with its own address.
 */
static unsigned int entry_at(const struct aero_pool *pool, struct page *page)
{
	unsigned long owner;

	if (!PageOffline(page))
		return 0;
	owner = page_private(page);
	if ((owner & ~BLOCK_IS_CONTIG) == block_tag(pool))
		return AERO_BLOCK_PAGES;
	return owner == (unsigned long)&pool->core;
}

/*
 * The same, without what is on the move: that may have been replaced already, and whoever moves
 * it has not told yet.
 */
static unsigned int held_at(const struct aero_pool *pool, struct page *page)
{
	unsigned int pages = entry_at(pool, page);

	return pages == 1 && PageMovableOpsIsolated(page) ? 0 : pages;
}

/* Scans one naturally aligned range of a block's size. Returns where it stopped for want of room. */
static unsigned long scan_block(const struct aero_pool *pool, bool blocks_only, unsigned long pfn,
				struct aero_range *ranges, unsigned int max, unsigned int *nr)
{
	unsigned long end = ALIGN(pfn + 1, AERO_BLOCK_PAGES);
	struct page *page = pfn_to_online_page(pfn);

	if (!page)
		return end;
	while (pfn < end) {
		unsigned int pages = held_at(pool, page);

		if (blocks_only && pages < AERO_BLOCK_PAGES)
			return end;
		if (pages && !aero_range_append(ranges, nr, max, pfn, pages))
			break;
		pfn += pages ?: 1;
		page += pages ?: 1;
	}
	return pfn;
}

/**
 * aero_pool_scan() - find some of what is held, in the order of addresses
 * @pool: the pool
 * @blocks_only: leave out single pages
 * @pfn: where to begin (0 the first time); where to go on, on return
 * @ranges: room for @max
 * @max: most ranges wanted
 * @ret_nr: ranges found
 *
 * Pages that are on the move are left out.
 *
 * Return: whether the end of memory was reached.
 * Context: process, under the balloon's host_lock.
 */
bool aero_pool_scan(const struct aero_pool *pool, bool blocks_only, unsigned long *pfn,
		    struct aero_range *ranges, unsigned int max, unsigned int *ret_nr)
{
	unsigned long last = end_of_memory();
	unsigned long end = min(last, *pfn + SCAN_PAGES);
	unsigned int nr = 0;

	blocks_only |= !atomic_long_read(&pool->nr_pages);
	while (*pfn < end) {
		unsigned long next = scan_block(pool, blocks_only, *pfn, ranges, max, &nr);

		if (next == *pfn)
			break;
		*pfn = next;
	}
	*ret_nr = nr;
	return *pfn >= last;
}

/**
 * aero_pool_take_blocks_within() - take blocks out of the pool that lie in a range
 * @pool: the pool
 * @batch: overwritten
 * @nr: blocks wanted
 * @range: memory that cannot go offline meanwhile
 *
 * Return: blocks got, which the caller owns; fewer than @nr when there are no more.
 * Context: process, under the balloon's host_lock.
 */
unsigned int aero_pool_take_blocks_within(struct aero_pool *pool, struct aero_batch *batch,
					  unsigned int nr, const struct aero_range *range)
{
	unsigned long pfn = ALIGN(range->pfn, AERO_BLOCK_PAGES);

	batch->class = AERO_BLOCK;
	batch->nr = 0;
	for (; batch->nr < nr && aero_range_has(range, pfn); pfn += AERO_BLOCK_PAGES) {
		struct page *page = pfn_to_online_page(pfn);

		if (page && held_at(pool, page) == AERO_BLOCK_PAGES)
			take_block(pool, batch, page);
	}
	sort_batch(batch);
	return batch->nr;
}

/* How many entries of so many pages are held there. */
static unsigned long count_within(const struct aero_pool *pool, const struct aero_range *range,
				  unsigned int pages)
{
	unsigned long nr = 0;
	unsigned long i;

	for (i = 0; i < range->nr_pages; i++) {
		struct page *page = pfn_to_online_page(range->pfn + i);

		nr += page && held_at(pool, page) == pages;
	}
	return nr;
}

/* In small portions, since the core disables interrupts meanwhile. */
static void put_pages_back(struct aero_pool *pool, struct list_head *pages)
{
	while (!list_empty(pages)) {
		LIST_HEAD(chunk);
		unsigned int nr;

		for (nr = 0; nr < CORE_CHUNK && !list_empty(pages); nr++)
			list_move_tail(pages->next, &chunk);
		balloon_page_list_enqueue(&pool->core, &chunk);
		cond_resched();
	}
}

/**
 * aero_pool_take_pages_within() - take all single pages out of the pool that lie in a range
 * @pool: the pool
 * @range: memory that cannot go offline meanwhile
 * @ret_pages: the pages, linked through their lru, which the caller owns; empty before
 *
 * Pages that are isolated for migration stay. The core finds no page by its address: if there is
 * one, others are taken out as well and put back, which vmstat counts.
 *
 * Context: process, under the balloon's host_lock.
 */
void aero_pool_take_pages_within(struct aero_pool *pool, const struct aero_range *range,
				 struct list_head *ret_pages)
{
	unsigned long left = count_within(pool, range, 1);
	struct page *page, *next;
	LIST_HEAD(others);
	LIST_HEAD(chunk);

	while (left && balloon_page_list_dequeue(&pool->core, &chunk, CORE_CHUNK)) {
		list_for_each_entry_safe(page, next, &chunk, lru) {
			bool within = aero_range_has(range, page_to_pfn(page));

			list_move_tail(&page->lru, within ? ret_pages : &others);
			left -= within;
			if (within)
				atomic_long_dec(&pool->nr_pages);
		}
		cond_resched();
	}
	put_pages_back(pool, &others);
}

/**
 * aero_pool_take_listed() - fill a batch from what aero_pool_take_pages_within() took
 * @batch: overwritten
 * @nr: pages wanted
 * @pages: as taken; without what is in the batch afterwards
 *
 * Return: pages got; fewer than @nr when there are no more.
 * Context: any.
 */
unsigned int aero_pool_take_listed(struct aero_batch *batch, unsigned int nr,
				   struct list_head *pages)
{
	struct page *page, *next;

	batch->class = AERO_PAGE;
	batch->nr = 0;
	list_for_each_entry_safe(page, next, pages, lru) {
		if (batch->nr == nr)
			break;
		list_del(&page->lru);
		batch->pages[batch->nr++] = page;
	}
	sort_batch(batch);
	return batch->nr;
}

/**
 * aero_pool_put_back() - hold again what aero_pool_take_pages_within() took
 * @pool: the pool
 * @pages: what is left of it; empty afterwards
 *
 * Context: process, under the balloon's host_lock.
 */
void aero_pool_put_back(struct aero_pool *pool, struct list_head *pages)
{
	struct page *page;
	long nr = 0;

	list_for_each_entry(page, pages, lru)
		nr++;
	atomic_long_add(nr, &pool->nr_pages); /* first: see hold_pages() */
	put_pages_back(pool, pages);
}

/**
 * aero_pool_split() - turn a batch of one block into a batch of its pages
 * @batch: one entry of class AERO_BLOCK, owned by the caller; room for
 *	AERO_BLOCK_PAGES entries
 *
 * Context: any.
 */
void aero_pool_split(struct aero_batch *batch)
{
	struct page *block = batch->pages[0];
	unsigned long i;

	block_clear_offline(block);
	if (block_is_contig(block))
		set_page_private(block, 0); /* its pages stand alone already */
	else
		split_page(block, AERO_BLOCK_ORDER);
	for (i = 0; i < AERO_BLOCK_PAGES; i++)
		batch->pages[i] = block + i;
	batch->class = AERO_PAGE;
	batch->nr = AERO_BLOCK_PAGES;
}

/**
 * aero_pool_refuse() - set aside what the host did not take
 * @pool: the pool
 * @batch: after transport->inflate; entries with verdict AERO_TAKEN are left alone
 *
 * Context: process, resize worker only.
 */
void aero_pool_refuse(struct aero_pool *pool, const struct aero_batch *batch)
{
	unsigned int i;

	for (i = 0; i < batch->nr; i++)
		if (batch->verdicts[i] != AERO_TAKEN)
			list_add(&batch->pages[i]->lru, &pool->refused[batch->class]);
}

static void free_list(enum aero_class class, struct list_head *list)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, list, lru) {
		list_del(&page->lru);
		free_entry(class, page);
	}
}

/**
 * aero_pool_free_refused() - free what aero_pool_refuse() set aside
 * @pool: the pool
 *
 * Context: process, resize worker only.
 */
void aero_pool_free_refused(struct aero_pool *pool)
{
	free_list(AERO_PAGE, &pool->refused[AERO_PAGE]);
	free_list(AERO_BLOCK, &pool->refused[AERO_BLOCK]);
}

/**
 * aero_pool_strand() - keep entries that the host may or may not own
 * @pool: the pool
 * @batch: entries that belong to the caller no more
 *
 * They are neither held nor free until aero_pool_drop().
 *
 * Context: process, under the balloon's host_lock.
 */
void aero_pool_strand(struct aero_pool *pool, const struct aero_batch *batch)
{
	unsigned int i;

	for (i = 0; i < batch->nr; i++)
		list_add(&batch->pages[i]->lru, &pool->limbo[batch->class]);
	atomic_long_add((long)batch->nr * aero_class_pages(batch->class), &pool->nr_limbo);
}

static bool list_is_within(const struct list_head *list, const struct aero_range *range)
{
	const struct page *page;

	list_for_each_entry(page, list, lru)
		if (aero_range_has(range, page_to_pfn(page)))
			return true;
	return false;
}

/**
 * aero_pool_is_within() - whether memory lies in a range that is held or that the host may own
 * @pool: the pool
 * @range: memory that cannot go offline meanwhile
 *
 * Pages that are isolated for migration do not count.
 *
 * Context: process, under the balloon's host_lock.
 */
bool aero_pool_is_within(const struct aero_pool *pool, const struct aero_range *range)
{
	return count_within(pool, range, 1) || count_within(pool, range, AERO_BLOCK_PAGES) ||
	       list_is_within(&pool->limbo[AERO_PAGE], range) ||
	       list_is_within(&pool->limbo[AERO_BLOCK], range);
}

/**
 * aero_pool_size_within() - how much is held within a range
 * @pool: the pool
 * @range: memory that cannot go offline meanwhile, of whole blocks
 *
 * What is taken or given back meanwhile may count or not.
 *
 * Return: guest pages, with those that are isolated for migration.
 * Context: process.
 */
u64 aero_pool_size_within(const struct aero_pool *pool, const struct aero_range *range)
{
	u64 held_pages = 0;
	unsigned long i;

	for (i = 0; i < range->nr_pages; i++) {
		struct page *page = pfn_to_online_page(range->pfn + i);

		held_pages += page ? entry_at(pool, page) : 0;
	}
	return held_pages;
}

static bool drop_pages(struct aero_pool *pool, struct aero_batch *batch)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(ISOLATED_DEADLINE_MS);

	batch->class = AERO_PAGE;
	while (atomic_long_read(&pool->nr_pages)) {
		if (aero_pool_take(pool, batch, CORE_CHUNK)) {
			aero_pool_free(batch);
			continue;
		}
		/* All are isolated. The core tells nobody when one comes back. */
		if (time_after(jiffies, deadline))
			return false;
		msleep(1);
	}
	return true;
}

/**
 * aero_pool_drop() - free everything without a word to the host
 * @pool: the pool
 * @batch: scratch space for at least CORE_CHUNK entries; overwritten
 *
 * Only after the host has forgotten the memory: it reset the session, or the
 * device was reset.
 *
 * Return: false if pages stayed isolated for too long; they are still held then.
 * Context: process, under the balloon's host_lock, resize worker not running.
 */
bool aero_pool_drop(struct aero_pool *pool, struct aero_batch *batch)
{
	batch->class = AERO_BLOCK;
	while (aero_pool_take(pool, batch, 1))
		aero_pool_free(batch);
	free_list(AERO_PAGE, &pool->limbo[AERO_PAGE]);
	free_list(AERO_BLOCK, &pool->limbo[AERO_BLOCK]);
	atomic_long_set(&pool->nr_limbo, 0);
	return drop_pages(pool, batch);
}
