// SPDX-License-Identifier: GPL-2.0-only
/*
 * One page for everybody who asks by HTTP: as much of it as Prometheus and curl need.
 *
 * Theory of operation
 *
 *   receiving --(empty line)--> sending --(all sent)--> draining --(end, or deadline)--> closed
 *
 * A request is its first line; what else is in its head is read and ignored, and it has no body. Each
 * connection carries one request. The end of it is left to the client: to close a connection with something unread in it
 * would make the kernel throw away what the client did not read yet.
 *
 * Strangers may talk to a port, so everything has a limit: bytes, clients, and one deadline for all of
 * a connection. Clients beyond the limit are hung up on.
 *
 * A library would be more code to trust, not less to write: libmicrohttpd's limit of time is one of silence, so that a client
 * that sends a byte now and then occupies its place for days, and brings TLS; libsoup's server has no limit of clients or of
 * time, and brings HTTP/2, Kerberos and a database.
 */
#include "http.h"

#include <errno.h>
#include <glib-unix.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "listener.h"

#define PORT_MAX 65535

/**
 * struct http - the server
 * @path: of the page
 * @page, @data: where it comes from
 * @listener: its clients are struct client
 */
struct http {
	char *path;
	http_page_fn *page;
	void *data;
	struct listener *listener;
};

enum state { RECEIVING, SENDING, DRAINING };

/* struct client - a connection: @in is the request so far, @out what is left of the answer. */
struct client {
	struct http *http;
	int fd;
	enum state state;
	guint source;
	guint deadline;
	GString *in;
	GString *out;
};

static void client_free(void *data)
{
	struct client *client = data;

	g_clear_handle_id(&client->source, g_source_remove);
	g_clear_handle_id(&client->deadline, g_source_remove);
	close(client->fd);
	g_string_free(client->in, TRUE);
	g_string_free(client->out, TRUE);
	g_free(client);
}

static void respond(struct client *client, const char *status, const char *extra, const char *body)
{
	g_string_append_printf(client->out,
			       "HTTP/1.1 %s\r\nContent-Type: text/plain; version=0.0.4\r\n"
			       "Content-Length: %zu\r\nConnection: close\r\n%s\r\n%s",
			       status, strlen(body), extra, body);
	client->state = SENDING;
}

/* answer() - answer the request, whose head is complete. */
static void answer(struct client *client)
{
	g_autofree char *line = g_strndup(client->in->str, strcspn(client->in->str, "\r\n"));
	g_auto(GStrv) words = g_strsplit(line, " ", 4);
	g_autofree char *page = NULL;

	if (g_strv_length(words) != 3 || words[1][0] != '/' ||
	    (strcmp(words[2], "HTTP/1.1") && strcmp(words[2], "HTTP/1.0")))
		return respond(client, "400 Bad Request", "", "");
	if (strcmp(words[0], "GET"))
		return respond(client, "405 Method Not Allowed", "Allow: GET\r\n", "");
	if (strcmp(words[1], client->http->path))
		return respond(client, "404 Not Found", "", "");
	page = client->http->page(client->http->data);
	respond(client, "200 OK", "", page);
}

/* complete() - whether an empty line ends the head */
static bool complete(const GString *in)
{
	return strstr(in->str, "\r\n\r\n") || strstr(in->str, "\n\n");
}

