// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who gets how much of a host's memory.
 *
 * Theory of operation
 *
 * Memory is given out in levels: first everybody's minimum, then what VMs need, then all that helps
 * VMs which are short of memory now, then reserves, then the surplus. A level begins when
 * the one before it is filled for everybody. Where it runs out, all VMs
 * that want more on this level have it at one price (fill.c).
 *
 * Where VMs compete for what they need, the price is shares / bytes. Reserves and surplus are priced like
 * ESX does it, with a tax on idle memory: shares / (bytes * (f + k * (1 - f))), f being the part that
 * the VM uses and k = 1 / (1 - 0.75) = 4: an idle byte costs four times as much. So among VMs with the
 * same shares who uses its memory keeps the more of it. What is needed is not idle: taxed as well, a VM
 * with a large reserve would lose what it uses to one that has none.
 *
 * A minimum that cannot be had is still promised: if the minimums exceed the budget, all targets are
 * the minimums and the result says what is missing. That is for the operator to solve.
 */
#include "share.h"

#include "demand.h"
#include "ratio.h"

#define IDLE_TAX 4

/**
 * share_weight() - what a VM pays for each byte
 * @shares: 1 to SHARE_MAX; others count as the nearest of these
 * @active: part of its memory that it uses, of DEMAND_ONE
 *
 * Return: a weight for fill(), 4 for each share of a VM that uses all of its memory.
 */
u32 share_weight(u32 shares, u32 active)
{
	u32 used = min_u32(active, DEMAND_ONE);
	u32 tax = used + IDLE_TAX * (DEMAND_ONE - used);

	shares = min_u32(max_u32(shares, 1), SHARE_MAX);
	return (u32)((u64)shares * IDLE_TAX * DEMAND_ONE / tax);
}

/* filled() - what @vm has when @level is filled, and all before it. */
static u64 filled(const struct share_vm *vm, enum share_level level)
{
	u64 bytes = vm->min_bytes;

	if (level == SHARE_SURPLUS || (level >= SHARE_URGENT && vm->urgent))
		return vm->max_bytes;
	if (level >= SHARE_DEMAND)
		bytes = max_u64(bytes, vm->demand_bytes);
	if (level >= SHARE_RESERVE)
		bytes = max_u64(bytes, sat_add_u64(vm->demand_bytes, vm->reserve_bytes));
	return min_u64(bytes, vm->max_bytes);
}

static bool fits(const struct share_vm *vms, size_t count, enum share_level level, u64 budget_bytes)
{
	u128 sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += filled(&vms[i], level);
	return sum <= budget_bytes;
}

/**
 * share_split() - give out @budget_bytes
 * @vms: the targets are written, the rest is read
 * @scratch: as many as VMs; its contents do not matter
 * @count: number of VMs, 0 too
 * @budget_bytes: what there is for all of them
 *
 * Return: how far it went. Targets are between minimum and maximum; their sum is
 * within the budget if that of the minimums is.
 */
struct share_result share_split(struct share_vm *vms, struct fill_claim *scratch, size_t count,
				u64 budget_bytes)
{
	struct share_result result = { .level = SHARE_MINIMUM };

	while (result.level < SHARE_LEVELS && fits(vms, count, result.level, budget_bytes))
		result.level++;
	for (size_t i = 0; i < count; i++) {
		enum share_level top = min_u32(result.level, SHARE_SURPLUS);

		scratch[i] = (struct fill_claim){
			.floor_bytes = filled(&vms[i], top ? top - 1 : SHARE_MINIMUM),
			.ceiling_bytes = filled(&vms[i], top),
			.weight = share_weight(vms[i].shares,
					       top < SHARE_RESERVE ? DEMAND_ONE : vms[i].active),
		};
	}
	result.missing_bytes = fill(scratch, count, budget_bytes);
	for (size_t i = 0; i < count; i++)
		vms[i].target_bytes = scratch[i].bytes;
	return result;
}

/**
 * share_level_name() - a word for people
 * @level: any value
 */
const char *share_level_name(enum share_level level)
{
	static const char *const names[] = {
		[SHARE_MINIMUM] = "minimum", [SHARE_DEMAND] = "demand",	  [SHARE_URGENT] = "urgent",
		[SHARE_RESERVE] = "reserve", [SHARE_SURPLUS] = "surplus", [SHARE_LEVELS] = "plenty",
	};

	return (u32)level <= SHARE_LEVELS ? names[level] : "unknown";
}
