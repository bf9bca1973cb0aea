// SPDX-License-Identifier: GPL-2.0-only
/*
 * A conversation with one QEMU's monitor (QMP) that never blocks.
 *
 * Theory of operation
 *
 * QMP is lines of JSON: a greeting, then an answer to each command, with events in between, which are of
 * no interest here. Commands wait in a queue; one is under way at a time, and carries a
 * number that its answer has to carry too.
 *
 *   connected --greeting--> capabilities asked --answer--> ready --anything wrong--> closed
 *
 * Wrong is: the end of the stream, an answer that takes too long, a line that is too long, nests too
 * deep (a parser's stack is not QEMU's to use up), is no JSON object or no answer to what was asked.
 * Nothing of it is repaired: the owner opens another conversation.
 *
 * A monitor serves one client. While it serves another, connecting works, but no greeting comes.
 */
#include "monitor.h"

#include <errno.h>
#include <glib-unix.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "host/vmm/beat.h"
#include "host/vmm/ear.h"

#define READ_BYTES 16384

/* One command: text is the line to send. */
struct command {
	char *text;
	gint64 id;
	monitor_answer_fn *answer;
};

/**
 * struct monitor - one conversation; everything belongs to the main context's thread
 * @ops, @data: the owner
 * @answer_ms: how long QEMU may take
 * @fd: the socket, or -1 once it is closed
 * @pid: the process that listens, 0 if the kernel does not tell
 * @input: listens, NULL once it is closed
 * @output: watches for room, 0 while nothing waits for it
 * @deadline: the time limit of what is under way
 * @received: what is not a whole line yet
 * @unsent: what the socket had no room for
 * @commands: struct command; the first is under way, if @busy
 * @busy: an answer is awaited
 * @greeted: the greeting came
 * @last_id: number of the last command
 */
struct monitor {
	const struct monitor_ops *ops;
	void *data;
	guint answer_ms;
	int fd;
	pid_t pid;
	struct ear *input;
	guint output;
	struct beat deadline;
	GString *received;
	GString *unsent;
	GQueue commands;
	bool busy;
	bool greeted;
	gint64 last_id;
};

static void command_free(void *data)
{
	struct command *command = data;

	g_free(command->text);
	g_free(command);
}

/* hang_up() - no more callbacks from the main loop, no more socket */
static void hang_up(struct monitor *m)
{
	ear_free(m->input);
	m->input = NULL;
	g_clear_handle_id(&m->output, g_source_remove);
	beat_clear(&m->deadline);
	if (m->fd >= 0)
		close(m->fd);
	m->fd = -1;
}

/* fail() - the conversation is over. The owner may free @m: nothing may touch it afterwards. */
static void fail(struct monitor *m, const char *why)
{
	hang_up(m);
	m->ops->closed(m->data, why);
}

static void on_deadline(void *data)
{
	struct monitor *m = data;
	g_autofree char *why = NULL;

	why = m->greeted ? g_strdup_printf("no answer within %u ms", m->answer_ms) :
			   g_strdup_printf("no greeting within %u ms: is another client connected?",
					   m->answer_ms);
	fail(m, why);
}

static void start_deadline(struct monitor *m)
{
	beat_set(&m->deadline, m->answer_ms, on_deadline, m);
}

static gboolean on_room(int fd, GIOCondition condition, void *data);

