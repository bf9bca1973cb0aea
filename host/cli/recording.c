// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commands that make a recording of the manager and look at one.
 *
 * A recording is written as it comes, so whatever ends it, what there is of it can be used. Only its
 * last line may be a part of one, and is ignored then.
 */
#include "recording.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/cli/client.h"
#include "host/cli/fail.h"
#include "host/trace/plot.h"

#define MIB (1ULL << 20)
#define QUESTION "{\"command\": \"record\"}\n"

static volatile sig_atomic_t ended;

static void on_signal(int number)
{
	ended = number;
}

/* write_all() - false with errno if that is impossible */
static bool write_all(int fd, const char *bytes, size_t length)
{
	while (length) {
		ssize_t count = write(fd, bytes, length);

		if (count < 0 && errno != EINTR)
			return false;
		if (count > 0) {
			bytes += count;
			length -= count;
		}
	}
	return true;
}

/* copy() - from the manager to the file, until somebody wants it to end; the exit status */
static int copy(int from, int to, const char *path)
{
	char bytes[65536];
	ssize_t count;

	while (!ended) {
		count = recv(from, bytes, sizeof(bytes), 0);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return fail(EXIT_FAILURE, "the manager is silent: %s", g_strerror(errno));
		if (!count)
			return fail(EXIT_FAILURE, "the manager hung up");
		if (!write_all(to, bytes, count))
			return fail(EXIT_FAILURE, "%s: %s", path, g_strerror(errno));
	}
	return EXIT_SUCCESS;
}

/**
 * recording_make() - record until a signal comes
 * @socket_path: of the manager
 * @path: of a file that does not exist yet
 * @seconds: or until so much time is over; 0: no limit
 *
 * Return: the exit status.
 */
int recording_make(const char *socket_path, const char *path, guint seconds)
{
	/* Without SA_RESTART, so that the wait for the next line ends. */
	const struct sigaction action = { .sa_handler = on_signal };
	int from, to, status;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGALRM, &action, NULL);
	from = client_open(socket_path, QUESTION);
	if (from < 0)
		return fail(EXIT_FAILURE, "%s: %s", socket_path, g_strerror(errno));
	to = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (to < 0) {
		status = fail(EXIT_FAILURE, "%s: %s", path, g_strerror(errno));
	} else {
		alarm(seconds);
		status = copy(from, to, path);
		if (close(to) && !status)
			status = fail(EXIT_FAILURE, "%s: %s", path, g_strerror(errno));
	}
	close(from);
	return status;
}

/* Whom read_lines() shows a line; what is wrong with it, or NULL. */
typedef const char *line_fn(void *data, const struct trace_line *line);

/* read_lines() - show all lines of a recording; false: something is wrong, and was said. */
static bool read_lines(const char *path, line_fn *take, void *data)
{
	FILE *file = fopen(path, "re");
	const char *wrong = NULL;
	struct trace_line line;
	size_t space = 0;
	char *text = NULL;
	ssize_t length;
	guint number = 0;

	if (!file) {
		fail(EXIT_FAILURE, "%s: %s", path, g_strerror(errno));
		return false;
	}
	while (!wrong && (length = getline(&text, &space, file)) > 0 && text[length - 1] == '\n') {
		number++;
		wrong = trace_read(text, &line);
		if (wrong)
			break;
		wrong = take(data, &line);
		json_object_unref(line.object);
	}
	if (!wrong && (ferror(file) || !number))
		wrong = ferror(file) ? g_strerror(errno) : "no recording";
	if (wrong)
		fail(EXIT_FAILURE, "%s:%u: %s", path, number, wrong);
	free(text);
	fclose(file);
	return !wrong;
}

static const char *take_replay(void *data, const struct trace_line *line)
{
	return replay_take(data, line);
}

