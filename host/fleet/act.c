// SPDX-License-Identifier: GPL-2.0-only
/*
 * Act: targets become requests, as far as memory is there already.
 *
 * Theory of operation
 *
 * Free before you allocate: who is to shrink is asked at once, but what it will give does not exist before its
 * driver reports it. Until then it costs what it has (vm_cost_bytes()). Who is to grow
 * gets what is left of the budget after all these costs, VMs that are short of memory first, at one
 * price among equals; the rest comes with the next steps, as memory arrives.
 */
#include "fleet.h"

#include "policy/ratio.h"

static void ask(struct fleet *f, struct vm *vm, u64 bytes, u64 now_ms)
{
	u64 before = vm->asked_bytes;

	if (!f->ops->send(f->data, vm, bytes))
		return;
	vm->tally.requests++;
	vm->tally.moved_bytes += max_u64(bytes, before) - min_u64(bytes, before);
	vm_asked(vm, bytes, now_ms);
}

static bool is_urgent(const struct vm *vm)
{
	return vm->reason == VM_RESCUE;
}

/* shrink() - ask all that are to shrink, and those that have to be told to stay. */
static void shrink(struct fleet *f, u64 now_ms)
{
	for (guint i = 0; i < f->managed->len; i++) {
		struct vm *vm = g_ptr_array_index(f->managed, i);

		if (vm->target_bytes < vm->asked_bytes)
			ask(f, vm, vm->target_bytes, now_ms);
		else if (vm->resend)
			ask(f, vm, vm->asked_bytes, now_ms);
	}
}

/* room() - what is left of the budget */
static u64 room(const struct fleet *f)
{
	u64 left = f->budget_bytes;

	for (guint i = 0; i < f->managed->len; i++) {
		const struct vm *vm = g_ptr_array_index(f->managed, i);

		/* What it occupies beyond its size is not in the budget any more. */
		left = sat_sub_u64(left, max_u64(vm->size_bytes, vm->asked_bytes));
	}
	return left;
}

/* grow() - divide the room among those that are to grow, and are urgent or not. */
static void grow(struct fleet *f, bool urgent, u64 now_ms)
{
	struct fill_claim *claims = (struct fill_claim *)f->claims->data;

	for (guint i = 0; i < f->managed->len; i++) {
		const struct vm *vm = g_ptr_array_index(f->managed, i);
		bool claims_some = is_urgent(vm) == urgent;

		claims[i] = (struct fill_claim){
			.ceiling_bytes = claims_some ?
						 sat_sub_u64(vm->target_bytes, vm->asked_bytes) :
						 0,
			.weight = share_weight(vm->config.shares, vm->demand.active),
		};
	}
	fill(claims, f->managed->len, room(f));
	for (guint i = 0; i < f->managed->len; i++) {
		struct vm *vm = g_ptr_array_index(f->managed, i);
		u64 bytes = vm->asked_bytes + claims[i].bytes;

		if (claims[i].bytes &&
		    (claims[i].bytes >= f->limits.step_bytes || bytes == vm->target_bytes))
			ask(f, vm, bytes, now_ms);
	}
}

/**
 * fleet_act() - ask VMs for their targets
 * @f: the fleet, after fleet_decide()
 * @now_ms: as for fleet_observe()
 */
void fleet_act(struct fleet *f, u64 now_ms)
{
	g_array_set_size(f->claims, f->managed->len);
	shrink(f, now_ms);
	grow(f, true, now_ms);
	grow(f, false, now_ms);
}
