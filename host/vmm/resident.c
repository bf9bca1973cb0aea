// SPDX-License-Identifier: GPL-2.0-only
/* How much of the host's memory a process occupies. */
#include "resident.h"

#include <glib.h>
#include <stdio.h>
#include <unistd.h>

#include "host/vmm/report.h"
#include "policy/ratio.h"

/**
 * resident_bytes() - memory of a process that is in RAM, shared memory included
 * @proc: where procfs is
 * @pid: the process
 *
 * Pages of hugetlbfs are not counted: the kernel keeps them apart.
 *
 * Return: bytes, or REPORT_UNKNOWN if the kernel does not tell.
 */
u64 resident_bytes(const char *proc, pid_t pid)
{
	g_autofree char *path = g_strdup_printf("%s/%d/statm", proc, (int)pid);
	g_autofree char *text = NULL;
	u64 pages;

	if (pid <= 0 || !g_file_get_contents(path, &text, NULL, NULL) ||
	    sscanf(text, "%*u %llu", &pages) != 1)
		return REPORT_UNKNOWN;
	return ratio_u64(pages, (u64)sysconf(_SC_PAGESIZE), 1);
}
