// SPDX-License-Identifier: GPL-2.0-only
/*
 * One VM behind the monitor of a QEMU.
 *
 * Theory of operation
 *
 *   idle --(retry)--> connected --> looking for the balloon --> its memory --> polling
 *    ^                    |                    |                    |            |
 *    +--------------------+---(anything wrong)-+--------------------+------------+
 *
 * The balloon device is any child of /machine/peripheral or /machine/peripheral-anon whose type begins with
 * virtio-balloon. Having found it, QEMU is told to ask the guest for statistics. A poll is two questions,
 * the balloon's size and the statistics; the next one waits until both are answered, so a slow
 * QEMU is asked less, not more.
 *
 * A VM whose monitor is broken, silent or taken by somebody else still runs and has its memory: it stays,
 * without reports. It is gone when nobody listens at its socket any more. What worked until now is tried again
 * soon, what goes on failing less and less often.
 */
#include "qemu.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "host/vmm/beat.h"
#include "host/vmm/monitor.h"
#include "host/vmm/resident.h"

#define BALLOON_TYPE "child<virtio-balloon"

/* The first pause before a retry; each further one is twice as long, as far as the configuration lets it. */
#define RETRY_FIRST_MS 100

static const char *const containers[] = { "/machine/peripheral", "/machine/peripheral-anon" };

/**
 * struct qemu - one VM
 * @vm: what the receiver sees
 * @path: the monitor's socket
 * @config: the caller's
 * @events, @data: the receiver
 * @monitor: the conversation, or NULL
 * @runs: somebody listened there the last time we tried
 * @appeared: the receiver knows it
 * @container: index of the one that is searched
 * @balloon: path of the balloon device, or NULL
 * @report: what is known so far
 * @trouble: what was told last
 * @retry_ms: how long the next pause before a retry is
 * @timer: for the next try or the next poll
 */
struct qemu {
	struct vmm_vm vm;
	char *path;
	const struct qemu_config *config;
	const struct vmm_events *events;
	void *data;
	struct monitor *monitor;
	bool runs;
	bool appeared;
	guint container;
	char *balloon;
	struct report report;
	char *trouble;
	u32 retry_ms;
	struct beat timer;
};

static void on_retry(void *data);
static void on_poll(void *data);
static void look_into(struct qemu *q);

/* tell() - tell about trouble, or with NULL that there is none, once. */
static void tell(struct qemu *q, const char *what)
{
	if (!g_strcmp0(q->trouble, what))
		return;
	g_free(q->trouble);
	q->trouble = g_strdup(what);
	if (what)
		q->events->trouble(q->data, q->vm.name, what);
}

static void retry_later(struct qemu *q)
{
	u32 pause_ms = min_u32(q->retry_ms, q->config->retry_ms);

	q->retry_ms = min_u32(2 * q->retry_ms, max_u32(q->config->retry_ms, 1));
	beat_set(&q->timer, pause_ms, on_retry, q);
}

/* give_up() - this conversation leads nowhere: try another one later. Ends it only on the main loop. */
static void give_up(struct qemu *q, const char *why)
{
	tell(q, why);
	retry_later(q);
}

/* number() - an unsigned number of @object, or REPORT_UNKNOWN for anything else */
static u64 number(JsonObject *object, const char *name)
{
	JsonNode *node = json_object_get_member(object, name);

	if (!node || json_node_get_value_type(node) != G_TYPE_INT64)
		return REPORT_UNKNOWN;
	return (u64)json_node_get_int(node); /* 2^64 - 1 arrives as -1, which is the same */
}

static const char *text(JsonObject *object, const char *name)
{
	JsonNode *node = json_object_get_member(object, name);

	return node && json_node_get_value_type(node) == G_TYPE_STRING ?
		       json_node_get_string(node) :
		       NULL;
}

/* object_in() - the object that @value is, or NULL */
static JsonObject *object_in(JsonNode *value)
{
	return value && JSON_NODE_HOLDS_OBJECT(value) ? json_node_get_object(value) : NULL;
}

