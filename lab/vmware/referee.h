/* SPDX-License-Identifier: GPL-2.0-only */
/* The monitor's own record of what it was given, which makes it the referee. */
#ifndef MONITOR_REFEREE_H
#define MONITOR_REFEREE_H

#include <stdbool.h>
#include <stdint.h>

#include "lab/vmware/memory.h"

/**
 * enum foul - what a correct driver never does
 * @FOUL_DOUBLE_LOCK: it gave a page that the host has already
 * @FOUL_NOT_LOCKED: it asked for a page that the host does not have
 * @FOUL_WRONG_SIZE: it asked for a page out of a block, or for pages as if they were a block
 * @FOUL_SCRIBBLED: a page changed while the host had it
 * @FOUL_OUTSIDE: a page that is no RAM, or a block that is not aligned to its size
 * @FOUL_BAD_BATCH: a batch of no entry, of too many, or on a page that is no RAM
 * @FOUL_NOT_GRANTED: a command whose capability START did not grant
 * @FOUL_AFTER_RESET: it went on after it was told of a reset
 */
enum foul {
	FOUL_DOUBLE_LOCK,
	FOUL_NOT_LOCKED,
	FOUL_WRONG_SIZE,
	FOUL_SCRIBBLED,
	FOUL_OUTSIDE,
	FOUL_BAD_BATCH,
	FOUL_NOT_GRANTED,
	FOUL_AFTER_RESET,
	NR_FOULS
};

/**
 * struct referee - the record
 * @memory: where the pages are
 * @pattern: whether to fill what is locked, and to look at it when it is unlocked
 * @holds: a byte for each page: whether, and as what, the host has it
 * @locked_pages: pages locked one by one
 * @locked_blocks: blocks locked
 * @fouls: how often each was seen
 */
struct referee {
	const struct memory *memory;
	bool pattern;
	uint8_t *holds;
	uint64_t locked_pages;
	uint64_t locked_blocks;
	uint64_t fouls[NR_FOULS];
};

bool referee_init(struct referee *referee, const struct memory *memory, bool pattern);
void referee_exit(struct referee *referee);
void referee_foul(struct referee *referee, enum foul foul);
bool referee_has(const struct referee *referee, uint64_t pfn, bool block);
uint32_t referee_lock(struct referee *referee, uint64_t pfn, bool block);
uint32_t referee_unlock(struct referee *referee, uint64_t pfn, bool block);
void referee_forget(struct referee *referee);
const char *referee_foul_name(enum foul foul);

#endif /* MONITOR_REFEREE_H */
