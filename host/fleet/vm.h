/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The model of one VM: what is known about it, what was asked of it, and what may
 * be asked of it now. vm.c explains.
 */
#ifndef AERO_HOST_FLEET_VM_H
#define AERO_HOST_FLEET_VM_H

#include "host/fleet/stats.h"
#include "host/vmm/vmm.h"
#include "policy/demand.h"

/**
 * struct vm_config - what the operator wants of one VM
 * @min_bytes: it never gets less
 * @max_bytes: it never gets more; 0: all that it has
 * @reserve_bytes: least reserve, at most half of its memory
 * @shares: what it pays
 * @ignore: leave it alone
 */
struct vm_config {
	u64 min_bytes;
	u64 max_bytes;
	u64 reserve_bytes;
	u32 shares;
	bool ignore;
};

/**
 * struct vm_limits - constants of the model
 * @period_ms: how often guests are asked for statistics
 * @near_bytes: a size that is so near to what was asked is what was asked
 * @stall_bytes: a balloon that moves less than this...
 * @stall_ms: ...in such a time does not move
 * @rest_min_ms: how long nothing is asked of it then, the first time
 * @rest_max_ms: and at most
 * @settle_ms: after so long at its size the host's memory must show it
 * @overhead_bytes: host memory that a VM may occupy beyond its size
 * @adopt_ms: a VM that we know for so short a time may still follow what was asked before us
 * @manual_ms: how long a size that somebody else asked for is left alone
 */
struct vm_limits {
	u32 period_ms;
	u64 near_bytes;
	u64 stall_bytes;
	u32 stall_ms;
	u32 rest_min_ms;
	u32 rest_max_ms;
	u32 settle_ms;
	u64 overhead_bytes;
	u32 adopt_ms;
	u32 manual_ms;
};

/**
 * enum vm_event - what an observation brought that somebody should know, as bits
 * @VM_BOGUS: impossible statistics; vm->stats.why says which
 * @VM_RESTARTED: counters began anew
 * @VM_URGENT: short of memory
 * @VM_RECOVERED: no longer
 * @VM_STALLED: the balloon does not follow
 * @VM_MANUAL: somebody else changed its size
 * @VM_KEEPS: what it gave did not arrive at the host
 * @VM_RETURNS: it did at last
 */
enum vm_event {
	VM_BOGUS = 1 << 0,
	VM_RESTARTED = 1 << 1,
	VM_URGENT = 1 << 2,
	VM_RECOVERED = 1 << 3,
	VM_STALLED = 1 << 4,
	VM_MANUAL = 1 << 5,
	VM_KEEPS = 1 << 6,
	VM_RETURNS = 1 << 7,
};

#define VM_EVENTS 8

/**
 * enum vm_reason - why a VM has the size that it has
 * @VM_STEADY: there is nothing to do
 * @VM_WANTS: it grows, because less than half of its reserve was left
 * @VM_RESCUE: it grows, because it is short of memory
 * @VM_GIVES: it shrinks, because others need memory more
 * @VM_SHORT: it should grow, but there is nothing to be had
 * @VM_IGNORED: the operator wants it left alone
 * @VM_UNKNOWN: it never sent statistics
 * @VM_STALE: its statistics are old
 * @VM_QUARANTINED: its statistics are not believed
 * @VM_NEEDY: it is short of memory or has not recovered yet, so it gives nothing
 * @VM_RESTS: it did not follow, so nothing is asked of it for a while
 * @VM_HOLDS: what it gives does not arrive at the host, so it is asked for no more
 * @VM_OPERATOR: somebody else changed its size
 * @VM_REASONS: their number
 */
enum vm_reason {
	VM_STEADY,
	VM_WANTS,
	VM_RESCUE,
	VM_GIVES,
	VM_SHORT,
	VM_IGNORED,
	VM_UNKNOWN,
	VM_STALE,
	VM_QUARANTINED,
	VM_NEEDY,
	VM_RESTS,
	VM_HOLDS,
	VM_OPERATOR,
	VM_REASONS,
};

/* What a VM can be asked for: also indices. */
enum vm_direction { VM_SHRINK, VM_GROW, VM_DIRECTIONS };

/**
 * struct vm_tally - what happened to a VM since we know it
 * @decisions: new targets and reasons, by reason
 * @events: by the number of the event's bit
 * @requests: how often a size was asked of it
 * @moved_bytes: by how much those differed from the one before, all together
 */
struct vm_tally {
	u64 decisions[VM_REASONS];
	u64 events[VM_EVENTS];
	u64 requests;
	u64 moved_bytes;
};

/**
 * struct vm - one VM
 * @name: owned by the fleet
 * @source: where it comes from and where requests go; the fleet does not look at it
 * @config: the operator's wishes
 * @stats: its statistics
 * @demand: what it needs
 * @seen: it was observed at least once; everything below is 0 before
 * @since_ms: when it was first
 * @max_bytes: its memory when nothing is ballooned
 * @size_bytes: its memory now
 * @host_bytes: host memory that it occupies, or REPORT_UNKNOWN
 * @asked_bytes: the size that it was asked for last, or that it was found with
 * @reached: it had that size since
 * @reached_ms: since when
 * @far_bytes: how near it came to it so far
 * @far_ms: when it came nearer last
 * @rest_ms: how long it rests after the next stall of a direction; 0: the first time
 * @rest_until_ms: how long nothing of that direction is asked of it
 * @manual_until_ms: how long somebody else's wish counts
 * @keeps: what it gave did not arrive at the host
 * @resend: asked_bytes has to be sent, although it is what it has
 * @ideal_bytes: decided last: the size that it would have if moving cost nothing
 * @target_bytes: decided last: the size that it is to have
 * @reason: decided last
 * @tally: counts, on which nothing depends
 */
struct vm {
	char *name;
	struct vmm_vm *source;
	struct vm_config config;
	struct stats stats;
	struct demand demand;
	bool seen;
	u64 since_ms;
	u64 max_bytes;
	u64 size_bytes;
	u64 host_bytes;
	u64 asked_bytes;
	bool reached;
	u64 reached_ms;
	u64 far_bytes;
	u64 far_ms;
	u32 rest_ms[VM_DIRECTIONS];
	u64 rest_until_ms[VM_DIRECTIONS];
	u64 manual_until_ms;
	bool keeps;
	bool resend;
	u64 ideal_bytes;
	u64 target_bytes;
	enum vm_reason reason;
	struct vm_tally tally;
};

u32 vm_observe(struct vm *vm, const struct vm_limits *limits, const struct report *r, u64 now_ms);
void vm_asked(struct vm *vm, u64 bytes, u64 now_ms);
bool vm_may_grow(const struct vm *vm, u64 now_ms);
enum vm_reason vm_holds_back(const struct vm *vm, const struct vm_limits *limits, u64 now_ms);
u64 vm_min_bytes(const struct vm *vm);
u64 vm_max_bytes(const struct vm *vm);
u64 vm_cost_bytes(const struct vm *vm);
const char *vm_reason_name(enum vm_reason reason);
const char *vm_event_name(u32 bit);

#endif /* AERO_HOST_FLEET_VM_H */
