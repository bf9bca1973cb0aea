/* SPDX-License-Identifier: GPL-2.0-only */
/* The balloon's target: what policy/target makes of the wishes and of the guest's memory. */
#ifndef AERO_ENGINE_TARGET_H
#define AERO_ENGINE_TARGET_H

#include <linux/types.h>

struct aero_balloon;

void aero_target_update(struct aero_balloon *balloon);
bool aero_target_is_own(const struct aero_balloon *balloon);
u64 aero_target_ram_pages(const struct aero_balloon *balloon);
u64 aero_target_floor_pages(const struct aero_balloon *balloon);
u64 aero_target_least_pages(const struct aero_balloon *balloon);
u64 aero_target_margin_pages(const struct aero_balloon *balloon);

#endif /* AERO_ENGINE_TARGET_H */
