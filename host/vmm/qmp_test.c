// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of qmp.c, qemu.c and monitor.c against monitors that are well-behaved, slow, silent, mad, and
 * that come and go.
 */
#include "qmp.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "host/vmm/monitor.h"
#include "policy/check.h"

#define MIB (1ULL << 20)
#define DEADLINE_MS 20000 /* of a test that fails */
#define GREETING "{\"QMP\": {\"version\": {}, \"capabilities\": []}}\n"

/* How a monitor behaves. */
enum manner {
	GOOD,
	SILENT, /* accepts, says nothing */
	HANGS_UP, /* at once */
	MUTE_LATER, /* greets, answers nothing */
	RAW, /* sends server.raw instead of a greeting */
	RAW_LATER, /* sends server.raw instead of an answer to qom-get */
	ANSWER, /* answers qom-get with server.raw as the value */
	NO_BALLOON,
	ERRORS, /* answers every command with an error */
	WRONG_ID,
};

/**
 * struct server - a monitor
 * @path: its socket
 * @manner: how it behaves
 * @raw: for that
 * @listener, @fd: its sockets, -1 if closed
 * @listens, @reads: their sources
 * @line: what was received
 * @size_bytes: the VM's
 * @updated_s: of its statistics; each question adds one
 */
struct server {
	char *path;
	enum manner manner;
	const char *raw;
	int listener;
	int fd;
	guint listens;
	guint reads;
	GString *line;
	u64 size_bytes;
	u64 updated_s;
};

