// SPDX-License-Identifier: GPL-2.0-only
/*
 * Self-ballooning's files where Linux had them until 5.3:
 * /sys/devices/system/xen_memory/xen_memory0/selfballoon/, as a link to ours.
 *
 * The device is the kernel's own driver's, and is found by its name. Where it is missing,
 * or has something of that name already, there is no link: scripts have to be changed then.
 */
#include "guest/xen/old_place.h"

#include <linux/device.h>
#include <linux/kobject.h>
#include <linux/sysfs.h>

#include "guest/engine/status.h"
#include "guest/xen/domain.h"

#define DEVICE "xen_memory0"
#define DIRECTORY "selfballoon"

static struct kobject *place;

/**
 * axen_old_place_add() - make the link
 * @domain: with its balloon
 *
 * Failure is not an error.
 *
 * Context: process.
 */
void axen_old_place_add(const struct axen *domain)
{
	struct kobject *balloon = &aero_balloon_device(domain->balloon)->kobj;

	place = kset_find_obj(balloon->kset, DEVICE);
	if (place && compat_only_sysfs_link_entry_to_kobj(place, balloon, DIRECTORY, DIRECTORY)) {
		kobject_put(place);
		place = NULL;
	}
}

/**
 * axen_old_place_remove() - remove the link, if there is one
 *
 * Context: process.
 */
void axen_old_place_remove(void)
{
	if (!place)
		return;
	sysfs_remove_link(place, DIRECTORY);
	kobject_put(place);
}
