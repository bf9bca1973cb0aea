/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands that make a recording of the manager and look at one. */
#ifndef AERO_HOST_CLI_RECORDING_H
#define AERO_HOST_CLI_RECORDING_H

#include "host/trace/replay.h"

int recording_make(const char *socket_path, const char *path, guint seconds);
int recording_replay(const char *path, enum replay_policy policy, const struct config *config,
		     bool as_json);
int recording_plot(const char *path, const char *picture_path);

#endif /* AERO_HOST_CLI_RECORDING_H */
