// SPDX-License-Identifier: GPL-2.0-only
/*
 * Decide: every VM of the fleet gets a target and a reason.
 *
 * Theory of operation
 *
 * policy/share says what everybody would have if moving cost nothing, policy/move which of that is
 * worth moving. Here the model is translated for them:
 *
 * - A VM that must not be taken from (vm_holds_back()) has what it was asked for as its minimum. So what
 *   others get is really there, and a guest that is dead or lies keeps what it has.
 * - A VM without believable statistics needs what it has, as far as anybody knows.
 * - A VM that the operator wants left alone is none of ours, but what it costs is gone from the budget. So is what
 *   a VM occupies on the host beyond its size.
 * - Under pressure nobody wants but who is short of memory, and from the second rung on the budget is what the VMs have
 *   less what the host is short of.
 */
#include "fleet.h"

#include "policy/demand.h"
#include "policy/move.h"
#include "policy/ratio.h"

#define MIB (1ULL << 20)

/* comfort() - the size below which @vm should grow: half of its reserve is gone */
static u64 comfort(const struct vm *vm)
{
	u64 bytes = sat_add_u64(vm->demand.bytes, vm->demand.reserve_bytes / 2);

	return clamp_u64(vm->demand.known ? bytes : 0, vm_min_bytes(vm), vm_max_bytes(vm));
}

/* wants() - the size below which @vm has to grow now */
static u64 wants(const struct vm *vm, enum vm_reason held, const struct fleet_host *host,
		 u64 now_ms)
{
	if (!vm_may_grow(vm, now_ms))
		return 0;
	if (host->pressure >= PRESSURE_HOLD && held != VM_NEEDY)
		return vm_min_bytes(vm);
	return comfort(vm);
}

static struct share_vm share_of(const struct vm *vm, enum vm_reason held)
{
	u64 min = vm_min_bytes(vm);

	return (struct share_vm){
		.min_bytes = held ? max_u64(min, vm->asked_bytes) : min,
		.max_bytes = vm_max_bytes(vm),
		.demand_bytes = vm->demand.known ? vm->demand.bytes : vm->asked_bytes,
		.reserve_bytes = vm->demand.known ? vm->demand.reserve_bytes : 0,
		.shares = vm->config.shares,
		.active = vm->demand.known ? vm->demand.active : DEMAND_ONE,
		.urgent = held == VM_NEEDY,
	};
}

/*
 * worth() - whether it is worth the effort that @vm grows to @bytes
 *
 * What it needs is; a reserve only by quarters. Small parts of it would go to and fro between VMs that all have
 * less than they would like.
 */
static bool worth(const struct fleet *f, const struct vm *vm, u64 bytes)
{
	u64 step = f->limits.step_bytes;

	if (vm->asked_bytes >= vm->demand.bytes)
		step = max_u64(step, vm->demand.reserve_bytes / 4);
	return bytes >= sat_add_u64(vm->asked_bytes, step);
}

static struct move_vm move_of(const struct fleet *f, const struct vm *vm,
			      const struct share_vm *share, enum vm_reason held,
			      const struct fleet_host *host, u64 now_ms)
{
	bool wanting = held == VM_NEEDY || vm->asked_bytes < vm_min_bytes(vm) ||
		       worth(f, vm, share->target_bytes);

	return (struct move_vm){
		.size_bytes = held ? vm->asked_bytes : min_u64(vm->asked_bytes, share->max_bytes),
		.ideal_bytes = share->target_bytes,
		.want_bytes = wanting ? wants(vm, held, host, now_ms) : 0,
		.keep_bytes = held ? vm->asked_bytes : 0,
		.weight = share_weight(share->shares, share->active),
	};
}

/* tidy() - whole mebibytes, unless the exact number means something */
static u64 tidy(const struct vm *vm, u64 bytes)
{
	if (bytes == vm->asked_bytes || bytes == vm_max_bytes(vm))
		return bytes;
	return max_u64(bytes & ~(MIB - 1), vm_min_bytes(vm));
}

static enum vm_reason reason_for(const struct vm *vm, enum vm_reason held)
{
	if (vm->target_bytes > vm->asked_bytes)
		return held == VM_NEEDY ? VM_RESCUE : VM_WANTS;
	if (vm->target_bytes < vm->asked_bytes)
		return VM_GIVES;
	if (held)
		return held;
	return vm->asked_bytes < comfort(vm) ? VM_SHORT : VM_STEADY;
}

