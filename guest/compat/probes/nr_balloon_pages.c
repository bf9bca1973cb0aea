// SPDX-License-Identifier: GPL-2.0-only
/* Between 6.12 and 7.2: ballooned pages are counted by node. */
#include <linux/mm.h>

void probe(struct page *page);
void probe(struct page *page)
{
	mod_node_page_state(page_pgdat(page), NR_BALLOON_PAGES, 1);
}
