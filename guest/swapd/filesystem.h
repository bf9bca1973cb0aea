/* SPDX-License-Identifier: GPL-2.0-only */
/* Which file systems are no place for swap. */
#ifndef AERO_SWAPD_FILESYSTEM_H
#define AERO_SWAPD_FILESYSTEM_H

#include <stddef.h>

#define FILESYSTEM_TYPE_BYTES 64

int filesystem_type(const char *path, char type[FILESYSTEM_TYPE_BYTES]);
const char *filesystem_refusal(const char *type);

#endif /* AERO_SWAPD_FILESYSTEM_H */
