// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one worker that moves a balloon's size towards its target.
 *
 * Theory of operation
 *
 * A run is one cycle: begin anew if the host was reset, ask for its wish if it has to
 * be asked, compute the target, move towards it by as much as
 * policy/pace allows, and either stop (reached), go on at once (more to do and all
 * is well) or try again after a pause (short). Cycles are short so that the
 * freezer and a new target get their turn.
 *
 * Inflation climbs down a ladder: free 2 MiB blocks; ranges that compaction can
 * empty; single pages. A rung that failed is left alone for a while
 * (BLOCKS_RETRY_MS), so that a fragmented guest does not compact for ever.
 *
 * What only the guest itself wishes for is not worth anybody's time: it is taken without
 * reclaim and without emptying ranges (which would drop any cache in them), and only as
 * far as others do not have to reclaim, either. By then the kernel does so in the
 * background, and the next cycle takes what it has made free.
 *
 * Deflation gives back whole blocks while they fit into what is to be given back,
 * then single pages, then part of a block, so that the target is hit to the page.
 */
#include "guest/engine/resize.h"

#include <linux/delay.h>
#include <linux/export.h>
#include <linux/jiffies.h>

#include "guest/engine/balloon.h"
#include "guest/engine/delegate.h"
#include "guest/engine/exchange.h"
#include "guest/engine/meminfo.h"
#include "guest/engine/offlining.h"
#include "guest/engine/target.h"
#include "guest/engine/trace.h"

/* For transports that begin with these rates: policy/ knows nothing of modules. */
EXPORT_SYMBOL_GPL(pace_limits_r3);

/* Ranges that may fail to empty before the search for blocks is given up. */
#define CONTIG_FAILURES 8
/* Ranges to empty before the host gets them: each may take long, and the target may change. */
#define CONTIG_BATCH 16
/* How long the block rungs are left alone after both failed. */
#define BLOCKS_RETRY_MS 2000
/* How soon to look again for pages that were isolated for migration. */
#define ISOLATED_RETRY_MS 10
/* How soon to look how far a delegate has come. */
#define DELEGATE_LOOK_MS 100
/* How soon to look whether there is room for what has to move out of memory that goes offline. */
#define OFFLINING_LOOK_MS 100
/* Refused entries that end a cycle (the VMware balloon driver's bound). */
#define REFUSED_MAX 16
/* How long giving everything back may take before the balloon is left to the reset. */
#define DRAIN_DEADLINE_MS 60000

/* How a cycle ended. */
enum outcome {
	MORE, /* all is well, but the cycle's share was used up */
	SHORT, /* no memory, or a host that does not want it */
	ISOLATED, /* only pages that are on the move are left */
	FAILED, /* an exchange failed; the exchange has drawn the consequences */
	DELEGATED, /* the kernel's own driver is at it */
};

struct cycle {
	u64 done_pages;
	unsigned int refused;
	bool no_blocks; /* the host refused one, or none can be had */
};

static unsigned int batch_limit(const struct aero_balloon *balloon, enum aero_class class, u64 want)
{
	return min_t(u64, want, balloon->transport->batch_max[class]);
}

/*
 * What this cycle may still move. While blocks move, the crumbs of a rate, smaller than a
 * block, are not worth breaking one for: they wait for the next cycle.
 */
static u64 cycle_room(const struct aero_balloon *balloon, u64 want_pages, u64 rate_pages,
		      u64 done_pages)
{
	if (done_pages && balloon->batch.class == AERO_BLOCK && rate_pages < want_pages &&
	    rate_pages < AERO_BLOCK_PAGES)
		return 0;
	return min(want_pages, rate_pages);
}

/* Whether allocations may reclaim: not for what only the guest itself wishes for. */
static bool may_sleep_now(const struct aero_balloon *balloon)
{
	return pace_may_sleep(&balloon->pace) && !aero_target_is_own(balloon);
}

/* How many of @nr entries are there to take without pushing anybody into reclaim. */
static unsigned int spare_entries(const struct aero_balloon *balloon, unsigned int nr)
{
	u64 spare = sat_sub_u64(aero_meminfo_free_pages(), aero_meminfo_background_pages());

	if (balloon->batch.class == AERO_BLOCK)
		spare >>= AERO_BLOCK_ORDER;
	return min_t(u64, nr, spare);
}

/* Fills the batch from the page allocator, as the pace wants it. */
static bool alloc_entries(struct aero_balloon *balloon, unsigned int nr)
{
	bool may_sleep = may_sleep_now(balloon);
	unsigned int got;

	if (aero_target_is_own(balloon))
		nr = spare_entries(balloon, nr);
	got = aero_pool_alloc(&balloon->batch, nr, may_sleep);
	aero_count(&balloon->counters, may_sleep ? AERO_ALLOC_SLEEP : AERO_ALLOC_NOSLEEP, got);
	return got;
}

