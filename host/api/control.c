// SPDX-License-Identifier: GPL-2.0-only
/*
 * The control socket: a line of JSON asks, a line of JSON answers.
 *
 * Theory of operation
 *
 * Who may connect is said by the socket's owner, group and mode (0660), so others are told "permission
 * denied" by the kernel. Who connects may look; only root and the daemon's own user may change, by the credentials that
 * the kernel vouches for.
 *
 * A client may follow instead: then it gets a line for whatever happens, and what it says is ignored. It
 * has to keep up; nobody waits for it.
 *
 * A client asks as often as it likes, one question at a time. It has to take its answers: while one waits to be sent,
 * nothing more is read from it. Clients beyond the limit are hung up on, so are lines beyond it.
 */
#include "control.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "listener.h"

/**
 * struct control - the socket
 * @path: where it is
 * @answer, @data: the receiver
 * @listener: its clients are struct client
 */
struct control {
	char *path;
	control_answer_fn *answer;
	void *data;
	struct listener *listener;
};

/* struct client - one who asks, or follows: @in is a part of a question, @out what was not sent yet. */
struct client {
	struct control *control;
	int fd;
	bool may_change;
	bool follows;
	guint source;
	GString *in;
	GString *out;
};

static void client_free(void *data)
{
	struct client *client = data;

	g_clear_handle_id(&client->source, g_source_remove);
	close(client->fd);
	g_string_free(client->in, TRUE);
	g_string_free(client->out, TRUE);
	g_free(client);
}

/* control_error() - an answer that says what is wrong */
JsonObject *control_error(const char *format, ...)
{
	JsonObject *object = json_object_new();
	g_autofree char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	json_object_set_string_member(object, "error", text);
	return object;
}

static JsonObject *answer_line(struct client *client, const char *line)
{
	g_autoptr(JsonParser) parser = json_parser_new();
	JsonNode *root;

	if (!json_parser_load_from_data(parser, line, -1, NULL))
		return control_error("the question is no JSON");
	root = json_parser_get_root(parser);
	if (!root || !JSON_NODE_HOLDS_OBJECT(root))
		return control_error("the question is no JSON object");
	return client->control->answer(client->control->data, json_node_get_object(root),
				       client->may_change, &client->follows);
}

/* append() - @object, which is used up, becomes a line to send. */
static void append(struct client *client, JsonObject *object)
{
	g_autoptr(JsonNode) node = json_node_new(JSON_NODE_OBJECT);
	g_autofree char *text = NULL;

	json_node_take_object(node, object);
	text = json_to_string(node, FALSE);
	g_string_append(client->out, text);
	g_string_append_c(client->out, '\n');
}

/* answer_next() - answer a question, if there is a whole one. */
static void answer_next(struct client *client)
{
	char *end = memchr(client->in->str, '\n', client->in->len);
	g_autofree char *line = NULL;

	if (!end)
		return;
	line = g_strndup(client->in->str, end - client->in->str);
	g_string_erase(client->in, 0, end - client->in->str + 1);
	append(client, answer_line(client, line));
}

