/* SPDX-License-Identifier: GPL-2.0-only */
/* Which target the host has at which question for it. */
#ifndef MONITOR_SCHEDULE_H
#define MONITOR_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

/* Most changes of the target. */
#define SCHEDULE_MAX 64

/**
 * struct schedule - see the file's first line
 * @asked: questions so far
 * @made: questions before the schedule was made
 * @target: the target in pages now
 * @changes: what comes: from question @at after those on the target is @pages
 * @nr: entries of @changes
 *
 * Counted in questions and not in time, since the guest's time is not the host's.
 */
struct schedule {
	uint64_t asked;
	uint64_t made;
	uint64_t target;
	struct {
		uint64_t at;
		uint64_t pages;
	} changes[SCHEDULE_MAX];
	unsigned int nr;
};

bool schedule_parse(const char *text, struct schedule *schedule);
void schedule_set(struct schedule *schedule, uint64_t pages);
uint64_t schedule_next(struct schedule *schedule);

#endif /* MONITOR_SCHEDULE_H */
