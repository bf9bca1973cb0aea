// SPDX-License-Identifier: GPL-2.0-only
/* How much memory the host has, and how long tasks waited for it. */
#include "hostmem.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "policy/ratio.h"

/* kb() - the number after @name at the beginning of a line of @text */
static bool kb(const char *text, const char *name, u64 *ret_bytes)
{
	g_autofree char *start = g_strconcat("\n", name, ":", NULL);
	const char *line = strstr(text, start);
	u64 value;

	if (!line || sscanf(line + strlen(start), "%llu kB", &value) != 1)
		return false;
	*ret_bytes = sat_shl_u64(value, 10);
	return true;
}

/**
 * hostmem_read() - look at the host
 * @proc: where procfs is
 * @ret_sample: all but its reserve; a kernel without pressure information (PSI) never waited
 *
 * Return: false if there is no sense in /proc/meminfo; the sample is untouched then.
 */
bool hostmem_read(const char *proc, struct pressure_sample *ret_sample)
{
	g_autofree char *meminfo_path = g_build_filename(proc, "meminfo", NULL);
	g_autofree char *psi_path = g_build_filename(proc, "pressure", "memory", NULL);
	g_autofree char *meminfo = NULL, *lines = NULL, *psi = NULL;
	u64 total, available, stalled = 0;
	const char *field;

	if (!g_file_get_contents(meminfo_path, &meminfo, NULL, NULL))
		return false;
	lines = g_strconcat("\n", meminfo, NULL);
	if (!kb(lines, "MemTotal", &total) || !kb(lines, "MemAvailable", &available))
		return false;
	if (g_file_get_contents(psi_path, &psi, NULL, NULL) && (field = strstr(psi, "total=")))
		(void)!sscanf(field, "total=%llu", &stalled);
	ret_sample->total_bytes = total;
	ret_sample->available_bytes = available;
	ret_sample->stalled_us = stalled;
	return true;
}
