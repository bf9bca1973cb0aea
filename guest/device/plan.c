// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the device does wrong: a short text becomes a plan, which says how each buffer is treated.
 *
 * Theory of operation
 *
 * A plan is "none", or a list of rules with commas in between. A rule is a kind, a queue,
 * the buffers that are meant (N is the Nth, N+ that and all after it, "all" each) and the
 * kind's number, if it has one:
 *
 *	id inflate 3 77, mute deflate all, keep report 2+
 *
 * The word "flicker" is a rule by itself. An act, which is done at once, is a kind, a queue
 * unless it concerns the whole device, and the number:
 *
 *	jump inflate 5
 *	change 1000
 *
 * A text that is wrong anywhere is wrong as a whole. Buffers are counted from when the plan
 * was made. Nothing here allocates, waits or knows a queue, so that it runs in user space
 * as well.
 */
#include "guest/device/plan.h"

#include "guest/fake/words.h"

/* Where a kind may stand. */
#define IN_PLAN 1U /* in a rule */
#define AT_ONCE 2U /* in an act */
#define NO_QUEUE 4U /* as an act it concerns the whole device */

/* @min and @max: of the kind's number; @max 0: it has none. */
static const struct {
	const char *name;
	u32 where;
	u32 min, max;
} kinds[PLAN_NR_KINDS] = {
	[PLAN_KEEP] = { "keep", IN_PLAN, 0, 0 },
	[PLAN_LATE] = { "late", IN_PLAN, 0, PLAN_LATE_MAX_MS },
	[PLAN_REVERSE] = { "reverse", IN_PLAN, 0, 0 },
	[PLAN_LENGTH] = { "length", IN_PLAN, 0, U32_MAX },
	[PLAN_ID] = { "id", IN_PLAN, 0, U32_MAX },
	[PLAN_TWICE] = { "twice", IN_PLAN, 0, 0 },
	[PLAN_MORE] = { "more", IN_PLAN | AT_ONCE, 1, PLAN_TIMES_MAX },
	[PLAN_JUMP] = { "jump", IN_PLAN | AT_ONCE, 1, U16_MAX },
	[PLAN_MUTE] = { "mute", IN_PLAN, 0, 0 },
	[PLAN_STORM] = { "storm", IN_PLAN | AT_ONCE, 1, PLAN_TIMES_MAX },
	[PLAN_CHANGE] = { "change", IN_PLAN | AT_ONCE | NO_QUEUE, 1, PLAN_TIMES_MAX },
	[PLAN_BREAK] = { "break", IN_PLAN | AT_ONCE | NO_QUEUE, 0, 0 },
	[PLAN_USE] = { "use", AT_ONCE, 0, 0 },
};

static const char *const queue_names[PLAN_NR_QUEUES] = {
	[PLAN_INFLATE] = "inflate", [PLAN_DEFLATE] = "deflate", [PLAN_STATS] = "stats",
	[PLAN_HINT] = "hint",	    [PLAN_REPORT] = "report",
};

/* Targets that make no sense, or not for long. */
static const u32 flickering[] = {
	U32_MAX, 0, 1, 0x80000000, 513, 0x7fffffff, 511, 12345, 0xfffffe00, 20000,
};

/**
 * plan_queue_name() - a queue's name in plans and counters
 * @queue: a queue
 */
const char *plan_queue_name(enum plan_queue queue)
{
	return queue_names[queue];
}

/**
 * plan_kind_name() - how a kind is written in plans
 * @kind: a kind
 */
const char *plan_kind_name(enum plan_kind kind)
{
	return kinds[kind].name;
}

static bool take_kind(const char **at, u32 where, enum plan_kind *ret_kind)
{
	u32 kind;

	for (kind = 0; kind < PLAN_NR_KINDS; kind++) {
		if (!(kinds[kind].where & where) || !words_take(at, kinds[kind].name))
			continue;
		*ret_kind = kind;
		return true;
	}
	return false;
}

static bool take_queue(const char **at, enum plan_queue *ret_queue)
{
	u32 queue;

	for (queue = 0; queue < PLAN_NR_QUEUES; queue++) {
		if (!words_take(at, queue_names[queue]))
			continue;
		*ret_queue = queue;
		return true;
	}
	return false;
}

