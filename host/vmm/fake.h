/* SPDX-License-Identifier: GPL-2.0-only */
/* A simulated VM, for tests and for replays: it uses memory, swaps, and misbehaves as told. */
#ifndef AERO_HOST_VMM_FAKE_H
#define AERO_HOST_VMM_FAKE_H

#include "host/vmm/report.h"

/**
 * enum fake_trait - ways to misbehave, as bits
 * @FAKE_DEAD: the guest hangs: its balloon stays, its statistics are frozen
 * @FAKE_MUTE: it never sends statistics
 * @FAKE_LIES: its statistics are impossible
 * @FAKE_KEEPS: what it balloons does not arrive at the host
 * @FAKE_DEAF: its balloon stays, all else works
 */
enum fake_trait {
	FAKE_DEAD = 1 << 0,
	FAKE_MUTE = 1 << 1,
	FAKE_LIES = 1 << 2,
	FAKE_KEEPS = 1 << 3,
	FAKE_DEAF = 1 << 4,
};

/**
 * struct fake - a simulated VM
 * @max_bytes: its memory
 * @used_bytes: what its processes use; the one that a test changes
 * @swap_bytes: how much it can swap out
 * @floor_bytes: its balloon leaves it no less
 * @rate_bytes: how much its balloon moves in a second
 * @traits: bits of enum fake_trait
 * @size_bytes: what its balloon leaves it
 * @target_bytes: what it was asked for
 * @swapped_bytes: what is swapped out
 * @host_bytes: host memory that it occupies
 * @stats: what it sends
 */
struct fake {
	u64 max_bytes;
	u64 used_bytes;
	u64 swap_bytes;
	u64 floor_bytes;
	u64 rate_bytes;
	u32 traits;
	u64 size_bytes;
	u64 target_bytes;
	u64 swapped_bytes;
	u64 host_bytes;
	struct report_stats stats;
};

void fake_init(struct fake *vm, u64 max_bytes, u64 used_bytes);
void fake_step(struct fake *vm, u64 step_ms, u64 now_s);
u64 fake_missing_bytes(const struct fake *vm);
struct report fake_report(const struct fake *vm);

#endif /* AERO_HOST_VMM_FAKE_H */
