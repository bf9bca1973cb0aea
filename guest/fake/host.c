// SPDX-License-Identifier: GPL-2.0-only
/*
 * The imaginary host's own record of what it was given, which makes it the referee.
 *
 * Theory of operation
 *
 * Two bits for each page of RAM say whether the host has it, and whether it came as part
 * of a block. Every call is checked against them, and what a correct engine never does
 * is counted, never acted on: a test reads the counts at its end and wants them to be 0.
 *
 * The maps are allocated once, since nothing may be allocated during a migration. Memory
 * that is added to the guest later is outside of them, which counts as a foul; tests do
 * not add memory.
 */
#include "guest/fake/host.h"

#include <linux/bitmap.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/vmalloc.h>

#include "guest/fake/pattern.h"
#include "guest/fake/ram.h"

static const char *const foul_names[AFAKE_NR_FOULS] = {
	[AFAKE_DOUBLE_INFLATE] = "double_inflate",
	[AFAKE_DEFLATE_NOT_HELD] = "deflate_not_held",
	[AFAKE_MIGRATE_NOT_HELD] = "migrate_not_held",
	[AFAKE_WRONG_CLASS] = "wrong_class",
	[AFAKE_BAD_BATCH] = "bad_batch",
	[AFAKE_UNSORTED] = "unsorted",
	[AFAKE_UNALIGNED] = "unaligned",
	[AFAKE_OVERLAP] = "overlap",
	[AFAKE_WRONG_REPORT] = "wrong_report",
	[AFAKE_CALL_TO_DEAD] = "call_to_dead",
	[AFAKE_CALL_TO_RESET] = "call_to_reset",
	[AFAKE_SCRIBBLED] = "scribbled",
};

/**
 * afake_host_init() - an empty record
 * @host: overwritten
 * @pattern_bytes: see struct afake_host
 *
 * Return: 0 or -ENOMEM.
 */
int afake_host_init(struct afake_host *host, unsigned int pattern_bytes)
{
	size_t bytes;

	*host = (struct afake_host){ .nr_pfns = ram_end_pfn(), .pattern_bytes = pattern_bytes };
	bytes = BITS_TO_LONGS(host->nr_pfns) * sizeof(long);
	host->held = vzalloc(bytes);
	host->in_block = vzalloc(bytes);
	if (host->held && host->in_block)
		return 0;
	afake_host_exit(host);
	return -ENOMEM;
}

/** afake_host_exit() - free the record */
void afake_host_exit(struct afake_host *host)
{
	vfree(host->held);
	vfree(host->in_block);
}

/** afake_host_foul() - count a foul */
void afake_host_foul(struct afake_host *host, enum afake_foul foul)
{
	host->fouls[foul]++;
}

/* Counts a foul and returns false unless the maps have a bit for all of the entry. */
static bool in_maps(struct afake_host *host, enum aero_class class, const struct page *page)
{
	unsigned long pfn = page_to_pfn(page);
	unsigned long nr = aero_class_pages(class);

	if (pfn % nr == 0 && pfn + nr <= host->nr_pfns)
		return true;
	afake_host_foul(host, AFAKE_UNALIGNED);
	return false;
}

static void write_pattern(const struct afake_host *host, unsigned long pfn)
{
	void *memory;

	if (!host->pattern_bytes)
		return;
	memory = kmap_local_page(pfn_to_page(pfn));
	pattern_write(memory, host->pattern_bytes, pattern_of(pfn));
	kunmap_local(memory);
}

static void check_pattern(struct afake_host *host, unsigned long pfn)
{
	const void *memory;

	if (!host->pattern_bytes)
		return;
	memory = kmap_local_page(pfn_to_page(pfn));
	if (!pattern_holds(memory, host->pattern_bytes, pattern_of(pfn)))
		afake_host_foul(host, AFAKE_SCRIBBLED);
	kunmap_local(memory);
}

static bool verdicts_preset(const struct aero_batch *batch)
{
	unsigned int i;

	for (i = 0; i < batch->nr; i++)
		if (batch->verdicts[i] != AERO_TAKEN)
			return false;
	return true;
}

/**
 * afake_host_check_batch() - check what can be said of a batch without the record
 * @host: counts the fouls
 * @batch: as inflate or deflate gets it
 * @batch_max: most entries allowed
 *
 * Verdicts are checked by afake_host_check_verdicts(): deflate has none.
 */
