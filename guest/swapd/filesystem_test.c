// SPDX-License-Identifier: GPL-2.0-only
/* Tests of filesystem.c: what the kernel's headers name, and this machine's own. */
#include "guest/swapd/filesystem.h"

#include <linux/magic.h>
#include <string.h>
#include <sys/vfs.h>

#include "policy/check.h"

static void check_refused(unsigned long magic, const char *name)
{
	const struct filesystem_refusal *refusal = filesystem_refused(magic);

	check_row = name;
	if (CHECK(refusal))
		CHECK(!strcmp(refusal->name, name) && *refusal->why);
	check_row = NULL;
}

int main(void)
{
	struct statfs status;

	CHECK(!filesystem_refused(EXT4_SUPER_MAGIC));
	CHECK(!filesystem_refused(XFS_SUPER_MAGIC));
	CHECK(!filesystem_refused(F2FS_SUPER_MAGIC));
	CHECK(!filesystem_refused(0));
	check_refused(BTRFS_SUPER_MAGIC, "btrfs");
	check_refused(NFS_SUPER_MAGIC, "nfs");
	check_refused(CIFS_SUPER_MAGIC, "cifs");
	check_refused(V9FS_MAGIC, "9p");
	check_refused(OVERLAYFS_SUPER_MAGIC, "overlay");
	check_refused(FUSE_SUPER_MAGIC, "fuse");
	/* As a 32-bit machine's statfs() has it: a number above 2^31 comes with its sign. */
	check_refused((unsigned long)(int)BTRFS_SUPER_MAGIC, "btrfs");
	if (CHECK(!statfs("/dev/shm", &status)))
		check_refused(status.f_type, "tmpfs");
	return check_status();
}
