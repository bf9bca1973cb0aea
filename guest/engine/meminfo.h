/* SPDX-License-Identifier: GPL-2.0-only */
/* One snapshot of the guest's memory counters. */
#ifndef AERO_MEMINFO_H
#define AERO_MEMINFO_H

#include <linux/types.h>

/**
 * struct aero_meminfo - the guest's memory, as its own users would see it
 * @total_pages: managed RAM; what is ballooned is not in it
 * @free_pages: free RAM
 * @available_pages: MemAvailable: what can be had without swapping
 * @cache_pages: page cache
 * @swapped_in_pages: since boot
 * @swapped_out_pages: since boot
 * @major_faults: since boot
 * @minor_faults: since boot
 * @hugetlb_allocs: successful hugetlb pool allocations since boot
 * @hugetlb_fails: failed ones
 * @oom_kills: processes killed for want of memory since boot
 * @alloc_stalls: allocations that had to reclaim themselves since boot
 * @async_scanned_pages: looked at by the kernel's own reclaim since boot
 * @direct_scanned_pages: looked at by allocations that had to reclaim
 * @async_reclaimed_pages: reclaimed by the kernel's own reclaim since boot
 * @direct_reclaimed_pages: reclaimed by allocations that had to
 * @refaults: pages that came back after they were reclaimed, since boot
 *
 * The events but @refaults are 0 on a kernel that was built without counting them.
 */
struct aero_meminfo {
	u64 total_pages;
	u64 free_pages;
	u64 available_pages;
	u64 cache_pages;
	u64 swapped_in_pages;
	u64 swapped_out_pages;
	u64 major_faults;
	u64 minor_faults;
	u64 hugetlb_allocs;
	u64 hugetlb_fails;
	u64 oom_kills;
	u64 alloc_stalls;
	u64 async_scanned_pages;
	u64 direct_scanned_pages;
	u64 async_reclaimed_pages;
	u64 direct_reclaimed_pages;
	u64 refaults;
};

void aero_meminfo_read(struct aero_meminfo *ret_info);
u64 aero_meminfo_reserve_pages(void);
u64 aero_meminfo_boost_pages(void);
u64 aero_meminfo_background_pages(void);
u64 aero_meminfo_available_pages(void);
u64 aero_meminfo_free_pages(void);
u64 aero_meminfo_pcp_pages(void);
u64 aero_meminfo_total_pages(void);
u64 aero_meminfo_committed_pages(void);
bool aero_meminfo_has_free_swap(void);

#endif /* AERO_MEMINFO_H */
