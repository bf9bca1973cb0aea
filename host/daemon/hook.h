/* SPDX-License-Identifier: GPL-2.0-only */
/* A program of the operator's, for what only the operator can do. hook.c explains. */
#ifndef AERO_HOST_DAEMON_HOOK_H
#define AERO_HOST_DAEMON_HOOK_H

#include "policy/env.h"

/**
 * struct hook_limits - constants
 * @run_ms: so long may it run before its process group is asked to end
 * @end_ms: and so long that may take before it is killed
 * @pause_ms: from one start to the next, at least
 */
struct hook_limits {
	u32 run_ms;
	u32 end_ms;
	u32 pause_ms;
};

extern const struct hook_limits hook_limits_default;

struct hook;

struct hook *hook_new(const struct hook_limits *limits);
void hook_free(struct hook *h);
bool hook_run(struct hook *h, const char *path, const char *const *variables, u64 now_ms);

#endif /* AERO_HOST_DAEMON_HOOK_H */
