// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which file systems are no place for swap.
 *
 * The kernel refuses most of them itself, but with nothing more than "invalid argument", and after
 * the files were made. Some it takes: a network's file system needs memory to write to the network just when
 * there is none. The numbers are the kernel's (statfs(2)); those that no header of the
 * C library's has are written out.
 */
#include "guest/swapd/filesystem.h"

#include <linux/magic.h>
#include <stddef.h>

#define WHY_COW "copy-on-write: a page that is written would move to another place"
#define WHY_NETWORK "a network file system: it needs memory to write, just when there is none"
#define WHY_MEMORY "in memory itself"
#define WHY_LOG "log-structured: a page that is written would move to another place"
#define WHY_STACKED "stacked on another one: choose a directory on that"
#define WHY_SHARED "shared by several machines"
#define WHY_READ_ONLY "read-only"
#define WHY_PROCESS "served by a process, which may itself be swapped out"

static const struct filesystem_refusal refusals[] = {
	{ BTRFS_SUPER_MAGIC, "btrfs", WHY_COW },
	{ 0xca451a4e, "bcachefs", WHY_COW },
	{ 0x2fc12fc1, "zfs", WHY_COW },
	{ NILFS_SUPER_MAGIC, "nilfs2", WHY_LOG },
	{ 0x24051905, "ubifs", WHY_LOG },
	{ JFFS2_SUPER_MAGIC, "jffs2", WHY_LOG },
	{ NFS_SUPER_MAGIC, "nfs", WHY_NETWORK },
	{ SMB_SUPER_MAGIC, "smb", WHY_NETWORK },
	{ CIFS_SUPER_MAGIC, "cifs", WHY_NETWORK },
	{ SMB2_SUPER_MAGIC, "smb2", WHY_NETWORK },
	{ CEPH_SUPER_MAGIC, "ceph", WHY_NETWORK },
	{ AFS_SUPER_MAGIC, "afs", WHY_NETWORK },
	{ AFS_FS_MAGIC, "afs", WHY_NETWORK },
	{ CODA_SUPER_MAGIC, "coda", WHY_NETWORK },
	{ V9FS_MAGIC, "9p", WHY_NETWORK },
	{ OCFS2_SUPER_MAGIC, "ocfs2", WHY_SHARED },
	{ 0x01161970, "gfs2", WHY_SHARED },
	{ FUSE_SUPER_MAGIC, "fuse", WHY_PROCESS },
	{ OVERLAYFS_SUPER_MAGIC, "overlay", WHY_STACKED },
	{ ECRYPTFS_SUPER_MAGIC, "ecryptfs", WHY_STACKED },
	{ TMPFS_MAGIC, "tmpfs", WHY_MEMORY },
	{ RAMFS_MAGIC, "ramfs", WHY_MEMORY },
	{ HUGETLBFS_MAGIC, "hugetlbfs", WHY_MEMORY },
	{ SQUASHFS_MAGIC, "squashfs", WHY_READ_ONLY },
	{ EROFS_SUPER_MAGIC_V1, "erofs", WHY_READ_ONLY },
	{ ISOFS_SUPER_MAGIC, "iso9660", WHY_READ_ONLY },
};

/**
 * filesystem_refused() - why swap must not be on a file system
 * @magic: statfs()'s f_type
 *
 * Return: the reason, or NULL if the kernel may be asked.
 */
const struct filesystem_refusal *filesystem_refused(unsigned long magic)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (refusals[i].magic == (unsigned int)magic)
			return &refusals[i];
	return NULL;
}
