// SPDX-License-Identifier: GPL-2.0-only
/*
 * aerostat: shows what the host manager does and why, and changes what a VM may have.
 *
 *   aerostat status
 *   aerostat explain VM
 *   aerostat set VM [--min AMOUNT] [--max AMOUNT|all] [--shares N]
 *
 * Status: 0 done; 1 the manager says no or cannot be reached; 2 wrong arguments.
 */
#include <errno.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "host/daemon/config.h"

#define MIB (1 << 20)
#define ANSWER_SECONDS 10
#define ANSWER_BYTES (16 << 20)

static char *socket_path = (char *)"/run/aerostat/control.sock";
static char *min_text, *max_text, *shares_text;
static gboolean as_json;

static const GOptionEntry options[] = {
	{ "socket", 's', 0, G_OPTION_ARG_FILENAME, &socket_path,
	  "the manager's control socket (default: /run/aerostat/control.sock)", "PATH" },
	{ "json", 'j', 0, G_OPTION_ARG_NONE, &as_json, "print the answer as it is, in JSON", NULL },
	{ "min", 0, 0, G_OPTION_ARG_STRING, &min_text, "set: it never gets less", "AMOUNT" },
	{ "max", 0, 0, G_OPTION_ARG_STRING, &max_text, "set: it never gets more", "AMOUNT|all" },
	{ "shares", 0, 0, G_OPTION_ARG_STRING, &shares_text, "set: what it pays", "N" },
	{ 0 },
};

static int fail(int status, const char *format, ...) G_GNUC_PRINTF(2, 3);

static int fail(int status, const char *format, ...)
{
	va_list arguments;

	fputs("aerostat: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return status;
}

/* talk() - send a line and receive one; NULL with errno if that fails */
static char *talk(const char *question)
{
	struct timeval limit = { .tv_sec = ANSWER_SECONDS };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	g_autoptr(GString) answer = g_string_new(NULL);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char bytes[4096];
	ssize_t count;

	g_strlcpy(address.sun_path, socket_path, sizeof(address.sun_path));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) ||
	    send(fd, question, strlen(question), MSG_NOSIGNAL) < 0)
		goto failed;
	do {
		count = recv(fd, bytes, sizeof(bytes), 0);
		if (count < 0)
			goto failed;
		g_string_append_len(answer, bytes, count);
	} while (count && !memchr(bytes, '\n', count) && answer->len < ANSWER_BYTES);
	close(fd);
	return g_strdup(answer->str);
failed:
	if (fd >= 0)
		close(fd);
	return NULL;
}

static gint64 mib(JsonObject *object, const char *name)
{
	return json_object_get_int_member_with_default(object, name, 0) / MIB;
}

static const char *word(JsonObject *object, const char *name)
{
	return json_object_get_string_member_with_default(object, name, "?");
}

static void print_status(JsonObject *answer)
{
	JsonObject *host = json_object_get_object_member(answer, "host");
	JsonArray *vms = json_object_get_array_member(answer, "vms");

	printf("budget %" G_GINT64_FORMAT " MiB, given %" G_GINT64_FORMAT " MiB, pressure %s\n\n",
	       mib(host, "budget_bytes"), mib(host, "given_bytes"), word(host, "pressure"));
	printf("%-20s %8s %8s %8s %8s %8s  %s\n", "VM (MiB)", "has", "target", "used", "needs",
	       "reserve", "why");
	for (guint i = 0; vms && i < json_array_get_length(vms); i++) {
		JsonObject *vm = json_array_get_object_element(vms, i);

		printf("%-20s %8lld %8lld %8lld %8lld %8lld  %s\n", word(vm, "name"),
		       (long long)mib(vm, "size_bytes"), (long long)mib(vm, "target_bytes"),
		       (long long)mib(vm, "used_bytes"), (long long)mib(vm, "demand_bytes"),
		       (long long)mib(vm, "reserve_bytes"), word(vm, "reason"));
	}
}

/* print_vm() - the reason, then every number: bytes in MiB, the rest as it is */
static void print_vm(JsonObject *vm)
{
	g_autoptr(GList) names = json_object_get_members(vm);

	printf("%s: %s: %s\n\n", word(vm, "name"), word(vm, "reason"), word(vm, "because"));
	for (GList *at = names; at; at = at->next) {
		const char *name = at->data;
		GType type = json_node_get_value_type(json_object_get_member(vm, name));

		if (g_str_has_suffix(name, "_bytes"))
			printf("%-20.*s %8lld MiB\n", (int)strlen(name) - 6, name,
			       (long long)mib(vm, name));
		else if (type == G_TYPE_INT64)
			printf("%-20s %8lld\n", name,
			       (long long)json_object_get_int_member(vm, name));
	}
}

/* show() - the answer to @command; the exit status */
static int show(const char *command, const char *text)
{
	g_autoptr(JsonParser) parser = json_parser_new();
	JsonObject *answer;
	JsonNode *root;

	if (!json_parser_load_from_data(parser, text, -1, NULL) ||
	    !(root = json_parser_get_root(parser)) || !JSON_NODE_HOLDS_OBJECT(root))
		return fail(EXIT_FAILURE, "the manager's answer makes no sense: %s", text);
	answer = json_node_get_object(root);
	if (json_object_has_member(answer, "error"))
		return fail(EXIT_FAILURE, "%s", word(answer, "error"));
	if (as_json)
		fputs(text, stdout);
	else if (!strcmp(command, "status"))
		print_status(answer);
	else if (!strcmp(command, "explain"))
		print_vm(answer);
	return EXIT_SUCCESS;
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

int main(int argc, char **argv)
{
	g_autoptr(GOptionContext) context = g_option_context_new("status | explain VM | set VM");
	g_autoptr(JsonObject) question = json_object_new();
	g_autoptr(JsonNode) node = json_node_new(JSON_NODE_OBJECT);
	g_autofree char *json = NULL, *line = NULL, *answer = NULL;
	g_autoptr(GError) error = NULL;
	const char *command;
	bool setting;

	g_option_context_set_summary(context, "Shows what the host manager does and why.");
	g_option_context_add_main_entries(context, options, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error))
		return fail(2, "%s", error->message);
	command = argc > 1 ? argv[1] : "status";
	setting = !strcmp(command, "set");
	if (strcmp(command, "status") && strcmp(command, "explain") && !setting)
		return fail(2, "no command '%s': status, explain or set", command);
	if (argc > 1 && argc != (strcmp(command, "status") ? 3 : 2))
		return fail(2, "%s wants %s", command,
			    strcmp(command, "status") ? "the name of one VM" : "nothing more");
	if (setting != (min_text || max_text || shares_text))
		return fail(2, setting ? "set what? --min, --max, --shares" :
					 "--min, --max and --shares are for set");
	json_object_set_string_member(question, "command", command);
	if (argc > 2)
		json_object_set_string_member(question, "vm", argv[2]);
	if (!add_amount(question, "min_bytes", min_text, NULL) ||
	    !add_amount(question, "max_bytes", max_text, "all") ||
	    !add_amount(question, "shares", shares_text, NULL))
		return fail(2, "amounts look like 512M or 4G");
	json_node_set_object(node, question);
	json = json_to_string(node, FALSE);
	line = g_strconcat(json, "\n", NULL);
	answer = talk(line);
	if (!answer)
		return fail(EXIT_FAILURE, "%s: %s", socket_path, g_strerror(errno));
	return show(command, answer);
}