static void print_json(const struct replay_result *result)
{
	g_autoptr(JsonNode) node = json_node_new(JSON_NODE_OBJECT);
	JsonObject *object = json_object_new();
	JsonArray *vms = json_array_new();
	g_autofree char *text = NULL;

	for (guint i = 0; i < result->vms->len; i++) {
		const struct replay_vm *vm = g_ptr_array_index(result->vms, i);
		JsonObject *one = json_object_new();
		JsonArray *rescues = json_array_new();

		for (guint j = 0; j < vm->rescues_ms->len; j++)
			json_array_add_int_element(rescues,
						   (gint64)g_array_index(vm->rescues_ms, u64, j));
		json_object_set_string_member(one, "name", vm->name);
		json_object_set_int_member(one, "requests", (gint64)vm->requests);
		json_object_set_int_member(one, "moved_bytes", (gint64)vm->moved_bytes);
		json_object_set_int_member(one, "urgent_ms", (gint64)vm->urgent_ms);
		json_object_set_array_member(one, "rescues_ms", rescues);
		json_object_set_int_member(one, "unmet_mib_ms", (gint64)vm->unmet_mib_ms);
		json_array_add_object_element(vms, one);
	}
	json_object_set_int_member(object, "decisions", (gint64)result->decisions);
	json_object_set_int_member(object, "different", (gint64)result->different);
	json_object_set_int_member(object, "span_ms", (gint64)result->span_ms);
	json_object_set_array_member(object, "vms", vms);
	json_node_take_object(node, object);
	text = json_to_string(node, FALSE);
	printf("%s\n", text);
}

static void print_table(const struct replay_result *result)
{
	printf("%llu s, %llu rounds of decisions\n\n", result->span_ms / 1000, result->decisions);
	printf("%-20s %10s %12s %10s %14s\n", "VM", "requests", "moved, MiB", "short, s",
	       "unmet, MiB*s");
	for (guint i = 0; i < result->vms->len; i++) {
		const struct replay_vm *vm = g_ptr_array_index(result->vms, i);

		printf("%-20s %10llu %12llu %10llu %14llu\n", vm->name, vm->requests,
		       vm->moved_bytes / MIB, vm->urgent_ms / 1000, vm->unmet_mib_ms / 1000);
	}
}

/**
 * recording_replay() - decide upon a recording again, and show what comes of it
 * @path: the recording
 * @policy: who decides
 * @config: the operator's wishes instead of the recorded ones, or NULL
 * @as_json: print JSON
 *
 * Return: the exit status: failure, if what was recorded does not come out again.
 */
int recording_replay(const char *path, enum replay_policy policy, const struct config *config,
		     bool as_json)
{
	struct replay *replay = replay_new(policy, config);
	const struct replay_result *result;
	int status = EXIT_FAILURE;

	if (read_lines(path, take_replay, replay)) {
		result = replay_finish(replay);
		if (as_json)
			print_json(result);
		else
			print_table(result);
		status =
			result->different ?
				fail(EXIT_FAILURE,
				     "%llu requests differ from the recorded ones, first after %llu ms",
				     result->different, result->first_ms) :
				EXIT_SUCCESS;
	}
	replay_free(replay);
	return status;
}

static const char *take_plot(void *data, const struct trace_line *line)
{
	plot_take(data, line);
	return NULL;
}

/**
 * recording_plot() - draw a recording
 * @path: the recording
 * @picture_path: where the picture goes, an SVG; replaced if it exists; NULL: standard output
 *
 * Return: the exit status.
 */
int recording_plot(const char *path, const char *picture_path)
{
	struct plot *plot = plot_new();
	g_autoptr(GError) error = NULL;
	g_autofree char *svg = NULL;
	int status = EXIT_FAILURE;

	if (read_lines(path, take_plot, plot)) {
		svg = plot_svg(plot);
		if (picture_path && !g_file_set_contents(picture_path, svg, -1, &error))
			status = fail(EXIT_FAILURE, "%s", error->message);
		else if (!picture_path && (fputs(svg, stdout) < 0 || fflush(stdout)))
			status = fail(EXIT_FAILURE, "standard output: %s", g_strerror(errno));
		else
			status = EXIT_SUCCESS;
	}
	plot_free(plot);
	return status;
}
