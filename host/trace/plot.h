/* SPDX-License-Identifier: GPL-2.0-only */
/* A recording as a picture. plot.c explains. */
#ifndef AERO_HOST_TRACE_PLOT_H
#define AERO_HOST_TRACE_PLOT_H

#include "host/trace/trace.h"

struct plot;

struct plot *plot_new(void);
void plot_free(struct plot *p);
void plot_take(struct plot *p, const struct trace_line *line);
char *plot_svg(const struct plot *p);

#endif /* AERO_HOST_TRACE_PLOT_H */
