// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the imaginary host does wrong: a short text becomes a plan, which answers each call.
 *
 * Theory of operation
 *
 * A text is a list of faults with commas in between, or "none":
 *
 *	slow 20, refuse-pages 1/3, die inflate 2
 *
 * Words are separated by spaces, numbers are decimal. A text that is wrong anywhere is
 * wrong as a whole. Counts start when the plan is made.
 *
 * Nothing here allocates, waits or knows a page, so that it runs in user space as well.
 */
#include "guest/fake/fault.h"

#include "guest/fake/words.h"

enum form {
	FORM_MS, /* a delay */
	FORM_SHARE, /* "all", N or A/B */
	FORM_COUNT, /* N entries, 0 included */
	FORM_CALLS, /* an operation and N calls of it, at least 1 */
};

#define OP(op) (1U << FAULT_##op)
#define ALL_OPS (OP(INFLATE) | OP(DEFLATE) | OP(MIGRATE) | OP(REPORT) | OP(RESTART))

/* @ops: operations that can express the fault; a size report has no way to be busy. */
static const struct {
	const char *name;
	enum form form;
	u32 ops;
} kinds[FAULT_NR_KINDS] = {
	[FAULT_SLOW] = { "slow", FORM_MS, 0 },
	[FAULT_REFUSE_PAGES] = { "refuse-pages", FORM_SHARE, 0 },
	[FAULT_REFUSE_BLOCKS] = { "refuse-blocks", FORM_SHARE, 0 },
	[FAULT_NOT_NEEDED] = { "not-needed", FORM_COUNT, 0 },
	[FAULT_BUSY] = { "busy", FORM_CALLS, ALL_OPS & ~OP(REPORT) },
	[FAULT_AGAIN] = { "again", FORM_CALLS, OP(MIGRATE) },
	[FAULT_GONE] = { "gone", FORM_CALLS, OP(MIGRATE) },
	[FAULT_RESET] = { "reset", FORM_CALLS, ALL_OPS },
	[FAULT_DIE] = { "die", FORM_CALLS, ALL_OPS },
	[FAULT_MUTE] = { "mute", FORM_CALLS, ALL_OPS },
	[FAULT_WHIM] = { "whim", FORM_CALLS, ALL_OPS },
	[FAULT_ALLOCATE] = { "allocate", FORM_CALLS, ALL_OPS },
};

static const char *const op_names[FAULT_NR_OPS] = {
	[FAULT_INFLATE] = "inflate", [FAULT_DEFLATE] = "deflate", [FAULT_MIGRATE] = "migrate",
	[FAULT_REPORT] = "report",   [FAULT_RESTART] = "restart",
};

/**
 * fault_op_name() - an operation's name in plans and counters
 * @op: an operation
 */
const char *fault_op_name(enum fault_op op)
{
	return op_names[op];
}

static bool take_kind(const char **at, struct fault *fault)
{
	u32 kind;

	for (kind = 0; kind < FAULT_NR_KINDS; kind++) {
		if (!words_take(at, kinds[kind].name))
			continue;
		fault->kind = kind;
		return true;
	}
	return false;
}

static bool take_op(const char **at, struct fault *fault)
{
	u32 op;

	for (op = 0; op < FAULT_NR_OPS; op++) {
		if (!words_take(at, op_names[op]))
			continue;
		fault->op = op;
		return (kinds[fault->kind].ops & 1U << op) != 0;
	}
	return false;
}

/* "all", N or A/B with 0 < A <= B. */
static bool take_share(const char **at, struct fault *fault)
{
	if (words_take(at, "all")) {
		fault->n = U64_MAX;
		return true;
	}
	if (!words_take_number(at, &fault->n) || !fault->n)
		return false;
	if (!words_take_char(at, '/'))
		return true;
	return words_take_number(at, &fault->of) && fault->of && fault->n <= fault->of;
}

static bool take_fault(const char **at, struct fault *fault)
{
	bool ok = false;

	*fault = (struct fault){ 0 };
	words_skip_spaces(at);
	if (!take_kind(at, fault))
		return false;
	switch (kinds[fault->kind].form) {
	case FORM_MS:
		ok = words_take_number(at, &fault->n) && fault->n && fault->n <= FAULT_SLOW_MAX_MS;
		break;
	case FORM_SHARE:
		ok = take_share(at, fault);
		break;
	case FORM_COUNT:
		ok = words_take_number(at, &fault->n);
		break;
	case FORM_CALLS:
		ok = take_op(at, fault) && words_take_number(at, &fault->n) && fault->n;
		break;
	}
	words_skip_spaces(at);
	return ok;
}

