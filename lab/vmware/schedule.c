// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which target the host has at which question for it.
 *
 * A text is a list of AT:PAGES with commas in between, AT ascending: from the AT-th question
 * on, counted from 1 since the schedule was made, the target is PAGES.
 */
#include "lab/vmware/schedule.h"

#include <errno.h>
#include <stdlib.h>

static bool take_number(const char **at, uint64_t *ret_number)
{
	char *end;

	if (**at < '0' || **at > '9')
		return false;
	errno = 0;
	*ret_number = strtoull(*at, &end, 10);
	*at = end;
	return !errno;
}

static bool take_char(const char **at, char c)
{
	if (**at != c)
		return false;
	++*at;
	return true;
}

/* schedule_parse() - what comes from now on; the schedule is untouched if the text is wrong */
bool schedule_parse(const char *text, struct schedule *schedule)
{
	struct schedule parsed = { .asked = schedule->asked,
				   .made = schedule->asked,
				   .target = schedule->target };
	uint64_t last = 0;

	do {
		if (parsed.nr == SCHEDULE_MAX ||
		    !take_number(&text, &parsed.changes[parsed.nr].at) || !take_char(&text, ':') ||
		    !take_number(&text, &parsed.changes[parsed.nr].pages) ||
		    parsed.changes[parsed.nr].at <= last)
			return false;
		last = parsed.changes[parsed.nr++].at;
	} while (take_char(&text, ','));
	if (*text)
		return false;
	*schedule = parsed;
	return true;
}

/* schedule_set() - a target for now and for ever */
void schedule_set(struct schedule *schedule, uint64_t pages)
{
	schedule->target = pages;
	schedule->nr = 0;
}

/* schedule_next() - count a question; the answer */
uint64_t schedule_next(struct schedule *schedule)
{
	schedule->asked++;
	for (unsigned int i = 0; i < schedule->nr; i++)
		if (schedule->changes[i].at <= schedule->asked - schedule->made)
			schedule->target = schedule->changes[i].pages;
	return schedule->target;
}
