/* SPDX-License-Identifier: GPL-2.0-only */
/* How much of the host's memory a process occupies. */
#ifndef AERO_HOST_VMM_RESIDENT_H
#define AERO_HOST_VMM_RESIDENT_H

#include <sys/types.h>

#include "policy/env.h"

u64 resident_bytes(const char *proc, pid_t pid);

#endif /* AERO_HOST_VMM_RESIDENT_H */
