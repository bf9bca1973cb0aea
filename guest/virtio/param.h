/* SPDX-License-Identifier: GPL-2.0-only */
/* Module parameters. */
#ifndef AVIRTIO_PARAM_H
#define AVIRTIO_PARAM_H

#include <linux/types.h>

bool avirtio_param_reporting_inflate(void);
bool avirtio_param_free_page_reporting(void);
unsigned int avirtio_param_stats_max_tag(void);
unsigned long avirtio_param_timeout_jiffies(void);

#endif /* AVIRTIO_PARAM_H */
