/* SPDX-License-Identifier: GPL-2.0-only */
/* A socket that listens, and the clients that it got, up to a limit. */
#ifndef AERO_HOST_LISTENER_H
#define AERO_HOST_LISTENER_H

#include <glib.h>
#include <stdbool.h>

/* listener_accept_fn - a client for a new connection, whose @fd it owns from now on */
typedef void *listener_accept_fn(int fd, void *data);

/**
 * struct listener - the socket
 * @clients: what @accept returned; may be looked at, and is changed by listener_drop() only
 * @accept, @data: who makes clients
 * @limit: more clients are hung up on
 * @fd: listens
 * @source: for new clients
 */
struct listener {
	GPtrArray *clients;
	listener_accept_fn *accept;
	void *data;
	guint limit;
	int fd;
	guint source;
};

struct listener *listener_new(int fd, guint limit, listener_accept_fn *accept, GDestroyNotify drop,
			      void *data);
void listener_drop(struct listener *l, void *client);
void listener_free(struct listener *l);
bool listener_send(int fd, GString *out);

#endif /* AERO_HOST_LISTENER_H */
