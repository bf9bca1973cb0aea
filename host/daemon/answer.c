// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the daemon answers on its control socket.
 *
 *   {"command": "status"}
 *   {"command": "explain", "vm": "web"}
 *   {"command": "record"}                 trace_start(), and from then on whatever happens
 *   {"command": "set", "vm": "web", "min_bytes": 1073741824, "max_bytes": 0, "shares": 500}
 *
 * What was set lasts until the VM goes, the configuration is loaded again or the daemon ends. A question with
 * anything in it that is not understood changes nothing.
 */
#include "answer.h"

#include <string.h>

#include "host/api/control.h"
#include "host/api/status.h"
#include "host/daemon/journal.h"
#include "host/trace/trace.h"
#include "policy/share.h"

static u64 now_ms(void)
{
	return (u64)g_get_monotonic_time() / 1000;
}

/* text() - a string of @question, or NULL */
static const char *text(JsonObject *question, const char *name)
{
	JsonNode *node = json_object_get_member(question, name);

	return node && json_node_get_value_type(node) == G_TYPE_STRING ?
		       json_node_get_string(node) :
		       NULL;
}

/* change() - one member of a question for set; what is wrong with it, or NULL */
static const char *change(struct vm_config *config, const char *name, JsonNode *node)
{
	gint64 value;

	if (json_node_get_value_type(node) != G_TYPE_INT64)
		return "no whole number";
	value = json_node_get_int(node);
	if (value < 0)
		return "negative";
	if (!strcmp(name, "min_bytes"))
		config->min_bytes = (u64)value;
	else if (!strcmp(name, "max_bytes"))
		config->max_bytes = (u64)value;
	else if (strcmp(name, "shares"))
		return "not something that can be set";
	else if (!value || value > SHARE_MAX)
		return "not between 1 and 1048575";
	else
		config->shares = (u32)value;
	return NULL;
}

static JsonObject *set(struct manager *m, struct vm *vm, JsonObject *question)
{
	struct vm_config config = vm->config;
	JsonObjectIter iter;
	const char *name;
	JsonNode *node;

	json_object_iter_init(&iter, question);
	while (json_object_iter_next(&iter, &name, &node)) {
		const char *wrong;

		if (!strcmp(name, "command") || !strcmp(name, "vm"))
			continue;
		wrong = change(&config, name, node);
		if (wrong)
			return control_error("%s: %s", name, wrong);
	}
	if (config.max_bytes && config.min_bytes > config.max_bytes)
		return control_error("min would be greater than max");
	vm->config = config;
	manager_changed(m, vm);
	journal(JOURNAL_NOTICE, "%s: set by hand: min %llu MiB, max %llu MiB (0: all), shares %u",
		vm->name, config.min_bytes >> 20, config.max_bytes >> 20, config.shares);
	return json_object_new();
}

static JsonObject *about_vm(struct manager *m, const char *command, JsonObject *question,
			    bool may_change)
{
	const char *name = text(question, "vm");
	struct vm *vm = name ? fleet_find(m->fleet, name) : NULL;

	if (!name)
		return control_error("of which VM?");
	if (!vm)
		return control_error("there is no VM '%s'", name);
	if (!strcmp(command, "explain"))
		return status_of_vm(vm, &m->fleet->limits.vm, now_ms());
	if (!may_change)
		return control_error(
			"permission denied: only root and the manager's own user may set");
	return set(m, vm, question);
}

/**
 * answer() - answer a question
 * @manager: the struct manager that it is about
 * @question: what was asked
 * @may_change: whoever asks may change something
 * @ret_follow: as control_answer_fn has it
 *
 * Return: the answer, which becomes the caller's.
 */
JsonObject *answer(void *manager, JsonObject *question, bool may_change, bool *ret_follow)
{
	const char *command = text(question, "command");
	struct manager *m = manager;

	if (command && !strcmp(command, "status"))
		return status_of_fleet(m->fleet, &m->host, now_ms());
	if (command && (!strcmp(command, "explain") || !strcmp(command, "set")))
		return about_vm(m, command, question, may_change);
	if (command && !strcmp(command, "record")) {
		*ret_follow = true;
		return trace_start(m->fleet, m->config->dry_run, now_ms());
	}
	return control_error("the commands are status, explain, set and record");
}
