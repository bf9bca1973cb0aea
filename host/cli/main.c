// SPDX-License-Identifier: GPL-2.0-only
/*
 * aerostat: shows what the host manager does and why, and changes what a VM may have.
 *
 * The tables of commands and options below are all that there is of either. An option that is not for all
 * commands says for which, and is refused elsewhere.
 *
 * Status: 0 done; 1 the manager says no or cannot be reached, or a recording is wrong; 2 wrong arguments.
 */
#include <errno.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/cli/client.h"
#include "host/cli/fail.h"
#include "host/cli/recording.h"
#include "host/cli/show.h"
#include "host/cli/top.h"
#include "host/daemon/config.h"

#define SECONDS_MAX (366 * 24 * 3600)

static char *socket_path = (char *)"/run/aerostat/control.sock";
static char *min_text, *max_text, *shares_text, *seconds_text, *policy_text, *config_path;
static char *output_path;
static gboolean as_json;

/* Of options that a command has for itself, the first word of the description names it. */
static const GOptionEntry options[] = {
	{ "socket", 's', 0, G_OPTION_ARG_FILENAME, &socket_path,
	  "the manager's control socket (default: /run/aerostat/control.sock)", "PATH" },
	{ "json", 'j', 0, G_OPTION_ARG_NONE, &as_json, "print the answer as it is, in JSON", NULL },
	{ "min", 0, 0, G_OPTION_ARG_STRING, &min_text, "set: it never gets less", "AMOUNT" },
	{ "max", 0, 0, G_OPTION_ARG_STRING, &max_text, "set: it never gets more", "AMOUNT|all" },
	{ "shares", 0, 0, G_OPTION_ARG_STRING, &shares_text, "set: what it pays", "N" },
	{ "seconds", 0, 0, G_OPTION_ARG_STRING, &seconds_text, "record: end after so long", "N" },
	{ "policy", 0, 0, G_OPTION_ARG_STRING, &policy_text,
	  "replay: who decides (default: recorded)", "recorded|manager|static" },
	{ "config", 'c', 0, G_OPTION_ARG_FILENAME, &config_path,
	  "replay: with this configuration of the manager's", "FILE" },
	{ "output", 'o', 0, G_OPTION_ARG_FILENAME, &output_path,
	  "plot: where the picture goes (default: standard output)", "FILE" },
	{ 0 },
};

/* struct command - what it is called, what its one argument is (NULL: it has none), and what it does */
struct command {
	const char *name;
	const char *argument;
	int (*run)(const struct command *command, const char *argument);
	const char *help;
};

/* ask() - ask the manager; the exit status, and its answer if that is a success */
static int ask(JsonObject *question, char **ret_text, JsonObject **ret_answer)
{
	g_autoptr(JsonNode) node = json_node_new(JSON_NODE_OBJECT);
	g_autofree char *json = NULL, *line = NULL, *text = NULL;
	g_autoptr(JsonObject) answer = NULL;

	json_node_set_object(node, question);
	json = json_to_string(node, FALSE);
	line = g_strconcat(json, "\n", NULL);
	text = client_ask(socket_path, line);
	if (!text)
		return fail(EXIT_FAILURE, "%s: %s", socket_path, g_strerror(errno));
	answer = client_object(text);
	if (!answer)
		return fail(EXIT_FAILURE, "the manager's answer makes no sense: %s", text);
	if (json_object_has_member(answer, "error"))
		return fail(EXIT_FAILURE, "%s",
			    json_object_get_string_member_with_default(answer, "error", "?"));
	*ret_text = g_steal_pointer(&text);
	*ret_answer = g_steal_pointer(&answer);
	return EXIT_SUCCESS;
}

static JsonObject *question_of(const struct command *command, const char *vm)
{
	JsonObject *question = json_object_new();

	json_object_set_string_member(question, "command", command->name);
	if (vm)
		json_object_set_string_member(question, "vm", vm);
	return question;
}

/* inquire() - ask, and show the answer with @show unless it is wanted as it is. */
static int inquire(JsonObject *question, void (*show)(JsonObject *answer))
{
	g_autoptr(JsonObject) answer = NULL;
	g_autofree char *text = NULL;
	int status = ask(question, &text, &answer);

	if (status)
		return status;
	if (as_json)
		fputs(text, stdout);
	else if (show)
		show(answer);
	return EXIT_SUCCESS;
}

static int run_status(const struct command *command, const char *argument)
{
	g_autoptr(JsonObject) question = question_of(command, argument);

	return inquire(question, show_status);
}

static int run_explain(const struct command *command, const char *vm)
{
	g_autoptr(JsonObject) question = question_of(command, vm);

	return inquire(question, show_vm);
}

