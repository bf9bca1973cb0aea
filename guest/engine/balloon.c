// SPDX-License-Identifier: GPL-2.0-only
/*
 * The balloon: one for each interface to a hypervisor.
 *
 * A transport creates one when it finds its device, starts it when it can talk,
 * stops it (which gives the memory back) before it resets the device, drops what
 * is left afterwards, and destroys it.
 */
#include "guest/engine/balloon.h"

#include <linux/export.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "guest/engine/debugfs.h"
#include "guest/engine/exchange.h"
#include "guest/engine/hibernation.h"
#include "guest/engine/offlining.h"
#include "guest/engine/oom.h"
#include "guest/engine/resize.h"
#include "guest/engine/shrinker.h"
#include "guest/engine/sysfs.h"
#include "guest/engine/trace.h"

/* clang-format off */
static const char *const state_names[] = {
	[AERO_STOPPED] = "stopped",
	[AERO_IDLE] = "idle",
	[AERO_RESIZING] = "resizing",
	[AERO_SHORT] = "short",
	[AERO_DRAINING] = "draining",
	[AERO_BROKEN] = "broken",
};
/* clang-format on */

/**
 * aero_state_name() - the state's name in sysfs
 * @state: a state
 */
const char *aero_state_name(enum aero_state state)
{
	return state_names[state];
}

static bool running_state(enum aero_state state)
{
	return state == AERO_IDLE || state == AERO_RESIZING || state == AERO_SHORT;
}

static bool may_change(enum aero_state from, enum aero_state to)
{
	switch (to) {
	case AERO_STOPPED:
		return true;
	case AERO_IDLE:
		return from == AERO_STOPPED || running_state(from);
	case AERO_RESIZING:
	case AERO_SHORT:
	case AERO_DRAINING:
		return running_state(from);
	case AERO_BROKEN:
		return from != AERO_STOPPED && from != AERO_BROKEN;
	}
	return false;
}

/**
 * aero_balloon_set_state() - change the state
 * @balloon: the balloon
 * @state: the new state
 *
 * The one place that writes the state.
 *
 * Return: whether the change is a legal one and was made.
 * Context: any.
 */
bool aero_balloon_set_state(struct aero_balloon *balloon, enum aero_state state)
{
	enum aero_state from;
	unsigned long flags;
	bool legal;

	spin_lock_irqsave(&balloon->state_lock, flags);
	from = balloon->state;
	legal = may_change(from, state);
	if (legal)
		WRITE_ONCE(balloon->state, state);
	spin_unlock_irqrestore(&balloon->state_lock, flags);
	if (legal && from != state)
		trace_aero_state(balloon, from, state);
	return legal;
}

/**
 * aero_balloon_alive() - whether the host may be talked to
 * @balloon: the balloon
 */
bool aero_balloon_alive(const struct aero_balloon *balloon)
{
	enum aero_state state = READ_ONCE(balloon->state);

	return running_state(state) || state == AERO_DRAINING;
}

/**
 * aero_balloon_runs() - whether the worker may run
 * @balloon: the balloon
 */
bool aero_balloon_runs(const struct aero_balloon *balloon)
{
	return running_state(READ_ONCE(balloon->state));
}

/**
 * aero_balloon_moves() - whether the worker is changing the size just now
 * @balloon: the balloon
 */
bool aero_balloon_moves(const struct aero_balloon *balloon)
{
	return READ_ONCE(balloon->state) == AERO_RESIZING;
}

/**
 * aero_balloon_kick() - let the worker look at the target now, and ask the host for it
 * @balloon: the balloon
 *
 * Context: any.
 */
void aero_balloon_kick(struct aero_balloon *balloon)
{
	if (aero_balloon_runs(balloon))
		mod_delayed_work(balloon->wq, &balloon->resize_work, 0);
}
EXPORT_SYMBOL_GPL(aero_balloon_kick);

/**
 * aero_balloon_set_host_target() - the host wants another size
 * @balloon: the balloon
 * @pages: guest pages it wants to have; any value
 *
 * Context: any.
 */
void aero_balloon_set_host_target(struct aero_balloon *balloon, u64 pages)
{
	WRITE_ONCE(balloon->host_target_pages, pages);
	aero_balloon_kick(balloon);
}
EXPORT_SYMBOL_GPL(aero_balloon_set_host_target);

/**
 * aero_balloon_host_reset() - the host has forgotten everything
 * @balloon: the balloon
 *
 * The worker drops all silently and calls transport->restart.
 *
 * Context: any.
 */
