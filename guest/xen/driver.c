// SPDX-License-Identifier: GPL-2.0-only
/*
 * aerostat_xen.ko: the balloon of a Xen domain, PV or PVH.
 *
 * The kernel's own driver holds the memory and talks to the hypervisor; this module has the
 * engine tell it how much. See delegate.c and toolstack.c.
 *
 * Left out on purpose: suspension. The domain keeps its size, and the kernel's xenbus
 * brings the toolstack's wish after it.
 */
#include <linux/err.h>
#include <linux/module.h>

#include <xen/xen.h>

#include "guest/xen/delegate.h"
#include "guest/xen/domain.h"
#include "guest/xen/old_place.h"
#include "guest/xen/stats.h"
#include "guest/xen/toolstack.h"

static struct axen domain;

static int __init axen_init(void)
{
	int err;

	if (!xen_domain())
		return -ENODEV;
	if (xen_initial_domain()) {
		pr_err("aerostat: the control domain hands out the host's memory and must not decide on its own\n");
		return -EPERM;
	}
	err = axen_toolstack_init(&domain);
	if (err)
		return err;
	axen_delegate_init(&domain);
	domain.balloon = aero_balloon_create(&domain.transport, &domain, NULL, "xen0");
	if (IS_ERR(domain.balloon))
		return PTR_ERR(domain.balloon);
	aero_balloon_start(domain.balloon);
	err = axen_toolstack_watch(&domain);
	if (err)
		goto err_balloon;
	axen_old_place_add(&domain);
	axen_stats_start();
	return 0;

err_balloon:
	aero_balloon_stop(domain.balloon);
	aero_balloon_destroy(domain.balloon);
	return err;
}
module_init(axen_init);

static void __exit axen_exit(void)
{
	axen_stats_stop();
	axen_old_place_remove();
	axen_toolstack_unwatch(&domain);
	aero_balloon_stop(domain.balloon);
	aero_balloon_destroy(domain.balloon);
}
module_exit(axen_exit);

MODULE_DESCRIPTION("Xen transport of the memory balloon engine");
MODULE_LICENSE("GPL");
