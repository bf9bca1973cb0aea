/* SPDX-License-Identifier: GPL-2.0-only */
/* The imaginary host's own record of what it was given, which makes it the referee. */
#ifndef AFAKE_HOST_H
#define AFAKE_HOST_H

#include <linux/mm_types.h>
#include <linux/types.h>

#include "guest/engine/transport.h"

struct seq_file;

/**
 * enum afake_foul - what a correct engine never does
 * @AFAKE_DOUBLE_INFLATE: a page was offered that the host has already
 * @AFAKE_DEFLATE_NOT_HELD: a page was asked back that the host does not have
 * @AFAKE_MIGRATE_NOT_HELD: a page was to be replaced that the host does not have
 * @AFAKE_WRONG_CLASS: a page was asked back or migrated that came as part of a block,
 *	or a block whose pages came one by one
 * @AFAKE_BAD_BATCH: an empty batch, one larger than batch_max, of an unspoken class,
 *	or with verdicts that were not preset
 * @AFAKE_UNSORTED: entries that do not ascend
 * @AFAKE_UNALIGNED: a block that is not aligned to its size, or memory outside of RAM
 * @AFAKE_OVERLAP: a call that did not wait for the end of another
 * @AFAKE_WRONG_REPORT: a size other than what the host has
 * @AFAKE_CALL_TO_DEAD: a call after the host died
 * @AFAKE_CALL_TO_RESET: a call other than restart after the host said that it was reset
 * @AFAKE_SCRIBBLED: a page whose content changed while the host had it
 */
enum afake_foul {
	AFAKE_DOUBLE_INFLATE,
	AFAKE_DEFLATE_NOT_HELD,
	AFAKE_MIGRATE_NOT_HELD,
	AFAKE_WRONG_CLASS,
	AFAKE_BAD_BATCH,
	AFAKE_UNSORTED,
	AFAKE_UNALIGNED,
	AFAKE_OVERLAP,
	AFAKE_WRONG_REPORT,
	AFAKE_CALL_TO_DEAD,
	AFAKE_CALL_TO_RESET,
	AFAKE_SCRIBBLED,
	AFAKE_NR_FOULS
};

/**
 * struct afake_host - the record; its owner serialises all calls below
 * @nr_pfns: bits in each map
 * @held: a bit for each page that the host has
 * @in_block: a bit for each of them that came as part of a block
 * @held_pages: bits set in @held
 * @told_pages: the last size that the guest reported
 * @migrations: pages replaced
 * @fouls: how often each foul was seen
 * @pattern_bytes: of each page that is taken, so many get a pattern, which is looked for when it
 *	goes back; a multiple of 8, 0: none
 */
struct afake_host {
	unsigned long nr_pfns;
	unsigned long *held;
	unsigned long *in_block;
	u64 held_pages;
	u64 told_pages;
	u64 migrations;
	u64 fouls[AFAKE_NR_FOULS];
	unsigned int pattern_bytes;
};

int afake_host_init(struct afake_host *host, unsigned int pattern_bytes);
void afake_host_exit(struct afake_host *host);
void afake_host_check_batch(struct afake_host *host, const struct aero_batch *batch,
			    unsigned int batch_max);
void afake_host_check_verdicts(struct afake_host *host, const struct aero_batch *batch);
void afake_host_take(struct afake_host *host, enum aero_class class, struct page *page);
void afake_host_give(struct afake_host *host, enum aero_class class, struct page *page);
void afake_host_migrate(struct afake_host *host, struct page *newpage, struct page *page);
void afake_host_report(struct afake_host *host, u64 pages);
void afake_host_forget(struct afake_host *host);
void afake_host_foul(struct afake_host *host, enum afake_foul foul);
void afake_host_show(const struct afake_host *host, struct seq_file *m);

#endif /* AFAKE_HOST_H */
