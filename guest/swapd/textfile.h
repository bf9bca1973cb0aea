/* SPDX-License-Identifier: GPL-2.0-only */
/* Small text files, read as a whole into memory that the caller has: the kernel's, and ours. */
#ifndef AERO_SWAPD_TEXTFILE_H
#define AERO_SWAPD_TEXTFILE_H

#include <stdbool.h>
#include <stddef.h>

int textfile_read(const char *path, char *text, size_t size);
int textfile_write(const char *path, const char *text);

#endif /* AERO_SWAPD_TEXTFILE_H */
