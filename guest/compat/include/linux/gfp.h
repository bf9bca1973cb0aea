/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * <linux/gfp.h> for kernels whose alloc_contig_range() takes a migrate type instead of flags, and that
 * can also allocate in bulk into a list (6.12 does, 7.2 does not).
 */
#include_next <linux/gfp.h>

#ifndef AERO_COMPAT_LINUX_GFP_H
#define AERO_COMPAT_LINUX_GFP_H

#ifndef ACR_FLAGS_NONE
#define ACR_FLAGS_NONE MIGRATE_MOVABLE
#endif

#ifndef alloc_pages_bulk
#define alloc_pages_bulk alloc_pages_bulk_array
#endif

#endif /* AERO_COMPAT_LINUX_GFP_H */
