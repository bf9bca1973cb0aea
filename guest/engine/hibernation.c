// SPDX-License-Identifier: GPL-2.0-only
/*
 * Gives memory back before the guest hibernates.
 *
 * Theory of operation
 *
 * A kernel that hibernates copies what is in use to free memory, and reserves that
 * before it suspends devices, which is when a transport stops its balloon. With most
 * of the memory ballooned there is no room, and hibernation fails. So the balloon's
 * target is 0 from the announcement on, until the guest goes on: in the machine that
 * it is woken up in, or in this one because it could not hibernate.
 *
 * Left out on purpose: suspension to RAM, which needs no room.
 */
#include "guest/engine/hibernation.h"

#include <linux/delay.h>
#include <linux/jiffies.h>
#include <linux/suspend.h>

#include "guest/engine/balloon.h"
#include "guest/engine/target.h"

/* How long hibernation waits; it goes on with what it got, and may fail then. */
#define EMPTY_DEADLINE_MS 60000

static void wait_empty(struct aero_balloon *balloon)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(EMPTY_DEADLINE_MS);

	while (aero_pool_size(&balloon->pool) > aero_target_least_pages(balloon) &&
	       aero_balloon_runs(balloon) && time_before(jiffies, deadline))
		msleep(1);
	/* What the worker took out last may not be free yet. */
	flush_delayed_work(&balloon->resize_work);
}

static void set_hibernating(struct aero_balloon *balloon, bool hibernating)
{
	WRITE_ONCE(balloon->hibernating, hibernating);
	aero_balloon_kick(balloon);
}

static int pm_notify(struct notifier_block *notifier, unsigned long event, void *unused)
{
	struct aero_balloon *balloon = container_of(notifier, struct aero_balloon, pm_notifier);

	if (event == PM_HIBERNATION_PREPARE) {
		set_hibernating(balloon, true);
		wait_empty(balloon);
	} else if (event == PM_POST_HIBERNATION) {
		set_hibernating(balloon, false);
	}
	return NOTIFY_DONE;
}

/**
 * aero_hibernation_init() - watch for hibernation
 * @balloon: otherwise complete
 *
 * Return: 0 or a negative errno.
 * Context: process.
 */
int aero_hibernation_init(struct aero_balloon *balloon)
{
	balloon->pm_notifier.notifier_call = pm_notify;
	return register_pm_notifier(&balloon->pm_notifier);
}

/**
 * aero_hibernation_exit() - stop watching
 * @balloon: stopped, so that nobody waits for it
 *
 * Context: process.
 */
void aero_hibernation_exit(struct aero_balloon *balloon)
{
	unregister_pm_notifier(&balloon->pm_notifier);
}
