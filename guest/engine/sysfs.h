/* SPDX-License-Identifier: GPL-2.0-only */
/* sysfs: /sys/class/aerostat/<balloon>/. */
#ifndef AERO_SYSFS_H
#define AERO_SYSFS_H

#include <linux/types.h>

struct aero_balloon;
struct device;

int aero_sysfs_init(void);
void aero_sysfs_exit(void);
int aero_sysfs_add(struct aero_balloon *balloon, struct device *parent, const char *name);
void aero_sysfs_remove(struct aero_balloon *balloon);
int aero_sysfs_parse_kb(const struct aero_balloon *balloon, const char *buf, u64 *ret_pages);

#endif /* AERO_SYSFS_H */
