/* SPDX-License-Identifier: GPL-2.0-only */
/* <linux/vmw_vmci_api.h> for kernels in which no doorbell can be rung (6.12 lets modules do it, 7.2 does not). */
#include <linux/vmw_vmci_defs.h> /* needed by the next one, which includes too little itself */
#include_next <linux/vmw_vmci_api.h>

#ifndef AERO_COMPAT_LINUX_VMW_VMCI_API_H
#define AERO_COMPAT_LINUX_VMW_VMCI_API_H

#ifndef AERO_HAVE_VMCI_DOORBELL_NOTIFY
static inline int vmci_doorbell_notify(struct vmci_handle handle, u32 priv_flags)
{
	return VMCI_ERROR_UNAVAILABLE;
}
#endif

#endif /* AERO_COMPAT_LINUX_VMW_VMCI_API_H */
