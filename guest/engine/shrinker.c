// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hears from the kernel that it reclaims memory, so that self-ballooning looks at once.
 *
 * Theory of operation
 *
 * A burst may use up all free memory between two looks at it. The kernel then begins to
 * reclaim, and asks its shrinkers how much they have for it. This one always says that
 * it has nothing: being asked is all that it is for. What there is to give back, and
 * whether the balloon is to blame at all, the look says; it is the worker's, since
 * whoever reclaims may hold any lock, or be writing a page out, and giving back may have
 * to wait for the host.
 *
 * A balloon that moves hears nothing: one that inflates makes the kernel reclaim, and
 * one that deflates does already what can be done. One that is short waits, and hears.
 */
#include "guest/engine/shrinker.h"

#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/shrinker.h>

#include "guest/engine/balloon.h"

/* The kernel asks over and over while it reclaims; to look more often than this says no more. */
#define RING_MS 10

static unsigned long count_objects(struct shrinker *shrinker, struct shrink_control *control)
{
	struct aero_balloon *balloon = AERO_SHRINKER_DATA(shrinker);
	unsigned long next = READ_ONCE(balloon->next_ring);

	if (READ_ONCE(balloon->self_target_pages) && !aero_balloon_moves(balloon) &&
	    time_after_eq(jiffies, next)) {
		WRITE_ONCE(balloon->next_ring, jiffies + msecs_to_jiffies(RING_MS));
		aero_selfballoon_kick(balloon);
	}
	return 0;
}

/* Only ever called by who debugs shrinkers: the kernel takes "nothing" for an answer. */
static unsigned long scan_objects(struct shrinker *shrinker, struct shrink_control *control)
{
	return SHRINK_STOP;
}

/**
 * aero_shrinker_init() - listen
 * @balloon: otherwise complete
 *
 * Return: 0 or -ENOMEM.
 * Context: process.
 */
int aero_shrinker_init(struct aero_balloon *balloon)
{
	struct shrinker *shrinker = shrinker_alloc(0, "aerostat-%s", balloon->name);

	if (!shrinker)
		return -ENOMEM;
	AERO_SHRINKER_DATA(shrinker) = balloon;
	shrinker->count_objects = count_objects;
	shrinker->scan_objects = scan_objects;
	balloon->next_ring = jiffies;
	balloon->shrinker = shrinker;
	shrinker_register(shrinker);
	return 0;
}

/**
 * aero_shrinker_exit() - listen no more; nobody is being asked when this returns
 * @balloon: the balloon
 *
 * Context: process.
 */
void aero_shrinker_exit(struct aero_balloon *balloon)
{
	shrinker_free(balloon->shrinker);
}