/* gather() - who is managed, and what there is for them */
static void gather(struct fleet *f, const struct fleet_host *host)
{
	u64 budget = host->budget_bytes, costs = 0;

	g_ptr_array_set_size(f->managed, 0);
	for (guint i = 0; i < f->vms->len; i++) {
		struct vm *vm = g_ptr_array_index(f->vms, i);
		u64 cost = vm_cost_bytes(vm);

		if (!vm->seen)
			continue;
		if (vm->config.ignore) {
			vm->target_bytes = vm->asked_bytes;
			vm->reason = VM_IGNORED;
			budget = sat_sub_u64(budget, cost);
			continue;
		}
		g_ptr_array_add(f->managed, vm);
		costs = sat_add_u64(costs, vm->asked_bytes);
		if (vm->keeps)
			budget = sat_sub_u64(budget, sat_sub_u64(cost, vm->asked_bytes));
	}
	if (host->pressure >= PRESSURE_TAKE)
		budget = min_u64(budget, sat_sub_u64(costs, host->wanted_bytes));
	f->budget_bytes = budget;
}

/* turn() - tell about a state that begins or ends. */
static void turn(struct fleet *f, bool *state, bool now, u32 begins, u32 ends)
{
	if (*state == now)
		return;
	*state = now;
	f->ops->notice(f->data, NULL, now ? begins : ends);
}

/* watch_inertness() - an alarm, where a wrong path or a missing driver makes us a decoration */
static void watch_inertness(struct fleet *f, bool able, u64 now_ms)
{
	if (able || !f->started)
		f->able_ms = now_ms;
	f->started = true;
	turn(f, &f->inert, now_ms - f->able_ms >= f->limits.inert_ms, FLEET_INERT, FLEET_WORKS);
}

/* conclude() - give @vm its target and reason, and tell if they are new. */
static void conclude(struct fleet *f, struct vm *vm, const struct move_vm *move,
		     enum vm_reason held)
{
	u64 target = tidy(vm, move->target_bytes);
	enum vm_reason before = vm->reason;
	bool moves = target != vm->target_bytes && target != vm->asked_bytes;

	vm->ideal_bytes = move->ideal_bytes;
	vm->target_bytes = target;
	vm->reason = reason_for(vm, held);
	if (!moves && vm->reason == before)
		return;
	vm->tally.decisions[vm->reason]++;
	f->ops->notice(f->data, vm, FLEET_DECIDED);
}

/**
 * fleet_decide() - give every VM a target and a reason
 * @f: the fleet
 * @host: what the host can give
 * @now_ms: as for fleet_observe()
 */
void fleet_decide(struct fleet *f, const struct fleet_host *host, u64 now_ms)
{
	struct fill_claim *claims;
	struct share_vm *shares;
	struct move_vm *moves;
	bool able = false;

	gather(f, host);
	g_array_set_size(f->shares, f->managed->len);
	g_array_set_size(f->moves, f->managed->len);
	g_array_set_size(f->claims, f->managed->len);
	shares = (struct share_vm *)f->shares->data;
	moves = (struct move_vm *)f->moves->data;
	claims = (struct fill_claim *)f->claims->data;

	for (guint i = 0; i < f->managed->len; i++) {
		const struct vm *vm = g_ptr_array_index(f->managed, i);

		shares[i] = share_of(vm, vm_holds_back(vm, &f->limits.vm, now_ms));
	}
	f->split = share_split(shares, claims, f->managed->len, f->budget_bytes);
	for (guint i = 0; i < f->managed->len; i++) {
		const struct vm *vm = g_ptr_array_index(f->managed, i);
		enum vm_reason held = vm_holds_back(vm, &f->limits.vm, now_ms);

		moves[i] = move_of(f, vm, &shares[i], held, host, now_ms);
	}
	move_plan(moves, claims, f->managed->len, f->budget_bytes);
	for (guint i = 0; i < f->managed->len; i++) {
		struct vm *vm = g_ptr_array_index(f->managed, i);
		enum vm_reason held = vm_holds_back(vm, &f->limits.vm, now_ms);

		able |= !held || held == VM_NEEDY;
		conclude(f, vm, &moves[i], held);
	}
	watch_inertness(f, able, now_ms);
	turn(f, &f->missing, f->split.missing_bytes, FLEET_SHORT, FLEET_FITS);
}
