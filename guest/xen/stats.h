/* SPDX-License-Identifier: GPL-2.0-only */
/* The domain's memory for the toolstack: data/meminfo_total and data/meminfo_free in xenstore. */
#ifndef AXEN_STATS_H
#define AXEN_STATS_H

void axen_stats_start(void);
void axen_stats_stop(void);

#endif /* AXEN_STATS_H */
