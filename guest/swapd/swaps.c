// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel swaps to, from /proc/swaps. */
#include "guest/swapd/swaps.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "guest/swapd/textfile.h"

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/*
 * Copies a file's name up to the white space after it. White space and backslashes in the
 * name itself come as a backslash and three octal digits. Returns what follows, or NULL.
 */
static const char *copy_path(const char *text, char *path, size_t size)
{
	size_t length = 0;

	while (*text && *text != ' ' && *text != '\t' && *text != '\n') {
		char c = *text++;

		if (c == '\\' && is_octal(text[0]) && is_octal(text[1]) && is_octal(text[2])) {
			c = (char)((text[0] - '0') << 6 | (text[1] - '0') << 3 | (text[2] - '0'));
			text += 3;
		}
		if (!c || length + 1 >= size)
			return NULL;
		path[length++] = c;
	}
	path[length] = '\0';
	return length ? text : NULL;
}

/**
 * swaps_start() - begin with the first line
 * @swaps: its text is there
 *
 * Return: 0, or -EINVAL if the text has no heading.
 */
int swaps_start(struct swaps *swaps)
{
	const char *end = strchr(swaps->text, '\n');

	if (strncmp(swaps->text, "Filename", strlen("Filename")) || !end)
		return -EINVAL;
	swaps->at = end + 1;
	return 0;
}

/**
 * swaps_next() - the next area
 * @swaps: swaps_start() or swaps_read() was successful
 * @ret_area: undefined unless the result is 1
 *
 * Return: 1; 0 if there are no more; -EINVAL if the line is not what it should be.
 */
int swaps_next(struct swaps *swaps, struct swap_area *ret_area)
{
	const char *end = strchr(swaps->at, '\n');
	const char *at = swaps->at;
	int length = 0;

	if (!*at)
		return 0;
	at = copy_path(at, ret_area->path, sizeof(ret_area->path));
	if (!at || !end ||
	    sscanf(at, " %*s %llu %llu%n", &ret_area->size_kb, &ret_area->used_kb, &length) != 2 ||
	    at + length > end)
		return -EINVAL;
	swaps->at = end + 1;
	return 1;
}

/**
 * swaps_read() - read the kernel's list, and begin with its first line
 * @swaps: gets it
 *
 * Return: 0 or a negative error number.
 */
int swaps_read(struct swaps *swaps)
{
	int error = textfile_read("/proc/swaps", swaps->text, sizeof(swaps->text));

	return error ? error : swaps_start(swaps);
}
