/* SPDX-License-Identifier: GPL-2.0-only */
/* One VM behind the monitor of a QEMU. qemu.c explains. */
#ifndef AERO_HOST_VMM_QEMU_H
#define AERO_HOST_VMM_QEMU_H

#include "host/vmm/vmm.h"

/**
 * struct qemu_config - how VMs are asked
 * @period_s: how often QEMU asks the guest for statistics, in seconds
 * @poll_ms: how often we ask QEMU
 * @answer_ms: how long QEMU may take for an answer
 * @retry_ms: how long at most after a failure the monitor is tried again
 * @proc: where procfs is
 */
struct qemu_config {
	u32 period_s;
	u32 poll_ms;
	u32 answer_ms;
	u32 retry_ms;
	const char *proc;
};

struct qemu;

struct qemu *qemu_new(const char *name, const char *path, const struct qemu_config *config,
		      const struct vmm_events *events, void *data);
void qemu_free(struct qemu *q);
bool qemu_runs(const struct qemu *q);
bool qemu_settled(const struct qemu *q);

#endif /* AERO_HOST_VMM_QEMU_H */
