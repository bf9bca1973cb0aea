/* SPDX-License-Identifier: GPL-2.0-only */
/* A conversation with one QEMU's monitor (QMP) that never blocks. monitor.c explains. */
#ifndef AERO_HOST_VMM_MONITOR_H
#define AERO_HOST_VMM_MONITOR_H

#include <json-glib/json-glib.h>
#include <sys/types.h>

/* The longest line and the deepest nesting that QEMU has any reason to send. */
#define MONITOR_LINE_BYTES (64 * 1024)
#define MONITOR_DEPTH 32

struct monitor;

/**
 * struct monitor_ops - what a conversation tells its owner
 * @ready: commands may be sent now
 * @closed: it is over; @why says what happened. The owner still has to call monitor_close().
 */
struct monitor_ops {
	void (*ready)(void *data);
	void (*closed)(void *data, const char *why);
};

/*
 * An answer: @value, or NULL and what QEMU says is wrong. The value lives as long as the call.
 * None comes for commands that the end of the conversation overtook.
 */
typedef void monitor_answer_fn(void *data, JsonNode *value, const char *error);

struct monitor *monitor_open(const char *path, guint answer_ms, const struct monitor_ops *ops,
			     void *data, int *ret_errno);
void monitor_close(struct monitor *m);
pid_t monitor_pid(const struct monitor *m);
void monitor_execute(struct monitor *m, const char *command, JsonObject *arguments,
		     monitor_answer_fn *answer);

#endif /* AERO_HOST_VMM_MONITOR_H */
