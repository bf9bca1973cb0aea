/* SPDX-License-Identifier: GPL-2.0-only */
/* <linux/vmstat.h> for kernels without some of the statistics of nodes (6.12 lacks them, 7.2 has them). */
#include <linux/mm.h> /* 6.1: needed by the next one, which includes too little itself */
#include_next <linux/vmstat.h>

#ifndef AERO_COMPAT_LINUX_VMSTAT_H
#define AERO_COMPAT_LINUX_VMSTAT_H

/* AERO_RECLAIM_COUNT() - PGSCAN_KSWAPD and the like; @events is what all_vm_events() filled in */
#ifdef AERO_HAVE_NODE_RECLAIM_COUNTS
#define AERO_RECLAIM_COUNT(events, item) global_node_page_state(item)
#else
#define AERO_RECLAIM_COUNT(events, item) ((events)[item])
#endif

/* AERO_COUNT_BALLOONED() - count @nr pages from @page on as ballooned (Balloon in /proc/meminfo) */
#ifdef AERO_HAVE_NR_BALLOON_PAGES
#define AERO_COUNT_BALLOONED(page, nr) mod_node_page_state(page_pgdat(page), NR_BALLOON_PAGES, nr)
#else
#define AERO_COUNT_BALLOONED(page, nr) ((void)(page), (void)(nr))
#endif

#endif /* AERO_COMPAT_LINUX_VMSTAT_H */
