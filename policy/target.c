// SPDX-License-Identifier: GPL-2.0-only
/*
 * One target for the balloon out of wishes and limits.
 *
 * Theory of operation
 *
 * Two parties wish for a size: the host, and the guest itself when it
 * self-balloons. The greater wish wins, so that neither overwrites the other.
 * Three limits then cut it down, in this order:
 *
 *   floor    the guest keeps at least so much memory. A balloon that is above
 *            it already shrinks.
 *   margin   the balloon does not grow into the last available memory. It
 *            bounds growth only: a balloon never shrinks because of it, or it
 *            would follow each spike of the guest's own memory use.
 *   hold-off memory that was given back to save a process is not taken again
 *            at once. A balloon above the bound shrinks.
 *
 * Each limit only ever lowers the target, so the result is within all of them,
 * and never above the guest's RAM. The reason is the last one that lowered it,
 * hence the tightest.
 *
 * All inputs come from outside (the host, root, a sample that is old already),
 * so sums and differences saturate and no combination is an error.
 */
#include "target.h"

static void limit(struct target_result *r, u64 most_pages, enum target_reason reason)
{
	if (r->pages <= most_pages)
		return;
	r->pages = most_pages;
	r->reason = reason;
}

/**
 * target_compute() - the size to aim at
 * @in: one sample; any values
 *
 * Return: the target in 4 KiB pages of ballooned memory, and what decided it.
 */
struct target_result target_compute(const struct target_input *in)
{
	u64 spare_pages = sat_sub_u64(in->available_pages, in->margin_pages);
	struct target_result r = { .pages = in->host_pages, .reason = TARGET_HOST };

	if (in->self_pages > r.pages) {
		r.pages = in->self_pages;
		r.reason = TARGET_SELF;
	}
	limit(&r, sat_sub_u64(in->total_pages, in->floor_pages), TARGET_FLOOR);
	limit(&r, sat_add_u64(in->held_pages, spare_pages), TARGET_MARGIN);
	if (in->holdoff)
		limit(&r, in->holdoff_pages, TARGET_HOLDOFF);
	return r;
}

/* mb_pages() - @mb MiB in pages of 2^@page_shift bytes, rounded up. */
static u64 mb_pages(u64 mb, u32 page_shift)
{
	u32 shift;

	if (page_shift <= 20)
		return sat_shl_u64(mb, 20 - page_shift);
	shift = page_shift - 20;
	if (shift > 63)
		return mb ? 1 : 0;
	return (mb >> shift) + ((mb & ((1ULL << shift) - 1)) ? 1 : 0);
}

/*
 * floor_usable() - the part of @usable pages that the guest keeps
 *
 * The Xen self-ballooning floor: three slopes (1/2, 1/8, 1/32) over the RAM
 * that is not the kernel's reserve, in MiB, with its steps at 64 and at 512
 * kept as they are.
 */
static u64 floor_usable(u64 usable, u32 page_shift)
{
	u64 mb16 = mb_pages(16, page_shift);
	u64 mb40 = mb_pages(40, page_shift);
	u64 mb99 = mb_pages(99, page_shift);

	if (usable < mb16)
		return usable;
	if (usable < mb_pages(64, page_shift))
		return mb16 + (usable - mb16) / 2;
	if (usable < mb_pages(512, page_shift))
		return mb40 + (usable - mb40) / 8;
	return mb99 + (usable - mb99) / 32;
}

/**
 * target_floor_pages() - the least memory to leave to a guest
 * @total_pages: the guest's RAM, what is ballooned included
 * @reserve_pages: what the kernel keeps for itself (its totalreserve_pages)
 * @min_usable_mb: MiB to leave above the reserve; 0: let the size decide
 * @page_shift: log2 of the bytes in a page of the first two arguments
 *
 * The Xen self-ballooning floor. A guest with less than 16 MiB besides its
 * reserve is never ballooned, unless @min_usable_mb says otherwise.
 *
 * Return: pages of 2^@page_shift bytes, never more than @total_pages.
 */
u64 target_floor_pages(u64 total_pages, u64 reserve_pages, u64 min_usable_mb, u32 page_shift)
{
	u64 usable = sat_sub_u64(total_pages, reserve_pages);
	u64 keep;

	if (min_usable_mb)
		keep = mb_pages(min_usable_mb, page_shift);
	else
		keep = floor_usable(usable, page_shift);
	return min_u64(sat_add_u64(reserve_pages, keep), total_pages);
}

/**
 * target_reason_name() - a reason in one lower-case word
 * @reason: any value
 *
 * Return: a constant string, "unknown" for a value outside the enum.
 */
const char *target_reason_name(enum target_reason reason)
{
	switch (reason) {
	case TARGET_HOST:
		return "host";
	case TARGET_SELF:
		return "self";
	case TARGET_FLOOR:
		return "floor";
	case TARGET_MARGIN:
		return "margin";
	case TARGET_HOLDOFF:
		return "holdoff";
	}
	return "unknown";
}