static void take_stats(struct qemu *q, JsonObject *answer)
{
	JsonObject *s = object_in(json_object_get_member(answer, "stats"));

	if (!s)
		return;
	q->report.stats = (struct report_stats){
		.updated_s = number(answer, "last-update"),
		.total_bytes = number(s, "stat-total-memory"),
		.free_bytes = number(s, "stat-free-memory"),
		.available_bytes = number(s, "stat-available-memory"),
		.caches_bytes = number(s, "stat-disk-caches"),
		.swapped_out_bytes = number(s, "stat-swap-out"),
		.major_faults = number(s, "stat-major-faults"),
		.stalls = number(s, "stat-alloc-stalls"),
		.oom_kills = number(s, "stat-oom-kills"),
	};
}

static void on_stats(void *data, JsonNode *value, const char *error)
{
	struct qemu *q = data;
	JsonObject *answer = object_in(value);

	if (!answer) {
		give_up(q, error ? error : "its statistics are no object");
		return;
	}
	take_stats(q, answer);
	q->report.host_bytes = resident_bytes(q->config->proc, monitor_pid(q->monitor));
	tell(q, NULL);
	q->retry_ms = RETRY_FIRST_MS;
	if (!q->appeared) {
		q->appeared = true;
		q->events->appeared(q->data, &q->vm);
	}
	q->events->reported(q->data, &q->vm, &q->report);
	beat_set(&q->timer, q->config->poll_ms, on_poll, q);
}

static JsonObject *property(const struct qemu *q, const char *name)
{
	JsonObject *arguments = json_object_new();

	json_object_set_string_member(arguments, "path", q->balloon);
	json_object_set_string_member(arguments, "property", name);
	return arguments;
}

static void on_size(void *data, JsonNode *value, const char *error)
{
	struct qemu *q = data;
	JsonObject *answer = object_in(value);
	u64 bytes = answer ? number(answer, "actual") : REPORT_UNKNOWN;

	if (bytes == REPORT_UNKNOWN) {
		give_up(q, error ? error : "its size is no number");
		return;
	}
	q->report.size_bytes = bytes;
	monitor_execute(q->monitor, "qom-get", property(q, "guest-stats"), on_stats);
}

static void on_poll(void *data)
{
	struct qemu *q = data;

	monitor_execute(q->monitor, "query-balloon", NULL, on_size);
}

static void on_memory(void *data, JsonNode *value, const char *error)
{
	struct qemu *q = data;
	JsonObject *answer = object_in(value);
	u64 base = answer ? number(answer, "base-memory") : REPORT_UNKNOWN;
	u64 plugged = answer ? number(answer, "plugged-memory") : REPORT_UNKNOWN;

	if (base == REPORT_UNKNOWN) {
		give_up(q, error ? error : "its memory is no number");
		return;
	}
	q->report.max_bytes = sat_add_u64(base, plugged == REPORT_UNKNOWN ? 0 : plugged);
	on_poll(q);
}

/* on_period() - of no interest: a QEMU that refuses shows old statistics, and that is seen. */
static void on_period(void *data, JsonNode *value, const char *error)
{
	(void)data;
	(void)value;
	(void)error;
}

static void found(struct qemu *q, const char *name)
{
	JsonObject *arguments;

	g_free(q->balloon);
	q->balloon = g_strdup_printf("%s/%s", containers[q->container], name);
	arguments = property(q, "guest-stats-polling-interval");
	json_object_set_int_member(arguments, "value", q->config->period_s);
	monitor_execute(q->monitor, "qom-set", arguments, on_period);
	monitor_execute(q->monitor, "query-memory-size-summary", NULL, on_memory);
}

/* balloon_in() - the name of the balloon among children, or NULL */
static const char *balloon_in(JsonArray *children)
{
	for (guint i = 0; i < json_array_get_length(children); i++) {
		JsonObject *child = object_in(json_array_get_element(children, i));
		const char *type = child ? text(child, "type") : NULL;

		if (type && g_str_has_prefix(type, BALLOON_TYPE))
			return text(child, "name");
	}
	return NULL;
}

