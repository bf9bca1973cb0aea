/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which of the differences between what VMs have and what they should have are
 * worth moving memory. move.c explains the rule.
 */
#ifndef AERO_POLICY_MOVE_H
#define AERO_POLICY_MOVE_H

#include "env.h"
#include "fill.h"

/**
 * struct move_vm - one VM; every value is allowed
 * @size_bytes: what it has
 * @ideal_bytes: what share_split() would give it
 * @want_bytes: it has to grow if it has less than this, and less than its ideal
 * @keep_bytes: it cannot or must not have less than this
 * @weight: what it pays, see share_weight()
 * @target_bytes: the answer
 */
struct move_vm {
	u64 size_bytes;
	u64 ideal_bytes;
	u64 want_bytes;
	u64 keep_bytes;
	u32 weight;
	u64 target_bytes;
};

u64 move_plan(struct move_vm *vms, struct fill_claim *scratch, size_t count, u64 budget_bytes);

#endif /* AERO_POLICY_MOVE_H */
