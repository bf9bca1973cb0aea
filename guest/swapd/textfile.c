// SPDX-License-Identifier: GPL-2.0-only
/* Small text files, read as a whole into memory that the caller has: the kernel's, and ours. */
#include "guest/swapd/textfile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* The bytes of @file, up to its end; or a negative error number. */
static ssize_t read_all(int file, char *text, size_t size)
{
	size_t length = 0;

	while (length < size) {
		ssize_t got = read(file, text + length, size - length);

		if (got < 0 && errno != EINTR)
			return -errno;
		if (!got)
			return length;
		if (got > 0)
			length += got;
	}
	return -EFBIG;
}

/**
 * textfile_read() - read a file
 * @path: which
 * @text: gets what is in it, and a zero byte at the end; undefined on failure
 * @size: of @text, in bytes
 *
 * Return: 0 or a negative error number: -EFBIG if it does not fit, -EINVAL if there are
 * zero bytes in it.
 */
int textfile_read(const char *path, char *text, size_t size)
{
	int file = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (file < 0)
		return -errno;
	length = read_all(file, text, size);
	close(file);
	if (length < 0)
		return length;
	text[length] = '\0';
	return strlen(text) == (size_t)length ? 0 : -EINVAL;
}

/**
 * textfile_write() - write to a file that exists, in one go, as the kernel's files want it
 * @path: which
 * @text: what
 *
 * Return: 0 or a negative error number.
 */
int textfile_write(const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t written;
	int error;

	if (file < 0)
		return -errno;
	written = write(file, text, strlen(text));
	error = written < 0 ? -errno : 0;
	close(file);
	return error;
}
