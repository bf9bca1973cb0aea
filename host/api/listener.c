// SPDX-License-Identifier: GPL-2.0-only
/* A socket that listens, and the clients that it got, up to a limit. */
#include "listener.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/socket.h>
#include <unistd.h>

static gboolean on_client(int fd, GIOCondition condition, void *data)
{
	int accepted = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct listener *l = data;

	(void)condition;
	if (accepted < 0)
		return G_SOURCE_CONTINUE;
	if (l->clients->len >= l->limit)
		close(accepted);
	else
		g_ptr_array_add(l->clients, l->accept(accepted, l->data));
	return G_SOURCE_CONTINUE;
}

/**
 * listener_new() - take clients
 * @fd: a socket that listens and does not block; owned from now on
 * @limit: of clients at a time
 * @accept: makes a client
 * @drop: frees one
 * @data: for @accept
 *
 * Return: a listener, which listener_free() ends.
 */
struct listener *listener_new(int fd, guint limit, listener_accept_fn *accept, GDestroyNotify drop,
			      void *data)
{
	struct listener *l = g_new0(struct listener, 1);

	l->clients = g_ptr_array_new_with_free_func(drop);
	l->accept = accept;
	l->data = data;
	l->limit = limit;
	l->fd = fd;
	l->source = g_unix_fd_add(fd, G_IO_IN, on_client, l);
	return l;
}

/* listener_drop() - free a client, which must be one of its own */
void listener_drop(struct listener *l, void *client)
{
	g_ptr_array_remove_fast(l->clients, client);
}

/* listener_free() - free all clients, and listen no more */
void listener_free(struct listener *l)
{
	g_ptr_array_unref(l->clients);
	g_source_remove(l->source);
	close(l->fd);
	g_free(l);
}

/**
 * listener_send() - send as much as fits
 * @fd: a connection
 * @out: what to send; what was sent is removed
 *
 * Return: false if the connection is gone.
 */
bool listener_send(int fd, GString *out)
{
	ssize_t count = send(fd, out->str, out->len, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (count < 0)
		return errno == EAGAIN || errno == EINTR;
	g_string_erase(out, 0, count);
	return true;
}
