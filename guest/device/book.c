// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the device was given, and what the driver did that it must not: the referee's book.
 *
 * A foul is counted, never acted on: a test reads the counts at its end and wants them to
 * be 0. The rules are those of VIRTIO 1.2, 5.5, and those that hosts in the field need
 * besides. Nothing here touches the guest's memory, so that it runs in user space as well.
 */
#include "guest/device/book.h"

#define BITS 64
#define PFN_BYTES (1U << BOOK_PFN_SHIFT)

/* Feature bits. */
#define FEATURE(bit) (1ULL << (bit))
#define F_HINT FEATURE(3)
#define F_POISON FEATURE(4)
/* Proposals (6, 7), and PFNs that would be an IOMMU's addresses (33): never accepted. */
#define F_NEVER (FEATURE(6) | FEATURE(7) | FEATURE(33))

/* Fields of the configuration space, in words. */
enum { NUM_PAGES, ACTUAL, COMMAND, POISON, NR_FIELDS };

/* Commands below this end hinting. */
#define COMMAND_FIRST_LIVE 2

static const char *const foul_names[BOOK_NR_FOULS] = {
	[BOOK_FEATURE] = "feature",	      [BOOK_CONFIG_OUTSIDE] = "config_outside",
	[BOOK_CONFIG_WIDTH] = "config_width", [BOOK_CONFIG_UNDUE] = "config_undue",
	[BOOK_EARLY_KICK] = "early_kick",     [BOOK_BEYOND_RAM] = "beyond_ram",
	[BOOK_BAD_CHAIN] = "bad_chain",	      [BOOK_BAD_PFNS] = "bad_pfns",
	[BOOK_UNSORTED] = "unsorted",	      [BOOK_DOUBLE_INFLATE] = "double_inflate",
	[BOOK_NOT_HELD] = "not_held",	      [BOOK_BAD_REPORT] = "bad_report",
	[BOOK_REPORT_HELD] = "report_held",   [BOOK_SCRIBBLED] = "scribbled",
	[BOOK_BAD_STATS] = "bad_stats",	      [BOOK_OTHER_STATS] = "other_stats",
	[BOOK_BAD_HINT] = "bad_hint",
};

/** book_foul_name() - a foul's name in counters */
const char *book_foul_name(enum book_foul foul)
{
	return foul_names[foul];
}

/** book_foul() - count a foul */
void book_foul(struct book *book, enum book_foul foul)
{
	book->fouls[foul]++;
}

/** book_fouls() - the sum of all fouls */
u64 book_fouls(const struct book *book)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < BOOK_NR_FOULS; i++)
		sum += book->fouls[i];
	return sum;
}

/**
 * book_forget() - the device was reset: it has nothing any more
 * @book: the book; what it counted stays
 */
void book_forget(struct book *book)
{
	u64 i;

	for (i = 0; i < (book->nr_pfns + BITS - 1) / BITS; i++)
		book->held[i] = 0;
	book->held_pfns = 0;
	book->nr_tags = 0;
	book->hinting = false;
}

/**
 * book_features() - check what the driver made of the device's offer
 * @book: counts the fouls
 * @offered: a bit for each feature
 * @accepted: likewise
 */
void book_features(struct book *book, u64 offered, u64 accepted)
{
	if (accepted & (~offered | F_NEVER))
		book_foul(book, BOOK_FEATURE);
}

static bool field_is_due(u32 field, const struct book_access *access, u64 features, bool ready)
{
	switch (field) {
	case NUM_PAGES:
		return !access->write;
	case ACTUAL:
		return true;
	case COMMAND:
		return !access->write && (features & F_HINT);
	case POISON:
		return (features & F_POISON) && !(access->write && ready);
	}
	return false;
}

/**
 * book_access() - check an access to the configuration space
 * @book: counts the fouls
 * @access: what is touched
 * @config_bytes: how much there is
 * @features: those accepted
 * @ready: the driver has said that it is
 */
void book_access(struct book *book, const struct book_access *access, u32 config_bytes,
		 u64 features, bool ready)
{
	if ((u64)access->offset + access->len > config_bytes)
		book_foul(book, BOOK_CONFIG_OUTSIDE);
	else if (access->len != sizeof(u32) || access->offset % sizeof(u32))
		book_foul(book, BOOK_CONFIG_WIDTH);
	else if (!field_is_due(access->offset / (u32)sizeof(u32), access, features, ready))
		book_foul(book, BOOK_CONFIG_UNDUE);
}

/* Whether all of the part is RAM, as far as the book knows. */
static bool in_ram(struct book *book, const struct book_part *part)
{
	u64 end = book->nr_pfns << BOOK_PFN_SHIFT;

	if (part->addr < end && part->len <= end - part->addr)
		return true;
	book_foul(book, BOOK_BEYOND_RAM);
	return false;
}

