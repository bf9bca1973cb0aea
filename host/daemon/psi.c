// SPDX-License-Identifier: GPL-2.0-only
/*
 * A call at once when tasks of the host wait for memory.
 *
 * Theory of operation
 *
 * The kernel keeps pressure stall information, and calls whoever wrote a trigger to its file: POLLPRI, at most once in the
 * trigger's window. Who has no privilege may have windows of whole multiples of two seconds, since Linux 6.4; where the kernel
 * refuses or has no such file, the look once a second has to do.
 */
#include "psi.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

/**
 * struct psi - a trigger
 * @fd: its life is the trigger's
 * @source: waits for it
 * @call, @data: the receiver
 */
struct psi {
	int fd;
	guint source;
	psi_fn *call;
	void *data;
};

static gboolean on_ready(int fd, GIOCondition condition, void *data)
{
	struct psi *p = data;

	(void)fd;
	if (condition & (G_IO_ERR | G_IO_NVAL)) {
		p->source = 0; /* of no use any more; without this it would call for ever */
		return G_SOURCE_REMOVE;
	}
	p->call(p->data);
	return G_SOURCE_CONTINUE;
}

/* psi_open() - a file with a trigger written to it, or -1 with errno */
int psi_open(const char *path)
{
	g_autofree char *trigger = g_strdup_printf("some %d %d", PSI_STALL_US, PSI_WINDOW_US);
	int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC), error;

	if (fd < 0)
		return -1;
	/* With the 0 at the end, as the kernel wants it. */
	if (write(fd, trigger, strlen(trigger) + 1) >= 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

/**
 * psi_new() - be called
 * @fd: of psi_open(), owned from now on; or anything that can have priority data
 * @call: from the main loop
 * @data: for it
 */
struct psi *psi_new(int fd, psi_fn *call, void *data)
{
	struct psi *p = g_new0(struct psi, 1);

	p->fd = fd;
	p->call = call;
	p->data = data;
	p->source = g_unix_fd_add(fd, G_IO_PRI | G_IO_ERR, on_ready, p);
	return p;
}

/* psi_free() - NULL is fine. */
void psi_free(struct psi *p)
{
	if (!p)
		return;
	g_clear_handle_id(&p->source, g_source_remove);
	close(p->fd);
	g_free(p);
}
