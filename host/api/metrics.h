/* SPDX-License-Identifier: GPL-2.0-only */
/* What is known about a host and its VMs, for Prometheus. */
#ifndef AERO_HOST_API_METRICS_H
#define AERO_HOST_API_METRICS_H

#include "host/fleet/fleet.h"

/**
 * struct metrics_daemon - what the daemon counts itself
 * @decisions: rounds of decisions
 * @decisions_us: processor time that they took together
 * @troubles: complaints about VMs that could not be talked to as they should
 */
struct metrics_daemon {
	u64 decisions;
	u64 decisions_us;
	u64 troubles;
};

char *metrics_text(const struct fleet *f, const struct fleet_host *host,
		   const struct metrics_daemon *daemon, u64 now_ms);

#endif /* AERO_HOST_API_METRICS_H */
