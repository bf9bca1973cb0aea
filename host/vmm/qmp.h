/* SPDX-License-Identifier: GPL-2.0-only */
/* The back end for QEMUs whose monitors are sockets in a directory, or configured one by one. */
#ifndef AERO_HOST_VMM_QMP_H
#define AERO_HOST_VMM_QMP_H

#include <glib.h>

#include "host/vmm/qemu.h"
#include "host/vmm/vmm.h"

/**
 * struct qmp_config - where the monitors are; all of it must outlive the back end
 * @qemu: how VMs are asked
 * @directory: NAME.sock in it is the monitor of the VM called NAME; NULL: none
 * @sockets: {name: path} of VMs with a socket elsewhere, or NULL
 * @scan_ms: how often the directory is read
 */
struct qmp_config {
	struct qemu_config qemu;
	const char *directory;
	GHashTable *sockets;
	u32 scan_ms;
};

struct qmp;

struct qmp *qmp_new(const struct qmp_config *config, const struct vmm_events *events, void *data);
void qmp_free(struct qmp *b);
bool qmp_settled(const struct qmp *b);

#endif /* AERO_HOST_VMM_QMP_H */
