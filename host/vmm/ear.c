// SPDX-License-Identifier: GPL-2.0-only
/*
 * A call when a socket has something to read, or is at its end, for a thousand of them.
 *
 * The main context asks the kernel about all its files each time it waits; epoll only tells of those that are ready.
 * So all ears are one file to the main context. A call may free any ear.
 */
#include "ear.h"

#include <glib-unix.h>
#include <sys/epoll.h>

#define EVENTS 64

/* struct ear - one socket, and whom to call */
struct ear {
	int fd;
	void (*call)(void *data);
	void *data;
};

static int poller = -1;
static struct epoll_event events[EVENTS];
static int count;

static gboolean on_ready(int fd, GIOCondition condition, void *unused)
{
	(void)condition;
	(void)unused;
	count = epoll_wait(fd, events, EVENTS, 0);
	for (int i = 0; i < count; i++) {
		const struct ear *e = events[i].data.ptr;

		if (e)
			e->call(e->data);
	}
	count = 0;
	return G_SOURCE_CONTINUE;
}

/**
 * ear_new() - be called, from the main loop and again and again, while there is something to read
 * @fd: a socket that stays the caller's
 * @call: whom to call
 * @data: for it
 */
struct ear *ear_new(int fd, void (*call)(void *data), void *data)
{
	struct ear *e = g_new0(struct ear, 1);
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = e };

	if (poller < 0) {
		poller = epoll_create1(EPOLL_CLOEXEC);
		g_unix_fd_add(poller, G_IO_IN, on_ready, NULL);
	}
	e->fd = fd;
	e->call = call;
	e->data = data;
	(void)epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event);
	return e;
}

/* ear_free() - be called no more; before the socket is closed. NULL is fine. */
void ear_free(struct ear *e)
{
	if (!e)
		return;
	(void)epoll_ctl(poller, EPOLL_CTL_DEL, e->fd, NULL);
	for (int i = 0; i < count; i++)
		if (events[i].data.ptr == e)
			events[i].data.ptr = NULL;
	g_free(e);
}
