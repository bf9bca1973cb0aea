/* SPDX-License-Identifier: GPL-2.0-only */
/* What is known about a host and its VMs, for people and programs, as JSON. */
#ifndef AERO_HOST_API_STATUS_H
#define AERO_HOST_API_STATUS_H

#include <json-glib/json-glib.h>

#include "host/fleet/fleet.h"

JsonObject *status_of_fleet(const struct fleet *f, const struct fleet_host *host, u64 now_ms);
JsonObject *status_of_vm(const struct vm *vm, const struct vm_limits *limits, u64 now_ms);

#endif /* AERO_HOST_API_STATUS_H */
