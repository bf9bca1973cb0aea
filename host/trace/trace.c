// SPDX-License-Identifier: GPL-2.0-only
/*
 * A recording of a manager: JSON, one line for each thing that happened.
 *
 * Theory of operation
 *
 * Whatever decisions depend on is in it, in the order in which it came: the state of each VM's model at the
 * beginning, then reports, VMs that come and go, what the host could give, with the time of each by the manager's
 * clock. So the same code decides the same from it again (replay.c). What was asked is in it as well, to compare.
 *
 * The tables below are the only list of what a model or a report consists of, for writing and reading alike.
 * Numbers are 64 bits wide; those beyond 2^63, which mean "unknown", are written as negative ones.
 */
#include "trace.h"

#include <string.h>

enum width { BITS64, BITS32, FLAG };

/* struct field - a member of a structure, and what the recording calls it */
struct field {
	const char *name;
	size_t offset;
	enum width width;
};

#define VM64(member)                                         \
	{                                                    \
#member, offsetof(struct vm, member), BITS64 \
	}
#define VM32(member)                                         \
	{                                                    \
#member, offsetof(struct vm, member), BITS32 \
	}
#define VM1(member)                                        \
	{                                                  \
#member, offsetof(struct vm, member), FLAG \
	}
#define REPORT64(member)                                         \
	{                                                        \
#member, offsetof(struct report, member), BITS64 \
	}
#define HOST64(member)                                               \
	{                                                            \
#member, offsetof(struct fleet_host, member), BITS64 \
	}

static const struct field vm_fields[] = {
	VM64(config.min_bytes),
	VM64(config.max_bytes),
	VM64(config.reserve_bytes),
	VM32(config.shares),
	VM1(config.ignore),
	VM64(stats.last.updated_s),
	VM64(stats.last.total_bytes),
	VM64(stats.last.free_bytes),
	VM64(stats.last.available_bytes),
	VM64(stats.last.caches_bytes),
	VM64(stats.last.swapped_out_bytes),
	VM64(stats.last.major_faults),
	VM64(stats.last.stalls),
	VM64(stats.last.oom_kills),
	VM1(stats.known),
	VM64(stats.updated_s),
	VM64(stats.changed_ms),
	VM32(stats.quarantine),
	VM1(demand.known),
	VM1(demand.urgent),
	VM32(demand.active),
	VM64(demand.bytes),
	VM64(demand.reserve_bytes),
	VM64(demand.used_bytes),
	VM64(demand.debt_bytes),
	VM64(demand.burst_bytes),
	VM64(demand.fast_bytes),
	VM64(demand.slow_bytes),
	VM1(seen),
	VM64(since_ms),
	VM64(max_bytes),
	VM64(size_bytes),
	VM64(host_bytes),
	VM64(asked_bytes),
	VM1(reached),
	VM64(reached_ms),
	VM64(far_bytes),
	VM64(far_ms),
	VM32(rest_ms[VM_SHRINK]),
	VM32(rest_ms[VM_GROW]),
	VM64(rest_until_ms[VM_SHRINK]),
	VM64(rest_until_ms[VM_GROW]),
	VM64(manual_until_ms),
	VM1(keeps),
	VM1(resend),
	VM64(ideal_bytes),
	VM64(target_bytes),
	VM32(reason),
};

static const struct field report_fields[] = {
	REPORT64(max_bytes),
	REPORT64(size_bytes),
	REPORT64(host_bytes),
	REPORT64(stats.updated_s),
	REPORT64(stats.total_bytes),
	REPORT64(stats.free_bytes),
	REPORT64(stats.available_bytes),
	REPORT64(stats.caches_bytes),
	REPORT64(stats.swapped_out_bytes),
	REPORT64(stats.major_faults),
	REPORT64(stats.stalls),
	REPORT64(stats.oom_kills),
};

