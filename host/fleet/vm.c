// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model of one VM: what is known about it, what was asked of it, and what may
 * be asked of it now.
 *
 * Theory of operation
 *
 * Everything that is learnt comes from reports, whatever kind of hypervisor they are from, and a report may
 * say anything.
 *
 * A VM that we meet is taken as it is: the size it has is what was asked of it. It may be on its
 * way to what another manager, or we before a restart, asked for; for adopt_ms such changes
 * are followed silently. Later, a size that changes although it had been reached was
 * somebody else's doing: it is adopted and left alone for manual_ms, unless the VM
 * is short of memory.
 *
 *   asked --(size is near)--> reached --(size moves away)--> adopted as asked
 *     |                          ^
 *     +--(does not move)--> stalled: asked is what it has; rest
 *
 * A balloon that does not follow has its target set to where it is, because a driver that cannot
 * reach its target tries for ever and burns the guest's CPU. Then nothing more is
 * asked in that direction for a rest that doubles with each further stall, until it follows again.
 *
 * Ballooned memory is only worth something if it arrives: a VM that still occupies more host memory than it
 * has size, some time after it shrank, does not return what it gives (VFIO, locked memory, huge
 * pages). It costs what it occupies then, and is asked for no more. A difference
 * below overhead_bytes goes unnoticed, because QEMU uses memory of its own.
 */
#include "vm.h"

#include "policy/ratio.h"

/* distance() - between the size that @vm has and the one that was asked for */
static u64 distance(const struct vm *vm)
{
	return max_u64(vm->size_bytes, vm->asked_bytes) - min_u64(vm->size_bytes, vm->asked_bytes);
}

/* aim() - from now on @bytes is the size that @vm should reach. */
static void aim(struct vm *vm, u64 bytes, u64 now_ms)
{
	vm->asked_bytes = bytes;
	vm->reached = false;
	vm->far_bytes = distance(vm);
	vm->far_ms = now_ms;
}

static void reach(struct vm *vm, u64 now_ms)
{
	vm->reached = true;
	vm->reached_ms = now_ms;
	vm->rest_ms[VM_SHRINK] = vm->rest_ms[VM_GROW] = 0;
}

/* stall() - @vm does not follow: stay where it is, and rest. */
static u32 stall(struct vm *vm, const struct vm_limits *limits, u64 now_ms)
{
	enum vm_direction way = vm->asked_bytes < vm->size_bytes ? VM_SHRINK : VM_GROW;
	u32 rest = vm->rest_ms[way] ? vm->rest_ms[way] : limits->rest_min_ms;

	vm->rest_until_ms[way] = sat_add_u64(now_ms, rest);
	vm->rest_ms[way] = (u32)min_u64(2 * (u64)rest, limits->rest_max_ms);
	aim(vm, vm->size_bytes, now_ms);
	vm->reached = true;
	vm->reached_ms = now_ms;
	vm->resend = true;
	return VM_STALLED;
}

/* adopt() - @vm left a size that it had reached: whose doing was it? */
static u32 adopt(struct vm *vm, const struct vm_limits *limits, u64 now_ms)
{
	bool ours = now_ms < vm->rest_until_ms[VM_SHRINK] || now_ms < vm->rest_until_ms[VM_GROW] ||
		    now_ms - vm->since_ms < limits->adopt_ms;
	bool known = now_ms < vm->manual_until_ms;

	aim(vm, vm->size_bytes, now_ms);
	vm->reached = true;
	vm->reached_ms = now_ms;
	if (ours)
		return 0;
	vm->manual_until_ms = sat_add_u64(now_ms, limits->manual_ms);
	return known ? 0 : VM_MANUAL;
}