/* add_amount() - an option of set, if it is given; false: it is none */
static bool add_amount(JsonObject *question, const char *name, const char *text, const char *zero)
{
	u64 bytes = 0;

	if (!text)
		return true;
	if ((!zero || strcmp(text, zero)) && (!config_parse_bytes(text, &bytes) || bytes >> 63))
		return false;
	json_object_set_int_member(question, name, (gint64)bytes);
	return true;
}

static int run_set(const struct command *command, const char *vm)
{
	g_autoptr(JsonObject) question = question_of(command, vm);

	if (!min_text && !max_text && !shares_text)
		return fail(FAIL_USAGE, "set what? --min, --max, --shares");
	if (!add_amount(question, "min_bytes", min_text, NULL) ||
	    !add_amount(question, "max_bytes", max_text, "all") ||
	    !add_amount(question, "shares", shares_text, NULL))
		return fail(FAIL_USAGE, "amounts look like 512M or 4G");
	return inquire(question, NULL);
}

static int run_record(const struct command *command, const char *path)
{
	guint64 seconds = 0;

	(void)command;
	if (seconds_text &&
	    !g_ascii_string_to_unsigned(seconds_text, 10, 1, SECONDS_MAX, &seconds, NULL))
		return fail(FAIL_USAGE, "--seconds: '%s' is not from 1 to %d", seconds_text,
			    SECONDS_MAX);
	return recording_make(socket_path, path, (guint)seconds);
}

static int run_replay(const struct command *command, const char *path)
{
	static const char *const policies[] = {
		[REPLAY_RECORDED] = "recorded",
		[REPLAY_MANAGER] = "manager",
		[REPLAY_STATIC] = "static",
	};
	size_t policy = REPLAY_RECORDED;
	g_autofree char *error = NULL;
	struct config *config = NULL;
	int status;

	(void)command;
	while (policy_text && policy < G_N_ELEMENTS(policies) &&
	       strcmp(policy_text, policies[policy]))
		policy++;
	if (policy == G_N_ELEMENTS(policies))
		return fail(FAIL_USAGE, "--policy: '%s' is none of recorded, manager, static",
			    policy_text);
	if (config_path && policy != REPLAY_MANAGER)
		return fail(FAIL_USAGE, "--config is for --policy manager");
	if (config_path && !(config = config_load(config_path, &error)))
		return fail(EXIT_FAILURE, "%s", error);
	status = recording_replay(path, (enum replay_policy)policy, config, as_json);
	config_free(config);
	return status;
}

static int run_plot(const struct command *command, const char *path)
{
	(void)command;
	return recording_plot(path, output_path);
}

static int run_top(const struct command *command, const char *argument)
{
	(void)command;
	(void)argument;
	return top_run(socket_path);
}

static const struct command commands[] = {
	{ "status", NULL, run_status, "the host and all VMs" },
	{ "top", NULL, run_top, "the same, live in a terminal" },
	{ "explain", "VM", run_explain, "why a VM has its size" },
	{ "set", "VM", run_set, "change what a VM may have" },
	{ "record", "FILE", run_record, "write down all that decisions depend on" },
	{ "replay", "FILE", run_replay, "decide upon a recording again" },
	{ "plot", "FILE", run_plot, "draw a recording" },
};

/* misplaced() - an option that is given and not for @command, or NULL */
static const char *misplaced(const char *command)
{
	for (const GOptionEntry *option = options; option->long_name; option++) {
		size_t length = strcspn(option->description, ":");
		bool given = option->arg != G_OPTION_ARG_NONE && *(char **)option->arg_data;

		if (option->arg_data != &socket_path && given &&
		    (strlen(command) != length || strncmp(command, option->description, length)))
			return option->long_name;
	}
	return NULL;
}

static char *summary(void)
{
	GString *text = g_string_new("Shows what the host manager does and why.\n\nCommands:\n");

	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
		g_string_append_printf(text, "  %-8s %-6s %s\n", commands[i].name,
				       commands[i].argument ?: "", commands[i].help);
	return g_string_free(text, FALSE);
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

int main(int argc, char **argv)
{
	g_autoptr(GOptionContext) context = g_option_context_new("COMMAND [VM | FILE]");
	g_autoptr(GError) error = NULL;
	g_autofree char *help = summary();
	const struct command *command;
	const char *wrong;

	g_option_context_set_summary(context, help);
	g_option_context_add_main_entries(context, options, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error))
		return fail(FAIL_USAGE, "%s", error->message);
	command = find_command(argc > 1 ? argv[1] : "status");
	if (!command)
		return fail(FAIL_USAGE, "no command '%s': see --help", argv[1]);
	if (argc > 1 && argc != (command->argument ? 3 : 2))
		return fail(FAIL_USAGE, "%s wants %s%s", command->name,
			    command->argument ? "one " : "nothing more", command->argument ?: "");
	wrong = misplaced(command->name);
	if (wrong)
		return fail(FAIL_USAGE, "--%s is not for %s", wrong, command->name);
	return command->run(command, argc > 2 ? argv[2] : NULL);
}
