// SPDX-License-Identifier: GPL-2.0-only
/*
 * The balloon's exchanges with the imaginary host.
 *
 * Theory of operation
 *
 * Each call waits as long as the plan says, asks the plan how it is to end, and then
 * changes the record accordingly. The wait comes first and without the lock, so that
 * whatever is written to debugfs in the meantime still counts for this call.
 *
 *   up --(reset)--> reset --(restart)--> up
 *    any --(die, mute)--> dead
 *
 * Fouls are counted by the record (host.c); those that concern the order of calls are
 * found here.
 */
#include "guest/fake/wire.h"

#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/slab.h>

#include "guest/fake/device.h"

/* As the virtio transport's, with short pauses: tests wait for them. */
static const struct pace_limits limits = {
	.nosleep_pages = 65536,
	.sleep_min_pages = 512,
	.sleep_max_pages = 16384,
	.free_min_pages = 512,
	.free_max_pages = 262144,
	.step_pages = 16,
	.slow_cycles = 4,
	.pause_min_ms = 20,
	.pause_max_ms = 160,
};

/* Targets that make no sense, or not for long. */
static const u64 whims[] = {
	U64_MAX, 0, 1, U64_MAX >> 1, 513, 1ULL << 52, U64_MAX - 511, 511, 1ULL << 32, 12345,
};

static void think_of_a_target(struct afake *device)
{
	aero_balloon_set_host_target(device->balloon, whims[device->whims++ % ARRAY_SIZE(whims)]);
}

/* How a call ends: as planned, or as chance will have it. The host may change its mind meanwhile. */
static enum fault_call next_call(struct afake *device, enum fault_op op)
{
	enum fault_call call;
	bool whim;
	u64 pages;

	if (device->luck.rules) {
		if (luck_next_target(&device->luck, &pages))
			aero_balloon_set_host_target(device->balloon, pages);
		return luck_next_call(&device->luck, op);
	}
	call = fault_next_call(&device->plan, op, &whim);
	if (whim)
		think_of_a_target(device);
	return call;
}

static enum fault_entry next_entry(struct afake *device, bool block)
{
	if (device->luck.rules)
		return luck_next_entry(&device->luck);
	return fault_next_entry(&device->plan, block);
}

static u32 next_delay_ms(struct afake *device)
{
	if (device->luck.rules)
		return luck_delay_ms(&device->luck);
	return fault_delay_ms(&device->plan);
}

static void forget(struct afake *device)
{
	afake_host_forget(&device->host);
	device->state = AFAKE_RESET;
	device->excused = 0;
}

static int answer_reset(struct afake *device)
{
	if (device->excused)
		device->excused--;
	else
		afake_host_foul(&device->host, AFAKE_CALL_TO_RESET);
	return -ECONNRESET;
}

static int answer_dead(struct afake *device, int err)
{
	device->state = AFAKE_DEAD;
	return err;
}

/* What the plan wants of this call, as the transport's error. Called with the lock. */
static int answer(struct afake *device, enum fault_op op)
{
	if (device->state == AFAKE_DEAD) {
		afake_host_foul(&device->host, AFAKE_CALL_TO_DEAD);
		return -EIO;
	}
	if (device->state == AFAKE_RESET && op != FAULT_RESTART)
		return answer_reset(device);
	switch (next_call(device, op)) {
	case FAULT_CALL_BUSY:
		return -EBUSY;
	case FAULT_CALL_AGAIN:
		return -EAGAIN;
	case FAULT_CALL_GONE:
		return -ENOENT;
	case FAULT_CALL_RESET:
		forget(device);
		return -ECONNRESET;
	case FAULT_CALL_DEAD:
		return answer_dead(device, -EIO);
	case FAULT_CALL_MUTE:
		return answer_dead(device, -ETIMEDOUT);
	case FAULT_CALL_ALLOCATE:
		kfree(kmalloc(1, GFP_KERNEL));
		break;
	case FAULT_CALL_FINE:
	case FAULT_NR_CALLS:
		break;
	}
	return 0;
}

/*
 * Begins a call: returns what it is to return, with the lock held in any case. A mute
 * host costs the time after which a transport gives up.
 */
static int begin(struct afake *device, enum fault_op op)
{
	bool overlaps = atomic_inc_return(&device->talking) > 1;
	unsigned int delay_ms;
	int err;

	mutex_lock(&device->lock);
	device->calls[op]++;
	if (overlaps)
		afake_host_foul(&device->host, AFAKE_OVERLAP);
	delay_ms = next_delay_ms(device);
	mutex_unlock(&device->lock);

	if (delay_ms)
		msleep(delay_ms);

	mutex_lock(&device->lock);
	err = answer(device, op);
	if (err == -ETIMEDOUT) {
		mutex_unlock(&device->lock);
		msleep(device->answer_timeout_ms);
		mutex_lock(&device->lock);
	}
	return err;
}

