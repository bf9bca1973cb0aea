// SPDX-License-Identifier: GPL-2.0-only
/* One snapshot of the guest's memory counters. */
#include "guest/engine/meminfo.h"

#include <linux/cpumask.h>
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/percpu.h>
#include <linux/string.h>
#include <linux/swap.h>
#include <linux/vmstat.h>

#ifdef CONFIG_VM_EVENT_COUNTERS
/* One counter for each zone type, in the order of the zones. */
static u64 sum_over_zones(const unsigned long *events, unsigned int normal)
{
	const unsigned long *first = events + normal - ZONE_NORMAL;
	u64 sum = 0;
	int i;

	for (i = 0; i < MAX_NR_ZONES; i++)
		sum += first[i];
	return sum;
}

static void read_events(struct aero_meminfo *info)
{
	unsigned long events[NR_VM_EVENT_ITEMS];

	all_vm_events(events);
	info->swapped_in_pages = events[PSWPIN];
	info->swapped_out_pages = events[PSWPOUT];
	info->major_faults = events[PGMAJFAULT];
	info->minor_faults = events[PGFAULT] - min(events[PGFAULT], events[PGMAJFAULT]);
	info->oom_kills = events[OOM_KILL];
	info->alloc_stalls = sum_over_zones(events, ALLOCSTALL_NORMAL);
	info->async_scanned_pages = AERO_RECLAIM_COUNT(events, PGSCAN_KSWAPD);
	info->direct_scanned_pages = AERO_RECLAIM_COUNT(events, PGSCAN_DIRECT);
	info->async_reclaimed_pages = AERO_RECLAIM_COUNT(events, PGSTEAL_KSWAPD);
	info->direct_reclaimed_pages = AERO_RECLAIM_COUNT(events, PGSTEAL_DIRECT);
#ifdef CONFIG_HUGETLB_PAGE
	info->hugetlb_allocs = events[HTLB_BUDDY_PGALLOC];
	info->hugetlb_fails = events[HTLB_BUDDY_PGALLOC_FAIL];
#endif
}
#else
static void read_events(struct aero_meminfo *info)
{
}
#endif

/**
 * aero_meminfo_read() - take a snapshot
 * @ret_info: filled completely
 *
 * Context: process (walks all CPUs).
 */
void aero_meminfo_read(struct aero_meminfo *ret_info)
{
	struct sysinfo info;

	memset(ret_info, 0, sizeof(*ret_info));
	si_meminfo(&info);
	ret_info->total_pages = info.totalram;
	ret_info->free_pages = info.freeram;
	ret_info->available_pages = aero_meminfo_available_pages();
	ret_info->cache_pages = global_node_page_state(NR_FILE_PAGES);
	ret_info->refaults = global_node_page_state(WORKINGSET_REFAULT_ANON) +
			     global_node_page_state(WORKINGSET_REFAULT_FILE);
	read_events(ret_info);
}
EXPORT_SYMBOL_GPL(aero_meminfo_read);

/**
 * aero_meminfo_available_pages() - MemAvailable, in guest pages
 *
 * Context: any.
 */
u64 aero_meminfo_available_pages(void)
{
	return max(si_mem_available(), 0L);
}

/**
 * aero_meminfo_free_pages() - free RAM, in guest pages
 *
 * Context: any.
 */
u64 aero_meminfo_free_pages(void)
{
	return global_zone_page_state(NR_FREE_PAGES);
}

/**
 * aero_meminfo_pcp_pages() - free pages that processors keep at hand
 *
 * The kernel counts them neither as free nor as available, and has them for allocations of
 * their own kind only. Blocks are a kind: what the balloon gives back goes there first.
 *
 * Return: guest pages.
 * Context: any; walks all CPUs.
 */
u64 aero_meminfo_pcp_pages(void)
{
	u64 pages = 0;
	int nid, cpu, i;

	for_each_online_node(nid) {
		for (i = 0; i < MAX_NR_ZONES; i++) {
			struct zone *zone = &NODE_DATA(nid)->node_zones[i];

			if (!populated_zone(zone))
				continue;
			for_each_online_cpu(cpu)
				pages += READ_ONCE(per_cpu_ptr(zone->per_cpu_pageset, cpu)->count);
		}
	}
	return pages;
}

/**
 * aero_meminfo_total_pages() - managed RAM in guest pages, without what is ballooned
 *
 * Context: any.
 */
u64 aero_meminfo_total_pages(void)
{
	return totalram_pages();
}

/**
 * aero_meminfo_committed_pages() - what processes were promised (Committed_AS), in guest pages
 *
 * Context: any; some ten microseconds.
 */
u64 aero_meminfo_committed_pages(void)
{
	return vm_memory_committed();
}

/**
 * aero_meminfo_has_free_swap() - whether anything could be swapped out
 *
 * Whether there is swap at all is not known to modules.
 *
 * Context: any.
 */
bool aero_meminfo_has_free_swap(void)
{
	return get_nr_swap_pages() > 0;
}

/**
 * aero_meminfo_reserve_pages() - what the kernel keeps back from user space
 *
 * The sum over the nodes, since the kernel does not export its own.
 *
 * Return: guest pages.
 * Context: any.
 */
u64 aero_meminfo_reserve_pages(void)
{
	u64 pages = 0;
	int nid;

	for_each_online_node(nid)
		pages += NODE_DATA(nid)->totalreserve_pages;
	return pages;
}

/**
 * aero_meminfo_boost_pages() - by how much the kernel may raise its watermarks at any moment
 *
 * When allocations mix in page blocks that they do not belong to, the kernel raises
 * a zone's watermarks by up to 150 % of the high one (sysctl vm.watermark_boost_factor,
 * whose default this assumes). Ordinary allocations fail below the raised mark,
 * and MemAvailable does not tell of it.
 *
 * Return: guest pages.
 * Context: any.
 */
u64 aero_meminfo_boost_pages(void)
{
	u64 pages = 0;
	int nid, i;

	for_each_online_node(nid)
		for (i = 0; i < MAX_NR_ZONES; i++)
			pages += NODE_DATA(nid)->node_zones[i]._watermark[WMARK_HIGH];
	return pages + pages / 2;
}

/**
 * aero_meminfo_background_pages() - free memory with which the kernel reclaims unasked
 *
 * Halfway between the watermark below which background reclaim is woken and the one
 * below which whoever allocates has to reclaim.
 *
 * Return: guest pages.
 * Context: any.
 */
u64 aero_meminfo_background_pages(void)
{
	u64 pages = 0;
	int nid, i;

	for_each_online_node(nid) {
		for (i = 0; i < MAX_NR_ZONES; i++) {
			const struct zone *zone = &NODE_DATA(nid)->node_zones[i];

			pages += (min_wmark_pages(zone) + low_wmark_pages(zone)) / 2;
		}
	}
	return pages;
}
