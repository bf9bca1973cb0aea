/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs of physically contiguous guest pages. */
#ifndef AERO_RANGE_H
#define AERO_RANGE_H

#include <linux/mm_types.h>
#include <linux/sizes.h>
#include <linux/types.h>

/* Longest range that is made by joining: its bytes fit the 32 bits of a scatter list's entry. */
#define AERO_RANGE_MAX_PAGES (SZ_1G >> PAGE_SHIFT)

/**
 * struct aero_range - one run
 * @pfn: the first page
 * @nr_pages: guest pages, at least 1
 */
struct aero_range {
	unsigned long pfn;
	unsigned long nr_pages;
};

/**
 * aero_range_has() - whether a page lies in a range
 * @range: the range
 * @pfn: the page
 */
static inline bool aero_range_has(const struct aero_range *range, unsigned long pfn)
{
	return pfn >= range->pfn && pfn - range->pfn < range->nr_pages;
}

/**
 * aero_range_append() - add pages to an array of ranges, joining neighbours
 * @ranges: room for @max
 * @nr: ranges in use; updated
 * @max: most ranges
 * @pfn: first page to add
 * @nr_pages: pages to add, at most AERO_RANGE_MAX_PAGES
 *
 * Return: false, with nothing added, when the array is full.
 * Context: any.
 */
static inline bool aero_range_append(struct aero_range *ranges, unsigned int *nr, unsigned int max,
				     unsigned long pfn, unsigned long nr_pages)
{
	struct aero_range *last = *nr ? &ranges[*nr - 1] : NULL;

	if (last && last->pfn + last->nr_pages == pfn &&
	    last->nr_pages + nr_pages <= AERO_RANGE_MAX_PAGES) {
		last->nr_pages += nr_pages;
		return true;
	}
	if (*nr == max)
		return false;
	ranges[(*nr)++] = (struct aero_range){ .pfn = pfn, .nr_pages = nr_pages };
	return true;
}

#endif /* AERO_RANGE_H */
