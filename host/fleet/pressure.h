/* SPDX-License-Identifier: GPL-2.0-only */
/* How short of memory the host itself is. pressure.c explains the ladder. */
#ifndef AERO_HOST_FLEET_PRESSURE_H
#define AERO_HOST_FLEET_PRESSURE_H

#include "policy/env.h"

/**
 * enum pressure_level - the rungs
 * @PRESSURE_NONE: all is well
 * @PRESSURE_HOLD: nobody grows but who is short of memory
 * @PRESSURE_TAKE: surplus and reserves are taken back
 * @PRESSURE_ALARM: that did not help: the operator has to
 */
enum pressure_level {
	PRESSURE_NONE,
	PRESSURE_HOLD,
	PRESSURE_TAKE,
	PRESSURE_ALARM,
};

/**
 * struct pressure_sample - the host's memory at one time
 * @total_bytes: all of it
 * @available_bytes: what can be had without swapping
 * @reserve_bytes: what of that is meant to stay
 * @stalled_us: time for which some task waited for memory, since boot (PSI)
 */
struct pressure_sample {
	u64 total_bytes;
	u64 available_bytes;
	u64 reserve_bytes;
	u64 stalled_us;
};

/**
 * struct pressure - where the host stands; zeroed before the first sample
 * @level: the rung
 * @known: there was a sample
 * @at_ms: when
 * @stalled_us: of that one
 * @since_ms: since when it is on this rung
 * @worse_ms: when there was last a reason not to be on a lower one
 * @wanted_bytes: what VMs should give back
 */
struct pressure {
	enum pressure_level level;
	bool known;
	u64 at_ms;
	u64 stalled_us;
	u64 since_ms;
	u64 worse_ms;
	u64 wanted_bytes;
};

bool pressure_update(struct pressure *p, const struct pressure_sample *s, u64 now_ms);
const char *pressure_name(enum pressure_level level);

#endif /* AERO_HOST_FLEET_PRESSURE_H */