/* receive() - false: the client is gone or asks too much. */
static bool receive(struct client *client)
{
	char bytes[CONTROL_LINE_BYTES];
	ssize_t count = recv(client->fd, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (count < 0)
		return errno == EAGAIN || errno == EINTR;
	if (client->follows)
		return count;
	g_string_append_len(client->in, bytes, count);
	return count && (client->in->len <= CONTROL_LINE_BYTES ||
			 memchr(client->in->str, '\n', CONTROL_LINE_BYTES));
}

static gboolean on_ready(int fd, GIOCondition condition, void *data);

/* watch() - wait for questions, or for room for the answer. */
static void watch(struct client *client)
{
	client->source = g_unix_fd_add(client->fd, client->out->len ? G_IO_OUT : G_IO_IN, on_ready,
				       client);
}

static gboolean on_ready(int fd, GIOCondition condition, void *data)
{
	struct client *client = data;
	bool lives;

	(void)fd;
	lives = (condition & G_IO_OUT) ? listener_send(client->fd, client->out) : receive(client);
	/* Many short questions may wait; their answers are sent before another is read. */
	while (lives && !client->follows && !client->out->len &&
	       memchr(client->in->str, '\n', client->in->len)) {
		answer_next(client);
		lives = listener_send(client->fd, client->out);
	}
	if (!lives) {
		listener_drop(client->control->listener, client);
		return G_SOURCE_REMOVE;
	}
	watch(client);
	return G_SOURCE_REMOVE;
}

static void *accept_client(int fd, void *data)
{
	struct ucred peer = { .uid = (uid_t)-1 };
	socklen_t length = sizeof(peer);
	struct client *client = g_new0(struct client, 1);

	client->control = data;
	client->fd = fd;
	if (!getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length))
		client->may_change = !peer.uid || peer.uid == geteuid();
	client->in = g_string_new(NULL);
	client->out = g_string_new(NULL);
	watch(client);
	return client;
}

/* listen_at() - a socket at @path, or -1 with errno. One that nobody listens at is in the way and removed. */
static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (g_strlcpy(address.sun_path, path, sizeof(address.sun_path)) >=
	    sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
	} else if (fd >= 0) {
		int refused = connect(fd, (struct sockaddr *)&address, sizeof(address)) ? errno : 0;

		if (refused == ECONNREFUSED)
			g_unlink(path);
		close(fd);
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (fd >= 0 && !bind(fd, (struct sockaddr *)&address, sizeof(address)) &&
		    !g_chmod(path, 0660) && !listen(fd, CONTROL_CLIENTS))
			return fd;
	}
	if (fd >= 0) {
		int error = errno;

		close(fd);
		errno = error;
	}
	return -1;
}

/**
 * control_new() - listen
 * @path: where
 * @answer: called for each question
 * @data: for it
 * @ret_error: why it failed
 *
 * Return: a control socket, which control_free() ends, or NULL.
 */
struct control *control_new(const char *path, control_answer_fn *answer, void *data,
			    char **ret_error)
{
	struct control *c;
	int fd = listen_at(path);

	if (fd < 0) {
		*ret_error = g_strdup_printf("%s: %s", path, g_strerror(errno));
		return NULL;
	}
	c = g_new0(struct control, 1);
	c->path = g_strdup(path);
	c->answer = answer;
	c->data = data;
	c->listener = listener_new(fd, CONTROL_CLIENTS, accept_client, client_free, c);
	return c;
}

/* control_followed() - whether anybody would get what is published; NULL is fine */
bool control_followed(const struct control *c)
{
	for (guint i = 0; c && i < c->listener->clients->len; i++) {
		const struct client *client = g_ptr_array_index(c->listener->clients, i);

		if (client->follows)
			return true;
	}
	return false;
}

/**
 * control_publish() - tell all that follow
 * @c: the socket
 * @line: used up
 *
 * One that is too far behind is cut off, and freed when the main loop sees that.
 */
void control_publish(struct control *c, JsonObject *line)
{
	for (guint i = 0; i < c->listener->clients->len; i++) {
		struct client *client = g_ptr_array_index(c->listener->clients, i);

		if (!client->follows)
			continue;
		if (client->out->len > CONTROL_BEHIND_BYTES) {
			shutdown(client->fd, SHUT_RDWR);
			continue;
		}
		append(client, json_object_ref(line));
		g_clear_handle_id(&client->source, g_source_remove);
		watch(client);
	}
	json_object_unref(line);
}

/* control_free() - hang up on everybody and go. NULL is fine. */
void control_free(struct control *c)
{
	if (!c)
		return;
	listener_free(c->listener);
	g_unlink(c->path);
	g_free(c->path);
	g_free(c);
}
