/* SPDX-License-Identifier: GPL-2.0-only */
/* What the daemon does, for people and scripts. */
#ifndef AERO_SWAPD_STATUS_H
#define AERO_SWAPD_STATUS_H

#include "guest/swapd/segments.h"

#define STATUS_PATH "/run/aerostat-swapd.status"
#define STATUS_BYTES 16384

/**
 * struct status - what is shown
 * @state: a word
 * @segments: as last seen
 * @available_kb: memory that can be had without swapping
 * @reserve_kb: what of it stays
 * @return_kb: swapped memory that is on its way back
 * @returned_kb: that came back since the daemon started
 * @emptied: how often a segment was emptied
 * @refused: how often that failed or was given up
 */
struct status {
	const char *state;
	const struct segments *segments;
	u64 available_kb;
	u64 reserve_kb;
	u64 return_kb;
	u64 returned_kb;
	u64 emptied;
	u64 refused;
};

int status_format(const struct status *status, char *text, size_t size);
int status_write(const struct status *status, const char *path);

#endif /* AERO_SWAPD_STATUS_H */
