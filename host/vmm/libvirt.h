/* SPDX-License-Identifier: GPL-2.0-only */
/* The back end for VMs of libvirt: QEMU, Xen and whatever else it knows. libvirt.c explains. */
#ifndef AERO_HOST_VMM_LIBVIRT_H
#define AERO_HOST_VMM_LIBVIRT_H

#include "host/vmm/vmm.h"

/**
 * struct libvirt_config - whom to ask, and how; all of it must outlive the back end
 * @uri: the connection, as virsh --connect has it
 * @period_s: how often libvirt asks guests for statistics, in seconds
 * @poll_ms: how often we ask libvirt about each VM, and for new ones
 * @answer_ms: a call that takes longer is trouble
 * @retry_ms: how long after a failure the connection is tried again
 */
struct libvirt_config {
	const char *uri;
	u32 period_s;
	u32 poll_ms;
	u32 answer_ms;
	u32 retry_ms;
};

struct libvirt;

struct libvirt *libvirt_new(const struct libvirt_config *config, const struct vmm_events *events,
			    void *data);
void libvirt_free(struct libvirt *b);
bool libvirt_settled(const struct libvirt *b);

#endif /* AERO_HOST_VMM_LIBVIRT_H */
