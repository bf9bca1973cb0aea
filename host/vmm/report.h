/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a back end can tell about a VM at one time. Nothing of it is checked: a guest
 * may have written half of it.
 */
#ifndef AERO_HOST_VMM_REPORT_H
#define AERO_HOST_VMM_REPORT_H

#include "policy/env.h"

/* A number that nobody gave. Hypervisors also say -1 in other widths; see stats_take(). */
#define REPORT_UNKNOWN U64_MAX

/**
 * struct report_stats - the guest's own statistics, as it sent them last
 * @updated_s: when they came, by the hypervisor's clock; 0: never
 * @total_bytes: the guest's memory as its kernel counts it
 * @free_bytes: the part that nothing uses
 * @available_bytes: the part that can be had without swapping
 * @caches_bytes: the part that caches files
 * @swapped_out_bytes: written to swap since boot
 * @major_faults: pages that had to be read since boot
 * @stalls: allocations that waited for reclaim since boot
 * @oom_kills: processes killed for want of memory since boot
 */
struct report_stats {
	u64 updated_s;
	u64 total_bytes;
	u64 free_bytes;
	u64 available_bytes;
	u64 caches_bytes;
	u64 swapped_out_bytes;
	u64 major_faults;
	u64 stalls;
	u64 oom_kills;
};

/**
 * struct report - one VM at one time
 * @max_bytes: its memory when nothing is ballooned
 * @size_bytes: its memory without what its driver said is ballooned
 * @host_bytes: host memory that it occupies, or REPORT_UNKNOWN
 * @stats: the guest's statistics
 */
struct report {
	u64 max_bytes;
	u64 size_bytes;
	u64 host_bytes;
	struct report_stats stats;
};

#endif /* AERO_HOST_VMM_REPORT_H */
