// SPDX-License-Identifier: GPL-2.0-only
/*
 * The doorbell: a host with VMCI rings it when it has another target.
 *
 * A comfort: the host is asked each second anyway, and a guest without VMCI, or a host
 * that does not want to ring, lacks nothing but that second.
 */
#include "guest/vmware/doorbell.h"

#include <linux/kconfig.h>
#include <linux/vmw_vmci_api.h>
#include <linux/vmw_vmci_defs.h>

#include "guest/vmware/device.h"

#if IS_ENABLED(CONFIG_VMWARE_VMCI)

static void rung(void *priv)
{
	struct avmware *device = priv;
	struct aero_balloon *balloon = READ_ONCE(device->balloon);

	if (balloon)
		aero_balloon_kick(balloon);
}

/**
 * avmware_doorbell_create() - make a doorbell, if this guest can
 * @device: its doorbell is written; invalid if there is none
 *
 * Context: process; allocates memory, so not within an exchange.
 */
void avmware_doorbell_create(struct avmware *device)
{
	device->doorbell = VMCI_INVALID_HANDLE;
	if (vmci_doorbell_create(&device->doorbell, VMCI_FLAG_DELAYED_CB,
				 VMCI_PRIVILEGE_FLAG_RESTRICTED, rung, device) != VMCI_SUCCESS)
		device->doorbell = VMCI_INVALID_HANDLE;
}

/**
 * avmware_doorbell_destroy() - take the doorbell away; it is not being rung afterwards
 * @device: the host does not know the doorbell any more
 *
 * Context: process.
 */
void avmware_doorbell_destroy(struct avmware *device)
{
	if (!vmci_handle_is_invalid(device->doorbell))
		vmci_doorbell_destroy(device->doorbell);
	device->doorbell = VMCI_INVALID_HANDLE;
}

#else

void avmware_doorbell_create(struct avmware *device)
{
	device->doorbell = VMCI_INVALID_HANDLE;
}

void avmware_doorbell_destroy(struct avmware *device)
{
}

#endif
