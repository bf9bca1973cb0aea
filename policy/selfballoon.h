/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the guest itself wishes its balloon's size to be, from looks at its memory.
 * selfballoon.c explains the two policies.
 */
#ifndef AERO_POLICY_SELFBALLOON_H
#define AERO_POLICY_SELFBALLOON_H

#include "env.h"
#include "holdoff.h"

/**
 * enum selfballoon_policy - what the wish goes by
 * @SELFBALLOON_COMMITTED: memory that processes were promised (Committed_AS)
 * @SELFBALLOON_WORKINGSET: how the guest fares with less and less
 */
enum selfballoon_policy {
	SELFBALLOON_COMMITTED,
	SELFBALLOON_WORKINGSET,
	SELFBALLOON_NR_POLICIES,
};

/**
 * struct selfballoon_tunables - what an administrator may set; 0 counts as 1
 * @interval_s: the balloon grows once in so many seconds, 1 to SELFBALLOON_INTERVAL_MAX_S
 * @downhysteresis: the part of what the guest has too much that is taken at a time
 * @uphysteresis: the part of what it lacks that is given at a time ("committed")
 */
struct selfballoon_tunables {
	u32 interval_s;
	u32 downhysteresis;
	u32 uphysteresis;
};

/* An hour; the longest hold-off in milliseconds still fits 32 bits with it. */
#define SELFBALLOON_INTERVAL_MAX_S 3600

/**
 * struct selfballoon_sample - one look at the guest; pages are guest pages, events count since boot
 * @now_ms: a clock that does not run backwards
 * @ram_pages: RAM, what is ballooned included
 * @floor_pages: least memory left to the guest; target_floor_pages() computes one
 * @held_pages: ballooned memory now, for whomever
 * @committed_pages: memory that processes were promised
 * @reserve_pages: what the kernel keeps for itself (its totalreserve_pages)
 * @reserved_pages: what the administrator reserves on top of the goal
 * @return_pages: swapped memory on its way back, for which there has to be room
 * @free_pages: memory that nobody uses
 * @pcp_pages: the same, but kept by processors for themselves: others may not find it
 * @available_pages: memory that can be had now without swapping (MemAvailable)
 * @margin_pages: available memory that inflation leaves alone
 * @refaults: pages that were read again soon after they had been reclaimed
 * @major_faults: faults that had to wait for a disk
 * @alloc_stalls: allocations that had to reclaim themselves
 * @direct_scanned_pages: pages that those looked at
 * @may_grow: false: no more is to be wished for than is held
 * @settled: as much is held as can be of what is wished for
 * @moving: pages are on their way between guest and balloon
 *
 * Every value is allowed: none of them is trusted.
 */
struct selfballoon_sample {
	u64 now_ms;
	u64 ram_pages;
	u64 floor_pages;
	u64 held_pages;
	u64 committed_pages;
	u64 reserve_pages;
	u64 reserved_pages;
	u64 return_pages;
	u64 free_pages;
	u64 pcp_pages;
	u64 available_pages;
	u64 margin_pages;
	u64 refaults;
	u64 major_faults;
	u64 alloc_stalls;
	u64 direct_scanned_pages;
	bool may_grow;
	bool settled;
	bool moving;
};

/**
 * struct selfballoon - what is remembered between looks
 * @grain_shift: the wish changes by multiples of 2^@grain_shift pages
 * @wish_pages: the wish
 * @loan_pages: of it, free memory that is given back when the caches behind it are there
 * @next_ms: when it may grow next
 * @grows_ms: until then the guest counts as growing ("workingset")
 * @caches_ms: until then its caches are left alone ("workingset")
 * @refaults: counted since the last growth or pressure
 * @major_faults: the same
 * @stalls: the same; allocations that reclaimed, or what they looked at
 * @holdoff: after pressure ("workingset")
 * @last: the last look; its @now_ms and events are meaningless before the first
 * @base: the look from which on is counted what vanishes
 * @looked: there was one
 *
 * Callers may read the members. Nothing here locks.
 */
struct selfballoon {
	u32 grain_shift;
	u64 wish_pages;
	u64 loan_pages;
	u64 next_ms;
	u64 grows_ms;
	u64 caches_ms;
	u64 refaults;
	u64 major_faults;
	u64 stalls;
	struct holdoff holdoff;
	struct selfballoon_sample last;
	struct selfballoon_sample base;
	bool looked;
};

void selfballoon_init(struct selfballoon *s, u32 grain_shift, u64 wish_pages);
u64 selfballoon_look(struct selfballoon *s, enum selfballoon_policy policy,
		     const struct selfballoon_tunables *tunables,
		     const struct selfballoon_sample *sample);
u32 selfballoon_pause_ms(const struct selfballoon *s, u64 now_ms);
const char *selfballoon_policy_name(enum selfballoon_policy policy);

#endif /* AERO_POLICY_SELFBALLOON_H */
