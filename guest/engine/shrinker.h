/* SPDX-License-Identifier: GPL-2.0-only */
/* Hears from the kernel that it reclaims memory. */
#ifndef AERO_SHRINKER_H
#define AERO_SHRINKER_H

struct aero_balloon;

int aero_shrinker_init(struct aero_balloon *balloon);
void aero_shrinker_exit(struct aero_balloon *balloon);

#endif /* AERO_SHRINKER_H */
