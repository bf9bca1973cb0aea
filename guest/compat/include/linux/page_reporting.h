/* SPDX-License-Identifier: GPL-2.0-only */
/* <linux/page_reporting.h> for kernels to which an order of 0 means none in particular (6.12; to 7.2 it means 0). */
#include_next <linux/page_reporting.h>

#ifndef AERO_COMPAT_LINUX_PAGE_REPORTING_H
#define AERO_COMPAT_LINUX_PAGE_REPORTING_H

#ifndef PAGE_REPORTING_ORDER_UNSPECIFIED
#define PAGE_REPORTING_ORDER_UNSPECIFIED 0
#endif

#endif /* AERO_COMPAT_LINUX_PAGE_REPORTING_H */