static bool alloc_blocks(struct aero_balloon *balloon, struct cycle *cycle, u64 room_pages)
{
	struct aero_batch *batch = &balloon->batch;
	unsigned int nr = batch_limit(balloon, AERO_BLOCK, room_pages / AERO_BLOCK_PAGES);

	if (!nr || cycle->no_blocks || time_before(jiffies, balloon->blocks_retry))
		return false;
	batch->class = AERO_BLOCK;
	if (alloc_entries(balloon, nr))
		return true;
	aero_count(&balloon->counters, AERO_ALLOC_BLOCK_FAILED, 1);
	if (aero_target_is_own(balloon)) {
		cycle->no_blocks = true;
		return false;
	}
	nr = min_t(unsigned int, nr, CONTIG_BATCH);
	if (aero_pool_alloc_contig(&balloon->pool, batch, nr, CONTIG_FAILURES)) {
		aero_count(&balloon->counters, AERO_CONTIG_BLOCKS, batch->nr);
		return true;
	}
	aero_count(&balloon->counters, AERO_ALLOC_CONTIG_FAILED, 1);
	balloon->blocks_retry = jiffies + msecs_to_jiffies(BLOCKS_RETRY_MS);
	return false;
}

/* Fills the batch with at least one entry, or says that memory ran out. */
static bool alloc_batch(struct aero_balloon *balloon, struct cycle *cycle, u64 room_pages)
{
	struct aero_batch *batch = &balloon->batch;

	if (alloc_blocks(balloon, cycle, room_pages))
		return true;
	batch->class = AERO_PAGE;
	if (alloc_entries(balloon, batch_limit(balloon, AERO_PAGE, room_pages)))
		return true;
	aero_count(&balloon->counters,
		   may_sleep_now(balloon) ? AERO_ALLOC_SLEEP_FAILED : AERO_ALLOC_NOSLEEP_FAILED, 1);
	return false;
}

/* Offers one batch. Returns false when the cycle is over, and then how it ended. */
static bool inflate_batch(struct aero_balloon *balloon, struct cycle *cycle,
			  enum outcome *ret_outcome)
{
	enum aero_class class = balloon->batch.class;
	struct aero_tally tally;

	*ret_outcome = FAILED;
	if (aero_exchange_inflate(balloon, &balloon->batch, &tally))
		return false;
	*ret_outcome = SHORT;
	cycle->done_pages += tally.taken_pages;
	if (tally.not_needed)
		return false;
	if (!tally.refused)
		return true;
	cycle->refused += tally.refused;
	if (class == AERO_BLOCK) {
		cycle->no_blocks = true; /* what a block could not do, its pages may */
		cycle->refused = 0;
	} else if (cycle->refused >= REFUSED_MAX) {
		pace_refused(&balloon->pace);
		return false;
	}
	return true;
}

/* What is wanted may become less with every batch: other people allocate, too. */
static u64 still_wanted(struct aero_balloon *balloon)
{
	u64 size = aero_pool_size(&balloon->pool);

	aero_target_update(balloon);
	return balloon->target.pages > size ? balloon->target.pages - size : 0;
}

static enum outcome inflate(struct aero_balloon *balloon, struct cycle *cycle)
{
	struct pace *pace = &balloon->pace;
	enum outcome outcome = MORE;
	u64 want_pages;

	pace_inflate_begin(pace);
	while (aero_balloon_runs(balloon) && (want_pages = still_wanted(balloon))) {
		u64 room = cycle_room(balloon, want_pages,
				      pace_inflate_room(pace, cycle->done_pages),
				      cycle->done_pages);

		if (!room) {
			/* Under pressure the rate is one for each pause, not for each cycle. */
			outcome = pace->slow_left ? SHORT : MORE;
			break;
		}
		if (!alloc_batch(balloon, cycle, room)) {
			if (!aero_target_is_own(balloon) &&
			    pace_alloc_failed(pace, cycle->done_pages))
				continue;
			outcome = SHORT;
			break;
		}
		if (!inflate_batch(balloon, cycle, &outcome))
			break;
		outcome = MORE;
	}
	pace_inflate_end(pace, cycle->done_pages);
	aero_pool_free_refused(&balloon->pool);
	return outcome;
}

/* Gives back one batch of what the target leaves over. Returns pages, or an error. */
static int deflate_batch(struct aero_balloon *balloon, u64 want_pages)
{
	struct aero_batch *batch = &balloon->batch;
	u64 blocks = min_t(u64, want_pages / AERO_BLOCK_PAGES,
			   atomic_long_read(&balloon->pool.nr_blocks));
	u64 pages = min_t(u64, want_pages, atomic_long_read(&balloon->pool.nr_pages));
	int ret;

	if (blocks) {
		batch->class = AERO_BLOCK;
		ret = aero_exchange_deflate(balloon, batch,
					    batch_limit(balloon, AERO_BLOCK, blocks));
		return ret < 0 ? ret : ret * (int)AERO_BLOCK_PAGES;
	}
	if (pages == want_pages || !atomic_long_read(&balloon->pool.nr_blocks)) {
		batch->class = AERO_PAGE;
		return aero_exchange_deflate(balloon, batch,
					     batch_limit(balloon, AERO_PAGE, pages));
	}
	return aero_exchange_split(balloon, batch, want_pages);
}