/* flush() - send what can be sent. An error will show when reading. */
static void flush(struct monitor *m)
{
	ssize_t sent = send(m->fd, m->unsent->str, m->unsent->len, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (sent > 0)
		g_string_erase(m->unsent, 0, sent);
	if (m->unsent->len && !m->output)
		m->output = g_unix_fd_add(m->fd, G_IO_OUT, on_room, m);
}

static gboolean on_room(int fd, GIOCondition condition, void *data)
{
	struct monitor *m = data;

	(void)fd;
	(void)condition;
	m->output = 0;
	flush(m);
	return G_SOURCE_REMOVE;
}

/* send_next() - put the next command under way, if none is. */
static void send_next(struct monitor *m)
{
	struct command *command = g_queue_peek_head(&m->commands);

	if (m->fd < 0 || !m->greeted || m->busy || !command)
		return;
	m->busy = true;
	start_deadline(m);
	g_string_append(m->unsent, command->text);
	flush(m);
}

/* nests() - whether @line nests no deeper than MONITOR_DEPTH, whether or not it is JSON */
static bool nests(const char *line)
{
	bool string = false;
	int depth = 0;

	for (; *line; line++) {
		if (string && *line == '\\' && line[1])
			line++;
		else if (*line == '"')
			string = !string;
		else if (!string && (*line == '{' || *line == '['))
			depth++;
		else if (!string && (*line == '}' || *line == ']'))
			depth--;
		if (depth > MONITOR_DEPTH)
			return false;
	}
	return true;
}

static void on_capabilities(void *data, JsonNode *value, const char *error)
{
	(void)data;
	(void)value;
	(void)error;
}

/* greet() - the greeting came: switch to command mode. */
static bool greet(struct monitor *m, JsonObject *object)
{
	if (!json_object_has_member(object, "QMP"))
		return false;
	m->greeted = true;
	beat_clear(&m->deadline);
	monitor_execute(m, "qmp_capabilities", NULL, on_capabilities);
	return true;
}

/* error_text() - what is wrong according to @object, or NULL */
static const char *error_text(JsonObject *object)
{
	JsonNode *node = json_object_get_member(object, "error");

	if (!node)
		return NULL;
	if (!JSON_NODE_HOLDS_OBJECT(node))
		return "an error without description";
	node = json_object_get_member(json_node_get_object(node), "desc");
	if (!node || json_node_get_value_type(node) != G_TYPE_STRING)
		return "an error without description";
	return json_node_get_string(node);
}

/* answers() - whether @object answers @command */
static bool answers(JsonObject *object, const struct command *command)
{
	JsonNode *id = json_object_get_member(object, "id");

	return id && json_node_get_value_type(id) == G_TYPE_INT64 &&
	       json_node_get_int(id) == command->id &&
	       (json_object_has_member(object, "return") ||
		json_object_has_member(object, "error"));
}

/*
 * take_object() - take what QEMU said
 *
 * Returns what is wrong with it, or NULL.
 */
static const char *take_object(struct monitor *m, JsonObject *object)
{
	struct command *command;
	const char *error;
	bool first;

	if (!m->greeted)
		return greet(m, object) ? NULL : "no greeting of QMP";
	if (json_object_has_member(object, "event"))
		return NULL;
	if (!m->busy || !answers(object, g_queue_peek_head(&m->commands)))
		return "an answer to nothing that was asked";
	command = g_queue_pop_head(&m->commands);
	m->busy = false;
	beat_clear(&m->deadline);
	error = error_text(object);
	first = command->answer == on_capabilities;
	command->answer(m->data, error ? NULL : json_object_get_member(object, "return"), error);
	command_free(command);
	if (first && error)
		return "it refuses command mode";
	if (first)
		m->ops->ready(m->data);
	return NULL;
}

static const char *take_line(struct monitor *m, const char *line)
{
	g_autoptr(JsonParser) parser = json_parser_new();
	JsonNode *root;

	if (!nests(line) || !json_parser_load_from_data(parser, line, -1, NULL))
		return "a line that is no JSON";
	root = json_parser_get_root(parser);
	if (!root || !JSON_NODE_HOLDS_OBJECT(root))
		return "a line that is no JSON object";
	return take_object(m, json_node_get_object(root));
}

/* take_lines() - take all whole lines; what is wrong with them, or NULL */
static const char *take_lines(struct monitor *m)
{
	const char *wrong = NULL;
	char *end;

	while (!wrong && (end = memchr(m->received->str, '\n', m->received->len))) {
		gsize length = end - m->received->str;
		g_autofree char *line = g_strndup(m->received->str, length);

		g_string_erase(m->received, 0, length + 1);
		wrong = take_line(m, line);
	}
	if (!wrong && m->received->len > MONITOR_LINE_BYTES)
		wrong = "a line without end";
	return wrong;
}

static void on_input(void *data)
{
	struct monitor *m = data;
	char bytes[READ_BYTES];
	ssize_t count = recv(m->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
	const char *wrong;

	if (count < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (count > 0) {
		g_string_append_len(m->received, bytes, count);
		wrong = take_lines(m);
		if (!wrong) {
			send_next(m);
			return;
		}
	} else {
		wrong = count ? g_strerror(errno) : "it hung up";
	}
	fail(m, wrong);
}

/**
 * monitor_open() - connect to a monitor
 * @path: its socket
 * @answer_ms: how long QEMU may take for its greeting or for an answer
 * @ops: whom to tell; never called before this returned
 * @data: for @ops and for answers
 * @ret_errno: why it failed
 *
 * Return: a conversation, which monitor_close() frees, or NULL: nobody listens there, or may not be talked to.
 */
struct monitor *monitor_open(const char *path, guint answer_ms, const struct monitor_ops *ops,
			     void *data, int *ret_errno)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct ucred peer = { 0 };
	socklen_t length = sizeof(peer);
	struct monitor *m;
	int fd;

	if (g_strlcpy(address.sun_path, path, sizeof(address.sun_path)) >=
	    sizeof(address.sun_path)) {
		*ret_errno = ENAMETOOLONG;
		return NULL;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		*ret_errno = errno;
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	(void)getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length);
	m = g_new0(struct monitor, 1);
	m->ops = ops;
	m->data = data;
	m->answer_ms = answer_ms;
	m->fd = fd;
	m->pid = peer.pid;
	m->received = g_string_new(NULL);
	m->unsent = g_string_new(NULL);
	g_queue_init(&m->commands);
	m->input = ear_new(fd, on_input, m);
	start_deadline(m);
	return m;
}

/**
 * monitor_close() - end a conversation and free it
 * @m: NULL is fine
 *
 * Nothing is called any more. May be called from within @closed, but from no other callback.
 */
void monitor_close(struct monitor *m)
{
	if (!m)
		return;
	hang_up(m);
	g_queue_clear_full(&m->commands, command_free);
	g_string_free(m->received, TRUE);
	g_string_free(m->unsent, TRUE);
	g_free(m);
}

/* monitor_pid() - the process that listened, 0 if the kernel does not tell */
pid_t monitor_pid(const struct monitor *m)
{
	return m->pid;
}

/**
 * monitor_execute() - send a command, after those that wait already
 * @m: ready
 * @command: its name
 * @arguments: owned by the conversation from now on, or NULL
 * @answer: called with the owner's data
 */
void monitor_execute(struct monitor *m, const char *command, JsonObject *arguments,
		     monitor_answer_fn *answer)
{
	struct command *c = g_new0(struct command, 1);
	g_autoptr(JsonObject) object = json_object_new();
	g_autoptr(JsonNode) root = json_node_new(JSON_NODE_OBJECT);
	g_autofree char *text = NULL;

	c->id = ++m->last_id;
	c->answer = answer;
	json_object_set_string_member(object, "execute", command);
	if (arguments)
		json_object_set_object_member(object, "arguments", arguments);
	json_object_set_int_member(object, "id", c->id);
	json_node_set_object(root, object);
	text = json_to_string(root, FALSE);
	c->text = g_strconcat(text, "\n", NULL);
	g_queue_push_tail(&m->commands, c);
	send_next(m);
}
