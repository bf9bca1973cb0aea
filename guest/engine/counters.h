/* SPDX-License-Identifier: GPL-2.0-only */
/* Event counters of one balloon, shown in debugfs. */
#ifndef AERO_COUNTERS_H
#define AERO_COUNTERS_H

#include <linux/atomic.h>

enum aero_counter {
	AERO_INFLATED_PAGES, /* guest pages that the host took, in either class */
	AERO_DEFLATED_PAGES, /* guest pages that went back to the guest */
	AERO_INFLATED_BLOCKS, /* 2 MiB blocks that the host took */
	AERO_DEFLATED_BLOCKS, /* 2 MiB blocks that went back whole or to be split */
	AERO_CONTIG_BLOCKS, /* blocks that compaction had to make */
	AERO_SPLIT_BLOCKS, /* blocks split to hit a target to the page */
	AERO_MIGRATED_PAGES, /* held pages replaced by another */
	AERO_MIGRATE_BUSY, /* migrations refused because the host was being talked to */
	AERO_REFUSED_ENTRIES, /* entries that the host refused */
	AERO_KEPT_ENTRIES, /* entries that the host did not give back */
	AERO_ALLOC_NOSLEEP, /* entries that could be had without waiting */
	AERO_ALLOC_SLEEP, /* entries that could be had by waiting */
	AERO_ALLOC_NOSLEEP_FAILED, /* single pages that could not be had without waiting */
	AERO_ALLOC_SLEEP_FAILED, /* single pages that could not be had at all */
	AERO_ALLOC_BLOCK_FAILED, /* order-9 allocations that failed */
	AERO_ALLOC_CONTIG_FAILED, /* ranges that compaction could not empty */
	AERO_HOST_BUSY, /* calls that the host or the transport put off */
	AERO_HOST_RESETS, /* times the host forgot everything */
	AERO_HOST_ERRORS, /* calls that broke the balloon */
	AERO_OOM_RESCUES, /* times the guest was about to kill a process and got memory back */
	AERO_OOM_PAGES, /* pages given back by rescues */
	AERO_CYCLES, /* runs of the resize worker */
	AERO_SHORT_CYCLES, /* runs that ended short of the target */
	AERO_NR_COUNTERS
};

struct aero_counters {
	atomic64_t value[AERO_NR_COUNTERS];
};

static inline void aero_count(struct aero_counters *counters, enum aero_counter which, u64 by)
{
	atomic64_add(by, &counters->value[which]);
}

const char *aero_counter_name(enum aero_counter which);

#endif /* AERO_COUNTERS_H */
