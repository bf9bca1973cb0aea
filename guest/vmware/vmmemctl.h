/* SPDX-License-Identifier: GPL-2.0-only */
/* debugfs: vmmemctl, which scripts know from VMware's own driver. */
#ifndef AVMWARE_VMMEMCTL_H
#define AVMWARE_VMMEMCTL_H

struct avmware;
struct dentry;

struct dentry *avmware_vmmemctl_create(struct avmware *device);

#endif /* AVMWARE_VMMEMCTL_H */
