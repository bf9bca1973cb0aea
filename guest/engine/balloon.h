/* SPDX-License-Identifier: GPL-2.0-only */
/* The balloon: one for each interface to a hypervisor. */
#ifndef AERO_BALLOON_H
#define AERO_BALLOON_H

#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "guest/engine/counters.h"
#include "guest/engine/offlining.h"
#include "guest/engine/pool.h"
#include "guest/engine/selfballoon.h"
#include "guest/engine/transport.h"
#include "policy/pace.h"
#include "policy/rescue.h"
#include "policy/target.h"

/**
 * enum aero_state - what a balloon is doing
 * @AERO_STOPPED: not started, suspended or going away. The worker does not run;
 *	nothing is said to the host.
 * @AERO_IDLE: the size is the target.
 * @AERO_RESIZING: the worker is moving the size towards the target.
 * @AERO_SHORT: the target was not reached (the floor, no memory, a host that
 *	refuses); the worker tries again after a pause.
 * @AERO_DRAINING: everything is being given back before AERO_STOPPED. The worker
 *	does not run.
 * @AERO_BROKEN: the host stopped answering or broke the protocol. Nothing is said
 *	to it any more; the pages held stay held until the transport has reset
 *	the device, since the host may still act on them.
 */
enum aero_state {
	AERO_STOPPED,
	AERO_IDLE,
	AERO_RESIZING,
	AERO_SHORT,
	AERO_DRAINING,
	AERO_BROKEN,
};

/* A host may still show what another driver, or this one before a reset, has reported. */
#define AERO_NEVER_REPORTED U64_MAX

/* Of a balloon's name in tracepoints, with the final NUL. */
#define AERO_NAME_MAX 32

/**
 * struct aero_balloon - see the file's first line
 *
 * Lock order: @self.lock alone before @state_lock; page lock (migration only) -> @host_lock (trylock there)
 * -> @state_lock or the balloon core's own lock on the list of pages, or @offlining.lock.
 * No memory is allocated under any of them.
 */
struct aero_balloon {
	/* Set by aero_balloon_create(), constant afterwards. */
	const struct aero_transport *transport;
	void *priv;
	char name[AERO_NAME_MAX]; /* cut off if longer; tracepoints may outlive @dev */
	struct device *dev;
	struct dentry *debugfs;
	struct workqueue_struct *wq;

	/* Serialises the conversation with the host and every change of the pool's size. */
	struct mutex host_lock;
	struct aero_pool pool;

	/* What a delegate was last asked to hold; written under the @host_lock, with WRITE_ONCE(). */
	u64 asked_pages;

	/* Single words, written with WRITE_ONCE() from any context. */
	u64 host_target_pages;
	u64 self_target_pages; /* only with @self.lock */
	u64 floor_pages; /* as set by root; 0 = computed */
	bool host_has_reset;
	bool hibernating; /* about to be, or going on: nothing is to be held */

	spinlock_t state_lock;
	enum aero_state state; /* protected by @state_lock; read locklessly for display */

	/* Free memory that a walk has borrowed; protected by @state_lock. */
	struct list_head loan;
	bool loan_recalled;

	struct aero_selfballoon self;

	struct notifier_block pm_notifier;
	struct aero_offlining offlining;

	struct shrinker *shrinker;
	unsigned long next_ring; /* jiffies: no look is asked for before; lockless */

	/*
	 * Used by the OOM notifier alone, of which the kernel runs one at a time, but for @rescue,
	 * protected by @state_lock, and @in_need: read locklessly.
	 */
	struct notifier_block oom_notifier;
	struct aero_batch oom_batch;
	struct rescue rescue;
	bool in_need; /* a rescue wants the host */

	/* Used by the worker alone. */
	struct delayed_work resize_work;
	struct pace pace;
	struct aero_batch batch;
	u64 reported_pages;
	unsigned long blocks_retry; /* jiffies: no 2 MiB blocks are tried before */
	u64 seen_pages; /* of a delegated balloon: its size at the last look */
	struct target_result target; /* the last one; display reads it locklessly */

	struct aero_counters counters;
};

const char *aero_state_name(enum aero_state state);
bool aero_balloon_set_state(struct aero_balloon *balloon, enum aero_state state);
bool aero_balloon_alive(const struct aero_balloon *balloon);
bool aero_balloon_runs(const struct aero_balloon *balloon);
bool aero_balloon_moves(const struct aero_balloon *balloon);

#endif /* AERO_BALLOON_H */
