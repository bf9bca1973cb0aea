// SPDX-License-Identifier: GPL-2.0-only
/*
 * Messages for the administrator, on standard error: a line each, in one write, without
 * allocating memory. The journal, when it is there, is told how much each matters.
 */
#include "guest/swapd/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* systemd connects standard error to the journal, and says so in the environment. */
static int write_start(char *line, size_t size, int priority)
{
	if (getenv("JOURNAL_STREAM"))
		return snprintf(line, size, "<%d>", priority);
	return snprintf(line, size, "aerostat-swapd: ");
}

/**
 * log_write() - tell the administrator
 * @priority: LOG_ERR, LOG_WARNING or LOG_INFO
 * @format: as for printf(), without a newline
 */
void log_write(int priority, const char *format, ...)
{
	char line[1024];
	int length = write_start(line, sizeof(line), priority);
	va_list arguments;
	int more;

	va_start(arguments, format);
	more = vsnprintf(line + length, sizeof(line) - length, format, arguments);
	va_end(arguments);
	if (more < 0)
		return;
	length += more;
	if ((size_t)length > sizeof(line) - 1)
		length = sizeof(line) - 1;
	line[length++] = '\n';
	/* Nobody is left to tell that it did not work. */
	if (write(STDERR_FILENO, line, length) < 0)
		return;
}
