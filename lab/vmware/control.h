/* SPDX-License-Identifier: GPL-2.0-only */
/* The monitor's control: one line of JSON in, one line of JSON out, on a Unix socket. */
#ifndef MONITOR_CONTROL_H
#define MONITOR_CONTROL_H

#include <pthread.h>
#include <stdbool.h>

#include "lab/vmware/json.h"
#include "lab/vmware/session.h"

/**
 * struct control - what the control controls
 * @lock: protects @session, which the guest's processors change as well
 * @session: the session
 */
struct control {
	pthread_mutex_t lock;
	struct session session;
};

void control_run(struct session *session, const char *line, struct json_out *out);
bool control_listen(struct control *control, const char *path);

#endif /* MONITOR_CONTROL_H */
