// SPDX-License-Identifier: GPL-2.0-only
/*
 * aerostat_vmware.ko: the balloon of a guest on VMware.
 *
 * The interface is a port and no device; a platform device stands for it, as the balloon's
 * parent and so that the host hears of a shutdown.
 *
 * Left out on purpose: suspension. The session and what is locked live on in the sleeping
 * machine; after hibernation the host answers "reset".
 */
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/module.h>
#include <linux/platform_device.h>

#include <asm/hypervisor.h>

#include "guest/engine/status.h"
#include "guest/vmware/device.h"
#include "guest/vmware/doorbell.h"
#include "guest/vmware/session.h"
#include "guest/vmware/vmmemctl.h"
#include "guest/vmware/wire.h"

static struct avmware avmware;
static struct platform_device *platform;
static struct dentry *vmmemctl;

static int __init avmware_probe(struct platform_device *pdev)
{
	struct aero_balloon *balloon;

	avmware.dev = &pdev->dev;
	avmware.batch = (u64 *)get_zeroed_page(GFP_KERNEL);
	if (!avmware.batch)
		return -ENOMEM;
	avmware_doorbell_create(&avmware);
	avmware_session_start(&avmware); /* if not now, then the worker will */
	avmware_wire_init(&avmware);
	balloon = aero_balloon_create(&avmware.transport, &avmware, &pdev->dev, "vmware0");
	if (IS_ERR(balloon))
		goto err_session;
	WRITE_ONCE(avmware.balloon, balloon);
	vmmemctl = avmware_vmmemctl_create(&avmware);
	aero_balloon_start(balloon);
	return 0;

err_session:
	avmware_session_finish(&avmware);
	avmware_doorbell_destroy(&avmware);
	free_page((unsigned long)avmware.batch);
	return PTR_ERR(balloon);
}

/* Ends the session if stopping the balloon has not done it, or could not. */
static void end_session(void)
{
	struct aero_status status;

	aero_balloon_stop(avmware.balloon);
	if (!avmware.capabilities || !avmware_session_finish(&avmware))
		return;
	aero_balloon_status(avmware.balloon, &status);
	if (status.size_pages)
		dev_warn(avmware.dev, "the host does not let go of %llu KiB\n",
			 status.size_pages << (PAGE_SHIFT - 10));
}

/* What runs on the machine afterwards finds all memory; the balloon's is not touched any more. */
static void avmware_shutdown(struct platform_device *pdev)
{
	end_session();
}

static struct platform_driver avmware_driver = {
	.driver.name = "aerostat_vmware",
	.shutdown = avmware_shutdown,
};

static int __init avmware_init(void)
{
	if (!hypervisor_is_type(X86_HYPER_VMWARE))
		return -ENODEV;
	platform = platform_create_bundle(&avmware_driver, avmware_probe, NULL, 0, NULL, 0);
	return PTR_ERR_OR_ZERO(platform);
}
module_init(avmware_init);

static void __exit avmware_exit(void)
{
	debugfs_remove(vmmemctl);
	end_session();
	avmware_doorbell_destroy(&avmware);
	/*
	 * Also what the host would not let go of (it was said): this is no device that could be
	 * reset, and a host that fails all commands is hardly there any more.
	 */
	aero_balloon_drop(avmware.balloon);
	aero_balloon_destroy(avmware.balloon);
	platform_device_unregister(platform);
	platform_driver_unregister(&avmware_driver);
	free_page((unsigned long)avmware.batch);
}
module_exit(avmware_exit);

MODULE_ALIAS("dmi:*:svnVMware*:*");
MODULE_ALIAS("vmware_vmmemctl");
MODULE_DESCRIPTION("VMware transport of the memory balloon engine");
MODULE_LICENSE("GPL");
