/* SPDX-License-Identifier: GPL-2.0-only */
/* How much memory the host has, and how long tasks waited for it. */
#ifndef AERO_HOST_DAEMON_HOSTMEM_H
#define AERO_HOST_DAEMON_HOSTMEM_H

#include "host/fleet/pressure.h"

bool hostmem_read(const char *proc, struct pressure_sample *ret_sample);

#endif /* AERO_HOST_DAEMON_HOSTMEM_H */
