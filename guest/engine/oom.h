/* SPDX-License-Identifier: GPL-2.0-only */
/* Gives memory back when the guest is about to kill a process, on every hypervisor. */
#ifndef AERO_OOM_H
#define AERO_OOM_H

#include <linux/types.h>

struct aero_balloon;

int aero_oom_init(struct aero_balloon *balloon);
void aero_oom_exit(struct aero_balloon *balloon);
u64 aero_oom_may_give(const struct aero_balloon *balloon);
bool aero_oom_holds_off(struct aero_balloon *balloon);

#endif /* AERO_OOM_H */
