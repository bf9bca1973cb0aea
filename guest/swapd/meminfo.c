// SPDX-License-Identifier: GPL-2.0-only
/* How much memory the guest has, from /proc/meminfo. */
#include "guest/swapd/meminfo.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guest/swapd/textfile.h"

/* The number after @name, which starts a line. */
static bool find_kb(const char *text, const char *name, u64 *ret_kb)
{
	size_t length = strlen(name);

	for (; text; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (!strncmp(text, name, length))
			return sscanf(text + length, " %llu kB", ret_kb) == 1;
	}
	return false;
}

/**
 * meminfo_parse() - take the numbers out of /proc/meminfo's text
 * @text: what was read
 * @ret_meminfo: untouched on failure
 *
 * Return: 0, or -EINVAL if the text is not what it should be.
 */
int meminfo_parse(const char *text, struct meminfo *ret_meminfo)
{
	struct meminfo meminfo;

	if (!find_kb(text, "MemTotal:", &meminfo.total_kb) ||
	    !find_kb(text, "MemAvailable:", &meminfo.available_kb))
		return -EINVAL;
	*ret_meminfo = meminfo;
	return 0;
}

/**
 * meminfo_read() - take a sample
 * @ret_meminfo: untouched on failure
 *
 * Return: 0 or a negative error number.
 */
int meminfo_read(struct meminfo *ret_meminfo)
{
	char text[8192];
	int error = textfile_read("/proc/meminfo", text, sizeof(text));

	return error ? error : meminfo_parse(text, ret_meminfo);
}