void aero_balloon_host_reset(struct aero_balloon *balloon)
{
	WRITE_ONCE(balloon->host_has_reset, true);
	aero_balloon_kick(balloon);
}
EXPORT_SYMBOL_GPL(aero_balloon_host_reset);

/**
 * aero_balloon_break() - the host cannot be talked to any more
 * @balloon: the balloon
 * @why: what happened, for the one message
 *
 * Context: any.
 */
void aero_balloon_break(struct aero_balloon *balloon, const char *why)
{
	if (aero_balloon_set_state(balloon, AERO_BROKEN))
		dev_err(balloon->dev,
			"broken: %s failed; %llu KiB stay ballooned until the driver is unloaded\n",
			why, aero_pool_size(&balloon->pool) << (PAGE_SHIFT - 10));
}
EXPORT_SYMBOL_GPL(aero_balloon_break);

static void free_batch(struct aero_batch *batch)
{
	kvfree(batch->pages);
	kvfree(batch->verdicts);
}

static void free_batches(struct aero_balloon *balloon)
{
	free_batch(&balloon->batch);
	free_batch(&balloon->oom_batch);
	free_batch(&balloon->offlining.batch);
}

static int alloc_batch(struct aero_batch *batch, size_t nr)
{
	/* Whoever wanted a balloon is told; the kernel need not say so besides. */
	batch->pages = kvmalloc_array(nr, sizeof(*batch->pages), GFP_KERNEL | __GFP_NOWARN);
	batch->verdicts = kvmalloc(nr, GFP_KERNEL | __GFP_NOWARN);
	if (batch->pages && batch->verdicts)
		return 0;
	free_batch(batch);
	*batch = (struct aero_batch){};
	return -ENOMEM;
}

static int alloc_batches(struct aero_balloon *balloon)
{
	const struct aero_transport *transport = balloon->transport;
	size_t nr = max3((unsigned int)AERO_BATCH_MIN, transport->batch_max[AERO_PAGE],
			 transport->batch_max[AERO_BLOCK]);

	balloon->batch.ordered = transport->ordered;
	balloon->oom_batch.ordered = transport->ordered;
	balloon->offlining.batch.ordered = transport->ordered;
	if (!alloc_batch(&balloon->batch, nr) &&
	    !alloc_batch(&balloon->oom_batch, AERO_BATCH_MIN) &&
	    !alloc_batch(&balloon->offlining.batch, AERO_BATCH_MIN))
		return 0;
	free_batches(balloon);
	return -ENOMEM;
}

/*
 * Migration and rescues want the host_lock while somebody allocates memory. They only try it,
 * which tells lockdep nothing; told once, it reports every allocation under the lock that
 * may have to reclaim.
 */
static void host_lock_init(struct aero_balloon *balloon)
{
	mutex_init(&balloon->host_lock);
	fs_reclaim_acquire(GFP_KERNEL);
	might_lock(&balloon->host_lock);
	fs_reclaim_release(GFP_KERNEL);
}

static struct aero_balloon *alloc_balloon(const struct aero_transport *transport, void *priv)
{
	struct aero_balloon *balloon = kzalloc(sizeof(*balloon), GFP_KERNEL);

	if (!balloon)
		return NULL;
	balloon->transport = transport;
	balloon->priv = priv;
	host_lock_init(balloon);
	spin_lock_init(&balloon->state_lock);
	INIT_LIST_HEAD(&balloon->loan);
	aero_pool_init(&balloon->pool, transport, priv);
	balloon->pool.core.migratepage = aero_exchange_migrate;
	INIT_DELAYED_WORK(&balloon->resize_work, aero_resize_work);
	balloon->blocks_retry = jiffies;
	aero_selfballoon_init(balloon);
	return balloon;
}

/**
 * aero_balloon_create() - make a balloon, stopped and empty
 * @transport: constant for the balloon's life
 * @priv: passed to @transport's functions
 * @parent: the transport's device, or NULL
 * @name: unique among balloons
 *
 * Return: the balloon, which the caller destroys, or an ERR_PTR: -EINVAL when
 * @transport makes no sense.
 * Context: process.
 */
struct aero_balloon *aero_balloon_create(const struct aero_transport *transport, void *priv,
					 struct device *parent, const char *name)
{
	struct aero_balloon *balloon;
	int err = -ENOMEM;

