// SPDX-License-Identifier: GPL-2.0-only
/* How a command says that it failed. */
#include "fail.h"

#include <stdarg.h>
#include <stdio.h>

/* fail() - say why on standard error; returns @status */
int fail(int status, const char *format, ...)
{
	va_list arguments;

	fputs("aerostat: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return status;
}
