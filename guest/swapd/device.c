// SPDX-License-Identifier: GPL-2.0-only
/*
 * Block devices to swap to, zram among them.
 *
 * A device may hold something that somebody wants to keep, so the administrator formats it
 * (mkswap). Only a zram device that holds nothing at all is given a size, if it has none, and a
 * signature here: after a boot nobody else would.
 */
#include "guest/swapd/device.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "guest/swapd/format.h"
#include "guest/swapd/textfile.h"

/* The first number in a file of zram's, by the device's name. */
static gboolean read_number(const char *name, const char *attribute, u64 *ret_number,
			    GError **error)
{
	g_autofree char *path = g_strdup_printf("/sys/block/%s/%s", name, attribute);
	char text[256];
	int result = textfile_read(path, text, sizeof(text));

	if (!result && sscanf(text, "%llu", ret_number) == 1)
		return TRUE;
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_FAILED, "%s: %s", path,
		    result ? g_strerror(-result) : "no number");
	return FALSE;
}

static gboolean set_disksize(const char *name, u64 bytes, GError **error)
{
	g_autofree char *path = g_strdup_printf("/sys/block/%s/disksize", name);
	char text[32];
	int result;

	snprintf(text, sizeof(text), "%llu\n", bytes);
	result = textfile_write(path, text);
	if (result)
		g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(-result),
			    "%s: cannot set it to %llu: %s", path, bytes, g_strerror(-result));
	return !result;
}

static gboolean prepare_zram(const char *path, const char *name, u64 bytes, GError **error)
{
	u64 disksize, used;

	if (!read_number(name, "disksize", &disksize, error) ||
	    (!disksize && !set_disksize(name, bytes, error)) ||
	    !read_number(name, "mm_stat", &used, error))
		return FALSE;
	return used ? TRUE : format_swap(path, error);
}

/**
 * device_prepare() - see that a device is ready for swapon(), as far as that is ours to do
 * @path: of a device that is no swap now
 * @zram_bytes: size for zram that has none
 * @error: why it is not
 *
 * Return: whether it may be.
 */
gboolean device_prepare(const char *path, u64 zram_bytes, GError **error)
{
	const char *name = strrchr(path, '/') + 1;
	struct stat status;

	if (stat(path, &status)) {
		g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), "%s: %s", path,
			    g_strerror(errno));
		return FALSE;
	}
	if (!S_ISBLK(status.st_mode)) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "%s: not a block device",
			    path);
		return FALSE;
	}
	if (g_str_has_prefix(name, "zram"))
		return prepare_zram(path, name, zram_bytes, error);
	return TRUE;
}
