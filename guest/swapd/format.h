/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes swap's signature, by mkswap(8). */
#ifndef AERO_SWAPD_FORMAT_H
#define AERO_SWAPD_FORMAT_H

#include <glib.h>

gboolean format_swap(const char *path, GError **error);

#endif /* AERO_SWAPD_FORMAT_H */
