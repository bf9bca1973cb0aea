// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the daemon does, for people and scripts: a file with a name and a value in each line, and a
 * line for each segment.
 */
#include "guest/swapd/status.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int format_segments(const struct segments *segments, char *text, size_t size)
{
	size_t length = 0;

	for (u32 i = 0; i < segments->count; i++) {
		const struct segment *segment = &segments->at[i];

		length += snprintf(text + length, size - length, "segment %s %s %llu %llu\n",
				   segment->path, segment->on ? "on" : "off", segment->size_kb,
				   segment->used_kb);
		if (length >= size)
			return -EFBIG;
	}
	return length;
}

/**
 * status_format() - a status as text
 * @status: what to show
 * @text: gets it
 * @size: of @text
 *
 * Return: its length, or -EFBIG.
 */
int status_format(const struct status *status, char *text, size_t size)
{
	const struct segments *segments = status->segments;
	int length = snprintf(text, size,
			      "state %s\nsegments %u\nsegments_on %u\nused_kb %llu\n"
			      "available_kb %llu\nreserve_kb %llu\nreturn_kb %llu\n"
			      "returned_kb %llu\nemptied %llu\nrefused %llu\n",
			      status->state, segments->count, segments_on(segments),
			      segments_used_kb(segments), status->available_kb, status->reserve_kb,
			      status->return_kb, status->returned_kb, status->emptied,
			      status->refused);
	int more;

	if (length >= (int)size)
		return -EFBIG;
	more = format_segments(segments, text + length, size - length);
	return more < 0 ? more : length + more;
}

static int replace(const char *path, const char *text, size_t length)
{
	char new_path[PATH_MAX];
	int file, number = 0;

	snprintf(new_path, sizeof(new_path), "%s.new", path);
	file = open(new_path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		    S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH);
	if (file < 0)
		return -errno;
	if (write(file, text, length) != (ssize_t)length)
		number = errno ? errno : EIO;
	close(file);
	if (!number && rename(new_path, path))
		number = errno;
	return -number;
}

/**
 * status_write() - show a status
 * @status: what to show
 * @path: STATUS_PATH; readers see the old or the new one, nothing in between
 *
 * Return: 0 or a negative error number.
 */
int status_write(const struct status *status, const char *path)
{
	static char text[STATUS_BYTES];
	int length = status_format(status, text, sizeof(text));

	return length < 0 ? length : replace(path, text, length);
}
