// SPDX-License-Identifier: GPL-2.0-only
/* Tests of filesystem.c: names, and this machine's own. */
#include "guest/swapd/filesystem.h"

#include <errno.h>
#include <string.h>

#include "policy/check.h"

static const char *const good[] = { "ext4", "ext2", "xfs", "f2fs", "", "fus", "fuseb", "nfsd" };

static const char *const bad[] = { "btrfs", "nfs",	  "nfs4",    "cifs",  "9p",    "overlay",
				   "fuse",  "fuse.sshfs", "fuseblk", "tmpfs", "ramfs", "iso9660" };

int main(void)
{
	char type[FILESYSTEM_TYPE_BYTES];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		check_row = good[i];
		CHECK(!filesystem_refusal(good[i]));
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		check_row = bad[i];
		CHECK(filesystem_refusal(bad[i]));
	}
	check_row = NULL;
	CHECK_EQ(filesystem_type("/dev/shm", type), 0);
	CHECK(!strcmp(type, "tmpfs"));
	CHECK_EQ(filesystem_type("/proc/self/status", type), 0);
	CHECK(!strcmp(type, "proc"));
	CHECK_EQ(filesystem_type("/nonexistent", type), -ENOENT);
	return check_status();
}
