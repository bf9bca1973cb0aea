// SPDX-License-Identifier: GPL-2.0-only
/*
 * The exchanges with the host: memory changes hands here and nowhere else.
 *
 * Each exchange holds the balloon's host_lock from the transport's call until the
 * pool says the same as the host. Memory is allocated before and freed after, never
 * under the lock, because migration and (on behalf of an allocation) compaction
 * want it. Migration only tries the lock: the allocation that started the
 * compaction may be the worker's own.
 */
#include "guest/engine/exchange.h"

#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/string.h>

#include "guest/engine/balloon.h"
#include "guest/engine/offlining.h"
#include "guest/engine/pool.h"
#include "guest/engine/trace.h"

/* How long it may take to give back what is held on memory that goes offline. */
#define EVACUATE_DEADLINE_MS 10000

/* Returns @err as the caller should see it, after drawing the consequences. */
static int digest_error(struct aero_balloon *balloon, int err, const char *what)
{
	lockdep_assert_held(&balloon->host_lock);

	if (err == -EBUSY) {
		aero_count(&balloon->counters, AERO_HOST_BUSY, 1);
	} else if (err == -ECONNRESET) {
		WRITE_ONCE(balloon->host_has_reset, true);
	} else if (err) {
		aero_count(&balloon->counters, AERO_HOST_ERRORS, 1);
		aero_balloon_break(balloon, what);
	}
	return err;
}

static bool may_talk(struct aero_balloon *balloon)
{
	lockdep_assert_held(&balloon->host_lock);
	return aero_balloon_alive(balloon) && !READ_ONCE(balloon->host_has_reset);
}

static void count_verdicts(const struct aero_batch *batch, struct aero_tally *tally)
{
	unsigned int i;

	for (i = 0; i < batch->nr; i++) {
		switch (batch->verdicts[i]) {
		case AERO_TAKEN:
			tally->taken_pages += aero_class_pages(batch->class);
			break;
		case AERO_NOT_NEEDED:
			tally->not_needed = true;
			break;
		default:
			tally->refused++;
		}
	}
}

static void count_inflated(struct aero_balloon *balloon, enum aero_class class,
			   const struct aero_tally *tally)
{
	aero_count(&balloon->counters, AERO_INFLATED_PAGES, tally->taken_pages);
	aero_count(&balloon->counters, AERO_REFUSED_ENTRIES, tally->refused);
	if (class == AERO_BLOCK)
		aero_count(&balloon->counters, AERO_INFLATED_BLOCKS,
			   tally->taken_pages / AERO_BLOCK_PAGES);
}

static int inflate_locked(struct aero_balloon *balloon, struct aero_batch *batch,
			  struct aero_tally *tally)
{
	int err;

	lockdep_assert_held(&balloon->host_lock);
	if (!may_talk(balloon) || aero_offlining_takes(balloon, batch))
		return -EBUSY;
	memset(batch->verdicts, AERO_TAKEN, batch->nr);
	err = digest_error(balloon, balloon->transport->inflate(balloon->priv, batch), "inflate");
	if (err)
		return err;
	count_verdicts(batch, tally);
	aero_pool_add(&balloon->pool, batch);
	if (tally->refused || tally->not_needed)
		aero_pool_refuse(&balloon->pool, batch);
	count_inflated(balloon, batch->class, tally);
	trace_aero_inflate(balloon, batch->class, batch->nr, tally->taken_pages);
	return 0;
}

/**
 * aero_exchange_inflate() - offer a batch to the host
 * @balloon: the balloon
 * @batch: entries that the caller owns; empty afterwards, whatever happened
 * @ret_tally: what came of it; written on success only
 *
 * Taken entries are in the pool afterwards, others wait there for the end of the
 * cycle, and entries whose fate the host did not tell are stranded.
 *
 * Return: 0, or the transport's error (see struct aero_transport).
 * Context: process; takes the host_lock.
 */
int aero_exchange_inflate(struct aero_balloon *balloon, struct aero_batch *batch,
			  struct aero_tally *ret_tally)
{
	struct aero_tally tally = {};
	bool free = false;
	int err;

