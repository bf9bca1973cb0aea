/* SPDX-License-Identifier: GPL-2.0-only */
/* Block devices to swap to, zram among them. */
#ifndef AERO_SWAPD_DEVICE_H
#define AERO_SWAPD_DEVICE_H

#include <glib.h>

#include "policy/env.h"

gboolean device_prepare(const char *path, u64 zram_bytes, GError **error);

#endif /* AERO_SWAPD_DEVICE_H */
