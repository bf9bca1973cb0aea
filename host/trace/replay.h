/* SPDX-License-Identifier: GPL-2.0-only */
/* A recording decided upon again. replay.c explains. */
#ifndef AERO_HOST_TRACE_REPLAY_H
#define AERO_HOST_TRACE_REPLAY_H

#include "host/daemon/config.h"
#include "host/trace/trace.h"

/**
 * enum replay_policy - who decides
 * @REPLAY_RECORDED: the manager, on what it was told then: the same must come of it
 * @REPLAY_MANAGER: the manager, on simulated VMs that use what the recorded ones used
 * @REPLAY_STATIC: nobody, on such VMs: each keeps the size that it had first
 */
enum replay_policy {
	REPLAY_RECORDED,
	REPLAY_MANAGER,
	REPLAY_STATIC,
};

/**
 * struct replay_vm - what became of a VM
 * @name: the VM's
 * @requests: sizes that were asked of it
 * @moved_bytes: by how much these differed from the one before, all together
 * @urgent_ms: time for which it was short of memory
 * @rescues_ms: u64 for each time when it became short, and was given enough for what it used then: from the arrival
 *	of its statistics until its balloon reported the size that this takes
 * @unmet_mib_ms: memory that a simulated VM used and did not have, times time
 */
struct replay_vm {
	char *name;
	u64 requests;
	u64 moved_bytes;
	u64 urgent_ms;
	GArray *rescues_ms;
	u64 unmet_mib_ms;
};

/**
 * struct replay_result - what became of all
 * @vms: struct replay_vm of all VMs that there ever were, in the order in which they came
 * @decisions: rounds of decisions
 * @different: requests that are not as recorded
 * @first_ms: when the first of these was, since the beginning
 * @span_ms: from the first line to the last
 */
struct replay_result {
	GPtrArray *vms;
	u64 decisions;
	u64 different;
	u64 first_ms;
	u64 span_ms;
};

struct replay;

struct replay *replay_new(enum replay_policy policy, const struct config *config);
void replay_free(struct replay *p);
const char *replay_take(struct replay *p, const struct trace_line *line);
const struct replay_result *replay_finish(struct replay *p);

#endif /* AERO_HOST_TRACE_REPLAY_H */
