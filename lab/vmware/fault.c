// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the monitor answers against the rules: a short text becomes a plan, which is asked at each call.
 *
 * Theory of operation
 *
 * A text is a list of faults with commas in between, or "none":
 *
 *	lock=busy			each LOCK from now on finds the host busy
 *	start@2=failure			the second START fails
 *	lock-page@5*16=pinned		the 5th to 20th page offered, in whichever command, is pinned
 *
 * A command's fault is the answer to all of it, and nothing is done. The words lock-page,
 * unlock-page, lock-block and unlock-block are about single entries. A text that is wrong
 * anywhere is wrong as a whole. Counts start when the plan is made; of several faults that
 * fit a call the first one counts.
 */
#include "lab/vmware/fault.h"

#include <string.h>

static const char *const op_names[FAULT_NR_OPS] = {
	[AVMWARE_START] = "start",
	[AVMWARE_GET_TARGET] = "target",
	[AVMWARE_LOCK] = "lock",
	[AVMWARE_UNLOCK] = "unlock",
	[AVMWARE_GUEST_ID] = "guest",
	[AVMWARE_BATCHED_LOCK] = "batched-lock",
	[AVMWARE_BATCHED_UNLOCK] = "batched-unlock",
	[AVMWARE_BATCHED_2M_LOCK] = "batched-2m-lock",
	[AVMWARE_BATCHED_2M_UNLOCK] = "batched-2m-unlock",
	[AVMWARE_DOORBELL_SET] = "doorbell",
	[FAULT_LOCK_PAGE] = "lock-page",
	[FAULT_UNLOCK_PAGE] = "unlock-page",
	[FAULT_LOCK_BLOCK] = "lock-block",
	[FAULT_UNLOCK_BLOCK] = "unlock-block",
};

static const struct {
	const char *name;
	uint32_t status;
} statuses[] = {
	{ "ok", AVMWARE_OK },
	{ "invalid-command", AVMWARE_INVALID_COMMAND },
	{ "invalid-page", AVMWARE_INVALID_PAGE },
	{ "locked", AVMWARE_LOCKED },
	{ "unlocked", AVMWARE_UNLOCKED },
	{ "pinned", AVMWARE_PINNED },
	{ "not-needed", AVMWARE_NOT_NEEDED },
	{ "reset", AVMWARE_RESET },
	{ "busy", AVMWARE_BUSY },
	{ "odd", 17 }, /* no status that anybody knows */
	{ "failure", AVMWARE_FAILURE },
};

/* fault_op_name() - its name in plans and in the monitor's answers; NULL if there is none of that number */
const char *fault_op_name(unsigned int op)
{
	return op < FAULT_NR_OPS ? op_names[op] : NULL;
}

/* Takes the letters, digits and dashes that come next. Returns their number. */
static size_t take_word(const char **at, const char **ret_word)
{
	size_t length = strspn(*at, "abcdefghijklmnopqrstuvwxyz0123456789-");

	*ret_word = *at;
	*at += length;
	return length;
}

static bool is_word(const char *word, size_t length, const char *name)
{
	return name && strlen(name) == length && !strncmp(word, name, length);
}

static bool take_op(const char **at, struct fault *fault)
{
	const char *word;
	size_t length = take_word(at, &word);

	for (fault->op = 0; fault->op < FAULT_NR_OPS; fault->op++)
		if (is_word(word, length, op_names[fault->op]))
			return true;
	return false;
}

/*
 * Only an entry can tell what the host has (see session.c); but it cannot tell of a reset, nor
 * fail with what takes more than an entry's bits.
 */
static bool may_answer(const struct fault *fault)
{
	bool tells = fault->status == AVMWARE_LOCKED || fault->status == AVMWARE_UNLOCKED;

	if (fault->op < AVMWARE_NR_COMMANDS)
		return !tells;
	return fault->status <= AVMWARE_ENTRY_STATUS && fault->status != AVMWARE_RESET;
}

static bool take_status(const char **at, struct fault *fault)
{
	const char *word;
	size_t length = take_word(at, &word);

	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		if (!is_word(word, length, statuses[i].name))
			continue;
		fault->status = statuses[i].status;
		return may_answer(fault);
	}
	return false;
}

/* At least 1, and small enough for sums of two. */
static bool take_number(const char **at, uint64_t *ret_number)
{
	uint64_t number = 0;

	for (; **at >= '0' && **at <= '9'; ++*at) {
		number = number * 10 + (uint64_t)(**at - '0');
		if (number > UINT32_MAX)
			return false;
	}
	*ret_number = number;
	return number;
}

static bool take_char(const char **at, char c)
{
	if (**at != c)
		return false;
	++*at;
	return true;
}

static void skip_spaces(const char **at)
{
	*at += strspn(*at, " ");
}

static bool take_fault(const char **at, struct fault *fault)
{
	*fault = (struct fault){ .first = 1, .count = UINT64_MAX };
	skip_spaces(at);
	if (!take_op(at, fault))
		return false;
	if (take_char(at, '@')) {
		fault->count = 1;
		if (!take_number(at, &fault->first))
			return false;
		if (take_char(at, '*') && !take_number(at, &fault->count))
			return false;
	}
	if (!take_char(at, '=') || !take_status(at, fault))
		return false;
	skip_spaces(at);
	return true;
}

/* fault_parse() - make a plan of a text; the plan is untouched if the text is wrong */
bool fault_parse(const char *text, struct fault_plan *ret_plan)
{
	struct fault_plan plan = { .nr = 0 };

	if (strcmp(text, "none")) {
		do {
			if (plan.nr == FAULT_MAX || !take_fault(&text, &plan.faults[plan.nr]))
				return false;
			plan.nr++;
		} while (take_char(&text, ','));
		if (*text)
			return false;
	}
	*ret_plan = plan;
	return true;
}

/* fault_next() - whether the next call of @op is answered against the rules, and how */
bool fault_next(struct fault_plan *plan, unsigned int op, uint32_t *ret_status)
{
	uint64_t call = ++plan->seen[op];

	for (unsigned int i = 0; i < plan->nr; i++) {
		const struct fault *fault = &plan->faults[i];

		if (fault->op != op || call < fault->first || call - fault->first >= fault->count)
			continue;
		*ret_status = fault->status;
		return true;
	}
	return false;
}
