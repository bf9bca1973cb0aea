/* SPDX-License-Identifier: GPL-2.0-only */
/* The other end of the manager's control socket. */
#ifndef AERO_HOST_CLI_CLIENT_H
#define AERO_HOST_CLI_CLIENT_H

#include <json-glib/json-glib.h>

int client_open(const char *path, const char *question);
char *client_ask(const char *path, const char *question);
JsonObject *client_object(const char *text);

#endif /* AERO_HOST_CLI_CLIENT_H */
