/* SPDX-License-Identifier: GPL-2.0-only */
/* The guest's own wish: a fixed one, or one that it finds out by itself all the time. */
#ifndef AERO_SELFBALLOON_H
#define AERO_SELFBALLOON_H

#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#include "policy/selfballoon.h"

struct aero_balloon;
struct attribute_group;

/**
 * enum aero_selfballooning - the switch
 * @AERO_SELF_OFF: the guest's own wish is what root writes
 * @AERO_SELF_ON: it is found out, and grows while there is free swap
 * @AERO_SELF_FORCED: it is found out, and grows whether there is free swap or not
 */
enum aero_selfballooning {
	AERO_SELF_OFF,
	AERO_SELF_ON,
	AERO_SELF_FORCED,
	AERO_NR_SELFBALLOONING,
};

/* What can be set; selfballoon_sysfs.c has their names and ranges. */
enum aero_tunable {
	AERO_INTERVAL_S,
	AERO_DOWNHYSTERESIS,
	AERO_UPHYSTERESIS,
	AERO_MIN_USABLE_MB,
	AERO_RESERVED_MB,
	AERO_NR_TUNABLES,
};

/**
 * struct aero_selfballoon - one balloon's self-ballooning
 *
 * @lock comes before every other lock; writers of sysfs and the worker take it. It
 * also protects writes to the balloon's self_target_pages.
 */
struct aero_selfballoon {
	/* Single words, written with WRITE_ONCE() from sysfs. */
	u32 tunable[AERO_NR_TUNABLES];
	enum selfballoon_policy policy;

	struct mutex lock;
	enum aero_selfballooning mode; /* written under @lock; read locklessly for display */
	struct selfballoon state; /* protected by @lock */

	/* What user space announced to bring back from swap, and until when that counts. */
	u64 return_pages; /* protected by @lock */
	u64 return_until_ms; /* protected by @lock */

	struct delayed_work work;
};

void aero_selfballoon_init(struct aero_balloon *balloon);
void aero_selfballoon_start(struct aero_balloon *balloon);
void aero_selfballoon_stop(struct aero_balloon *balloon);
void aero_selfballoon_kick(struct aero_balloon *balloon);
int aero_selfballoon_switch(struct aero_balloon *balloon, enum aero_selfballooning mode);
int aero_selfballoon_set_fixed(struct aero_balloon *balloon, u64 pages);
void aero_selfballoon_set_return(struct aero_balloon *balloon, u64 pages);
u64 aero_selfballoon_return_pages(struct aero_balloon *balloon);

extern const struct attribute_group aero_selfballoon_group;
enum aero_selfballooning aero_selfballoon_boot(struct aero_selfballoon *self);

#endif /* AERO_SELFBALLOON_H */
