// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files to swap to, and the directory that they are in.
 *
 * A file gets its name when it is complete: all of its blocks allocated (swapon() refuses
 * holes), its signature written, all of that on the disk. What is left of one whose making was
 * interrupted has the name with .new at the end, and is made anew.
 */
#include "guest/swapd/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "guest/swapd/filesystem.h"
#include "guest/swapd/format.h"
#include "guest/swapd/log.h"

/* This fraction of the file system stays free: others write to it, too. */
#define FREE_FRACTION 20

/* A file of another size is good enough if it differs by this fraction: RAM is never quite the same. */
#define SIZE_FRACTION 8

static gboolean fail(GError **error, int number, const char *path, const char *what)
{
	g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(number), "%s: %s: %s", path, what,
		    g_strerror(number));
	return FALSE;
}

static gboolean refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static gboolean refuse(GError **error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (error)
		*error = g_error_new_valist(G_FILE_ERROR, G_FILE_ERROR_PERM, format, arguments);
	va_end(arguments);
	return FALSE;
}

static gboolean check_filesystem(const char *path, GError **error)
{
	char type[FILESYSTEM_TYPE_BYTES];
	int result = filesystem_type(path, type);
	const char *why;

	if (result)
		return fail(error, -result, path, "file system");
	why = filesystem_refusal(type);
	return why ? refuse(error, "%s: no place for swap: %s is %s", path, type, why) : TRUE;
}

/* Others who can write to it could put what they like in the place of a file. */
static gboolean check_directory(const char *path, GError **error)
{
	struct stat status;

	if (stat(path, &status))
		return fail(error, errno, path, "stat");
	if (!S_ISDIR(status.st_mode))
		return refuse(error, "%s: not a directory", path);
	if (status.st_uid != geteuid() || status.st_mode & (S_IWGRP | S_IWOTH))
		return refuse(error, "%s: must belong to root, and nobody else may write to it",
			      path);
	return check_filesystem(path, error);
}

/**
 * file_directory() - the directory for files, checked
 * @path: as configured
 * @make: make it, and its parents, if it does not exist; without, it may be missing
 * @error: why swap cannot be there
 *
 * Return: its name as the kernel writes it in /proc/swaps, to be freed with free(); or NULL.
 */
char *file_directory(const char *path, bool make, GError **error)
{
	char *canonical;

	if (make && g_mkdir_with_parents(path, S_IRWXU)) {
		fail(error, errno, path, "mkdir");
		return NULL;
	}
	canonical = realpath(path, NULL);
	if (!canonical && !make && errno == ENOENT)
		return strdup(path);
	if (!canonical)
		fail(error, errno, path, "directory");
	else if (!check_directory(canonical, error))
		g_clear_pointer(&canonical, free);
	return canonical;
}

/**
 * file_suits() - whether there is a file that need not be made
 * @path: of it
 * @bytes: that it should have
 */
bool file_suits(const char *path, u64 bytes)
{
	struct stat status;
	u64 size;

	if (lstat(path, &status) || !S_ISREG(status.st_mode) || status.st_uid != geteuid() ||
	    status.st_nlink != 1)
		return false;
	size = status.st_size;
	return max_u64(size, bytes) - min_u64(size, bytes) <= bytes / SIZE_FRACTION;
}

static gboolean check_space(int file, const char *path, u64 bytes, GError **error)
{
	struct statvfs space;
	u64 available, kept;

	if (fstatvfs(file, &space))
		return fail(error, errno, path, "statvfs");
	available = (u64)space.f_bavail * space.f_frsize;
	kept = (u64)space.f_blocks * space.f_frsize / FREE_FRACTION;
	if (available < bytes || available - bytes < kept)
		return refuse(error,
			      "%s: needs %llu MiB, but of %llu MiB available a %dth of the file "
			      "system (%llu MiB) has to stay free",
			      path, bytes >> 20, available >> 20, FREE_FRACTION, kept >> 20);
	return TRUE;
}

/* All blocks of the file @path, on the disk. */
static gboolean allocate(const char *path, u64 bytes, GError **error)
{
	int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			S_IRUSR | S_IWUSR);
	int number;

	if (file < 0)
		return fail(error, errno, path, "create");
	if (!check_space(file, path, bytes, error)) {
		close(file);
		return FALSE;
	}
	number = posix_fallocate(file, 0, bytes);
	if (!number && fsync(file))
		number = errno;
	close(file);
	return number ? fail(error, number, path, "allocate") : TRUE;
}

static gboolean sync_file(const char *path, int flags, GError **error)
{
	int file = open(path, O_RDONLY | O_CLOEXEC | flags);
	int number = file < 0 || fsync(file) ? errno : 0;

	if (file >= 0)
		close(file);
	return number ? fail(error, number, path, "sync") : TRUE;
}

static gboolean make_under(const char *new_path, const char *path, u64 bytes, GError **error)
{
	g_autofree char *directory = g_path_get_dirname(path);

	if (!allocate(new_path, bytes, error) || !format_swap(new_path, error) ||
	    !sync_file(new_path, 0, error))
		return FALSE;
	if (rename(new_path, path))
		return fail(error, errno, path, "rename");
	return sync_file(directory, O_DIRECTORY, error);
}

static gboolean make(const char *path, u64 bytes, GError **error)
{
	g_autofree char *new_path = g_strconcat(path, ".new", NULL);
	gboolean made;

	if (unlink(new_path) && errno != ENOENT)
		return fail(error, errno, new_path, "unlink");
	made = make_under(new_path, path, bytes, error);
	if (!made)
		unlink(new_path);
	return made;
}

/**
 * file_prepare() - see that a file is ready for swapon()
 * @path: of a file that is no swap now, in a directory from file_directory()
 * @bytes: that it should have; one of about that size is kept as it is
 * @error: why it is not
 *
 * Whatever else has that name is not touched, unless it is a file of the wrong size.
 *
 * Return: whether it is.
 */
gboolean file_prepare(const char *path, u64 bytes, GError **error)
{
	struct stat status;

	if (lstat(path, &status))
		return errno == ENOENT ? make(path, bytes, error) :
					 fail(error, errno, path, "stat");
	if (!S_ISREG(status.st_mode) || status.st_uid != geteuid() || status.st_nlink != 1)
		return refuse(error, "%s: is not a file of root's with one name", path);
	if (!file_suits(path, bytes)) {
		log_info("%s has the wrong size: making it anew", path);
		return make(path, bytes, error);
	}
	if ((status.st_mode & ALLPERMS) != (S_IRUSR | S_IWUSR) && chmod(path, S_IRUSR | S_IWUSR))
		return fail(error, errno, path, "chmod");
	return TRUE;
}
