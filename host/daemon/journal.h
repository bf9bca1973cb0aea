/* SPDX-License-Identifier: GPL-2.0-only */
/* What the daemon tells people: lines that say which VM and why. */
#ifndef AERO_HOST_DAEMON_JOURNAL_H
#define AERO_HOST_DAEMON_JOURNAL_H

#include <glib.h>

#include "host/fleet/fleet.h"

/* Priorities as syslog has them. */
enum journal_priority {
	JOURNAL_ALERT = 1,
	JOURNAL_ERROR = 3,
	JOURNAL_WARNING = 4,
	JOURNAL_NOTICE = 5,
	JOURNAL_INFO = 6,
};

void journal(enum journal_priority priority, const char *format, ...) G_GNUC_PRINTF(2, 3);
void journal_vm(const struct vm *vm, u32 events);
void journal_fleet(const struct fleet *f, u32 events);

#endif /* AERO_HOST_DAEMON_JOURNAL_H */
