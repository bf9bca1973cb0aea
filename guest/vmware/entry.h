/* SPDX-License-Identifier: GPL-2.0-only */
/* A page on the wire: which ones can be named at all, and the entries of a batch. */
#ifndef AVMWARE_ENTRY_H
#define AVMWARE_ENTRY_H

#include "guest/vmware/protocol.h"
#include "policy/env.h"

/* Whether page numbers, limit and target may have more than 32 bits. */
static inline bool avmware_is_wide(u32 capabilities)
{
	return capabilities & AVMWARE_64_BIT_TARGET;
}

/**
 * avmware_pages_fit() - whether a run of pages has numbers that the host understands
 * @pfn: the first page's number
 * @nr: pages in the run, at least 1
 * @capabilities: those granted: page numbers have 32 bits without AVMWARE_64_BIT_TARGET,
 *	and else what an entry has room for
 */
static inline bool avmware_pages_fit(u64 pfn, u64 nr, u32 capabilities)
{
	u32 bits = avmware_is_wide(capabilities) ? 64 - AVMWARE_PAGE_SHIFT : 32;
	u64 end = 1ULL << bits;

	return pfn < end && nr <= end - pfn;
}

/**
 * avmware_limit() - the guest's RAM as the host is told of it
 * @ram_pages: in pages
 * @capabilities: those granted; see avmware_pages_fit()
 */
static inline u64 avmware_limit(u64 ram_pages, u32 capabilities)
{
	return avmware_is_wide(capabilities) ? ram_pages : min_u64(ram_pages, U32_MAX);
}

/**
 * avmware_target() - the host's target out of a command's result
 * @result: as it came
 * @capabilities: those granted; what lies above 32 bits means nothing without
 *	AVMWARE_64_BIT_TARGET
 */
static inline u64 avmware_target(u64 result, u32 capabilities)
{
	return avmware_is_wide(capabilities) ? result : (u32)result;
}

/**
 * avmware_entry() - what is written into a batch for a page
 * @pfn: a page that fits
 */
static inline u64 avmware_entry(u64 pfn)
{
	return pfn << AVMWARE_PAGE_SHIFT;
}

/**
 * avmware_entry_status() - the host's answer in an entry
 * @entry: as the host left it; its other bits are the host's to write, and say nothing
 */
static inline u32 avmware_entry_status(u64 entry)
{
	return entry & AVMWARE_ENTRY_STATUS;
}

#endif /* AVMWARE_ENTRY_H */
