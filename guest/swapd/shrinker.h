/* SPDX-License-Identifier: GPL-2.0-only */
/* The daemon's work: keeps swap on and brings back what is stale in it. shrinker.c says how. */
#ifndef AERO_SWAPD_SHRINKER_H
#define AERO_SWAPD_SHRINKER_H

#include "guest/swapd/config.h"

/**
 * struct shrinker_mode - how it runs
 * @dry_run: change nothing, say what would be done
 * @once: empty one segment at most, then end
 */
struct shrinker_mode {
	bool dry_run;
	bool once;
};

int shrinker_run(const struct config *config, struct shrinker_mode mode);

#endif /* AERO_SWAPD_SHRINKER_H */
