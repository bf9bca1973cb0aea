/* SPDX-License-Identifier: GPL-2.0-only */
/* What the device was given, and what the driver did that it must not: the referee's book. */
#ifndef ADEV_BOOK_H
#define ADEV_BOOK_H

#include "policy/env.h"

/* PFNs count pages of 4096 bytes whatever the guest's page is (VIRTIO 1.2, 5.5.6). */
#define BOOK_PFN_SHIFT 12
/* Most PFNs that every device takes in one buffer. */
#define BOOK_PFNS_MAX 256
/* Statistics: bytes of an entry on the wire, and tags that are known. */
#define BOOK_STAT_BYTES 10
#define BOOK_NR_TAGS 16
#define BOOK_TAG_FREE 4
#define BOOK_TAG_TOTAL 5

/**
 * enum book_foul - what a correct driver never does
 * @BOOK_FEATURE: it accepted a feature that was not offered or that it must decline
 * @BOOK_CONFIG_OUTSIDE: it touched what the configuration space does not have
 * @BOOK_CONFIG_WIDTH: it touched something else than one whole field
 * @BOOK_CONFIG_UNDUE: it touched a field whose feature it did not accept, wrote one that
 *	is the device's, or gave the poison value when the device had long started
 * @BOOK_EARLY_KICK: it notified a device that was not ready
 * @BOOK_BEYOND_RAM: an address or a PFN where no memory is
 * @BOOK_BAD_CHAIN: a buffer whose descriptors do not lead to an end
 * @BOOK_BAD_PFNS: a buffer that is not one descriptor with 1 to BOOK_PFNS_MAX PFNs to read
 * @BOOK_UNSORTED: PFNs in one buffer that do not ascend
 * @BOOK_DOUBLE_INFLATE: a page that the device has already
 * @BOOK_NOT_HELD: a page asked back that the device does not have
 * @BOOK_BAD_REPORT: reported or hinted memory that is not whole pages to write
 * @BOOK_REPORT_HELD: reported memory that the device has from the inflate queue
 * @BOOK_SCRIBBLED: memory whose content changed while it was the device's
 * @BOOK_BAD_STATS: statistics that are no list of known, different tags, that make no
 *	sense, or a second buffer of them
 * @BOOK_OTHER_STATS: other tags, or another order, than the time before
 * @BOOK_BAD_HINT: a command that is not four bytes, or memory hinted without a command
 */
enum book_foul {
	BOOK_FEATURE,
	BOOK_CONFIG_OUTSIDE,
	BOOK_CONFIG_WIDTH,
	BOOK_CONFIG_UNDUE,
	BOOK_EARLY_KICK,
	BOOK_BEYOND_RAM,
	BOOK_BAD_CHAIN,
	BOOK_BAD_PFNS,
	BOOK_UNSORTED,
	BOOK_DOUBLE_INFLATE,
	BOOK_NOT_HELD,
	BOOK_BAD_REPORT,
	BOOK_REPORT_HELD,
	BOOK_SCRIBBLED,
	BOOK_BAD_STATS,
	BOOK_OTHER_STATS,
	BOOK_BAD_HINT,
	BOOK_NR_FOULS
};

/* One descriptor of a buffer. */
struct book_part {
	u64 addr;
	u32 len;
	bool device_writes;
};

/* One access to the configuration space. */
struct book_access {
	u32 offset, len;
	bool write;
};

/**
 * struct book - see the file's first line; its owner serialises all calls below
 * @nr_pfns: bits in @held
 * @held: a bit for each page that was inflated
 * @held_pfns: bits set in @held
 * @nr_tags: tags in @tags; 0 until statistics came
 * @tags: of the statistics, in their order
 * @hinting: a command that begins hinting came, and none that ends it
 * @fouls: how often each foul was seen
 */
struct book {
	u64 nr_pfns;
	u64 *held;
	u64 held_pfns;
	u32 nr_tags;
	u16 tags[BOOK_NR_TAGS];
	bool hinting;
	u64 fouls[BOOK_NR_FOULS];
};

const char *book_foul_name(enum book_foul foul);
u64 book_fouls(const struct book *book);
void book_foul(struct book *book, enum book_foul foul);
void book_forget(struct book *book);

void book_features(struct book *book, u64 offered, u64 accepted);
void book_access(struct book *book, const struct book_access *access, u32 config_bytes,
		 u64 features, bool ready);

bool book_pfn_buffer(struct book *book, const struct book_part *parts, u32 nr);
bool book_memory_part(struct book *book, const struct book_part *part);
void book_report_part(struct book *book, const struct book_part *part);
void book_stats(struct book *book, const u16 *tags, const u64 *values, u32 nr);
void book_hint_command(struct book *book, u32 command);

bool book_has(const struct book *book, u64 pfn);
bool book_inflate(struct book *book, u64 pfn);
bool book_deflate(struct book *book, u64 pfn);

#endif /* ADEV_BOOK_H */
