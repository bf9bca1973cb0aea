/* SPDX-License-Identifier: GPL-2.0-only */
/* A guest page's number on the wire: 32 bits, in units of 4096 bytes. */
#ifndef AVIRTIO_PFN_H
#define AVIRTIO_PFN_H

#include "policy/env.h"

/* VIRTIO 1.2, 5.5.6: PFNs and sizes count 4096-byte pages whatever the guest's page is. */
#define AVIRTIO_PFN_SHIFT 12

/**
 * avirtio_pfn() - convert a run of guest pages to the first number on the wire
 * @pfn: first guest page
 * @nr: pages in the run, at least 1
 * @page_shift: log2 of the guest's page size, at least AVIRTIO_PFN_SHIFT
 * @ret_pfn: the first page's number; untouched on failure
 *
 * Return: false when any part of the run is at or above 16 TiB, where 32 bits end.
 */
static inline bool avirtio_pfn(u64 pfn, u64 nr, u32 page_shift, u32 *ret_pfn)
{
	u32 shift = page_shift - AVIRTIO_PFN_SHIFT;
	u64 limit = (1ULL << 32) >> shift;

	if (pfn >= limit || nr > limit - pfn)
		return false;
	*ret_pfn = (u32)(pfn << shift);
	return true;
}

#endif /* AVIRTIO_PFN_H */
