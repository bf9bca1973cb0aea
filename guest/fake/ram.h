/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the guest's RAM ends. */
#ifndef AFAKE_RAM_H
#define AFAKE_RAM_H

#include <linux/minmax.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>

/** ram_end_pfn() - the first guest page behind all RAM that is there now */
static inline unsigned long ram_end_pfn(void)
{
	unsigned long end = 0;
	int nid;

	for_each_online_node(nid)
		end = max(end, node_end_pfn(nid));
	return end;
}

#endif /* AFAKE_RAM_H */
