// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which of the differences between what VMs have and what they should have are
 * worth moving memory.
 *
 * Theory of operation
 *
 * The ideal changes with every statistic. To follow it would move memory to and fro all the time, and
 * each move costs the guests. So memory moves only if somebody needs it:
 *
 * - a VM that has less than it wants gets its ideal at once, so that it will not be back
 *   for more right away;
 * - that comes out of what nobody has. What is missing then, or if all together have more than there is,
 *   is taken from VMs that have more than their ideal, at one price (fill.c), and no more than is
 *   missing;
 * - everybody else stays as it is.
 *
 * Where VMs have to keep more than their ideal, less can be taken, and those that want share what
 * there is at one price.
 */
#include "move.h"

#include "ratio.h"

static bool grows(const struct move_vm *vm)
{
	return vm->size_bytes < vm->want_bytes && vm->size_bytes < vm->ideal_bytes;
}

/* least() - what @vm can be brought down to for others. */
static u64 least(const struct move_vm *vm)
{
	return min_u64(vm->size_bytes, max_u64(vm->ideal_bytes, vm->keep_bytes));
}

/*
 * settle() - divide @budget_bytes among those that grow, or among all others
 *
 * The rest claims nothing and keeps its target.
 */
static void settle(struct move_vm *vms, struct fill_claim *scratch, size_t count, bool growing,
		   u64 budget_bytes)
{
	for (size_t i = 0; i < count; i++) {
		const struct move_vm *vm = &vms[i];
		u64 floor = growing ? vm->size_bytes : least(vm);
		u64 ceiling = growing ? vm->ideal_bytes : vm->size_bytes;

		if (grows(vm) != growing)
			floor = ceiling = 0;
		scratch[i] = (struct fill_claim){ floor, ceiling, vm->weight, 0 };
	}
	fill(scratch, count, budget_bytes);
	for (size_t i = 0; i < count; i++)
		if (grows(&vms[i]) == growing)
			vms[i].target_bytes = scratch[i].bytes;
}

/**
 * move_plan() - decide who grows and who gives
 * @vms: the targets are written, the rest is read
 * @scratch: as many as VMs; its contents do not matter
 * @count: number of VMs, 0 too
 * @budget_bytes: what there is for all of them
 *
 * If the ideals fit the budget and nobody keeps more than its ideal, the targets fit it.
 *
 * Return: bytes by which they exceed it otherwise, at most U64_MAX; nobody grows then.
 */
u64 move_plan(struct move_vm *vms, struct fill_claim *scratch, size_t count, u64 budget_bytes)
{
	u128 wanted = 0, kept = 0, sum = 0;

	for (size_t i = 0; i < count; i++)
		wanted += grows(&vms[i]) ? vms[i].ideal_bytes : 0;
	settle(vms, scratch, count, false, sat_sub_u64(budget_bytes, sat_u64(wanted)));
	for (size_t i = 0; i < count; i++)
		kept += grows(&vms[i]) ? 0 : vms[i].target_bytes;
	settle(vms, scratch, count, true, sat_sub_u64(budget_bytes, sat_u64(kept)));
	for (size_t i = 0; i < count; i++)
		sum += vms[i].target_bytes;
	return sum > budget_bytes ? sat_u64(sum - budget_bytes) : 0;
}
