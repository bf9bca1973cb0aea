/* SPDX-License-Identifier: GPL-2.0-only */
/* The session with the host: how it begins, goes on and ends. */
#ifndef AVMWARE_SESSION_H
#define AVMWARE_SESSION_H

#include <linux/types.h>

struct avmware;

int avmware_session_start(struct avmware *device);
int avmware_session_get_target(struct avmware *device, u64 *ret_pages);
void avmware_session_see_target(struct avmware *device, u64 result);
int avmware_session_lost(struct avmware *device);
int avmware_session_finish(struct avmware *device);

#endif /* AVMWARE_SESSION_H */
