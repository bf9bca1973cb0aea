/* SPDX-License-Identifier: GPL-2.0-only */
/* The control socket: a line of JSON asks, a line of JSON answers. control.c explains. */
#ifndef AERO_HOST_API_CONTROL_H
#define AERO_HOST_API_CONTROL_H

#include <json-glib/json-glib.h>
#include <stdbool.h>

/* The longest question, and the most clients at a time. */
#define CONTROL_LINE_BYTES 4096
#define CONTROL_CLIENTS 16

/* One who follows and is so far behind is hung up on. */
#define CONTROL_BEHIND_BYTES (16 << 20)

struct control;

/**
 * control_answer_fn - answer a question
 * @data: the receiver's
 * @question: what was asked
 * @may_change: whoever asks is root or who the daemon runs as
 * @ret_follow: set to true: from now on control_publish() is for it, and it asks nothing more
 *
 * Return: the answer, which becomes the caller's.
 */
typedef JsonObject *control_answer_fn(void *data, JsonObject *question, bool may_change,
				      bool *ret_follow);

struct control *control_new(const char *path, control_answer_fn *answer, void *data,
			    char **ret_error);
void control_free(struct control *c);
bool control_followed(const struct control *c);
void control_publish(struct control *c, JsonObject *line);
JsonObject *control_error(const char *format, ...) G_GNUC_PRINTF(1, 2);

#endif /* AERO_HOST_API_CONTROL_H */