	mutex_lock(&balloon->host_lock);
	err = inflate_locked(balloon, batch, &tally);
	if (!err)
		*ret_tally = tally;
	else if (err == -EBUSY || err == -ECONNRESET)
		free = true;
	else
		aero_pool_strand(&balloon->pool, batch);
	mutex_unlock(&balloon->host_lock);

	if (free)
		aero_pool_free(batch);
	batch->nr = 0;
	return err;
}

/* Puts back what the host keeps. Returns -EBUSY if that is all of the batch. */
static int put_back_kept(struct aero_balloon *balloon, struct aero_batch *batch)
{
	unsigned int given = 0;
	unsigned int i;

	if (!memchr_inv(batch->verdicts, AERO_NOT_NEEDED, batch->nr))
		return 0;
	aero_pool_add(&balloon->pool, batch);
	for (i = 0; i < batch->nr; i++)
		if (batch->verdicts[i] != AERO_TAKEN)
			batch->pages[given++] = batch->pages[i];
	aero_count(&balloon->counters, AERO_KEPT_ENTRIES, batch->nr - given);
	batch->nr = given;
	return given ? 0 : -EBUSY;
}

/* Asks for a batch that was taken out of the pool; puts back what the host does not give. */
static int deflate_locked(struct aero_balloon *balloon, struct aero_batch *batch)
{
	int err = -EBUSY;

	lockdep_assert_held(&balloon->host_lock);
	memset(batch->verdicts, AERO_NOT_NEEDED, batch->nr);
	if (may_talk(balloon))
		err = digest_error(balloon, balloon->transport->deflate(balloon->priv, batch),
				   "deflate");
	else if (aero_balloon_alive(balloon))
		err = -ECONNRESET; /* The host does not know of it any more: no need to ask. */
	if (err == -EBUSY) {
		memset(batch->verdicts, AERO_TAKEN, batch->nr);
		aero_pool_add(&balloon->pool, batch);
	} else if (!err) {
		err = put_back_kept(balloon, batch);
	} else if (err != -ECONNRESET) {
		aero_pool_strand(&balloon->pool, batch);
	}
	if (err && err != -ECONNRESET)
		return err;
	aero_count(&balloon->counters, AERO_DEFLATED_PAGES,
		   batch->nr * aero_class_pages(batch->class));
	if (batch->class == AERO_BLOCK)
		aero_count(&balloon->counters, AERO_DEFLATED_BLOCKS, batch->nr);
	trace_aero_deflate(balloon, batch->class, batch->nr);
	return 0;
}

/* Takes entries out, asks for them, releases the host_lock and frees them. */
static int deflate_and_unlock(struct aero_balloon *balloon, struct aero_batch *batch,
			      unsigned int nr)
{
	int ret = 0;

	lockdep_assert_held(&balloon->host_lock);
	if (aero_pool_take(&balloon->pool, batch, nr))
		ret = deflate_locked(balloon, batch);
	mutex_unlock(&balloon->host_lock);

	if (!ret) {
		ret = batch->nr;
		aero_pool_free(batch);
	}
	batch->nr = 0;
	return ret;
}

/**
 * aero_exchange_deflate() - take entries out of the balloon and free them
 * @balloon: the balloon
 * @batch: scratch space whose class says what to take; empty afterwards
 * @nr: entries wanted
 *
 * Return: entries given back, fewer than @nr when some are isolated for migration or
 * the host kept some, or the transport's error; -EBUSY also if the host kept all.
 * Context: process; takes the host_lock.
 */
int aero_exchange_deflate(struct aero_balloon *balloon, struct aero_batch *batch, unsigned int nr)
{
	mutex_lock(&balloon->host_lock);
	return deflate_and_unlock(balloon, batch, nr);
}

/**
 * aero_exchange_try_deflate() - the same, unless the host is being talked to
 * @balloon: the balloon
 * @batch: scratch space whose class says what to take; empty afterwards
 * @nr: entries wanted
 *
 * Return: as aero_exchange_deflate(); -EBUSY also when another exchange is running.
 * Context: process, also in want of memory; tries the host_lock.
 */
int aero_exchange_try_deflate(struct aero_balloon *balloon, struct aero_batch *batch,
			      unsigned int nr)
{
	if (!mutex_trylock(&balloon->host_lock))
		return -EBUSY;
	return deflate_and_unlock(balloon, batch, nr);
}

