/* SPDX-License-Identifier: GPL-2.0-only */
/* What the imaginary host does wrong: a short text becomes a plan, which answers each call. */
#ifndef AFAKE_FAULT_H
#define AFAKE_FAULT_H

#include "policy/env.h"

/* Most faults in one plan. */
#define FAULT_MAX 4
/* Longest delay, so that no exchange is slower than a guest may be asked to wait. */
#define FAULT_SLOW_MAX_MS 10000

/* A transport's operations, named in plans as in struct aero_transport. */
enum fault_op {
	FAULT_INFLATE,
	FAULT_DEFLATE,
	FAULT_MIGRATE,
	FAULT_REPORT,
	FAULT_RESTART,
	FAULT_NR_OPS
};

/**
 * enum fault_kind - what may go wrong; the comment is how it is written
 * @FAULT_SLOW: "slow MS": each call takes so much longer
 * @FAULT_REFUSE_PAGES: "refuse-pages all", "refuse-pages N" (the next N, then accept),
 *	"refuse-pages A/B" (the first A of each B)
 * @FAULT_REFUSE_BLOCKS: the same with "refuse-blocks"
 * @FAULT_NOT_NEEDED: "not-needed N": N more entries may be taken, no others are needed
 * @FAULT_BUSY: "busy OP N": the next N calls of OP find the host busy
 * @FAULT_AGAIN: "again migrate N": the next N migrations change nothing
 * @FAULT_GONE: "gone migrate N": in the next N migrations the old page comes back, but
 *	the new one is not taken
 * @FAULT_RESET: "reset OP N": at the Nth call of OP the host has forgotten everything
 * @FAULT_DIE: "die OP N": from the Nth call of OP on the host says nothing but errors
 * @FAULT_MUTE: "mute OP N": from the Nth call of OP on the host does not answer
 * @FAULT_WHIM: "whim OP N": during each of the next N calls of OP the host thinks of
 *	another, senseless target
 * @FAULT_ALLOCATE: "allocate OP N": in each of the next N calls of OP the transport
 *	allocates memory, which it must not
 */
enum fault_kind {
	FAULT_SLOW,
	FAULT_REFUSE_PAGES,
	FAULT_REFUSE_BLOCKS,
	FAULT_NOT_NEEDED,
	FAULT_BUSY,
	FAULT_AGAIN,
	FAULT_GONE,
	FAULT_RESET,
	FAULT_DIE,
	FAULT_MUTE,
	FAULT_WHIM,
	FAULT_ALLOCATE,
	FAULT_NR_KINDS
};

/**
 * struct fault - one thing that goes wrong
 * @kind: what
 * @op: at which operation, for those kinds that name one
 * @n: N, MS or A; U64_MAX for "all"
 * @of: B, or 0
 * @seen: calls or entries that it has seen
 */
struct fault {
	enum fault_kind kind;
	enum fault_op op;
	u64 n, of, seen;
};

/**
 * struct fault_plan - everything that goes wrong
 * @nr: faults in use; 0 is a host that does all as it should
 * @faults: of those that concern a call or an entry, the first that does not let it
 *	pass; each sees all calls, but only the entries that those before it let pass
 */
struct fault_plan {
	u32 nr;
	struct fault faults[FAULT_MAX];
};

/* How a call ends. */
enum fault_call {
	FAULT_CALL_FINE,
	FAULT_CALL_BUSY,
	FAULT_CALL_AGAIN,
	FAULT_CALL_GONE,
	FAULT_CALL_RESET,
	FAULT_CALL_DEAD,
	FAULT_CALL_MUTE,
	FAULT_CALL_ALLOCATE,
	FAULT_NR_CALLS
};

/* What becomes of an entry. */
enum fault_entry { FAULT_ENTRY_TAKE, FAULT_ENTRY_REFUSE, FAULT_ENTRY_NOT_NEEDED, FAULT_NR_ENTRIES };

bool fault_parse(const char *text, struct fault_plan *ret_plan);
u32 fault_delay_ms(const struct fault_plan *plan);
enum fault_call fault_next_call(struct fault_plan *plan, enum fault_op op, bool *ret_whim);
enum fault_entry fault_next_entry(struct fault_plan *plan, bool block);
const char *fault_op_name(enum fault_op op);

#endif /* AFAKE_FAULT_H */
