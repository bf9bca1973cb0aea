/* SPDX-License-Identifier: GPL-2.0-only */
/* What the manager said, for people. */
#ifndef AERO_HOST_CLI_SHOW_H
#define AERO_HOST_CLI_SHOW_H

#include <json-glib/json-glib.h>

void show_status(JsonObject *answer);
void show_vm(JsonObject *vm);

#endif /* AERO_HOST_CLI_SHOW_H */