static void say(const struct server *s, const char *text)
{
	/* What the other side does not take any more does not matter. */
	(void)!send(s->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void drop(struct server *s)
{
	if (s->fd < 0)
		return;
	g_source_remove(s->reads);
	close(s->fd);
	s->fd = -1;
	g_string_truncate(s->line, 0);
}

/* value_for() - what a VM answers to @command */
static char *value_for(struct server *s, const char *command, JsonObject *arguments)
{
	bool anon = arguments &&
		    !g_strcmp0(json_object_get_string_member_with_default(arguments, "path", ""),
			       "/machine/peripheral-anon");

	if (!strcmp(command, "qom-list"))
		return g_strdup(anon && s->manner != NO_BALLOON ?
					"[{\"name\": \"x\", \"type\": \"child<foo>\"}, 7, {}, "
					"{\"name\": \"device[1]\", \"type\": "
					"\"child<virtio-balloon-pci>\"}]" :
					"[]");
	if (!strcmp(command, "query-memory-size-summary"))
		return g_strdup("{\"base-memory\": 1073741824, \"plugged-memory\": 0}");
	if (!strcmp(command, "query-balloon"))
		return g_strdup_printf("{\"actual\": %llu}", s->size_bytes);
	if (!strcmp(command, "balloon"))
		s->size_bytes = json_object_get_int_member(arguments, "value");
	if (strcmp(command, "qom-get"))
		return g_strdup("{}");
	if (s->manner == ANSWER)
		return g_strdup(s->raw);
	return g_strdup_printf("{\"last-update\": %llu, \"stats\": {"
			       "\"stat-total-memory\": 1000000000, \"stat-free-memory\": 600000000, "
			       "\"stat-available-memory\": 700000000, \"stat-swap-out\": "
			       "18446744073709551615, \"stat-major-faults\": -1}}",
			       ++s->updated_s);
}

static void answer(struct server *s, const char *line)
{
	g_autoptr(JsonParser) parser = json_parser_new();
	g_autofree char *value = NULL, *text = NULL;
	JsonObject *object, *arguments = NULL;
	const char *command;
	gint64 id;

	if (!CHECK(json_parser_load_from_data(parser, line, -1, NULL)))
		return;
	object = json_node_get_object(json_parser_get_root(parser));
	command = json_object_get_string_member(object, "execute");
	id = json_object_get_int_member(object, "id");
	if (json_object_has_member(object, "arguments"))
		arguments = json_object_get_object_member(object, "arguments");
	if (s->manner == MUTE_LATER)
		return;
	if (s->manner == RAW_LATER && !strcmp(command, "qom-get")) {
		say(s, s->raw);
		return;
	}
	say(s, "{\"event\": \"BALLOON_CHANGE\", \"data\": {\"actual\": 5}}\r\n");
	value = value_for(s, command, arguments);
	text = g_strdup_printf(s->manner == ERRORS && strcmp(command, "qmp_capabilities") ?
				       "{\"id\": %lld, \"error\": {\"desc\": \"not today\"}}\n" :
				       "{\"id\": %lld, \"return\": %s}\n",
			       (long long)id + (s->manner == WRONG_ID), value);
	say(s, text);
}

static gboolean on_text(int fd, GIOCondition condition, void *data)
{
	struct server *s = data;
	char bytes[4096];
	ssize_t count = read(fd, bytes, sizeof(bytes));
	char *end;

	(void)condition;
	if (count <= 0) {
		close(s->fd);
		s->fd = -1;
		g_string_truncate(s->line, 0);
		return G_SOURCE_REMOVE;
	}
	g_string_append_len(s->line, bytes, count);
	while ((end = strchr(s->line->str, '\n'))) {
		g_autofree char *line = g_strndup(s->line->str, end - s->line->str);

		g_string_erase(s->line, 0, end - s->line->str + 1);
		answer(s, line);
	}
	return G_SOURCE_CONTINUE;
}

static gboolean on_client(int fd, GIOCondition condition, void *data)
{
	struct server *s = data;
	int client = accept(fd, NULL, NULL);

	(void)condition;
	if (!CHECK(client >= 0))
		return G_SOURCE_CONTINUE;
	drop(s);
	s->fd = client;
	s->reads = g_unix_fd_add(client, G_IO_IN | G_IO_HUP, on_text, s);
	if (s->manner == HANGS_UP)
		drop(s);
	else if (s->manner != SILENT)
		say(s, s->manner == RAW ? s->raw : GREETING);
	return G_SOURCE_CONTINUE;
}

/* behave() - from now on. A function, because checkers do not see that the main loop reads it. */
static void behave(struct server *s, enum manner manner)
{
	s->manner = manner;
}

static void serve(struct server *s, const char *directory, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	*s = (struct server){ .fd = -1, .size_bytes = 1024 * MIB, .line = g_string_new(NULL) };
	s->path = g_build_filename(directory, name, NULL);
	g_strlcpy(address.sun_path, s->path, sizeof(address.sun_path));
	s->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	CHECK(!bind(s->listener, (struct sockaddr *)&address, sizeof(address)));
	CHECK(!listen(s->listener, 1));
	s->listens = g_unix_fd_add(s->listener, G_IO_IN, on_client, s);
}

/* die() - as by kill -9: the socket's name stays behind. */
static void die(struct server *s)
{
	if (s->listener < 0)
		return;
	drop(s);
	g_source_remove(s->listens);
	close(s->listener);
	s->listener = -1;
}

static void stop(struct server *s)
{
	die(s);
	g_unlink(s->path);
	g_string_free(s->line, TRUE);
	g_free(s->path);
}

/* What the back end told. */
struct heard {
	int appeared;
	int gone;
	int reported;
	int other_reported; /* by a VM called "other" */
	struct vmm_vm *vm;
	struct report report;
	GString *trouble;
};

static void on_appeared(void *data, struct vmm_vm *vm)
{
	struct heard *h = data;

	if (!strcmp(vm->name, "other"))
		return;
	h->appeared++;
	h->vm = vm;
}

static void on_reported(void *data, struct vmm_vm *vm, const struct report *r)
{
	struct heard *h = data;

	if (!strcmp(vm->name, "other")) {
		h->other_reported++;
		return;
	}
	h->reported++;
	h->report = *r;
}

static void on_gone(void *data, const struct vmm_vm *vm)
{
	struct heard *h = data;

	CHECK(vm == h->vm);
	h->gone++;
	h->vm = NULL;
}

static void on_trouble(void *data, const char *name, const char *what)
{
	struct heard *h = data;

	g_string_append_printf(h->trouble, "%s: %s\n", name, what);
}

static const struct vmm_events events = {
	.appeared = on_appeared,
	.reported = on_reported,
	.gone = on_gone,
	.trouble = on_trouble,
};

/* A back end that looks into a directory of its own. */
struct setup {
	char *directory;
	struct qmp_config config;
	struct heard heard;
	struct qmp *qmp;
};

static void setup_init(struct setup *s)
{
	*s = (struct setup){ .directory = g_dir_make_tmp("qmp-test-XXXXXX", NULL) };
	s->config = (struct qmp_config){
		.qemu = { .period_s = 1,
			  .poll_ms = 1,
			  .answer_ms = 5000,
			  .retry_ms = 5,
			  .proc = "/proc" },
		.directory = s->directory,
		.scan_ms = 5,
	};
	s->heard.trouble = g_string_new(NULL);
}

static void setup_end(struct setup *s)
{
	qmp_free(s->qmp);
	g_rmdir(s->directory);
	g_free(s->directory);
	g_string_free(s->heard.trouble, TRUE);
}

static gboolean on_late(void *data)
{
	*(bool *)data = true;
	return G_SOURCE_CONTINUE;
}

/* WAIT() - run the main loop until @condition holds */
#define WAIT(condition)                                                   \
	do {                                                              \
		bool late = false;                                        \
		guint timer = g_timeout_add(DEADLINE_MS, on_late, &late); \
		while (!(condition) && !late)                             \
			g_main_context_iteration(NULL, TRUE);             \
		g_source_remove(timer);                                   \
		CHECK(condition);                                         \
	} while (0)

static void test_reports_and_resizes(void)
{
	struct server server;
	struct setup s;

	setup_init(&s);
	serve(&server, s.directory, "web.sock");
	s.qmp = qmp_new(&s.config, &events, &s.heard);
	WAIT(s.heard.reported > 2);
	CHECK_EQ(s.heard.appeared, 1);
	CHECK(qmp_settled(s.qmp));
	CHECK(!strcmp(s.heard.vm->name, "web"));
	CHECK_EQ(s.heard.report.max_bytes, 1024 * MIB);
	CHECK_EQ(s.heard.report.size_bytes, 1024 * MIB);
	CHECK_EQ(s.heard.report.stats.available_bytes, 700000000);
	CHECK_EQ(s.heard.report.stats.swapped_out_bytes, REPORT_UNKNOWN);
	CHECK_EQ(s.heard.report.stats.major_faults, REPORT_UNKNOWN);
	CHECK_EQ(s.heard.report.stats.stalls, REPORT_UNKNOWN);
	CHECK(s.heard.report.stats.updated_s > 0);
	/* The listener is this process. */
	CHECK(s.heard.report.host_bytes > MIB && s.heard.report.host_bytes < REPORT_UNKNOWN);
	s.heard.vm->resize(s.heard.vm, 512 * MIB);
	WAIT(s.heard.report.size_bytes == 512 * MIB);
	CHECK_EQ(s.heard.trouble->len, 0);
	stop(&server);
	WAIT(s.heard.gone == 1);
	setup_end(&s);
}

/* A monitor that is wrong from the start never appears, is complained about, and is tried again. */
static void test_wrong_from_the_start(void)
{
	g_autofree char *endless = g_strnfill(MONITOR_LINE_BYTES + 2, 'x');
	g_autofree char *open = g_strnfill(MONITOR_DEPTH + 1, '[');
	g_autofree char *shut = g_strnfill(MONITOR_DEPTH + 1, ']');
	g_autofree char *deep = g_strconcat(open, shut, "\n", NULL);
	const struct {
		enum manner manner;
		const char *raw, *trouble;
	} rows[] = {
		{ HANGS_UP, NULL, "it hung up" },
		{ SILENT, NULL, "no greeting within 50 ms: is another client connected?" },
		{ MUTE_LATER, NULL, "no answer within 50 ms" },
		{ RAW, "hello\n", "a line that is no JSON" },
		{ RAW, "\n", "a line that is no JSON object" },
		{ RAW, "{}\n", "no greeting of QMP" },
		{ RAW, "[1, 2]\n", "a line that is no JSON object" },
		{ RAW, "{\"QMP\": \n", "a line that is no JSON" },
		{ RAW, "{\"QMP\": 1}\n{\"return\": {}}\n", "an answer to nothing that was asked" },
		{ RAW, "\xff\xfe\"\\\n", "a line that is no JSON" },
		{ RAW, deep, "a line that is no JSON" },
		{ RAW, endless, "a line without end" },
		{ RAW_LATER, "{\"id\": 99, \"return\": {}}\n",
		  "an answer to nothing that was asked" },
		{ RAW_LATER, "{\"return\": {}}\n", "an answer to nothing that was asked" },
		{ RAW_LATER, "{\"id\": \"5\", \"return\": 1}\n",
		  "an answer to nothing that was asked" },
		{ WRONG_ID, NULL, "an answer to nothing that was asked" },
		{ NO_BALLOON, NULL, "it has no balloon device" },
		{ ERRORS, NULL, "not today" },
		{ ANSWER, "7", "its statistics are no object" },
		{ ANSWER, "[]", "its statistics are no object" },
		{ ANSWER, "null", "its statistics are no object" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *expected = g_strdup_printf("web: %s\n", rows[i].trouble);
		struct server server;
		struct setup s;

		check_row = rows[i].trouble;
		setup_init(&s);
		s.config.qemu.answer_ms = 50;
		serve(&server, s.directory, "web.sock");
		behave(&server, rows[i].manner);
		server.raw = rows[i].raw;
		s.qmp = qmp_new(&s.config, &events, &s.heard);
		CHECK(!qmp_settled(s.qmp));
		WAIT(s.heard.trouble->len);
		CHECK(qmp_settled(s.qmp));
		if (strcmp(s.heard.trouble->str, expected))
			printf("it said %s", s.heard.trouble->str);
		CHECK(!strcmp(s.heard.trouble->str, expected));
		CHECK_EQ(s.heard.appeared, 0);
		behave(&server, GOOD);
		s.config.qemu.answer_ms = 5000;
		WAIT(s.heard.reported);
		stop(&server);
		setup_end(&s);
	}
	check_row = NULL;
}

/* One that goes wrong later still has its memory: it stays, and reports again when it can. */
static void test_wrong_later_is_not_gone(void)
{
	/* The second one answers, and then answers once more. */
	static const enum manner manners[] = { MUTE_LATER, ANSWER, MUTE_LATER };
	struct server server;
	struct setup s;

	setup_init(&s);
	serve(&server, s.directory, "web.sock");
	server.raw = "{}}\n{\"id\": 5, \"return\": {}";
	s.qmp = qmp_new(&s.config, &events, &s.heard);
	for (size_t i = 0; i < G_N_ELEMENTS(manners); i++) {
		s.config.qemu.answer_ms = 5000;
		behave(&server, GOOD);
		s.heard.reported = 0;
		WAIT(s.heard.reported > 1);
		g_string_truncate(s.heard.trouble, 0);
		s.config.qemu.answer_ms = 50;
		drop(&server);
		behave(&server, manners[i]);
		WAIT(strstr(s.heard.trouble->str, i == 1 ? "nothing that was asked" : "no answer"));
		s.heard.vm->resize(s.heard.vm, 512 * MIB); /* nobody hears it; nothing breaks */
	}
	CHECK_EQ(s.heard.appeared, 1);
	CHECK_EQ(s.heard.gone, 0);
	stop(&server);
	WAIT(s.heard.gone);
	setup_end(&s);
}

/* The same trouble is told again if all was well in between. */
static void test_trouble_is_told_when_it_begins(void)
{
	struct server server;
	struct setup s;

	setup_init(&s);
	serve(&server, s.directory, "web.sock");
	s.qmp = qmp_new(&s.config, &events, &s.heard);
	for (int i = 1; i <= 2; i++) {
		s.heard.reported = 0;
		behave(&server, GOOD);
		WAIT(s.heard.reported > 1);
		g_string_truncate(s.heard.trouble, 0);
		behave(&server, ERRORS);
		WAIT(s.heard.trouble->len);
		for (int k = 0; k < 50; k++)
			g_main_context_iteration(NULL, TRUE);
		CHECK(!strcmp(s.heard.trouble->str, "web: not today\n"));
	}
	stop(&server);
	setup_end(&s);
}

static void test_silent_one_delays_nobody(void)
{
	struct server silent, good;
	struct setup s;

	setup_init(&s);
	serve(&silent, s.directory, "web.sock");
	serve(&good, s.directory, "other.sock");
	silent.manner = SILENT;
	s.qmp = qmp_new(&s.config, &events, &s.heard);
	WAIT(s.heard.other_reported > 20); /* the silent one has 5 s until anybody complains */
	CHECK_EQ(s.heard.trouble->len, 0);
	CHECK(!qmp_settled(s.qmp));
	stop(&silent);
	stop(&good);
	setup_end(&s);
}

/* VMs and the directory itself come and go; a socket that stayed behind is no VM. */
static void test_come_and_go(void)
{
	g_autofree char *stranger = NULL;
	struct server server;
	struct setup s;

	setup_init(&s);
	g_rmdir(s.directory);
	s.qmp = qmp_new(&s.config, &events, &s.heard);
	WAIT(s.heard.trouble->len);
	CHECK(!g_mkdir(s.directory, 0700));
	g_string_truncate(s.heard.trouble, 0);
	stranger = g_build_filename(s.directory, "a", NULL);
	CHECK(g_file_set_contents(stranger, "", 0, NULL));
	for (int i = 1; i <= 3; i++) {
		serve(&server, s.directory, "web.sock");
		WAIT(s.heard.appeared == i);
		die(&server);
		WAIT(s.heard.gone == i);
		for (int k = 0; k < 50; k++)
			g_main_context_iteration(NULL, TRUE);
		stop(&server);
		CHECK(!strcmp(s.heard.trouble->str, "web: it hung up\nweb: Connection refused\n"));
		g_string_truncate(s.heard.trouble, 0);
	}
	g_unlink(stranger);
	setup_end(&s);
}

static void test_configured_one_by_one(void)
{
	struct server server;
	struct setup s;

	setup_init(&s);
	serve(&server, s.directory, "monitor");
	s.config.sockets = g_hash_table_new(g_str_hash, g_str_equal);
	g_hash_table_insert(s.config.sockets, (void *)"web", server.path);
	s.config.directory = NULL;
	s.qmp = qmp_new(&s.config, &events, &s.heard);
	WAIT(s.heard.reported);
	CHECK(!strcmp(s.heard.vm->name, "web"));
	stop(&server);
	WAIT(s.heard.gone);
	qmp_free(s.qmp);
	s.qmp = NULL;
	g_hash_table_unref(s.config.sockets);
	setup_end(&s);
}

/* Numbers that are none, or strange. */
static void test_strange_numbers(void)
{
	static const char *const values[] = {
		"{}",
		"{\"stats\": 5}",
		"{\"last-update\": \"x\", \"stats\": {}}",
		"{\"last-update\": 1e300, \"stats\": {\"stat-total-memory\": -1e300}}",
		"{\"last-update\": 99999999999999999999, \"stats\": {\"stat-free-memory\": true}}",
		"{\"last-update\": [], \"stats\": {\"stat-free-memory\": {}}}",
		"{\"last-update\": null, \"stats\": null}",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
		struct server server;
		struct setup s;

		check_row = values[i];
		setup_init(&s);
		serve(&server, s.directory, "web.sock");
		behave(&server, ANSWER);
		server.raw = values[i];
		s.qmp = qmp_new(&s.config, &events, &s.heard);
		WAIT(s.heard.reported > 2);
		CHECK(s.heard.report.stats.updated_s == 0 ||
		      s.heard.report.stats.updated_s == REPORT_UNKNOWN);
		stop(&server);
		setup_end(&s);
	}
	check_row = NULL;
}

/* Any bytes instead of an answer: nothing breaks, and a good monitor is found good afterwards. */
static void test_any_bytes(void)
{
	static const char bits[] = "{}[]\":,0123456789.eE-+\\ \n\ntruefalsnidQMPrt\xff\x01";
	u64 state = check_seed_start();
	struct server server;
	char raw[256];
	struct setup s;

	setup_init(&s);
	s.config.qemu.answer_ms = 5;
	s.config.qemu.retry_ms = 0;
	serve(&server, s.directory, "web.sock");
	s.qmp = qmp_new(&s.config, &events, &s.heard);
	for (int round = 0; round < 300; round++) {
		size_t length = check_random(&state) % (sizeof(raw) - 1);

		for (size_t i = 0; i < length; i++)
			raw[i] = bits[check_random(&state) % (sizeof(bits) - 1)];
		raw[length] = 0;
		server.raw = raw;
		behave(&server, check_random(&state) & 1 ? RAW : RAW_LATER);
		for (int i = 0; i < 20; i++)
			g_main_context_iteration(NULL, TRUE);
	}
	s.heard.reported = 0;
	behave(&server, GOOD);
	s.config.qemu.answer_ms = 5000;
	WAIT(s.heard.reported > 2);
	check_seed = 0;
	stop(&server);
	setup_end(&s);
}

int main(void)
{
	test_reports_and_resizes();
	test_wrong_from_the_start();
	test_wrong_later_is_not_gone();
	test_trouble_is_told_when_it_begins();
	test_silent_one_delays_nobody();
	test_come_and_go();
	test_configured_one_by_one();
	test_strange_numbers();
	test_any_bytes();
	return check_status();
}
