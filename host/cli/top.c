// SPDX-License-Identifier: GPL-2.0-only
/*
 * The live view in a terminal: the host, and a bar for each VM with the reason of its size.
 *
 * The manager is asked once a second. One that goes away is said so, and asked on: it may be restarted.
 */
#include "top.h"

#include <curses.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/cli/bar.h"
#include "host/cli/client.h"
#include "host/cli/fail.h"
#include "policy/ratio.h"

#define QUESTION "{\"command\": \"status\"}\n"
#define PERIOD_MS 1000
#define MIB (1ULL << 20)
#define NAME_WIDTH 16
#define TEXT_WIDTH 52 /* all of a line but the bar */
#define HEAD_LINES 4
#define BAR_MAX 512

static u64 bytes(JsonObject *object, const char *name)
{
	return (u64)max_u64(0, json_object_get_int_member_with_default(object, name, 0));
}

static const char *word(JsonObject *object, const char *name)
{
	return json_object_get_string_member_with_default(object, name, "?");
}

/* printable() - @text without what would move the cursor */
static char *printable(const char *text)
{
	char *clean = g_strdup(text);

	for (char *at = clean; *at; at++)
		if (g_ascii_iscntrl(*at))
			*at = '?';
	return clean;
}

/* colour_of() - so that what is short of memory strikes the eye */
static attr_t colour_of(JsonObject *vm)
{
	const char *reason = word(vm, "reason");

	if (!strcmp(reason, "rescue") || !strcmp(reason, "needy") || !strcmp(reason, "short"))
		return A_BOLD;
	return strcmp(reason, "steady") ? A_NORMAL : A_DIM;
}

static void draw_vm(int y, JsonObject *vm)
{
	int width = MIN(BAR_MAX, COLS - TEXT_WIDTH);
	g_autofree char *name = printable(word(vm, "name"));
	char text[BAR_MAX + 1];
	const struct bar bar = {
		.used_bytes = bytes(vm, "used_bytes"),
		.wanted_bytes = sat_add_u64(bytes(vm, "demand_bytes"), bytes(vm, "reserve_bytes")),
		.size_bytes = bytes(vm, "size_bytes"),
		.max_bytes = bytes(vm, "max_bytes"),
	};

	bar_draw(&bar, (u32)MAX(width, 0), text);
	mvprintw(y, 0, "%-*.*s [%s] ", NAME_WIDTH, NAME_WIDTH, name, text);
	attron(colour_of(vm));
	printw("%6llu/%6llu %s", bar.used_bytes / MIB, bar.size_bytes / MIB, word(vm, "reason"));
	attroff(colour_of(vm));
}

static void draw_host(JsonObject *host, guint vms)
{
	const struct bar bar = {
		.used_bytes = bytes(host, "given_bytes"),
		.size_bytes = bytes(host, "budget_bytes"),
		.max_bytes = max_u64(bytes(host, "budget_bytes"), bytes(host, "given_bytes")),
	};
	int width = MIN(BAR_MAX, COLS - TEXT_WIDTH);
	char text[BAR_MAX + 1];

	bar_draw(&bar, (u32)MAX(width, 0), text);
	mvprintw(0, 0, "%-*s [%s] %6llu/%6llu pressure %s", NAME_WIDTH, "host", text,
		 bar.used_bytes / MIB, bar.size_bytes / MIB, word(host, "pressure"));
	mvprintw(1, 0,
		 "%u VMs, MiB; # used, + reserve, . free, blank ballooned; q quits, arrows scroll",
		 vms);
}

static gint by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(word(*(JsonObject *const *)a, "name"), word(*(JsonObject *const *)b, "name"));
}

/* draw() - a screen; @first is the first VM to be seen, and the last possible one afterwards at most. */
static void draw(JsonObject *answer, int *first)
{
	g_autoptr(GPtrArray) vms = g_ptr_array_new();
	JsonArray *array = json_object_get_array_member(answer, "vms");
	int room = MAX(LINES - HEAD_LINES + 1, 1);

	for (guint i = 0; i < json_array_get_length(array); i++)
		g_ptr_array_add(vms, json_array_get_object_element(array, i));
	g_ptr_array_sort(vms, by_name);
	*first = CLAMP(*first, 0, MAX((int)vms->len - room, 0));
	erase();
	draw_host(json_object_get_object_member(answer, "host"), vms->len);
	for (int i = 0; i < room && *first + i < (int)vms->len; i++)
		draw_vm(HEAD_LINES - 1 + i, g_ptr_array_index(vms, *first + i));
	refresh();
}

static bool makes_sense(JsonObject *answer)
{
	JsonNode *host = answer ? json_object_get_member(answer, "host") : NULL;
	JsonNode *vms = answer ? json_object_get_member(answer, "vms") : NULL;

	return host && vms && JSON_NODE_HOLDS_OBJECT(host) && JSON_NODE_HOLDS_ARRAY(vms);
}

/* look() - ask and draw; what is wrong, or NULL */
static const char *look(const char *socket_path, int *first)
{
	g_autofree char *text = client_ask(socket_path, QUESTION);
	g_autoptr(JsonObject) answer = NULL;

	if (!text)
		return g_strerror(errno);
	answer = client_object(text);
	if (!makes_sense(answer))
		return "the manager's answer makes no sense";
	draw(answer, first);
	return NULL;
}

static void show_until_quit(const char *socket_path)
{
	int first = 0, key = 0;

	while (key != 'q') {
		const char *wrong = look(socket_path, &first);

		if (wrong) {
			mvprintw(2, 0, "%s: %s", socket_path, wrong);
			clrtoeol();
			refresh();
		}
		key = getch();
		if (key == KEY_UP)
			first--;
		else if (key == KEY_DOWN)
			first++;
	}
}

/**
 * top_run() - show until somebody types q
 * @socket_path: of the manager
 *
 * Return: the exit status.
 */
int top_run(const char *socket_path)
{
	g_autofree char *text = NULL;
	SCREEN *screen;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return fail(EXIT_FAILURE, "top needs a terminal; there is --json status");
	text = client_ask(socket_path, QUESTION);
	if (!text)
		return fail(EXIT_FAILURE, "%s: %s", socket_path, g_strerror(errno));
	setlocale(LC_CTYPE, "");
	screen = newterm(NULL, stdout, stdin);
	if (!screen)
		return fail(EXIT_FAILURE, "this terminal is unknown: TERM=%s",
			    g_getenv("TERM") ?: "");
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	curs_set(0);
	timeout(PERIOD_MS);
	show_until_quit(socket_path);
	endwin();
	delscreen(screen);
	return EXIT_SUCCESS;
}