void afake_host_check_batch(struct afake_host *host, const struct aero_batch *batch,
			    unsigned int batch_max)
{
	unsigned int i;

	if (!batch->nr || batch->nr > batch_max)
		afake_host_foul(host, AFAKE_BAD_BATCH);
	for (i = 1; i < batch->nr; i++)
		if (page_to_pfn(batch->pages[i - 1]) >= page_to_pfn(batch->pages[i]))
			afake_host_foul(host, AFAKE_UNSORTED);
}

/**
 * afake_host_check_verdicts() - check that an inflate batch came with all entries taken
 * @host: counts the fouls
 * @batch: as inflate gets it
 */
void afake_host_check_verdicts(struct afake_host *host, const struct aero_batch *batch)
{
	if (!verdicts_preset(batch))
		afake_host_foul(host, AFAKE_BAD_BATCH);
}

static void take_one(struct afake_host *host, unsigned long pfn, bool block)
{
	if (test_bit(pfn, host->held)) {
		afake_host_foul(host, AFAKE_DOUBLE_INFLATE);
		return;
	}
	__set_bit(pfn, host->held);
	if (block)
		__set_bit(pfn, host->in_block);
	host->held_pages++;
	write_pattern(host, pfn);
}

static void give_one(struct afake_host *host, unsigned long pfn, bool block, enum afake_foul foul)
{
	if (!test_bit(pfn, host->held)) {
		afake_host_foul(host, foul);
		return;
	}
	if (test_bit(pfn, host->in_block) != block)
		afake_host_foul(host, AFAKE_WRONG_CLASS);
	__clear_bit(pfn, host->held);
	__clear_bit(pfn, host->in_block);
	host->held_pages--;
	check_pattern(host, pfn);
}

/**
 * afake_host_take() - the host has this entry from now on
 * @host: the record
 * @class: what the entry is
 * @page: its first page
 */
void afake_host_take(struct afake_host *host, enum aero_class class, struct page *page)
{
	unsigned long pfn = page_to_pfn(page);
	unsigned long i;

	if (!in_maps(host, class, page))
		return;
	for (i = 0; i < aero_class_pages(class); i++)
		take_one(host, pfn + i, class == AERO_BLOCK);
}

/**
 * afake_host_give() - the guest has this entry again
 * @host: the record
 * @class: what the entry is
 * @page: its first page
 */
void afake_host_give(struct afake_host *host, enum aero_class class, struct page *page)
{
	unsigned long pfn = page_to_pfn(page);
	unsigned long i;

	if (!in_maps(host, class, page))
		return;
	for (i = 0; i < aero_class_pages(class); i++)
		give_one(host, pfn + i, class == AERO_BLOCK, AFAKE_DEFLATE_NOT_HELD);
}

/**
 * afake_host_migrate() - the host has another page instead
 * @host: the record
 * @newpage: what it has from now on; NULL if it only gives @page back
 * @page: what it has no longer
 */
void afake_host_migrate(struct afake_host *host, struct page *newpage, struct page *page)
{
	if (newpage)
		afake_host_take(host, AERO_PAGE, newpage);
	if (in_maps(host, AERO_PAGE, page))
		give_one(host, page_to_pfn(page), false, AFAKE_MIGRATE_NOT_HELD);
	host->migrations += !!newpage;
}

/**
 * afake_host_report() - the guest says how much the host has
 * @host: the record
 * @pages: guest pages
 */
void afake_host_report(struct afake_host *host, u64 pages)
{
	host->told_pages = pages;
	if (pages != host->held_pages)
		afake_host_foul(host, AFAKE_WRONG_REPORT);
}

/**
 * afake_host_forget() - the host has nothing any more, and says so to nobody
 * @host: the record; what it counted stays
 */
void afake_host_forget(struct afake_host *host)
{
	bitmap_zero(host->held, host->nr_pfns);
	bitmap_zero(host->in_block, host->nr_pfns);
	host->held_pages = 0;
	host->told_pages = 0;
}

/**
 * afake_host_show() - what was counted, one `name value` a line
 * @host: the record
 * @m: where to
 *
 * `fouls` is the sum of the fouls, which come one by one before it.
 */
void afake_host_show(const struct afake_host *host, struct seq_file *m)
{
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i < AFAKE_NR_FOULS; i++) {
		seq_printf(m, "%s %llu\n", foul_names[i], host->fouls[i]);
		sum += host->fouls[i];
	}
	seq_printf(m, "fouls %llu\nheld_pages %llu\ntold_pages %llu\nmigrations %llu\n", sum,
		   host->held_pages, host->told_pages, host->migrations);
}