/**
 * book_pfn_buffer() - check a buffer of the inflate or deflate queue
 * @book: counts the fouls
 * @parts: its descriptors
 * @nr: of them
 *
 * Return: whether the first part can be read as PFNs.
 */
bool book_pfn_buffer(struct book *book, const struct book_part *parts, u32 nr)
{
	u32 pfns = parts[0].len / (u32)sizeof(u32);

	if (nr != 1 || parts[0].device_writes || parts[0].len % sizeof(u32) || !pfns ||
	    pfns > BOOK_PFNS_MAX) {
		book_foul(book, BOOK_BAD_PFNS);
		return false;
	}
	return in_ram(book, &parts[0]);
}

/**
 * book_memory_part() - check a part of a report, or of hinted memory
 * @book: counts the fouls
 * @part: the part
 *
 * Return: whether it is memory that the device may write to.
 */
bool book_memory_part(struct book *book, const struct book_part *part)
{
	if (!part->device_writes || !part->len || part->len % PFN_BYTES || part->addr % PFN_BYTES) {
		book_foul(book, BOOK_BAD_REPORT);
		return false;
	}
	return in_ram(book, part);
}

/**
 * book_report_part() - check that reported memory was not inflated
 * @book: counts the fouls
 * @part: memory as book_memory_part() wants it
 */
void book_report_part(struct book *book, const struct book_part *part)
{
	u64 pfn = part->addr >> BOOK_PFN_SHIFT;
	u64 end = pfn + (part->len >> BOOK_PFN_SHIFT);

	for (; pfn < end; pfn++)
		if (book_has(book, pfn))
			book_foul(book, BOOK_REPORT_HELD);
}

/* Whether the tags are known and different, and the memory is no more than there is. */
static bool stats_make_sense(const struct book *book, const u16 *tags, const u64 *values, u32 nr)
{
	u64 ram_bytes = book->nr_pfns << BOOK_PFN_SHIFT;
	u32 seen = 0;
	u32 i;

	for (i = 0; i < nr; i++) {
		if (tags[i] >= BOOK_NR_TAGS || seen & 1U << tags[i])
			return false;
		seen |= 1U << tags[i];
		if (tags[i] == BOOK_TAG_TOTAL && !values[i])
			return false;
		if ((tags[i] == BOOK_TAG_TOTAL || tags[i] == BOOK_TAG_FREE) &&
		    values[i] > ram_bytes)
			return false;
	}
	return nr > 0;
}

static bool same_tags(const struct book *book, const u16 *tags, u32 nr)
{
	u32 i;

	if (nr != book->nr_tags)
		return false;
	for (i = 0; i < nr; i++)
		if (tags[i] != book->tags[i])
			return false;
	return true;
}

/**
 * book_stats() - check statistics
 * @book: remembers their tags
 * @tags: of the entries
 * @values: of the entries
 * @nr: entries
 */
void book_stats(struct book *book, const u16 *tags, const u64 *values, u32 nr)
{
	u32 i;

	if (!stats_make_sense(book, tags, values, nr)) {
		book_foul(book, BOOK_BAD_STATS);
		return;
	}
	if (book->nr_tags && !same_tags(book, tags, nr))
		book_foul(book, BOOK_OTHER_STATS);
	book->nr_tags = nr;
	for (i = 0; i < nr; i++)
		book->tags[i] = tags[i];
}

/**
 * book_hint_command() - what the driver says about hinting
 * @book: remembers it
 * @command: as it came on the hint queue
 */
void book_hint_command(struct book *book, u32 command)
{
	book->hinting = command >= COMMAND_FIRST_LIVE;
}

/** book_has() - whether page @pfn was inflated */
bool book_has(const struct book *book, u64 pfn)
{
	return pfn < book->nr_pfns && (book->held[pfn / BITS] & 1ULL << pfn % BITS);
}

/**
 * book_inflate() - the device has a page from now on
 * @book: the book
 * @pfn: the page
 *
 * Return: whether it did not have it before.
 */
bool book_inflate(struct book *book, u64 pfn)
{
	if (pfn >= book->nr_pfns) {
		book_foul(book, BOOK_BEYOND_RAM);
		return false;
	}
	if (book_has(book, pfn)) {
		book_foul(book, BOOK_DOUBLE_INFLATE);
		return false;
	}
	book->held[pfn / BITS] |= 1ULL << pfn % BITS;
	book->held_pfns++;
	return true;
}

/**
 * book_deflate() - the guest has a page again
 * @book: the book
 * @pfn: the page
 *
 * Return: whether the device had it.
 */
bool book_deflate(struct book *book, u64 pfn)
{
	if (!book_has(book, pfn)) {
		book_foul(book, pfn < book->nr_pfns ? BOOK_NOT_HELD : BOOK_BEYOND_RAM);
		return false;
	}
	book->held[pfn / BITS] &= ~(1ULL << pfn % BITS);
	book->held_pfns--;
	return true;
}
