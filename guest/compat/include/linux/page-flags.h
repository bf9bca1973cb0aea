/* SPDX-License-Identifier: GPL-2.0-only */
/* <linux/page-flags.h> for kernels before 6.17: the later names of __PageMovable() and PageIsolated(). */
#include_next <linux/page-flags.h>

#ifndef AERO_COMPAT_LINUX_PAGE_FLAGS_H
#define AERO_COMPAT_LINUX_PAGE_FLAGS_H
#ifndef AERO_HAVE_PAGE_HAS_MOVABLE_OPS
#define page_has_movable_ops(page) __PageMovable(page)
#define PageMovableOpsIsolated(page) PageIsolated(page)
#endif
#endif /* AERO_COMPAT_LINUX_PAGE_FLAGS_H */
