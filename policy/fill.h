/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Divides an amount among claims with a floor and a ceiling each, all at the
 * same price. fill.c explains the rule.
 */
#ifndef AERO_POLICY_FILL_H
#define AERO_POLICY_FILL_H

#include "env.h"

/**
 * struct fill_claim - one who wants a part
 * @floor_bytes: what it gets in any case
 * @ceiling_bytes: what it gets at most; one below the floor counts as the floor
 * @weight: what it pays; 0 counts as 1
 * @bytes: what it gets
 */
struct fill_claim {
	u64 floor_bytes;
	u64 ceiling_bytes;
	u32 weight;
	u64 bytes;
};

u64 fill(struct fill_claim *claims, size_t count, u64 budget_bytes);

#endif /* AERO_POLICY_FILL_H */
