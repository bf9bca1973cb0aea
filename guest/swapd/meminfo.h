/* SPDX-License-Identifier: GPL-2.0-only */
/* How much memory the guest has, from /proc/meminfo. */
#ifndef AERO_SWAPD_MEMINFO_H
#define AERO_SWAPD_MEMINFO_H

#include "policy/env.h"

/**
 * struct meminfo - one sample
 * @total_kb: RAM that the kernel manages
 * @available_kb: RAM that can be had without swapping
 */
struct meminfo {
	u64 total_kb;
	u64 available_kb;
};

int meminfo_parse(const char *text, struct meminfo *ret_meminfo);
int meminfo_read(struct meminfo *ret_meminfo);

#endif /* AERO_SWAPD_MEMINFO_H */
