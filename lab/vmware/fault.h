/* SPDX-License-Identifier: GPL-2.0-only */
/* What the monitor answers against the rules: a short text becomes a plan, which is asked at each call. */
#ifndef MONITOR_FAULT_H
#define MONITOR_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "guest/vmware/protocol.h"

/* Most faults in one plan. */
#define FAULT_MAX 16

/* What calls are counted by: the commands, and what they lock and unlock, one by one or in batches. */
enum fault_op {
	FAULT_LOCK_PAGE = AVMWARE_NR_COMMANDS,
	FAULT_UNLOCK_PAGE,
	FAULT_LOCK_BLOCK,
	FAULT_UNLOCK_BLOCK,
	FAULT_NR_OPS
};

/**
 * struct fault - an answer to some calls in a row
 * @op: a command or an enum fault_op
 * @first: the first of the calls, counted from 1
 * @count: how many
 * @status: the answer
 */
struct fault {
	unsigned int op;
	uint64_t first;
	uint64_t count;
	uint32_t status;
};

/**
 * struct fault_plan - faults, and the calls since the plan was made
 */
struct fault_plan {
	struct fault faults[FAULT_MAX];
	unsigned int nr;
	uint64_t seen[FAULT_NR_OPS];
};

bool fault_parse(const char *text, struct fault_plan *ret_plan);
bool fault_next(struct fault_plan *plan, unsigned int op, uint32_t *ret_status);
const char *fault_op_name(unsigned int op);

#endif /* MONITOR_FAULT_H */