static void evacuate_locked(struct aero_balloon *balloon, struct aero_batch *batch,
			    const struct aero_range *range)
{
	const unsigned int *batch_max = balloon->transport->batch_max;
	unsigned int most_blocks = min(batch_max[AERO_BLOCK], (unsigned int)AERO_BATCH_MIN);
	unsigned int most_pages = min(batch_max[AERO_PAGE], (unsigned int)AERO_BATCH_MIN);
	unsigned long deadline = jiffies + msecs_to_jiffies(EVACUATE_DEADLINE_MS);
	LIST_HEAD(pages);
	int err = 0;

	lockdep_assert_held(&balloon->host_lock);
	aero_pool_take_pages_within(&balloon->pool, range, &pages);
	while (!err && !READ_ONCE(balloon->in_need) && time_before(jiffies, deadline)) {
		if (!aero_pool_take_blocks_within(&balloon->pool, batch, most_blocks, range) &&
		    !aero_pool_take_listed(batch, most_pages, &pages))
			break;
		err = deflate_locked(balloon, batch);
		if (!err)
			aero_pool_free(batch);
		cond_resched();
	}
	aero_pool_put_back(&balloon->pool, &pages);
	batch->nr = 0;
}

/**
 * aero_exchange_evacuate() - give back what is held within a range
 * @balloon: the balloon; none is held there any more until the range is offline, or stays online
 * @batch: scratch space for AERO_BATCH_MIN entries; empty afterwards
 * @range: memory that cannot go offline meanwhile
 *
 * What a host that can be talked to does not give back in time stays held: it can move, or
 * what wants the range will find it busy. A rescue goes first.
 *
 * Return: 0, or -EBUSY if memory lies there that a broken balloon has to keep.
 * Context: process; takes the host_lock.
 */
int aero_exchange_evacuate(struct aero_balloon *balloon, struct aero_batch *batch,
			   const struct aero_range *range)
{
	int err = 0;

	mutex_lock(&balloon->host_lock);
	if (aero_balloon_alive(balloon))
		evacuate_locked(balloon, batch, range);
	if (!aero_balloon_alive(balloon) && aero_pool_is_within(&balloon->pool, range))
		err = -EBUSY;
	mutex_unlock(&balloon->host_lock);
	return err;
}

/**
 * aero_exchange_strand() - keep memory that the host was shown and may still look at
 * @balloon: the balloon; broken
 * @batch: entries that belong to the caller no more
 *
 * Context: process; takes the host_lock.
 */
void aero_exchange_strand(struct aero_balloon *balloon, const struct aero_batch *batch)
{
	mutex_lock(&balloon->host_lock);
	aero_pool_strand(&balloon->pool, batch);
	mutex_unlock(&balloon->host_lock);
}

/* Moves the last @nr entries of @batch to the front and drops the others from it. */
static void keep_last(struct aero_batch *batch, unsigned int nr)
{
	memmove(batch->pages, batch->pages + batch->nr - nr, nr * sizeof(*batch->pages));
	batch->nr = nr;
}

/*
 * Offers single pages in batches as small as the transport wants them. Returns pages
 * taken, or its error; the caller owns none of them any more.
 */
static int inflate_all(struct aero_balloon *balloon, struct aero_batch *batch)
{
	struct aero_batch left = *batch;
	struct aero_tally tally = {};
	int taken = 0;
	int err = 0;

	while (left.nr && !err && !tally.not_needed) {
		struct aero_batch chunk = left;

		chunk.nr = min(left.nr, balloon->transport->batch_max[AERO_PAGE]);
		left.pages += chunk.nr;
		left.nr -= chunk.nr;
		err = aero_exchange_inflate(balloon, &chunk, &tally);
		if (!err)
			taken += tally.taken_pages;
	}
	aero_pool_free(&left);
	/* No inflate cycle is going on that would do it at its end. */
	aero_pool_free_refused(&balloon->pool);
	batch->nr = 0;
	return err ? err : taken;
}