/* receive() - false: the client is gone. */
static bool receive(struct client *client)
{
	char bytes[1024];
	ssize_t count = recv(client->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (count < 0)
		return errno == EAGAIN || errno == EINTR;
	if (!count || client->state == DRAINING)
		return count;
	g_string_append_len(client->in, bytes, count);
	if (memchr(bytes, 0, count))
		respond(client, "400 Bad Request", "", "");
	else if (complete(client->in))
		answer(client);
	else if (client->in->len > HTTP_REQUEST_BYTES)
		respond(client, "431 Request Header Fields Too Large", "", "");
	return true;
}

/* transmit() - false: the client is gone. */
static bool transmit(struct client *client)
{
	if (!listener_send(client->fd, client->out))
		return false;
	if (!client->out->len) {
		client->state = DRAINING;
		shutdown(client->fd, SHUT_WR);
	}
	return true;
}

static gboolean on_ready(int fd, GIOCondition condition, void *data);

static void watch(struct client *client)
{
	client->source = g_unix_fd_add(client->fd, client->state == SENDING ? G_IO_OUT : G_IO_IN,
				       on_ready, client);
}

static gboolean on_ready(int fd, GIOCondition condition, void *data)
{
	struct client *client = data;

	(void)fd;
	(void)condition;
	client->source = 0;
	if (client->state == SENDING ? transmit(client) : receive(client))
		watch(client);
	else
		listener_drop(client->http->listener, client);
	return G_SOURCE_REMOVE;
}

static gboolean on_deadline(void *data)
{
	struct client *client = data;

	client->deadline = 0;
	listener_drop(client->http->listener, client);
	return G_SOURCE_REMOVE;
}

static void *accept_client(int fd, void *data)
{
	struct client *client = g_new0(struct client, 1);

	client->http = data;
	client->fd = fd;
	client->in = g_string_new(NULL);
	client->out = g_string_new(NULL);
	client->deadline = g_timeout_add_seconds(HTTP_SECONDS, on_deadline, client);
	watch(client);
	return client;
}

/**
 * http_address() - what an address for http_new() means
 * @text: PORT on this machine only, or ADDRESS:PORT with a numeric address, of IPv6 in brackets
 *
 * Return: the address, or NULL: it is none.
 */
GSocketAddress *http_address(const char *text)
{
	const char *colon = strrchr(text, ':');
	g_autofree char *host = colon ? g_strndup(text, colon - text) : g_strdup("127.0.0.1");
	size_t length = strlen(host);
	guint64 port;

	if (!g_ascii_string_to_unsigned(colon ? colon + 1 : text, 10, 1, PORT_MAX, &port, NULL))
		return NULL;
	if (host[0] == '[' && host[length - 1] == ']') {
		memmove(host, host + 1, length);
		host[length - 2] = '\0';
	} else if (strchr(host, ':')) {
		return NULL;
	}
	return g_inet_socket_address_new_from_string(host, (guint)port);
}

/* listen_at() - a socket, or -1 with errno */
static int listen_at(GSocketAddress *address)
{
	gssize length = g_socket_address_get_native_size(address);
	g_autofree void *native = g_malloc0(length);
	int fd, error, yes = 1;

	g_socket_address_to_native(address, native, length, NULL);
	fd = socket(g_socket_address_get_family(address),
		    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	if (!bind(fd, native, length) && !listen(fd, HTTP_CLIENTS))
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

/**
 * http_new() - listen
 * @address: where; http_address() says how that looks
 * @path: of the page, with a slash in front
 * @page: called for each request
 * @data: for it
 * @ret_error: why it failed
 *
 * Return: a server, which http_free() ends, or NULL.
 */
struct http *http_new(const char *address, const char *path, http_page_fn *page, void *data,
		      char **ret_error)
{
	g_autoptr(GSocketAddress) parsed = http_address(address);
	struct http *h;
	int fd = -1;

	errno = EINVAL;
	if (parsed)
		fd = listen_at(parsed);
	if (fd < 0) {
		*ret_error = g_strdup_printf("%s: %s", address, g_strerror(errno));
		return NULL;
	}
	h = g_new0(struct http, 1);
	h->path = g_strdup(path);
	h->page = page;
	h->data = data;
	h->listener = listener_new(fd, HTTP_CLIENTS, accept_client, client_free, h);
	return h;
}

/* http_free() - hang up on everybody and go. NULL is fine. */
void http_free(struct http *h)
{
	if (!h)
		return;
	listener_free(h->listener);
	g_free(h->path);
	g_free(h);
}