/**
 * fault_parse() - make a plan
 * @text: see the file's first comment; one newline may follow
 * @ret_plan: untouched on failure
 *
 * Return: whether @text was understood to its last character.
 */
bool fault_parse(const char *text, struct fault_plan *ret_plan)
{
	struct fault_plan plan = { 0 };
	const char *at = text;

	words_skip_spaces(&at);
	if (words_take(&at, "none")) {
		if (!words_end(at))
			return false;
		*ret_plan = plan;
		return true;
	}
	do {
		if (plan.nr == FAULT_MAX || !take_fault(&at, &plan.faults[plan.nr]))
			return false;
		plan.nr++;
	} while (words_take_char(&at, ','));
	if (!words_end(at))
		return false;
	*ret_plan = plan;
	return true;
}

/**
 * fault_delay_ms() - how much longer each call takes
 * @plan: any plan
 */
u32 fault_delay_ms(const struct fault_plan *plan)
{
	u32 ms = 0;
	u32 i;

	for (i = 0; i < plan->nr; i++)
		if (plan->faults[i].kind == FAULT_SLOW)
			ms = max_u32(ms, (u32)plan->faults[i].n);
	return ms;
}

/* What @fault has to say about its call number @fault->seen, counted from 1. */
static enum fault_call judge_call(const struct fault *fault)
{
	bool within = fault->seen <= fault->n;

	switch (fault->kind) {
	case FAULT_BUSY:
		return within ? FAULT_CALL_BUSY : FAULT_CALL_FINE;
	case FAULT_AGAIN:
		return within ? FAULT_CALL_AGAIN : FAULT_CALL_FINE;
	case FAULT_GONE:
		return within ? FAULT_CALL_GONE : FAULT_CALL_FINE;
	case FAULT_RESET:
		return fault->seen == fault->n ? FAULT_CALL_RESET : FAULT_CALL_FINE;
	case FAULT_DIE:
		return fault->seen >= fault->n ? FAULT_CALL_DEAD : FAULT_CALL_FINE;
	case FAULT_MUTE:
		return fault->seen >= fault->n ? FAULT_CALL_MUTE : FAULT_CALL_FINE;
	case FAULT_ALLOCATE:
		return within ? FAULT_CALL_ALLOCATE : FAULT_CALL_FINE;
	default:
		return FAULT_CALL_FINE;
	}
}

/**
 * fault_next_call() - how the next call ends
 * @plan: remembers the call
 * @op: the operation called
 * @ret_whim: whether the host changes its mind during the call; always written
 */
enum fault_call fault_next_call(struct fault_plan *plan, enum fault_op op, bool *ret_whim)
{
	enum fault_call answer = FAULT_CALL_FINE;
	u32 i;

	*ret_whim = false;
	for (i = 0; i < plan->nr; i++) {
		struct fault *fault = &plan->faults[i];

		if (kinds[fault->kind].form != FORM_CALLS || fault->op != op)
			continue;
		fault->seen++;
		if (fault->kind == FAULT_WHIM)
			*ret_whim |= fault->seen <= fault->n;
		else if (answer == FAULT_CALL_FINE)
			answer = judge_call(fault);
	}
	return answer;
}

/* Whether entry number @fault->seen, counted from 0, is among those meant. */
static bool share_has(const struct fault *fault)
{
	u64 position = fault->seen;

	if (fault->of) /* 64-bit kernels only, as this module's bitmap is. */
		position %= fault->of;
	return position < fault->n;
}

/* What one fault makes of an entry that those before it leave to be taken. */
static enum fault_entry judge_entry(struct fault *fault, enum fault_kind refuse)
{
	bool within = share_has(fault);

	if (fault->kind != refuse && fault->kind != FAULT_NOT_NEEDED)
		return FAULT_ENTRY_TAKE;
	fault->seen++;
	if (fault->kind == FAULT_NOT_NEEDED)
		return within ? FAULT_ENTRY_TAKE : FAULT_ENTRY_NOT_NEEDED;
	return within ? FAULT_ENTRY_REFUSE : FAULT_ENTRY_TAKE;
}

/**
 * fault_next_entry() - what becomes of the next entry that is offered
 * @plan: remembers the entry
 * @block: whether it is a block
 */
enum fault_entry fault_next_entry(struct fault_plan *plan, bool block)
{
	enum fault_kind refuse = block ? FAULT_REFUSE_BLOCKS : FAULT_REFUSE_PAGES;
	enum fault_entry answer = FAULT_ENTRY_TAKE;
	u32 i;

	for (i = 0; i < plan->nr && answer == FAULT_ENTRY_TAKE; i++)
		answer = judge_entry(&plan->faults[i], refuse);
	return answer;
}
