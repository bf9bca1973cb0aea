/* SPDX-License-Identifier: GPL-2.0-only */
/* What the daemon answers on its control socket. answer.c lists the questions. */
#ifndef AERO_HOST_DAEMON_ANSWER_H
#define AERO_HOST_DAEMON_ANSWER_H

#include <json-glib/json-glib.h>

#include "host/daemon/manager.h"

JsonObject *answer(void *manager, JsonObject *question, bool may_change, bool *ret_follow);

#endif /* AERO_HOST_DAEMON_ANSWER_H */
