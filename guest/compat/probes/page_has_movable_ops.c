// SPDX-License-Identifier: GPL-2.0-only
/* 6.17: page_has_movable_ops() says what __PageMovable() said before. */
#include <linux/page-flags.h>

bool probe(const struct page *page);
bool probe(const struct page *page)
{
	return page_has_movable_ops(page);
}
