/* SPDX-License-Identifier: GPL-2.0-only */
/* Which file systems are no place for swap. */
#ifndef AERO_SWAPD_FILESYSTEM_H
#define AERO_SWAPD_FILESYSTEM_H

/**
 * struct filesystem_refusal - a kind of file system that is refused
 * @magic: statfs()'s f_type
 * @name: as people know it
 * @why: completes "it is ..."
 */
struct filesystem_refusal {
	unsigned int magic;
	const char *name;
	const char *why;
};

const struct filesystem_refusal *filesystem_refused(unsigned long magic);

#endif /* AERO_SWAPD_FILESYSTEM_H */