	if (!transport->batch_max[AERO_PAGE] && !transport->delegate)
		return ERR_PTR(-EINVAL);
	balloon = alloc_balloon(transport, priv);
	if (!balloon)
		return ERR_PTR(-ENOMEM);
	strscpy(balloon->name, name, sizeof(balloon->name));
	if (!pace_init(&balloon->pace, &transport->limits)) {
		err = -EINVAL;
		goto err_free;
	}
	if (alloc_batches(balloon))
		goto err_free;
	/* MEM_RECLAIM: giving memory back must not wait for memory. */
	balloon->wq = alloc_workqueue("aerostat-%s", WQ_FREEZABLE | WQ_MEM_RECLAIM | WQ_UNBOUND, 1,
				      name);
	if (!balloon->wq)
		goto err_batch;
	err = aero_sysfs_add(balloon, parent, name);
	if (err)
		goto err_wq;
	err = aero_oom_init(balloon);
	if (err)
		goto err_sysfs;
	err = aero_hibernation_init(balloon);
	if (err)
		goto err_oom;
	err = aero_offlining_init(balloon);
	if (err)
		goto err_hibernation;
	err = aero_shrinker_init(balloon);
	if (err)
		goto err_offlining;
	aero_debugfs_add(balloon);
	return balloon;

err_offlining:
	aero_offlining_exit(balloon);
err_hibernation:
	aero_hibernation_exit(balloon);
err_oom:
	aero_oom_exit(balloon);
err_sysfs:
	aero_sysfs_remove(balloon);
err_wq:
	destroy_workqueue(balloon->wq);
err_batch:
	free_batches(balloon);
err_free:
	kfree(balloon);
	return ERR_PTR(err);
}
EXPORT_SYMBOL_GPL(aero_balloon_create);

/**
 * aero_balloon_start() - let the balloon follow its target
 * @balloon: stopped and empty
 *
 * Context: process; from now on the transport's functions may be called.
 */
void aero_balloon_start(struct aero_balloon *balloon)
{
	WRITE_ONCE(balloon->host_has_reset, false);
	balloon->reported_pages = AERO_NEVER_REPORTED;
	aero_balloon_set_state(balloon, AERO_IDLE);
	aero_balloon_kick(balloon);
	aero_selfballoon_start(balloon);
}
EXPORT_SYMBOL_GPL(aero_balloon_start);

/**
 * aero_balloon_stop() - take all memory back and say no more to the host
 * @balloon: in any state
 *
 * If the host does not cooperate, some stays held; see aero_balloon_drop().
 *
 * Context: process; bounded. The transport's functions are not called any more
 * when it returns.
 */
void aero_balloon_stop(struct aero_balloon *balloon)
{
	bool drain = aero_balloon_set_state(balloon, AERO_DRAINING);

	aero_selfballoon_stop(balloon);
	cancel_delayed_work_sync(&balloon->resize_work);
	if (drain && aero_exchange_finish(balloon))
		aero_resize_drain(balloon);
	/* Under the lock, so that no migration is in the middle of an exchange. */
	mutex_lock(&balloon->host_lock);
	aero_balloon_set_state(balloon, AERO_STOPPED);
	mutex_unlock(&balloon->host_lock);
}
EXPORT_SYMBOL_GPL(aero_balloon_stop);

/**
 * aero_balloon_drop() - free what aero_balloon_stop() could not give back
 * @balloon: stopped, and the host can no longer act on the memory, because the
 *	device or the session was reset
 *
 * Context: process; bounded.
 */
void aero_balloon_drop(struct aero_balloon *balloon)
{
	bool empty;

	mutex_lock(&balloon->host_lock);
	empty = aero_pool_drop(&balloon->pool, &balloon->batch);
	mutex_unlock(&balloon->host_lock);
	WARN_ONCE(!empty, "aerostat: pages are still isolated for migration");
}
EXPORT_SYMBOL_GPL(aero_balloon_drop);

/**
 * aero_balloon_destroy() - the end
 * @balloon: stopped and dropped
 *
 * If pages are still isolated, then the balloon core may call back at any time:
 * memory and module stay for that.
 *
 * Context: process.
 */
void aero_balloon_destroy(struct aero_balloon *balloon)
{
	aero_shrinker_exit(balloon);
	aero_offlining_exit(balloon);
	aero_hibernation_exit(balloon);
	aero_oom_exit(balloon);
	aero_debugfs_remove(balloon);
	aero_sysfs_remove(balloon);
	destroy_workqueue(balloon->wq);
	free_batches(balloon);
	if (aero_pool_empty(&balloon->pool))
		kfree(balloon);
	else
		__module_get(THIS_MODULE);
}
EXPORT_SYMBOL_GPL(aero_balloon_destroy);
