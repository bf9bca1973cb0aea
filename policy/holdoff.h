/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long to leave something alone that was tried too early: a pause that grows
 * while it keeps being too short. holdoff.c explains the rules.
 */
#ifndef AERO_POLICY_HOLDOFF_H
#define AERO_POLICY_HOLDOFF_H

#include "env.h"

/**
 * struct holdoff_limits - the constants of the rules; holdoff_limits_good() says what makes sense
 * @min_ms: the first one
 * @max_ms: the longest
 * @calm_ms: one that begins so long after the last one's end is a first one again
 */
struct holdoff_limits {
	u32 min_ms;
	u32 max_ms;
	u32 calm_ms;
};

/**
 * struct holdoff - what is remembered; all 0: nothing yet
 * @length_ms: of the last one; 0 before the first
 * @until_ms: when it ends or ended
 */
struct holdoff {
	u32 length_ms;
	u64 until_ms;
};

bool holdoff_limits_good(const struct holdoff_limits *limits);
bool holdoff_begin(struct holdoff *h, const struct holdoff_limits *limits, u64 now_ms);
bool holdoff_runs(const struct holdoff *h, u64 now_ms);

#endif /* AERO_POLICY_HOLDOFF_H */
