/* SPDX-License-Identifier: GPL-2.0-only */
/* debugfs: aerostat/<balloon>/counters. */
#ifndef AERO_DEBUGFS_H
#define AERO_DEBUGFS_H

struct aero_balloon;

void aero_debugfs_init(void);
void aero_debugfs_exit(void);
void aero_debugfs_add(struct aero_balloon *balloon);
void aero_debugfs_remove(struct aero_balloon *balloon);

#endif /* AERO_DEBUGFS_H */