static const struct field host_fields[] = {
	HOST64(budget_bytes),
	{ "pressure", offsetof(struct fleet_host, pressure), BITS32 },
	HOST64(wanted_bytes),
};

static const char *const kinds[] = {
	[TRACE_START] = "start",   [TRACE_VM] = "vm",	      [TRACE_GONE] = "gone",
	[TRACE_REPORT] = "report", [TRACE_DECIDE] = "decide", [TRACE_SEND] = "send",
};

static void put(JsonObject *object, const struct field *fields, size_t count, const void *base)
{
	for (size_t i = 0; i < count; i++) {
		const char *at = (const char *)base + fields[i].offset;
		u64 value = 0;

		if (fields[i].width == BITS64)
			value = *(const u64 *)at;
		else if (fields[i].width == BITS32)
			value = *(const u32 *)at;
		else
			value = *(const bool *)at;
		json_object_set_int_member(object, fields[i].name, (gint64)value);
	}
}

/* get() - read what put() wrote; the name of what is missing or too great, or NULL */
static const char *get(JsonObject *object, const struct field *fields, size_t count, void *base)
{
	for (size_t i = 0; i < count; i++) {
		JsonNode *node = json_object_get_member(object, fields[i].name);
		char *at = (char *)base + fields[i].offset;
		u64 value;

		if (!node || json_node_get_value_type(node) != G_TYPE_INT64)
			return fields[i].name;
		value = (u64)json_node_get_int(node);
		if ((fields[i].width == BITS32 && value > U32_MAX) ||
		    (fields[i].width == FLAG && value > 1))
			return fields[i].name;
		if (fields[i].width == BITS64)
			*(u64 *)at = value;
		else if (fields[i].width == BITS32)
			*(u32 *)at = (u32)value;
		else
			*(bool *)at = value;
	}
	return NULL;
}

static JsonObject *line(enum trace_kind kind, const struct vm *vm, u64 now_ms)
{
	JsonObject *object = json_object_new();

	json_object_set_string_member(object, "what", kinds[kind]);
	json_object_set_int_member(object, "ms", (gint64)now_ms);
	if (vm)
		json_object_set_string_member(object, "name", vm->name);
	return object;
}

/* trace_start() - the first line, and the one after the manager started over */
JsonObject *trace_start(const struct fleet *f, bool dry_run, u64 now_ms)
{
	JsonObject *object = line(TRACE_START, NULL, now_ms);
	JsonArray *vms = json_array_new();

	json_object_set_int_member(object, "format", TRACE_FORMAT);
	json_object_set_int_member(object, "period_ms", f->limits.vm.period_ms);
	json_object_set_boolean_member(object, "dry_run", dry_run);
	for (guint i = 0; i < f->vms->len; i++)
		json_array_add_object_element(vms, trace_vm(g_ptr_array_index(f->vms, i), now_ms));
	json_object_set_array_member(object, "vms", vms);
	return object;
}

/* trace_vm() - all that is known about a VM */
JsonObject *trace_vm(const struct vm *vm, u64 now_ms)
{
	JsonObject *object = line(TRACE_VM, vm, now_ms);

	put(object, vm_fields, G_N_ELEMENTS(vm_fields), vm);
	return object;
}

/* trace_gone() - a VM went away. */
JsonObject *trace_gone(const struct vm *vm, u64 now_ms)
{
	return line(TRACE_GONE, vm, now_ms);
}

/* trace_report() - a report, for fleet_observe() */
JsonObject *trace_report(const struct vm *vm, const struct report *r, u64 now_ms)
{
	JsonObject *object = line(TRACE_REPORT, vm, now_ms);

	put(object, report_fields, G_N_ELEMENTS(report_fields), r);
	return object;
}

/* trace_decide() - what fleet_decide() was called with */
JsonObject *trace_decide(const struct fleet_host *host, u64 now_ms)
{
	JsonObject *object = line(TRACE_DECIDE, NULL, now_ms);

	put(object, host_fields, G_N_ELEMENTS(host_fields), host);
	return object;
}