static int end(struct afake *device, int err)
{
	mutex_unlock(&device->lock);
	atomic_dec(&device->talking);
	return err;
}

static void offer(struct afake *device, struct aero_batch *batch, unsigned int i)
{
	switch (next_entry(device, batch->class == AERO_BLOCK)) {
	case FAULT_ENTRY_TAKE:
		afake_host_take(&device->host, batch->class, batch->pages[i]);
		break;
	case FAULT_ENTRY_REFUSE:
		batch->verdicts[i] = AERO_REFUSED;
		break;
	case FAULT_ENTRY_NOT_NEEDED:
		batch->verdicts[i] = AERO_NOT_NEEDED;
		break;
	case FAULT_NR_ENTRIES:
		break;
	}
}

static int afake_inflate(void *priv, struct aero_batch *batch)
{
	struct afake *device = priv;
	int err = begin(device, FAULT_INFLATE);
	unsigned int i;

	afake_host_check_batch(&device->host, batch, device->transport.batch_max[batch->class]);
	afake_host_check_verdicts(&device->host, batch);
	if (!err)
		for (i = 0; i < batch->nr; i++)
			offer(device, batch, i);
	return end(device, err);
}

static int afake_deflate(void *priv, struct aero_batch *batch)
{
	struct afake *device = priv;
	int err = begin(device, FAULT_DEFLATE);
	unsigned int i;

	afake_host_check_batch(&device->host, batch, device->transport.batch_max[batch->class]);
	if (!err)
		for (i = 0; i < batch->nr; i++)
			afake_host_give(&device->host, batch->class, batch->pages[i]);
	return end(device, err);
}

/*
 * A migration cannot fail because of a reset or a dead host: the first changes nothing
 * for the pages, and in the second case the new page stays with the balloon.
 */
static int afake_migrate(void *priv, struct page *newpage, struct page *page)
{
	struct afake *device = priv;
	int err = begin(device, FAULT_MIGRATE);

	switch (err) {
	case 0:
		afake_host_migrate(&device->host, newpage, page);
		break;
	case -ENOENT:
		afake_host_migrate(&device->host, NULL, page);
		break;
	case -ECONNRESET:
		aero_balloon_host_reset(device->balloon);
		err = -EAGAIN;
		break;
	case -EIO:
	case -ETIMEDOUT:
		aero_balloon_break(device->balloon, "migrating a page");
		err = 0;
		break;
	}
	return end(device, err);
}

static void afake_report_size(void *priv, u64 pages)
{
	struct afake *device = priv;
	int err = begin(device, FAULT_REPORT);

	if (err == -ECONNRESET)
		aero_balloon_host_reset(device->balloon);
	else if (err)
		aero_balloon_break(device->balloon, "reporting the size");
	else
		afake_host_report(&device->host, pages);
	end(device, err);
}

static int afake_restart(void *priv)
{
	struct afake *device = priv;
	int err = begin(device, FAULT_RESTART);

	if (!err) {
		forget(device);
		device->state = AFAKE_UP;
	}
	return end(device, err);
}

/**
 * afake_wire_reset() - the host forgets everything between two calls, and tells
 * @device: with its balloon
 *
 * A call that the engine has decided on already may still come, once.
 *
 * Context: process.
 */
void afake_wire_reset(struct afake *device)
{
	mutex_lock(&device->lock);
	if (device->state != AFAKE_DEAD) {
		forget(device);
		device->excused = 1;
		aero_balloon_host_reset(device->balloon);
	}
	mutex_unlock(&device->lock);
}

/**
 * afake_wire_init() - fill in what the engine is told of this transport
 * @device: its transport is written
 * @batch_pages: most pages in a batch
 * @batch_blocks: most blocks in a batch; 0 = blocks are not spoken
 */
void afake_wire_init(struct afake *device, unsigned int batch_pages, unsigned int batch_blocks)
{
	device->transport = (struct aero_transport){
		.name = "fake",
		.ordered = true,
		.limits = limits,
		.batch_max = { [AERO_PAGE] = batch_pages, [AERO_BLOCK] = batch_blocks },
		.inflate = afake_inflate,
		.deflate = afake_deflate,
		.migrate = afake_migrate,
		.report_size = afake_report_size,
		.restart = afake_restart,
	};
}
