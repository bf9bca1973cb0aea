// SPDX-License-Identifier: GPL-2.0-only
/* Between 6.12 and 7.2: nothing in the kernel rings doorbells of VMCI any more, and the function is gone. */
#include <linux/vmw_vmci_defs.h>
#include <linux/vmw_vmci_api.h>

int probe(struct vmci_handle handle);
int probe(struct vmci_handle handle)
{
	return vmci_doorbell_notify(handle, VMCI_PRIVILEGE_FLAG_TRUSTED);
}