/**
 * aero_exchange_split() - give back part of a block
 * @balloon: the balloon
 * @batch: scratch space for AERO_BLOCK_PAGES entries; empty afterwards
 * @nr: pages to give back, less than AERO_BLOCK_PAGES
 *
 * The host is asked for the whole block and offered the rest as single pages: each
 * protocol can say that, and after it each page is known to the host as what it is.
 *
 * Return: pages given back (all of the block if the host did not want the rest
 * again), 0 if there is no block, or the transport's error.
 * Context: the resize worker or in its place; takes the host_lock.
 */
int aero_exchange_split(struct aero_balloon *balloon, struct aero_batch *batch, unsigned int nr)
{
	struct aero_batch front;
	int taken;
	int err = 0;

	batch->class = AERO_BLOCK;
	mutex_lock(&balloon->host_lock);
	if (aero_pool_take(&balloon->pool, batch, 1))
		err = deflate_locked(balloon, batch);
	mutex_unlock(&balloon->host_lock);
	if (err || !batch->nr) {
		batch->nr = 0;
		return err;
	}
	aero_count(&balloon->counters, AERO_SPLIT_BLOCKS, 1);
	aero_pool_split(batch);

	front = *batch;
	front.nr = nr;
	aero_pool_free(&front);
	keep_last(batch, AERO_BLOCK_PAGES - nr);
	taken = inflate_all(balloon, batch);
	return taken < 0 ? taken : (int)AERO_BLOCK_PAGES - taken;
}

/**
 * aero_exchange_report() - tell the host the size if it changed since the last time
 * @balloon: the balloon
 *
 * Context: process; takes the host_lock.
 */
void aero_exchange_report(struct aero_balloon *balloon)
{
	u64 pages;

	mutex_lock(&balloon->host_lock);
	pages = aero_pool_size(&balloon->pool);
	if (may_talk(balloon) && pages != balloon->reported_pages) {
		balloon->transport->report_size(balloon->priv, pages);
		balloon->reported_pages = pages;
	}
	mutex_unlock(&balloon->host_lock);
}

/**
 * aero_exchange_restart() - begin anew after the host has reset the conversation
 * @balloon: the balloon
 *
 * Everything held is freed without a word to the host: it knows of none of it.
 *
 * Return: 0, or an error that broke the balloon.
 * Context: the resize worker; takes the host_lock.
 */
int aero_exchange_restart(struct aero_balloon *balloon)
{
	int err = -EIO;

	mutex_lock(&balloon->host_lock);
	WRITE_ONCE(balloon->host_has_reset, false);
	aero_count(&balloon->counters, AERO_HOST_RESETS, 1);
	if (aero_pool_drop(&balloon->pool, &balloon->batch) && balloon->transport->restart)
		err = balloon->transport->restart(balloon->priv);
	balloon->reported_pages = 0;
	if (err == -EBUSY || err == -ECONNRESET)
		WRITE_ONCE(balloon->host_has_reset, true); /* again, after a pause */
	else
		err = digest_error(balloon, err, "restart after the host's reset");
	mutex_unlock(&balloon->host_lock);
	return err;
}

/**
 * aero_exchange_get_target() - ask the host for its target, if it wants to be asked
 * @balloon: its host_target_pages is written
 *
 * Return: 0 or the transport's error.
 * Context: the resize worker; takes the host_lock.
 */
int aero_exchange_get_target(struct aero_balloon *balloon)
{
	int err = -EBUSY;
	u64 pages;

	if (!balloon->transport->get_target)
		return 0;
	mutex_lock(&balloon->host_lock);
	if (may_talk(balloon))
		err = digest_error(balloon, balloon->transport->get_target(balloon->priv, &pages),
				   "asking for the target");
	mutex_unlock(&balloon->host_lock);
	if (!err)
		WRITE_ONCE(balloon->host_target_pages, pages);
	return err;
}

/* Returns whether the delegate was asked for something new; releases the host_lock. */
static bool go_for_and_unlock(struct aero_balloon *balloon, u64 pages)
{
	bool changed = false;

	lockdep_assert_held(&balloon->host_lock);
	if (aero_balloon_runs(balloon)) {
		changed = pages != balloon->asked_pages;
		WRITE_ONCE(balloon->asked_pages, pages);
		balloon->transport->delegate->go_for(balloon->priv, pages);
	}
	mutex_unlock(&balloon->host_lock);
	return changed;
}

