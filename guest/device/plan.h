/* SPDX-License-Identifier: GPL-2.0-only */
/* What the device does wrong: a short text becomes a plan, which says how each buffer is treated. */
#ifndef ADEV_PLAN_H
#define ADEV_PLAN_H

#include "policy/env.h"

/* Most rules in one plan. */
#define PLAN_RULES_MAX 8
/* Longest delay, so that a worker that sleeps is back before anybody worries. */
#define PLAN_LATE_MAX_MS 10000
/* Most interrupts or entries at a time: some seconds of an emulated processor. */
#define PLAN_TIMES_MAX 1000000

/* The device's queues, named in plans as here, in the order in which devices number them. */
enum plan_queue { PLAN_INFLATE, PLAN_DEFLATE, PLAN_STATS, PLAN_HINT, PLAN_REPORT, PLAN_NR_QUEUES };

/**
 * enum plan_kind - what may go wrong with a buffer; the comment is how it is written
 * @PLAN_KEEP: "keep": the device does not use it
 * @PLAN_LATE: "late" MS: it is used so much later, and nothing else is meanwhile. Statistics,
 *	which the device keeps until it is told otherwise, are returned by themselves
 * @PLAN_REVERSE: "reverse": of all buffers that are there, the last is used first
 * @PLAN_LENGTH: "length" N: so many bytes are said to have been written
 * @PLAN_ID: "id" N: it is used under another number
 * @PLAN_TWICE: "twice": it is used two times
 * @PLAN_MORE: "more" N: as many entries follow that belong to no buffer
 * @PLAN_JUMP: "jump" N: the used index goes on by N (1-65535) without entries; 65535 is one back
 * @PLAN_MUTE: "mute": no interrupt tells that it was used
 * @PLAN_STORM: "storm" N: as many interrupts follow
 * @PLAN_CHANGE: "change" N: as many interrupts say that the configuration changed
 * @PLAN_BREAK: "break": the device says that it needs a reset and does nothing any more
 * @PLAN_USE: "use": what was kept is used after all
 */
enum plan_kind {
	PLAN_KEEP,
	PLAN_LATE,
	PLAN_REVERSE,
	PLAN_LENGTH,
	PLAN_ID,
	PLAN_TWICE,
	PLAN_MORE,
	PLAN_JUMP,
	PLAN_MUTE,
	PLAN_STORM,
	PLAN_CHANGE,
	PLAN_BREAK,
	PLAN_USE,
	PLAN_NR_KINDS
};

/**
 * struct plan_act - how a buffer is treated, or what is done at once
 * @kinds: a bit for each kind
 * @numbers: the number of each of them that has one
 */
struct plan_act {
	u32 kinds;
	u32 numbers[PLAN_NR_KINDS];
};

/**
 * struct plan_rule - something that goes wrong with some buffers of a queue
 * @queue: which queue
 * @first: number of the first buffer, counted from 1 since the plan was made
 * @onwards: whether it also goes for all buffers after that
 * @kind: what goes wrong
 * @number: the number of a kind that has one
 */
struct plan_rule {
	enum plan_queue queue;
	u64 first;
	bool onwards;
	enum plan_kind kind;
	u32 number;
};

/**
 * struct plan - everything that goes wrong
 * @nr: rules in use; 0 is a device that does all as it should
 * @rules: all that go for a buffer are followed
 * @flickers: the target is another one each time it is read
 * @seen: buffers seen, by queue
 * @reads: times that the target was read
 */
struct plan {
	u32 nr;
	struct plan_rule rules[PLAN_RULES_MAX];
	bool flickers;
	u64 seen[PLAN_NR_QUEUES];
	u32 reads;
};

const char *plan_queue_name(enum plan_queue queue);
const char *plan_kind_name(enum plan_kind kind);
bool plan_parse(const char *text, struct plan *ret_plan);
bool plan_parse_act(const char *text, enum plan_queue *ret_queue, struct plan_act *ret_act);
struct plan_act plan_next_buffer(struct plan *plan, enum plan_queue queue);
u32 plan_next_target(struct plan *plan, u32 target);

/** plan_does() - whether @act is, among others, of this kind */
static inline bool plan_does(const struct plan_act *act, enum plan_kind kind)
{
	return (act->kinds & 1U << kind) != 0;
}

#endif /* ADEV_PLAN_H */