/* trace_send() - a size that was asked for, or in a dry run would have been */
JsonObject *trace_send(const struct vm *vm, u64 bytes, u64 now_ms)
{
	JsonObject *object = line(TRACE_SEND, vm, now_ms);

	json_object_set_int_member(object, "bytes", (gint64)bytes);
	return object;
}

/* number() - a member, or 0 where there is no number */
static u64 number(JsonObject *object, const char *name)
{
	JsonNode *node = json_object_get_member(object, name);

	return node && json_node_get_value_type(node) == G_TYPE_INT64 ?
		       (u64)json_node_get_int(node) :
		       0;
}

static const char *text_of(JsonObject *object, const char *name)
{
	JsonNode *node = json_object_get_member(object, name);

	return node && json_node_get_value_type(node) == G_TYPE_STRING ?
		       json_node_get_string(node) :
		       NULL;
}

static const char *read_start(JsonObject *object, struct trace_line *line)
{
	JsonNode *vms = json_object_get_member(object, "vms");
	JsonNode *dry = json_object_get_member(object, "dry_run");

	if (number(object, "format") != TRACE_FORMAT)
		return "a recording of another format";
	line->period_ms = (u32)min_u64(number(object, "period_ms"), U32_MAX);
	line->dry_run = dry && json_node_get_value_type(dry) == G_TYPE_BOOLEAN &&
			json_node_get_boolean(dry);
	if (!vms || !JSON_NODE_HOLDS_ARRAY(vms) || !line->period_ms)
		return "a beginning without VMs or period";
	line->vms = json_node_get_array(vms);
	return NULL;
}

/* read_object() - what is wrong with @object, or NULL */
static const char *read_object(JsonObject *object, struct trace_line *line)
{
	const char *what = text_of(object, "what");
	size_t kind = 0;

	while (what && kind < G_N_ELEMENTS(kinds) && strcmp(what, kinds[kind]))
		kind++;
	if (!what || kind == G_N_ELEMENTS(kinds))
		return "not a line of a recording";
	*line = (struct trace_line){
		.kind = (enum trace_kind)kind,
		.at_ms = number(object, "ms"),
		.name = text_of(object, "name"),
		.bytes = number(object, "bytes"),
		.object = object,
	};
	if (line->kind == TRACE_START)
		return read_start(object, line);
	if (line->kind == TRACE_DECIDE)
		return get(object, host_fields, G_N_ELEMENTS(host_fields), &line->host);
	if (!line->name)
		return "no name of a VM";
	if (line->kind == TRACE_REPORT)
		return get(object, report_fields, G_N_ELEMENTS(report_fields), &line->report);
	return NULL;
}

/**
 * trace_read() - read a line
 * @text: the line
 * @ret_line: what it says; its object is the caller's, but only if nothing is wrong
 *
 * Return: what is wrong with it (a text, or the name of the member), or NULL.
 */
const char *trace_read(const char *text, struct trace_line *ret_line)
{
	g_autoptr(JsonParser) parser = json_parser_new();
	const char *wrong;
	JsonNode *root;

	if (!json_parser_load_from_data(parser, text, -1, NULL))
		return "no JSON";
	root = json_parser_get_root(parser);
	if (!root || !JSON_NODE_HOLDS_OBJECT(root))
		return "no JSON object";
	wrong = read_object(json_node_get_object(root), ret_line);
	if (!wrong)
		json_object_ref(ret_line->object);
	return wrong;
}

/**
 * trace_restore() - make a model what it was
 * @object: of a TRACE_VM, or one of the VMs of a TRACE_START
 * @vm: its name stays
 *
 * Return: what is missing, or NULL.
 */
const char *trace_restore(JsonObject *object, struct vm *vm)
{
	return get(object, vm_fields, G_N_ELEMENTS(vm_fields), vm);
}
