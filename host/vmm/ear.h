/* SPDX-License-Identifier: GPL-2.0-only */
/* A call when a socket has something to read, for a thousand of them. ear.c explains. */
#ifndef AERO_HOST_VMM_EAR_H
#define AERO_HOST_VMM_EAR_H

struct ear;

struct ear *ear_new(int fd, void (*call)(void *data), void *data);
void ear_free(struct ear *e);

#endif /* AERO_HOST_VMM_EAR_H */
