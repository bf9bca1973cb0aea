/* SPDX-License-Identifier: GPL-2.0-only */
/* An imaginary host that is ruled by chance: a seed decides how each call ends. */
#ifndef AFAKE_LUCK_H
#define AFAKE_LUCK_H

#include "guest/fake/fault.h"

/**
 * struct luck - see the file's first line
 * @rules: whether chance decides at all
 * @calls: decide how calls end, by operation
 * @entries: decide about entries
 * @targets: decide what the host wants
 * @delays: decide how long calls take
 * @left: entries until it changes
 * @answer: what becomes of them
 * @target: the last one that made sense
 * @ended: calls, by how they ended
 * @judged: entries, by what became of them
 */
struct luck {
	bool rules;
	u64 calls[FAULT_NR_OPS];
	u64 entries;
	u64 targets;
	u64 delays;
	u32 left;
	enum fault_entry answer;
	u32 target;
	u64 ended[FAULT_NR_CALLS];
	u64 judged[FAULT_NR_ENTRIES];
};

void luck_start(struct luck *luck, u64 seed);
u32 luck_delay_ms(struct luck *luck);
enum fault_call luck_next_call(struct luck *luck, enum fault_op op);
enum fault_entry luck_next_entry(struct luck *luck);
bool luck_next_target(struct luck *luck, u64 *ret_pages);

#endif /* AFAKE_LUCK_H */
