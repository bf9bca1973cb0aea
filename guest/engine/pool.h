/* SPDX-License-Identifier: GPL-2.0-only */
/* The pool: the memory a balloon holds, and the only place that allocates, lists or frees it. */
#ifndef AERO_POOL_H
#define AERO_POOL_H

#include <linux/atomic.h>
#include <linux/balloon.h>
#include <linux/list.h>

#include "guest/engine/transport.h"

/**
 * struct aero_pool - the memory held
 * @core: the kernel's balloon core; owns the list of held pages, whose members
 *	can be isolated and migrated at any time
 * @blocks: held blocks, linked through the first page's lru; protected by the
 *	balloon's host_lock
 * @refused: by class, what the host refused in this cycle, so that the allocator
 *	does not hand out the same again; resize worker only
 * @limbo: by class, entries whose ownership is unknown because the host did not
 *	answer; protected by the balloon's host_lock
 * @nr_pages: pages held one by one, isolated ones included
 * @nr_blocks: blocks held
 * @nr_limbo: pages in limbo
 * @scan_pfn: where the search for a range to empty goes on; worker only
 * @delegate: who holds the memory instead of this pool, or NULL; constant
 * @delegate_priv: its argument
 *
 * The counts change under the host_lock; anybody may read them.
 */
struct aero_pool {
	struct balloon_dev_info core;
	struct list_head blocks;
	struct list_head refused[AERO_NR_CLASSES];
	struct list_head limbo[AERO_NR_CLASSES];
	atomic_long_t nr_pages;
	atomic_long_t nr_blocks;
	atomic_long_t nr_limbo;
	unsigned long scan_pfn;
	const struct aero_delegate *delegate;
	void *delegate_priv;
};

bool aero_pool_movable(void);
void aero_pool_init(struct aero_pool *pool, const struct aero_transport *transport, void *priv);
bool aero_pool_empty(const struct aero_pool *pool);
u64 aero_pool_size(const struct aero_pool *pool);

unsigned int aero_pool_alloc(struct aero_batch *batch, unsigned int nr, bool may_sleep);
unsigned int aero_pool_borrow(struct aero_batch *batch, unsigned int nr);
unsigned int aero_pool_alloc_contig(struct aero_pool *pool, struct aero_batch *batch,
				    unsigned int nr, unsigned int max_failures);
void aero_pool_free(const struct aero_batch *batch);

void aero_pool_add(struct aero_pool *pool, const struct aero_batch *batch);
unsigned int aero_pool_take(struct aero_pool *pool, struct aero_batch *batch, unsigned int nr);
unsigned int aero_pool_take_blocks_within(struct aero_pool *pool, struct aero_batch *batch,
					  unsigned int nr, const struct aero_range *range);
void aero_pool_take_pages_within(struct aero_pool *pool, const struct aero_range *range,
				 struct list_head *ret_pages);
unsigned int aero_pool_take_listed(struct aero_batch *batch, unsigned int nr,
				   struct list_head *pages);
void aero_pool_put_back(struct aero_pool *pool, struct list_head *pages);
bool aero_pool_is_within(const struct aero_pool *pool, const struct aero_range *range);
u64 aero_pool_size_within(const struct aero_pool *pool, const struct aero_range *range);
void aero_pool_lose(struct aero_pool *pool, struct page *page);
void aero_pool_split(struct aero_batch *batch);

void aero_pool_refuse(struct aero_pool *pool, const struct aero_batch *batch);
void aero_pool_free_refused(struct aero_pool *pool);
void aero_pool_strand(struct aero_pool *pool, const struct aero_batch *batch);
bool aero_pool_scan(const struct aero_pool *pool, bool blocks_only, unsigned long *pfn,
		    struct aero_range *ranges, unsigned int max, unsigned int *ret_nr);
bool aero_pool_drop(struct aero_pool *pool, struct aero_batch *batch);

#endif /* AERO_POOL_H */
