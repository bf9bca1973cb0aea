/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages for the administrator, on standard error. log.c says how. */
#ifndef AERO_SWAPD_LOG_H
#define AERO_SWAPD_LOG_H

#include <syslog.h>

#define log_error(...) log_write(LOG_ERR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_WARNING, __VA_ARGS__)
#define log_info(...) log_write(LOG_INFO, __VA_ARGS__)

void log_write(int priority, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif /* AERO_SWAPD_LOG_H */
