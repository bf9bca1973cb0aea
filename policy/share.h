/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who gets how much of a host's memory. share.c explains the order.
 */
#ifndef AERO_POLICY_SHARE_H
#define AERO_POLICY_SHARE_H

#include "env.h"
#include "fill.h"

/* Greatest number of shares that counts; more is as good as this. */
#define SHARE_MAX ((1U << 20) - 1)

/**
 * enum share_level - what memory is for, in the order in which it is given out
 * @SHARE_MINIMUM: what the operator promised
 * @SHARE_DEMAND: what VMs use or are about to use
 * @SHARE_URGENT: anything that helps a VM that is short of memory now
 * @SHARE_RESERVE: what VMs may need before anybody can react
 * @SHARE_SURPLUS: what nobody needs
 * @SHARE_LEVELS: their number
 */
enum share_level {
	SHARE_MINIMUM,
	SHARE_DEMAND,
	SHARE_URGENT,
	SHARE_RESERVE,
	SHARE_SURPLUS,
	SHARE_LEVELS,
};

/**
 * struct share_vm - one VM; every value is allowed
 * @min_bytes: it never gets less; above the maximum it counts as the maximum
 * @max_bytes: it never gets more
 * @demand_bytes: what it needs
 * @reserve_bytes: what it may need on top
 * @shares: what it pays, 1 to SHARE_MAX; others count as the nearest of these
 * @active: share of its memory that it uses, in parts of DEMAND_ONE; more counts as all
 * @urgent: it is short of memory now
 * @target_bytes: the answer
 */
struct share_vm {
	u64 min_bytes;
	u64 max_bytes;
	u64 demand_bytes;
	u64 reserve_bytes;
	u32 shares;
	u32 active;
	bool urgent;
	u64 target_bytes;
};

/**
 * struct share_result - how far the memory went
 * @level: the level at which it ran out, or SHARE_LEVELS if everybody got the maximum
 * @missing_bytes: what the minimums exceed the budget by
 */
struct share_result {
	enum share_level level;
	u64 missing_bytes;
};

struct share_result share_split(struct share_vm *vms, struct fill_claim *scratch, size_t count,
				u64 budget_bytes);
u32 share_weight(u32 shares, u32 active);
const char *share_level_name(enum share_level level);

#endif /* AERO_POLICY_SHARE_H */
