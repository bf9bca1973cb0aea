/* SPDX-License-Identifier: GPL-2.0-only */
/* Files to swap to, and the directory that they are in. */
#ifndef AERO_SWAPD_FILE_H
#define AERO_SWAPD_FILE_H

#include <glib.h>

#include "policy/env.h"

char *file_directory(const char *path, bool make, GError **error);
bool file_suits(const char *path, u64 bytes);
gboolean file_prepare(const char *path, u64 bytes, GError **error);

#endif /* AERO_SWAPD_FILE_H */
