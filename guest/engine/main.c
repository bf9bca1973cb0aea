// SPDX-License-Identifier: GPL-2.0-only
/* aerostat.ko: the balloon engine that all transports share. */
#include <linux/init.h>
#include <linux/module.h>

#include "guest/engine/debugfs.h"
#include "guest/engine/sysfs.h"

static int __init aerostat_init(void)
{
	int err = aero_sysfs_init();

	if (!err)
		aero_debugfs_init();
	return err;
}
module_init(aerostat_init);

static void __exit aerostat_exit(void)
{
	aero_debugfs_exit();
	aero_sysfs_exit();
}
module_exit(aerostat_exit);

MODULE_DESCRIPTION("Memory balloon engine");
MODULE_LICENSE("GPL");
