/* SPDX-License-Identifier: GPL-2.0-only */
/* A guest's statistics: whether there are new ones, and whether to believe them. */
#ifndef AERO_HOST_FLEET_STATS_H
#define AERO_HOST_FLEET_STATS_H

#include "host/vmm/report.h"
#include "policy/demand.h"

/**
 * enum stats_verdict - what became of a report
 * @STATS_NEW: new and plausible
 * @STATS_SAME: nothing new since the last one
 * @STATS_BOGUS: new, but impossible
 * @STATS_RESTARTED: new, but counters began anew: the guest rebooted, or lies
 * @STATS_QUARANTINED: plausible again, but not for long enough to be believed
 */
enum stats_verdict {
	STATS_NEW,
	STATS_SAME,
	STATS_BOGUS,
	STATS_RESTARTED,
	STATS_QUARANTINED,
};

/**
 * struct stats - what is remembered about one guest's statistics; zeroed before the first
 * @last: the last plausible ones
 * @known: there were any
 * @updated_s: time of the last ones, plausible or not
 * @changed_ms: our time when they came
 * @quarantine: plausible ones that have to come in a row before one is believed
 * @why: what was wrong with the last implausible ones, or NULL; static text
 */
struct stats {
	struct report_stats last;
	bool known;
	u64 updated_s;
	u64 changed_ms;
	u32 quarantine;
	const char *why;
};

enum stats_verdict stats_take(struct stats *s, const struct report *r, u64 now_ms,
			      struct demand_sample *ret_sample);
bool stats_fresh(const struct stats *s, u64 now_ms, u32 period_ms);

#endif /* AERO_HOST_FLEET_STATS_H */
