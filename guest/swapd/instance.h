/* SPDX-License-Identifier: GPL-2.0-only */
/* There is one daemon at a time. */
#ifndef AERO_SWAPD_INSTANCE_H
#define AERO_SWAPD_INSTANCE_H

#include <stdbool.h>

#define INSTANCE_LOCK "/run/aerostat-swapd.lock"

int instance_lock(const char *path, unsigned int wait_ms);
bool instance_runs(const char *path);

#endif /* AERO_SWAPD_INSTANCE_H */
