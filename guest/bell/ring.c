// SPDX-License-Identifier: GPL-2.0-only
/*
 * aerostat_bell.ko: rings the VMware balloon's doorbell in the host's place, for tests only.
 *
 * A guest without a VMCI device can be a VMCI host, whose doorbells anybody in its kernel may
 * ring. So the real vmw_vmci carries the ring, if not the interrupt. Loading the module rings;
 * when it is loaded, it has rung. Kernels without that function refuse the module with ENODEV.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/vmw_vmci_api.h>
#include <linux/vmw_vmci_defs.h>

static unsigned int resource = VMCI_INVALID_ID;
module_param(resource, uint, 0444);
MODULE_PARM_DESC(resource, "Number of the doorbell");

static unsigned int rings = 1;
module_param(rings, uint, 0444);
MODULE_PARM_DESC(rings, "How often to ring (default 1)");

static unsigned int gap_ms;
module_param(gap_ms, uint, 0444);
MODULE_PARM_DESC(gap_ms, "Time after each ring (default 0)");

static bool ring(void)
{
	struct vmci_handle bell = vmci_make_handle(VMCI_HOST_CONTEXT_ID, resource);

	return vmci_doorbell_notify(bell, VMCI_PRIVILEGE_FLAG_TRUSTED) == VMCI_SUCCESS;
}

static int __init bell_init(void)
{
	unsigned int i;

	for (i = 0; i < rings; i++) {
		if (!ring())
			return -ENODEV;
		msleep(gap_ms);
	}
	return 0;
}
module_init(bell_init);

static void __exit bell_exit(void)
{
}
module_exit(bell_exit);

MODULE_DESCRIPTION("Rings the VMware balloon's doorbell (tests only)");
MODULE_LICENSE("GPL");
