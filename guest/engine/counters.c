// SPDX-License-Identifier: GPL-2.0-only
/* Names of the event counters. */
#include "guest/engine/counters.h"

static const char *const names[AERO_NR_COUNTERS] = {
	[AERO_INFLATED_PAGES] = "inflated_pages",
	[AERO_DEFLATED_PAGES] = "deflated_pages",
	[AERO_INFLATED_BLOCKS] = "inflated_blocks",
	[AERO_DEFLATED_BLOCKS] = "deflated_blocks",
	[AERO_CONTIG_BLOCKS] = "contig_blocks",
	[AERO_SPLIT_BLOCKS] = "split_blocks",
	[AERO_MIGRATED_PAGES] = "migrated_pages",
	[AERO_MIGRATE_BUSY] = "migrate_busy",
	[AERO_REFUSED_ENTRIES] = "refused_entries",
	[AERO_KEPT_ENTRIES] = "kept_entries",
	[AERO_ALLOC_NOSLEEP] = "alloc_nosleep",
	[AERO_ALLOC_SLEEP] = "alloc_sleep",
	[AERO_ALLOC_NOSLEEP_FAILED] = "alloc_nosleep_failed",
	[AERO_ALLOC_SLEEP_FAILED] = "alloc_sleep_failed",
	[AERO_ALLOC_BLOCK_FAILED] = "alloc_block_failed",
	[AERO_ALLOC_CONTIG_FAILED] = "alloc_contig_failed",
	[AERO_HOST_BUSY] = "host_busy",
	[AERO_HOST_RESETS] = "host_resets",
	[AERO_HOST_ERRORS] = "host_errors",
	[AERO_OOM_RESCUES] = "oom_rescues",
	[AERO_OOM_PAGES] = "oom_pages",
	[AERO_CYCLES] = "cycles",
	[AERO_SHORT_CYCLES] = "short_cycles",
};

/**
 * aero_counter_name() - the counter's name in debugfs
 * @which: a counter
 */
const char *aero_counter_name(enum aero_counter which)
{
	return names[which];
}
