// SPDX-License-Identifier: GPL-2.0-only
/* Makes the tracepoints of trace.h, once. */
#include <linux/device.h>

#define CREATE_TRACE_POINTS
#include "guest/engine/trace.h"
