// SPDX-License-Identifier: GPL-2.0-only
/* 6.17: page_has_movable_ops() and PageMovableOpsIsolated() are the new names of what was there before. */
#include <linux/page-flags.h>

bool probe(const struct page *page);
bool probe(const struct page *page)
{
	return page_has_movable_ops(page) && PageMovableOpsIsolated(page);
}
