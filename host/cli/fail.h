/* SPDX-License-Identifier: GPL-2.0-only */
/* How a command says that it failed. */
#ifndef AERO_HOST_CLI_FAIL_H
#define AERO_HOST_CLI_FAIL_H

#include <glib.h>

/* Exit status for wrong arguments; all other failures are EXIT_FAILURE. */
#define FAIL_USAGE 2

int fail(int status, const char *format, ...) G_GNUC_PRINTF(2, 3);

#endif /* AERO_HOST_CLI_FAIL_H */
