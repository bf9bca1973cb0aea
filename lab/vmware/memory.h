/* SPDX-License-Identifier: GPL-2.0-only */
/* The guest's memory, as the monitor reaches it. */
#ifndef MONITOR_MEMORY_H
#define MONITOR_MEMORY_H

#include <stddef.h>
#include <stdint.h>

/**
 * struct memory - see the file's first line
 * @read: copies @size bytes from the guest's physical @address
 * @write: copies them there
 * @nr_pfns: pages from 0 on that may be RAM; none behind them is
 */
struct memory {
	void (*read)(uint64_t address, void *data, size_t size);
	void (*write)(uint64_t address, const void *data, size_t size);
	uint64_t nr_pfns;
};

#endif /* MONITOR_MEMORY_H */
