/* SPDX-License-Identifier: GPL-2.0-only */
/* Walks over the memory that the guest does not use: what is held, and what is free. */
#ifndef AERO_WALK_H
#define AERO_WALK_H

#include <linux/types.h>

#include "guest/engine/transport.h"

int aero_walk_blocks(struct aero_balloon *balloon, aero_visitor_t visit);
u64 aero_walk_recall(struct aero_balloon *balloon);

#endif /* AERO_WALK_H */
