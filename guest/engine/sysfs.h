/* SPDX-License-Identifier: GPL-2.0-only */
/* sysfs: /sys/class/aerostat/<balloon>/. */
#ifndef AERO_SYSFS_H
#define AERO_SYSFS_H

struct aero_balloon;
struct device;

int aero_sysfs_init(void);
void aero_sysfs_exit(void);
int aero_sysfs_add(struct aero_balloon *balloon, struct device *parent, const char *name);
void aero_sysfs_remove(struct aero_balloon *balloon);

#endif /* AERO_SYSFS_H */
