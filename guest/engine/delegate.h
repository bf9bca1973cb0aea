/* SPDX-License-Identifier: GPL-2.0-only */
/* A delegated balloon: the kernel's own driver holds the memory, and is told how much. */
#ifndef AERO_DELEGATE_H
#define AERO_DELEGATE_H

#include <linux/types.h>

struct aero_balloon;

bool aero_delegate_move(struct aero_balloon *balloon);
u64 aero_delegate_give(struct aero_balloon *balloon, u64 want_pages, unsigned long deadline);

#endif /* AERO_DELEGATE_H */
