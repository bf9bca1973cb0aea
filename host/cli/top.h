/* SPDX-License-Identifier: GPL-2.0-only */
/* The live view in a terminal. */
#ifndef AERO_HOST_CLI_TOP_H
#define AERO_HOST_CLI_TOP_H

int top_run(const char *socket_path);

#endif /* AERO_HOST_CLI_TOP_H */