static enum outcome deflate(struct aero_balloon *balloon, struct cycle *cycle, u64 want_pages)
{
	struct pace *pace = &balloon->pace;
	enum outcome outcome = MORE;

	while (aero_balloon_runs(balloon) && cycle->done_pages < want_pages) {
		u64 room = cycle_room(balloon, want_pages - cycle->done_pages,
				      pace_deflate_room(pace, cycle->done_pages),
				      cycle->done_pages);
		int ret;

		if (!room)
			break;
		ret = deflate_batch(balloon, room);
		if (ret <= 0) {
			outcome = ret ? FAILED : ISOLATED;
			break;
		}
		cycle->done_pages += ret;
		cond_resched();
	}
	pace_deflate_end(pace, outcome == FAILED);
	return outcome;
}

static void run_again(struct aero_balloon *balloon, unsigned int delay_ms)
{
	queue_delayed_work(balloon->wq, &balloon->resize_work, msecs_to_jiffies(delay_ms));
}

/* Draws the consequences of a cycle that did not reach the target. */
static void finish_cycle(struct aero_balloon *balloon, const struct cycle *cycle,
			 enum outcome outcome)
{
	unsigned int pause_ms = 0;

	if (outcome == ISOLATED) {
		pause_ms = ISOLATED_RETRY_MS;
	} else if (outcome == DELEGATED) {
		pause_ms = DELEGATE_LOOK_MS;
	} else if (outcome != MORE) {
		aero_count(&balloon->counters, AERO_SHORT_CYCLES, 1);
		pause_ms = pace_pause_ms(&balloon->pace, cycle->done_pages);
		aero_balloon_set_state(balloon, AERO_SHORT);
		aero_exchange_report(balloon);
	}
	trace_aero_pace(balloon, cycle->done_pages, pause_ms);
	run_again(balloon, pause_ms);
}

/* The target is reached, though it may fall short of what was wished for. */
static void settle(struct aero_balloon *balloon)
{
	bool short_of_wish = balloon->target.reason >= TARGET_FLOOR;
	unsigned int pause_ms = pace_pause_ms(&balloon->pace, !short_of_wish);

	aero_exchange_report(balloon);
	aero_balloon_set_state(balloon, short_of_wish ? AERO_SHORT : AERO_IDLE);
	if (aero_offlining_active(balloon))
		pause_ms = OFFLINING_LOOK_MS;
	else if (!short_of_wish)
		pause_ms = balloon->transport->poll_ms;
	if (pause_ms)
		run_again(balloon, pause_ms);
}

/**
 * aero_resize_work() - one cycle
 * @work: the balloon's resize_work
 *
 * Context: the balloon's freezable workqueue; never runs twice at a time.
 */
void aero_resize_work(struct work_struct *work)
{
	struct aero_balloon *balloon = container_of(to_delayed_work(work), struct aero_balloon,
						    resize_work);
	struct cycle cycle = {};
	enum outcome outcome = MORE;
	bool moves = false;
	u64 size;

	if (!aero_balloon_runs(balloon))
		return;
	aero_count(&balloon->counters, AERO_CYCLES, 1);
	if ((READ_ONCE(balloon->host_has_reset) && aero_exchange_restart(balloon)) ||
	    aero_exchange_get_target(balloon)) {
		finish_cycle(balloon, &cycle, FAILED);
		return;
	}
	aero_target_update(balloon);
	if (balloon->transport->delegate)
		moves = aero_delegate_move(balloon);
	size = aero_pool_size(&balloon->pool);
	if (size == balloon->target.pages) {
		settle(balloon);
		return;
	}
	aero_balloon_set_state(balloon, AERO_RESIZING);
	if (balloon->transport->delegate)
		outcome = moves ? DELEGATED : SHORT;
	else if (size < balloon->target.pages)
		outcome = inflate(balloon, &cycle);
	else
		outcome = deflate(balloon, &cycle, size - balloon->target.pages);
	if (aero_balloon_runs(balloon))
		finish_cycle(balloon, &cycle, outcome);
}

/**
 * aero_resize_drain() - give everything back to the guest, asking the host
 * @balloon: in state AERO_DRAINING
 *
 * Stops at a deadline or an error; what is still held then waits for the reset.
 *
 * Context: process; bounded.
 */
void aero_resize_drain(struct aero_balloon *balloon)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(DRAIN_DEADLINE_MS);
	u64 size;

	/* It may be broken already, by an exchange that was going on when it was stopped. */
	while (aero_balloon_alive(balloon) && (size = aero_pool_size(&balloon->pool)) &&
	       time_before(jiffies, deadline)) {
		int ret = deflate_batch(balloon, size);

		if (ret < 0 && ret != -EBUSY)
			break;
		if (ret <= 0)
			msleep(ISOLATED_RETRY_MS);
	}
	aero_exchange_report(balloon);
}
