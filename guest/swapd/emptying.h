/* SPDX-License-Identifier: GPL-2.0-only */
/* A segment is switched off, so that its pages return to memory, and on again. emptying.c says how. */
#ifndef AERO_SWAPD_EMPTYING_H
#define AERO_SWAPD_EMPTYING_H

#include <stdbool.h>
#include <sys/types.h>

pid_t emptying_start(const char *path, int swapon_flags);
void emptying_stop(pid_t pid);
bool emptying_over(pid_t pid, int *ret_result);

#endif /* AERO_SWAPD_EMPTYING_H */