/**
 * aero_exchange_go_for() - have the delegate go for a size
 * @balloon: a delegated one
 * @pages: guest pages to hold
 *
 * Said also if it was said before: others may have told the kernel's driver otherwise.
 *
 * Return: whether it is another size than the last time.
 * Context: process; takes the host_lock.
 */
bool aero_exchange_go_for(struct aero_balloon *balloon, u64 pages)
{
	mutex_lock(&balloon->host_lock);
	return go_for_and_unlock(balloon, pages);
}

/**
 * aero_exchange_try_go_for() - the same, unless the delegate is being talked to
 * @balloon: a delegated one
 * @pages: guest pages to hold
 *
 * Context: process, also in want of memory; tries the host_lock.
 */
void aero_exchange_try_go_for(struct aero_balloon *balloon, u64 pages)
{
	if (mutex_trylock(&balloon->host_lock))
		go_for_and_unlock(balloon, pages);
}

/**
 * aero_exchange_finish() - have the host forget everything, and free it
 * @balloon: in state AERO_DRAINING; its worker does not run
 *
 * Return: 0, or an error if the transport cannot do that or the host did not.
 * Context: process; takes the host_lock.
 */
int aero_exchange_finish(struct aero_balloon *balloon)
{
	int err = -EOPNOTSUPP;

	mutex_lock(&balloon->host_lock);
	if (balloon->transport->finish)
		err = balloon->transport->finish(balloon->priv);
	if (!err && !aero_pool_drop(&balloon->pool, &balloon->batch))
		err = -EBUSY;
	mutex_unlock(&balloon->host_lock);
	return err;
}

/**
 * aero_exchange_migrate() - the balloon core's migrate callback
 * @core: the core's part of the pool
 * @newpage: what takes the place; locked
 * @page: what is held and isolated; locked
 * @mode: not looked at, the wait for the host is bounded
 *
 * Return: 0, -EAGAIN, -EBUSY or -ENOENT as the balloon core documents.
 * Context: process, page locks held; tries the host_lock.
 */
int aero_exchange_migrate(struct balloon_dev_info *core, struct page *newpage, struct page *page,
			  enum migrate_mode mode)
{
	struct aero_balloon *balloon = container_of(core, struct aero_balloon, pool.core);
	int err = -EAGAIN;

	if (!aero_pool_movable())
		return -EBUSY;
	if (READ_ONCE(balloon->in_need) || !mutex_trylock(&balloon->host_lock)) {
		aero_count(&balloon->counters, AERO_MIGRATE_BUSY, 1);
		return -EAGAIN;
	}
	if (may_talk(balloon))
		err = balloon->transport->migrate(balloon->priv, newpage, page);
	if (!err) {
		aero_count(&balloon->counters, AERO_MIGRATED_PAGES, 1);
	} else if (err == -ENOENT) {
		aero_pool_lose(&balloon->pool, page);
		aero_count(&balloon->counters, AERO_DEFLATED_PAGES, 1);
		aero_balloon_kick(balloon); /* It holds less than its target now. */
	}
	mutex_unlock(&balloon->host_lock);
	trace_aero_migrate(balloon, page_to_pfn(page), page_to_pfn(newpage), err);
	return err;
}

/**
 * aero_balloon_begin_exchange() - begin an exchange of the transport's own
 * @balloon: the balloon
 *
 * For what a hypervisor offers beside ballooning on the same connection.
 *
 * Return: whether the host may be talked to; if so, aero_balloon_end_exchange() must follow.
 * Context: process; takes the host_lock.
 */
bool aero_balloon_begin_exchange(struct aero_balloon *balloon)
{
	mutex_lock(&balloon->host_lock);
	if (may_talk(balloon))
		return true;
	mutex_unlock(&balloon->host_lock);
	return false;
}
EXPORT_SYMBOL_GPL(aero_balloon_begin_exchange);

/**
 * aero_balloon_end_exchange() - end it
 * @balloon: the balloon
 * @err: how it ended, in the words of struct aero_transport
 * @what: what it was, for a message
 *
 * Context: process; releases the host_lock.
 */
void aero_balloon_end_exchange(struct aero_balloon *balloon, int err, const char *what)
{
	digest_error(balloon, err, what);
	mutex_unlock(&balloon->host_lock);
}
EXPORT_SYMBOL_GPL(aero_balloon_end_exchange);