/* "all", N or N+. */
static bool take_buffers(const char **at, struct plan_rule *rule)
{
	if (words_take(at, "all")) {
		rule->first = 1;
		rule->onwards = true;
		return true;
	}
	if (!words_take_number(at, &rule->first) || !rule->first)
		return false;
	rule->onwards = words_take_char(at, '+');
	if (!words_ends(**at))
		return false;
	words_skip_spaces(at);
	return true;
}

static bool take_number_of(const char **at, enum plan_kind kind, u32 *ret_number)
{
	u64 number;

	if (!kinds[kind].max)
		return true;
	if (!words_take_number(at, &number) || number < kinds[kind].min || number > kinds[kind].max)
		return false;
	*ret_number = (u32)number;
	words_skip_spaces(at);
	return true;
}

static bool take_rule(const char **at, struct plan *plan)
{
	struct plan_rule *rule = &plan->rules[plan->nr];

	words_skip_spaces(at);
	if (words_take(at, "flicker")) {
		plan->flickers = true;
		return true;
	}
	if (plan->nr == PLAN_RULES_MAX || !take_kind(at, IN_PLAN, &rule->kind) ||
	    !take_queue(at, &rule->queue) || !take_buffers(at, rule) ||
	    !take_number_of(at, rule->kind, &rule->number))
		return false;
	plan->nr++;
	return true;
}

/**
 * plan_parse() - make a plan
 * @text: see the file's first comment; one newline may follow
 * @ret_plan: untouched on failure
 *
 * Return: whether @text was understood to its last character.
 */
bool plan_parse(const char *text, struct plan *ret_plan)
{
	struct plan plan = { 0 };
	const char *at = text;

	words_skip_spaces(&at);
	if (!words_take(&at, "none")) {
		do {
			if (!take_rule(&at, &plan))
				return false;
		} while (words_take_char(&at, ','));
	}
	if (!words_end(at))
		return false;
	*ret_plan = plan;
	return true;
}

static void add_kind(struct plan_act *act, enum plan_kind kind, u32 number)
{
	act->kinds |= 1U << kind;
	act->numbers[kind] = number;
}

/**
 * plan_parse_act() - understand what is to be done at once
 * @text: see the file's first comment; one newline may follow
 * @ret_queue: where; the inflate queue if the whole device is meant; untouched on failure
 * @ret_act: what; untouched on failure
 *
 * Return: whether @text was understood to its last character.
 */
bool plan_parse_act(const char *text, enum plan_queue *ret_queue, struct plan_act *ret_act)
{
	enum plan_queue queue = PLAN_INFLATE;
	struct plan_act act = { 0 };
	const char *at = text;
	enum plan_kind kind;
	u32 number = 0;

	words_skip_spaces(&at);
	if (!take_kind(&at, AT_ONCE, &kind) ||
	    (!(kinds[kind].where & NO_QUEUE) && !take_queue(&at, &queue)) ||
	    !take_number_of(&at, kind, &number) || !words_end(at))
		return false;
	add_kind(&act, kind, number);
	*ret_queue = queue;
	*ret_act = act;
	return true;
}

/**
 * plan_next_buffer() - how the next buffer is treated
 * @plan: remembers the buffer
 * @queue: where it was found
 */
struct plan_act plan_next_buffer(struct plan *plan, enum plan_queue queue)
{
	u64 number = ++plan->seen[queue];
	struct plan_act act = { 0 };
	u32 i;

	for (i = 0; i < plan->nr; i++) {
		const struct plan_rule *rule = &plan->rules[i];

		if (rule->queue == queue &&
		    (number == rule->first || (rule->onwards && number > rule->first)))
			add_kind(&act, rule->kind, rule->number);
	}
	return act;
}

/**
 * plan_next_target() - what the driver reads as the target
 * @plan: remembers the read
 * @target: what it would be
 */
u32 plan_next_target(struct plan *plan, u32 target)
{
	if (!plan->flickers)
		return target;
	return flickering[plan->reads++ % (sizeof(flickering) / sizeof(flickering[0]))];
}
