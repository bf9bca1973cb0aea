/* SPDX-License-Identifier: GPL-2.0-only */
/* The conversation with the guest's balloon driver: one command after the other. */
#ifndef MONITOR_SESSION_H
#define MONITOR_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "lab/vmware/fault.h"
#include "lab/vmware/referee.h"
#include "lab/vmware/schedule.h"

/**
 * struct call - one command
 * @command: its number
 * @arg1: first argument
 * @arg2: second argument
 * @result: result; the first argument where there is none
 * @capabilities: granted; only START writes it
 */
struct call {
	uint16_t command;
	uint64_t arg1;
	uint32_t arg2;
	uint64_t result;
	uint32_t capabilities;
};

/**
 * struct session - see the file's first line
 * @referee: what the host has
 * @schedule: its target
 * @plan: what it answers against the rules
 * @offered: capabilities that it has
 * @forced: grant all of @offered, whatever is asked for
 * @scramble: overwrite the page numbers in batches, and what means nothing in results
 * @up: START was answered, and nothing was forgotten since then
 * @told: the driver was told that it is not up
 * @granted: capabilities since START
 * @calls: commands so far, by number; the last one counts those that there are not
 * @limit: what the driver said of the guest's RAM, in pages
 * @guest_id: what the driver said of the kind of guest
 * @doorbell: context and resource that the driver named
 * @told_pages: the target that it was told last
 * @told_us: when it was told that for the first time
 * @took_us: how long it took from then until the host had just that; 0: not yet
 */
struct session {
	struct referee referee;
	struct schedule schedule;
	struct fault_plan plan;
	uint32_t offered;
	bool forced;
	bool scramble;
	bool up;
	bool told;
	uint32_t granted;
	uint64_t calls[AVMWARE_NR_COMMANDS + 1];
	uint64_t limit;
	uint64_t guest_id;
	uint64_t doorbell[2];
	uint64_t told_pages;
	uint64_t told_us;
	uint64_t took_us;
};

uint32_t session_call(struct session *session, struct call *call);
void session_reset(struct session *session);

#endif /* MONITOR_SESSION_H */
