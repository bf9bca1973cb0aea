/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a VM needs, out of its statistics: memory that it uses or is about to
 * use, and a reserve on top. demand.c explains the rules.
 */
#ifndef AERO_POLICY_DEMAND_H
#define AERO_POLICY_DEMAND_H

#include "env.h"

/* Parts in which fractions are given: DEMAND_ONE is all of it. */
#define DEMAND_ONE 1024

/**
 * struct demand_limits - the constants of the rules; every value is allowed
 * @reaction_ms: from a need in the guest until memory given for it can be used
 * @fast_ms: time constant of the average that follows fast
 * @slow_ms: time constant of the average that follows slowly
 * @burst_ms: time constant with which the greatest growth seen is forgotten
 * @debt_ms: time constant with which swapping, stalls and faults are forgotten
 * @urgent_bytes: available memory below which a VM is in need at once
 * @reserve_bytes: reserve of a VM that never needed more
 */
struct demand_limits {
	u32 reaction_ms;
	u32 fast_ms;
	u32 slow_ms;
	u32 burst_ms;
	u32 debt_ms;
	u64 urgent_bytes;
	u64 reserve_bytes;
};

extern const struct demand_limits demand_limits_default;

/**
 * struct demand_sample - what a VM's statistics say; every value is allowed
 * @elapsed_ms: time since the sample before this
 * @max_bytes: the VM's memory when nothing is ballooned
 * @size_bytes: its memory without what was ballooned at the time of the statistics
 * @available_bytes: what it could use at once without swapping
 * @swapped_out_bytes: written to swap since the sample before
 * @major_faults: pages that had to be read since then
 * @stalls: allocations that had to wait for reclaim since then
 */
struct demand_sample {
	u64 elapsed_ms;
	u64 max_bytes;
	u64 size_bytes;
	u64 available_bytes;
	u64 swapped_out_bytes;
	u64 major_faults;
	u64 stalls;
};

/**
 * struct demand - what is known about one VM's needs; zeroed before its first sample
 * @known: there was a sample
 * @urgent: the VM was short of memory and has not recovered yet
 * @active: share of its memory that it uses, in parts of DEMAND_ONE
 * @bytes: memory that it needs now: in use, about to be, and the cushion
 * @reserve_bytes: memory on top of it that it may need before anybody can react
 * @used_bytes: memory in use at the last sample
 * @debt_bytes: memory that the VM did without by swapping and waiting
 * @burst_bytes: greatest growth in a reaction time, slowly forgotten
 * @fast_bytes: average of use and debt
 * @slow_bytes: the same over a longer time
 */
struct demand {
	bool known;
	bool urgent;
	u32 active;
	u64 bytes;
	u64 reserve_bytes;
	u64 used_bytes;
	u64 debt_bytes;
	u64 burst_bytes;
	u64 fast_bytes;
	u64 slow_bytes;
};

void demand_update(struct demand *d, const struct demand_limits *limits,
		   const struct demand_sample *s);
u64 demand_urgent_bytes(const struct demand_limits *limits, u64 size_bytes, u64 max_bytes);
u64 demand_recovered_bytes(u64 urgent_bytes);

#endif /* AERO_POLICY_DEMAND_H */
