// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which file systems are no place for swap.
 *
 * The kernel refuses most of them itself, but with nothing more than "invalid argument", and
 * after the files were made. Some it takes: a network's file system needs memory to write
 * to the network just when there is none. The type is the name in the table of mounts:
 * statfs() has a number instead, but that of 9p is whatever the server's file system has.
 */
#include "guest/swapd/filesystem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define WHY_COW "copy-on-write: a page that is written would move to another place"
#define WHY_NETWORK "a network file system: it needs memory to write, just when there is none"
#define WHY_MEMORY "in memory itself"
#define WHY_LOG "log-structured: a page that is written would move to another place"
#define WHY_STACKED "stacked on another one: choose a directory on that"
#define WHY_SHARED "shared by several machines"
#define WHY_READ_ONLY "read-only"
#define WHY_PROCESS "served by a process, which may itself be swapped out or wait for memory"

/* Names as in /proc/self/mountinfo, without what may follow a dot ("fuse.sshfs"). */
static const struct {
	const char *type;
	const char *why;
} refusals[] = {
	{ "btrfs", WHY_COW },	    { "bcachefs", WHY_COW },	  { "zfs", WHY_COW },
	{ "nilfs2", WHY_LOG },	    { "ubifs", WHY_LOG },	  { "jffs2", WHY_LOG },
	{ "nfs", WHY_NETWORK },	    { "nfs4", WHY_NETWORK },	  { "cifs", WHY_NETWORK },
	{ "smb3", WHY_NETWORK },    { "ceph", WHY_NETWORK },	  { "afs", WHY_NETWORK },
	{ "coda", WHY_NETWORK },    { "9p", WHY_NETWORK },	  { "orangefs", WHY_NETWORK },
	{ "lustre", WHY_NETWORK },  { "ocfs2", WHY_SHARED },	  { "gfs2", WHY_SHARED },
	{ "fuse", WHY_PROCESS },    { "fuseblk", WHY_PROCESS },	  { "virtiofs", WHY_PROCESS },
	{ "vboxsf", WHY_PROCESS },  { "overlay", WHY_STACKED },	  { "ecryptfs", WHY_STACKED },
	{ "tmpfs", WHY_MEMORY },    { "ramfs", WHY_MEMORY },	  { "rootfs", WHY_MEMORY },
	{ "devtmpfs", WHY_MEMORY }, { "hugetlbfs", WHY_MEMORY },  { "squashfs", WHY_READ_ONLY },
	{ "erofs", WHY_READ_ONLY }, { "iso9660", WHY_READ_ONLY },
};

/**
 * filesystem_refusal() - why swap must not be on a file system
 * @type: from filesystem_type()
 *
 * Return: what completes "it is ...", or NULL if the kernel may be asked.
 */
const char *filesystem_refusal(const char *type)
{
	size_t length = strcspn(type, ".");

	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (strlen(refusals[i].type) == length && !strncmp(refusals[i].type, type, length))
			return refusals[i].why;
	return NULL;
}

/* The type in a line of mountinfo, if that is about the mount @id: it follows a lone dash. */
static int parse_line(const char *line, unsigned long long id, char *type)
{
	unsigned long long number;
	const char *dash = strstr(line, " - ");

	return sscanf(line, "%llu ", &number) == 1 && number == id && dash &&
	       sscanf(dash, " - %63s", type) == 1;
}

/**
 * filesystem_type() - what a file or directory is on
 * @path: of it
 * @type: gets the name of the type, as mount(8) knows it
 *
 * Return: 0 or a negative error number.
 */
int filesystem_type(const char *path, char type[FILESYSTEM_TYPE_BYTES])
{
	struct statx status;
	size_t size = 0;
	char *line = NULL;
	int found = 0;
	FILE *mounts;

	if (statx(AT_FDCWD, path, 0, STATX_MNT_ID, &status))
		return -errno;
	mounts = fopen("/proc/self/mountinfo", "re");
	if (!mounts)
		return -errno;
	while (!found && getline(&line, &size, mounts) > 0)
		found = parse_line(line, status.stx_mnt_id, type);
	free(line);
	fclose(mounts);
	return found ? 0 : -ENOENT;
}
