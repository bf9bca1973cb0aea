// SPDX-License-Identifier: GPL-2.0-only
/* Between 6.12 and 7.2: PGSCAN_* and PGSTEAL_*, vm events before, became node statistics. */
#include <linux/mm.h>

#pragma GCC diagnostic error "-Wenum-compare"

bool probe(void);
bool probe(void)
{
	return PGSCAN_KSWAPD < NR_VM_NODE_STAT_ITEMS;
}
