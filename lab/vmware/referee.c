// SPDX-License-Identifier: GPL-2.0-only
/*
 * The monitor's own record of what it was given, which makes it the referee.
 *
 * Theory of operation
 *
 * A byte for each page of the guest says whether the host has it, and as what. Whatever a
 * correct driver never does is counted and refused with the status that a host has for it;
 * a test reads the counts at its end and wants them to be 0.
 *
 * What the host gets is filled with words that no other page has. If they are not there
 * any more when the page goes back, then the guest used what was not its own.
 */
#include "lab/vmware/referee.h"

#include <stdlib.h>
#include <string.h>

#include "guest/vmware/protocol.h"

#define PAGE_BYTES (1u << AVMWARE_PAGE_SHIFT)
#define PAGE_WORDS (PAGE_BYTES / sizeof(uint64_t))

enum held { HELD_NOT, HELD_PAGE, HELD_BLOCK };

static const char *const foul_names[NR_FOULS] = {
	[FOUL_DOUBLE_LOCK] = "double_lock", [FOUL_NOT_LOCKED] = "not_locked",
	[FOUL_WRONG_SIZE] = "wrong_size",   [FOUL_SCRIBBLED] = "scribbled",
	[FOUL_OUTSIDE] = "outside",	    [FOUL_BAD_BATCH] = "bad_batch",
	[FOUL_NOT_GRANTED] = "not_granted", [FOUL_AFTER_RESET] = "after_reset",
};

/* referee_foul_name() - the foul's name in the monitor's answers */
const char *referee_foul_name(enum foul foul)
{
	return foul_names[foul];
}

/* referee_init() - an empty record; false without the memory for it */
bool referee_init(struct referee *referee, const struct memory *memory, bool pattern)
{
	*referee = (struct referee){ .memory = memory, .pattern = pattern };
	referee->holds = calloc(memory->nr_pfns, 1);
	return referee->holds;
}

/* referee_exit() - free the record */
void referee_exit(struct referee *referee)
{
	free(referee->holds);
}

/* referee_foul() - count a foul */
void referee_foul(struct referee *referee, enum foul foul)
{
	referee->fouls[foul]++;
}

static uint64_t nr_pages(bool block)
{
	return block ? AVMWARE_BLOCK_PAGES : 1;
}

static bool inside(const struct referee *referee, uint64_t pfn, bool block)
{
	uint64_t nr = nr_pages(block);

	return pfn % nr == 0 && pfn < referee->memory->nr_pfns &&
	       referee->memory->nr_pfns - pfn >= nr;
}

static void make_pattern(uint64_t pfn, uint64_t words[PAGE_WORDS])
{
	for (size_t i = 0; i < PAGE_WORDS; i++)
		words[i] = (pfn * PAGE_WORDS + i) * 0x9e3779b97f4a7c15ull;
}

static void write_pattern(const struct referee *referee, uint64_t pfn)
{
	uint64_t words[PAGE_WORDS];

	make_pattern(pfn, words);
	referee->memory->write(pfn << AVMWARE_PAGE_SHIFT, words, sizeof(words));
}

static bool holds_pattern(const struct referee *referee, uint64_t pfn)
{
	uint64_t words[PAGE_WORDS], found[PAGE_WORDS];

	make_pattern(pfn, words);
	referee->memory->read(pfn << AVMWARE_PAGE_SHIFT, found, sizeof(found));
	return !memcmp(words, found, sizeof(words));
}

/* referee_has() - whether the host has just that, as such */
bool referee_has(const struct referee *referee, uint64_t pfn, bool block)
{
	enum held held = block ? HELD_BLOCK : HELD_PAGE;

	if (!inside(referee, pfn, block))
		return false;
	for (uint64_t i = 0; i < nr_pages(block); i++)
		if (referee->holds[pfn + i] != held)
			return false;
	return true;
}

static bool has_any(const struct referee *referee, uint64_t pfn, bool block)
{
	for (uint64_t i = 0; i < nr_pages(block); i++)
		if (referee->holds[pfn + i] != HELD_NOT)
			return true;
	return false;
}

static void count_held(struct referee *referee, bool block, int by)
{
	if (block)
		referee->locked_blocks += by;
	else
		referee->locked_pages += by;
}

/* referee_lock() - the host gets a page or block; the status that it has for that */
uint32_t referee_lock(struct referee *referee, uint64_t pfn, bool block)
{
	if (!inside(referee, pfn, block)) {
		referee_foul(referee, FOUL_OUTSIDE);
		return AVMWARE_INVALID_PAGE;
	}
	if (has_any(referee, pfn, block)) {
		referee_foul(referee, FOUL_DOUBLE_LOCK);
		return AVMWARE_LOCKED;
	}
	for (uint64_t i = 0; i < nr_pages(block); i++) {
		referee->holds[pfn + i] = block ? HELD_BLOCK : HELD_PAGE;
		if (referee->pattern)
			write_pattern(referee, pfn + i);
	}
	count_held(referee, block, 1);
	return AVMWARE_OK;
}

/* referee_unlock() - the guest gets a page or block back; the status that the host has for that */
uint32_t referee_unlock(struct referee *referee, uint64_t pfn, bool block)
{
	bool scribbled = false;

	if (!inside(referee, pfn, block)) {
		referee_foul(referee, FOUL_OUTSIDE);
		return AVMWARE_INVALID_PAGE;
	}
	if (!has_any(referee, pfn, block)) {
		referee_foul(referee, FOUL_NOT_LOCKED);
		return AVMWARE_UNLOCKED;
	}
	if (!referee_has(referee, pfn, block)) {
		referee_foul(referee, FOUL_WRONG_SIZE);
		return AVMWARE_INVALID_PAGE;
	}
	for (uint64_t i = 0; i < nr_pages(block); i++) {
		scribbled |= referee->pattern && !holds_pattern(referee, pfn + i);
		referee->holds[pfn + i] = HELD_NOT;
	}
	if (scribbled)
		referee_foul(referee, FOUL_SCRIBBLED);
	count_held(referee, block, -1);
	return AVMWARE_OK;
}

/* referee_forget() - the host has nothing any more; what was counted stays */
void referee_forget(struct referee *referee)
{
	memset(referee->holds, HELD_NOT, referee->memory->nr_pfns);
	referee->locked_pages = 0;
	referee->locked_blocks = 0;
}