static void on_children(void *data, JsonNode *value, const char *error)
{
	const char *name = NULL;
	struct qemu *q = data;

	if (value && JSON_NODE_HOLDS_ARRAY(value))
		name = balloon_in(json_node_get_array(value));
	if (name) {
		found(q, name);
	} else if (++q->container < G_N_ELEMENTS(containers)) {
		look_into(q);
	} else {
		give_up(q, error ? error : "it has no balloon device");
	}
}

static void look_into(struct qemu *q)
{
	JsonObject *arguments = json_object_new();

	json_object_set_string_member(arguments, "path", containers[q->container]);
	monitor_execute(q->monitor, "qom-list", arguments, on_children);
}

static void on_ready(void *data)
{
	struct qemu *q = data;

	q->container = 0;
	look_into(q);
}

static void on_closed(void *data, const char *why)
{
	struct qemu *q = data;

	monitor_close(q->monitor);
	q->monitor = NULL;
	q->vm.underway = 0;
	tell(q, why);
	retry_later(q);
}

static const struct monitor_ops monitor_ops = { .ready = on_ready, .closed = on_closed };

/* lose() - nobody listens any more. */
static void lose(struct qemu *q, int error)
{
	q->runs = false;
	if (q->appeared)
		q->events->gone(q->data, &q->vm);
	q->appeared = false;
	q->vm.user = NULL;
	q->report = (struct report){ .host_bytes = REPORT_UNKNOWN };
	tell(q, error == ENOENT ? NULL : g_strerror(error));
}

/* try() - begin a conversation, after the end of one that led nowhere. */
static void try(struct qemu *q)
{
	int error;

	monitor_close(q->monitor);
	q->vm.underway = 0;
	q->monitor = monitor_open(q->path, q->config->answer_ms, &monitor_ops, q, &error);
	if (q->monitor) {
		q->runs = true;
		return;
	}
	if (error == ECONNREFUSED || error == ENOENT)
		lose(q, error);
	else
		tell(q, g_strerror(error));
	retry_later(q);
}

static void on_retry(void *data)
{
	try(data);
}

static void on_resized(void *data, JsonNode *value, const char *error)
{
	struct qemu *q = data;

	(void)value;
	q->vm.underway--;
	if (error)
		tell(q, error);
}

static void resize(struct vmm_vm *vm, u64 bytes)
{
	struct qemu *q = (struct qemu *)vm;
	JsonObject *arguments;

	if (!q->monitor || !q->balloon)
		return;
	arguments = json_object_new();
	json_object_set_int_member(arguments, "value", (gint64)min_u64(bytes, G_MAXINT64));
	q->vm.underway++;
	monitor_execute(q->monitor, "balloon", arguments, on_resized);
}

/**
 * qemu_new() - look after the VM behind a monitor, which need not be there yet
 * @name: the VM's name
 * @path: the monitor's socket
 * @config: must outlive it
 * @events: whom to tell, not before this returned
 * @data: for @events
 */
struct qemu *qemu_new(const char *name, const char *path, const struct qemu_config *config,
		      const struct vmm_events *events, void *data)
{
	struct qemu *q = g_new0(struct qemu, 1);

	q->vm.name = g_strdup(name);
	q->vm.resize = resize;
	q->path = g_strdup(path);
	q->config = config;
	q->events = events;
	q->data = data;
	q->runs = true;
	q->retry_ms = RETRY_FIRST_MS;
	q->report.host_bytes = REPORT_UNKNOWN;
	beat_set(&q->timer, 0, on_retry, q);
	return q;
}

/* qemu_free() - look away; nobody is told. NULL is fine. */
void qemu_free(struct qemu *q)
{
	if (!q)
		return;
	beat_clear(&q->timer);
	monitor_close(q->monitor);
	g_free(q->vm.name);
	g_free(q->path);
	g_free(q->balloon);
	g_free(q->trouble);
	g_free(q);
}

/* qemu_runs() - whether somebody listened at its socket the last time, or it was not tried yet */
bool qemu_runs(const struct qemu *q)
{
	return q->runs;
}

/* qemu_settled() - whether its VM is known, or it is known why not */
bool qemu_settled(const struct qemu *q)
{
	return q->appeared || q->trouble || !q->runs;
}
