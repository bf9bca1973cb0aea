// SPDX-License-Identifier: GPL-2.0-only
/*
 * A simulated VM: it uses memory, swaps, and misbehaves as told.
 *
 * Theory of operation
 *
 * Its processes use what a test says. What does not fit the size that the balloon leaves is swapped out; what
 * does not fit there either is killed for. The kernel uses a fixed part. All the rest is available.
 * The balloon moves to its target at a rate and, like Linux's, takes memory in use too.
 */
#include "fake.h"

#include "policy/ratio.h"

#define MIB (1ULL << 20)
#define KERNEL_BYTES (64 * MIB)
#define RATE_BYTES (2048 * MIB)

/* fake_init() - a VM that has all its memory; change its other members before its first step. */
void fake_init(struct fake *vm, u64 max_bytes, u64 used_bytes)
{
	*vm = (struct fake){
		.max_bytes = max_bytes,
		.used_bytes = used_bytes,
		.swap_bytes = max_bytes,
		.rate_bytes = RATE_BYTES,
		.size_bytes = max_bytes,
		.target_bytes = max_bytes,
		.host_bytes = max_bytes,
	};
}

/* fake_missing_bytes() - what its processes use and it has no memory for */
u64 fake_missing_bytes(const struct fake *vm)
{
	return sat_sub_u64(vm->used_bytes, sat_sub_u64(vm->size_bytes, KERNEL_BYTES));
}

static void move_balloon(struct fake *vm, u64 step_ms)
{
	u64 most = ratio_u64(vm->rate_bytes, step_ms, 1000);
	u64 target = clamp_u64(vm->target_bytes, vm->floor_bytes, vm->max_bytes);

	if (vm->traits & (FAKE_DEAD | FAKE_DEAF))
		return;
	if (target < vm->size_bytes)
		vm->size_bytes -= min_u64(most, vm->size_bytes - target);
	else
		vm->size_bytes += min_u64(most, target - vm->size_bytes);
	vm->host_bytes = vm->traits & FAKE_KEEPS ? vm->max_bytes : vm->size_bytes;
}

static void live(struct fake *vm)
{
	u64 missing = fake_missing_bytes(vm);

	if (missing > vm->swap_bytes) {
		vm->stats.oom_kills++;
		vm->used_bytes -= missing - vm->swap_bytes;
		missing = vm->swap_bytes;
	}
	if (missing > vm->swapped_bytes) {
		vm->stats.swapped_out_bytes += missing - vm->swapped_bytes;
		vm->stats.stalls++;
	} else {
		vm->stats.major_faults += (vm->swapped_bytes - missing) / 4096;
	}
	vm->swapped_bytes = missing;
}

static void tell(struct fake *vm, u64 now_s)
{
	u64 resident = vm->used_bytes - vm->swapped_bytes;

	vm->stats.updated_s = now_s;
	vm->stats.total_bytes = vm->size_bytes;
	vm->stats.available_bytes = sat_sub_u64(vm->size_bytes, resident + KERNEL_BYTES);
	vm->stats.free_bytes = vm->stats.available_bytes;
	vm->stats.caches_bytes = 0;
	if (vm->traits & FAKE_LIES)
		vm->stats.free_bytes = vm->max_bytes * 2;
}

/* fake_step() - let @step_ms go by; @now_s is the hypervisor's clock then. */
void fake_step(struct fake *vm, u64 step_ms, u64 now_s)
{
	move_balloon(vm, step_ms);
	if (vm->traits & FAKE_DEAD)
		return;
	live(vm);
	if (!(vm->traits & FAKE_MUTE))
		tell(vm, now_s);
}

/* fake_report() - what a back end would say about it now */
struct report fake_report(const struct fake *vm)
{
	return (struct report){
		.max_bytes = vm->max_bytes,
		.size_bytes = vm->size_bytes,
		.host_bytes = vm->host_bytes,
		.stats = vm->stats,
	};
}