/* follow_size() - compare the size with what was asked for. */
static u32 follow_size(struct vm *vm, const struct vm_limits *limits, u64 now_ms)
{
	u64 far = distance(vm);

	if (vm->reached)
		return far > limits->stall_bytes ? adopt(vm, limits, now_ms) : 0;
	if (far <= limits->near_bytes) {
		reach(vm, now_ms);
		return 0;
	}
	if (sat_add_u64(far, limits->stall_bytes) <= vm->far_bytes) {
		vm->far_bytes = far;
		vm->far_ms = now_ms;
		return 0;
	}
	return now_ms - vm->far_ms < limits->stall_ms ? 0 : stall(vm, limits, now_ms);
}

/* check_return() - did ballooned memory arrive at the host? */
static u32 check_return(struct vm *vm, const struct vm_limits *limits, u64 now_ms)
{
	bool excess = vm->host_bytes > sat_add_u64(vm->size_bytes, limits->overhead_bytes);

	if (vm->host_bytes == REPORT_UNKNOWN)
		return 0;
	if (vm->keeps && !excess) {
		vm->keeps = false;
		return VM_RETURNS;
	}
	if (vm->keeps || !excess || !vm->reached || vm->size_bytes >= vm->max_bytes ||
	    now_ms - vm->reached_ms < limits->settle_ms)
		return 0;
	vm->keeps = true;
	return VM_KEEPS;
}

/*
 * size_then() - the size when the guest made its statistics, some time since the report before
 *
 * While the balloon moves nobody knows; a driver may tell its size late, when the statistics show all of the way
 * already. Of all that it may have been, the size is assumed that makes for the least change of what the
 * guest uses; else memory on its way would look like growth.
 */
static u64 size_then(const struct vm *vm, u64 size_before, u64 available_bytes)
{
	u64 same = sat_add_u64(vm->demand.used_bytes, available_bytes);
	u64 least = min_u64(size_before, vm->size_bytes);
	u64 most = max_u64(size_before, vm->size_bytes);

	if (!vm->reached) {
		least = min_u64(least, vm->asked_bytes);
		most = max_u64(most, vm->asked_bytes);
	}
	return clamp_u64(same, least, most);
}

/* learn() - take statistics into account, if there are new ones. */
static u32 learn(struct vm *vm, const struct report *r, u64 size_before, u64 now_ms)
{
	struct demand_limits demand = demand_limits_default;
	bool urgent = vm->demand.urgent;
	struct demand_sample sample;

	switch (stats_take(&vm->stats, r, now_ms, &sample)) {
	case STATS_BOGUS:
		return VM_BOGUS;
	case STATS_RESTARTED:
		vm->demand = (struct demand){ 0 };
		vm->manual_until_ms = 0;
		return VM_RESTARTED;
	case STATS_SAME:
	case STATS_QUARANTINED:
		return 0;
	case STATS_NEW:
		break;
	}
	sample.size_bytes = size_then(vm, size_before, sample.available_bytes);
	sample.max_bytes = vm->max_bytes;
	demand.reserve_bytes = vm->config.reserve_bytes;
	demand_update(&vm->demand, &demand, &sample);
	if (urgent == vm->demand.urgent)
		return 0;
	return urgent ? VM_RECOVERED : VM_URGENT;
}

/**
 * vm_observe() - learn from a report
 * @vm: zeroed before the first, but for name and configuration
 * @limits: the constants
 * @r: the report, unchecked; one without memory is dropped
 * @now_ms: a clock that does not run backwards
 *
 * Return: bits of enum vm_event.
 */
u32 vm_observe(struct vm *vm, const struct vm_limits *limits, const struct report *r, u64 now_ms)
{
	u64 size_before = vm->seen ? vm->size_bytes : r->size_bytes;
	u32 events = 0;

	if (!r->max_bytes || r->max_bytes >> 63)
		return 0;
	vm->max_bytes = r->max_bytes;
	vm->size_bytes = min_u64(r->size_bytes, r->max_bytes);
	vm->host_bytes = r->host_bytes;
	if (vm->seen) {
		events |= follow_size(vm, limits, now_ms);
	} else {
		vm->seen = true;
		vm->since_ms = now_ms;
		aim(vm, vm->size_bytes, now_ms);
		reach(vm, now_ms);
		vm->target_bytes = vm->ideal_bytes = vm->size_bytes;
	}
	return events | check_return(vm, limits, now_ms) | learn(vm, r, size_before, now_ms);
}

