// SPDX-License-Identifier: GPL-2.0-only
/*
 * All VMs of a host, and the three steps that manage them.
 *
 * Theory of operation
 *
 *   observe   a report arrived: vm.c learns from it
 *   decide    every VM gets a target and a reason (decide.c)
 *   act       targets become requests, as far as memory is there already (act.c)
 *
 * Each step looks at what the ones before left in struct vm, at nothing else; time and the host's state are
 * arguments. A step may be repeated or left out at any time: nothing is lost by a VM that
 * goes, a report that does not come or a daemon that starts anew, because every
 * decision begins with the sizes that are.
 */
#include "fleet.h"

#include "policy/move.h"

#define MIB (1ULL << 20)

const struct fleet_limits fleet_limits_default = {
	.vm = {
		.period_ms = 1000,
		.near_bytes = 1 * MIB,
		.stall_bytes = 16 * MIB,
		.stall_ms = 4000,
		.rest_min_ms = 30 * 1000,
		.rest_max_ms = 16 * 60 * 1000,
		.settle_ms = 5000,
		.overhead_bytes = 256 * MIB,
		.adopt_ms = 10 * 1000,
		.manual_ms = 5 * 60 * 1000,
	},
	.step_bytes = 32 * MIB,
	.inert_ms = 5 * 60 * 1000,
};

static void vm_free(void *data)
{
	struct vm *vm = data;

	g_free(vm->name);
	g_free(vm);
}

/* fleet_new() - a fleet without VMs; @ops and @data must outlive it. */
struct fleet *fleet_new(const struct fleet_limits *limits, const struct fleet_ops *ops, void *data)
{
	struct fleet *f = g_new0(struct fleet, 1);

	f->limits = *limits;
	f->ops = ops;
	f->data = data;
	f->vms = g_ptr_array_new_with_free_func(vm_free);
	f->managed = g_ptr_array_new();
	f->shares = g_array_new(FALSE, TRUE, sizeof(struct share_vm));
	f->moves = g_array_new(FALSE, TRUE, sizeof(struct move_vm));
	f->claims = g_array_new(FALSE, TRUE, sizeof(struct fill_claim));
	return f;
}

/* fleet_free() - forget everything; NULL is fine. */
void fleet_free(struct fleet *f)
{
	if (!f)
		return;
	g_ptr_array_unref(f->vms);
	g_ptr_array_unref(f->managed);
	g_array_unref(f->shares);
	g_array_unref(f->moves);
	g_array_unref(f->claims);
	g_free(f);
}

/* fleet_add() - a VM appeared; returns its model, which fleet_remove() frees. */
struct vm *fleet_add(struct fleet *f, const char *name, const struct vm_config *config)
{
	struct vm *vm = g_new0(struct vm, 1);

	vm->name = g_strdup(name);
	vm->config = *config;
	vm->reason = VM_UNKNOWN;
	g_ptr_array_add(f->vms, vm);
	return vm;
}

/* fleet_remove() - a VM went away. */
void fleet_remove(struct fleet *f, struct vm *vm)
{
	g_ptr_array_remove_fast(f->managed, vm);
	g_ptr_array_remove_fast(f->vms, vm);
}

/* fleet_find() - the VM called @name, or NULL */
struct vm *fleet_find(const struct fleet *f, const char *name)
{
	for (guint i = 0; i < f->vms->len; i++) {
		struct vm *vm = g_ptr_array_index(f->vms, i);

		if (!g_strcmp0(vm->name, name))
			return vm;
	}
	return NULL;
}

/**
 * fleet_observe() - learn from a report
 * @f: the fleet
 * @vm: one of its VMs
 * @r: the report, unchecked
 * @now_ms: a clock that does not run backwards
 *
 * Return: whether a decision should not wait: @vm became short of memory.
 */
bool fleet_observe(struct fleet *f, struct vm *vm, const struct report *r, u64 now_ms)
{
	u32 events = vm_observe(vm, &f->limits.vm, r, now_ms);

	for (u32 bit = 0; bit < VM_EVENTS; bit++)
		vm->tally.events[bit] += events >> bit & 1;
	if (events)
		f->ops->notice(f->data, vm, events);
	return events & VM_URGENT;
}
