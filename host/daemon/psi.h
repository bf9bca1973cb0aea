/* SPDX-License-Identifier: GPL-2.0-only */
/* A call at once when tasks of the host wait for memory. psi.c explains. */
#ifndef AERO_HOST_DAEMON_PSI_H
#define AERO_HOST_DAEMON_PSI_H

/* The trigger: so long somebody waits within such a time. */
#define PSI_STALL_US 100000
#define PSI_WINDOW_US 2000000

struct psi;

typedef void psi_fn(void *data);

int psi_open(const char *path);
struct psi *psi_new(int fd, psi_fn *call, void *data);
void psi_free(struct psi *p);

#endif /* AERO_HOST_DAEMON_PSI_H */