/**
 * vm_asked() - a size was asked for
 * @vm: seen
 * @bytes: the size
 * @now_ms: as for vm_observe()
 */
void vm_asked(struct vm *vm, u64 bytes, u64 now_ms)
{
	vm->resend = false;
	if (bytes != vm->asked_bytes)
		aim(vm, bytes, now_ms);
}

/**
 * vm_may_grow() - whether it makes sense to ask for more
 * @vm: any
 * @now_ms: as for vm_observe()
 */
bool vm_may_grow(const struct vm *vm, u64 now_ms)
{
	return vm->seen && !vm->config.ignore && now_ms >= vm->rest_until_ms[VM_GROW] &&
	       (vm->demand.urgent || now_ms >= vm->manual_until_ms);
}

/**
 * vm_holds_back() - why nothing can be taken from a VM now
 * @vm: seen
 * @limits: the constants
 * @now_ms: as for vm_observe()
 *
 * Return: the reason, or VM_STEADY if something can.
 */
enum vm_reason vm_holds_back(const struct vm *vm, const struct vm_limits *limits, u64 now_ms)
{
	if (vm->config.ignore)
		return VM_IGNORED;
	if (!vm->stats.known)
		return VM_UNKNOWN;
	if (!stats_fresh(&vm->stats, now_ms, limits->period_ms))
		return VM_STALE;
	if (vm->stats.quarantine || !vm->demand.known)
		return VM_QUARANTINED;
	if (vm->demand.urgent)
		return VM_NEEDY;
	if (now_ms < vm->manual_until_ms)
		return VM_OPERATOR;
	if (vm->keeps)
		return VM_HOLDS;
	if (now_ms < vm->rest_until_ms[VM_SHRINK])
		return VM_RESTS;
	return VM_STEADY;
}

/* vm_max_bytes() - the most that @vm may have */
u64 vm_max_bytes(const struct vm *vm)
{
	return vm->config.max_bytes ? min_u64(vm->config.max_bytes, vm->max_bytes) : vm->max_bytes;
}

/* vm_min_bytes() - the least that @vm may have */
u64 vm_min_bytes(const struct vm *vm)
{
	return min_u64(vm->config.min_bytes, vm_max_bytes(vm));
}

/*
 * vm_cost_bytes() - what has to be set aside for @vm
 *
 * What it has or may take at any moment, and if it does not return what it gives, what it occupies.
 */
u64 vm_cost_bytes(const struct vm *vm)
{
	u64 bytes = max_u64(vm->size_bytes, vm->asked_bytes);

	if (vm->keeps)
		bytes = max_u64(bytes, min_u64(vm->host_bytes, vm->max_bytes));
	return bytes;
}

/* vm_reason_name() - a word for people and programs */
const char *vm_reason_name(enum vm_reason reason)
{
	static const char *const names[] = {
		[VM_STEADY] = "steady",	    [VM_WANTS] = "wants", [VM_RESCUE] = "rescue",
		[VM_GIVES] = "gives",	    [VM_SHORT] = "short", [VM_IGNORED] = "ignored",
		[VM_UNKNOWN] = "unknown",   [VM_STALE] = "stale", [VM_QUARANTINED] = "quarantined",
		[VM_NEEDY] = "needy",	    [VM_RESTS] = "rests", [VM_HOLDS] = "holds",
		[VM_OPERATOR] = "operator",
	};

	return (u32)reason < VM_REASONS ? names[reason] : "none";
}

/* vm_event_name() - a word for the event with the number @bit */
const char *vm_event_name(u32 bit)
{
	static const char *const names[VM_EVENTS] = {
		"bogus",   "restarted", "urgent", "recovered",
		"stalled", "manual",	"keeps",  "returns",
	};

	return bit < VM_EVENTS ? names[bit] : "none";
}
