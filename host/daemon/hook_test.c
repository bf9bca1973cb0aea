// SPDX-License-Identifier: GPL-2.0-only
/* Tests of hook.c with programs that end, fail, hang, and are not there. */
#include "hook.h"

#include <fcntl.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/check.h"

#define DEADLINE_US (60 * G_USEC_PER_SEC) /* of a test that fails */
#define HOUR_MS (3600 * 1000)

/* Lets the main loop run until @condition holds. */
#define WAIT(condition)                                                          \
	do {                                                                     \
		gint64 end = g_get_monotonic_time() + DEADLINE_US;               \
		bool holds;                                                      \
		while (!(holds = (condition)) && g_get_monotonic_time() < end) { \
			g_main_context_iteration(NULL, FALSE);                   \
			g_usleep(1000);                                          \
		}                                                                \
		check_that(holds, __FILE__, __LINE__, __func__, #condition);     \
	} while (0)

static const struct hook_limits patient = { HOUR_MS, HOUR_MS, 1000 };
static const char *const variables[] = { "AEROSTAT_PRESSURE=alarm", NULL };
static char *directory, *script, *output, *fifo_path;

static void write_script(const char *text)
{
	g_autofree char *all = g_strdup_printf("#!/bin/sh\n%s\n", text);

	g_remove(output);
	g_remove(script);
	CHECK(g_file_set_contents_full(script, all, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
}

/* said() - what the script wrote, whole lines only, or NULL */
static char *said(void)
{
	char *text = NULL;

	if (!g_file_get_contents(output, &text, NULL, NULL) || !g_str_has_suffix(text, "\n")) {
		g_free(text);
		return NULL;
	}
	return text;
}

static bool has_said(void)
{
	g_autofree char *text = said();

	return text;
}

static void test_one_at_a_time(void)
{
	struct hook *h = hook_new(&patient);

	write_script("echo x >> $0.out; exit 3");
	CHECK(hook_run(h, script, variables, 5000));
	CHECK(!hook_run(h, script, variables, 5000 + HOUR_MS)); /* it runs */
	WAIT(hook_run(h, script, variables, 6000)); /* it is over, and so is the pause */
	WAIT(hook_run(h, script, variables, 7000));
	CHECK(!hook_run(h, script, variables, 7999));
	hook_free(h);
}

static void test_surroundings(void)
{
	g_auto(GStrv) lines = NULL;
	g_autofree char *text = NULL, *pid = NULL;
	struct hook *h = hook_new(&patient);

	CHECK(!setenv("AEROSTAT_SECRET", "x", 1));
	write_script(
		"{ env | grep -c . ; echo $# $AEROSTAT_PRESSURE$AEROSTAT_SECRET; pwd; "
		"ls /proc/self/fd | wc -l; ulimit -Sn; ps -o pgid= -p $$; echo $$; } > $0.new; "
		"mv $0.new $0.out");
	CHECK(hook_run(h, script, variables, 0));
	WAIT(has_said());
	text = said();
	lines = g_strsplit(text, "\n", -1);
	CHECK_EQ(g_strv_length(lines), 8);
	if (g_strv_length(lines) == 8) {
		CHECK(atoi(lines[0]) <= 4); /* sh adds PWD and perhaps OLDPWD to the two */
		CHECK(!strcmp(lines[1], "0 alarm"));
		CHECK(!strcmp(lines[2], "/"));
		CHECK(atoi(lines[3]) <= 4); /* the standard ones, and the directory */
		CHECK(atoi(lines[4]) <= 1024);
		CHECK(!strcmp(g_strstrip(lines[5]), lines[6]));
	}
	hook_free(h);
}

/* nobody_writes() - whether no process has the FIFO open that the scripts below leave to what they start */
static bool nobody_writes(int fifo)
{
	char byte;

	return read(fifo, &byte, 1) == 0;
}

static void test_ends_what_hangs(void)
{
	static const char *const hang[] = {
		"trap '' TERM; while :; do sleep 1000; done",
		"(trap '' TERM; while :; do sleep 1000; done) & wait",
	};
	const struct hook_limits limits = { 300, 1, 0 };
	struct hook *h = hook_new(&limits);
	int fifo;

	for (size_t i = 0; i < G_N_ELEMENTS(hang); i++) {
		g_autofree char *text = g_strdup_printf("exec 3> $0.fifo; %s", hang[i]);

		write_script(text);
		CHECK(!mkfifo(fifo_path, 0600));
		fifo = open(fifo_path, O_RDONLY | O_NONBLOCK);
		WAIT(hook_run(h, script, variables, 0));
		write_script("true");
		WAIT(hook_run(h, script, variables, 0));
		WAIT(nobody_writes(fifo));
		close(fifo);
		g_remove(fifo_path);
	}
	hook_free(h);
}

static void test_is_killed_with_us(void)
{
	struct hook *h = hook_new(&patient);
	int fifo;

	write_script("exec 3> $0.fifo; sleep 1000 & echo > $0.out; wait");
	CHECK(!mkfifo(fifo_path, 0600));
	fifo = open(fifo_path, O_RDONLY | O_NONBLOCK);
	CHECK(hook_run(h, script, variables, 0));
	WAIT(has_said());
	CHECK(!nobody_writes(fifo));
	hook_free(h);
	WAIT(nobody_writes(fifo));
	close(fifo);
	g_remove(fifo_path);
}

static void test_cannot_be_started(void)
{
	struct hook *h = hook_new(&patient);

	CHECK(!hook_run(h, "/nonexistent/hook", variables, 0));
	CHECK(!hook_run(h, script, variables, 999)); /* one complaint in a pause */
	write_script("true");
	CHECK(hook_run(h, script, variables, 1000));
	hook_free(h);
	hook_free(NULL);
}

int main(void)
{
	directory = g_dir_make_tmp("hook-test-XXXXXX", NULL);
	script = g_build_filename(directory, "script", NULL);
	output = g_strconcat(script, ".out", NULL);
	fifo_path = g_strconcat(script, ".fifo", NULL);
	test_one_at_a_time();
	test_surroundings();
	test_ends_what_hangs();
	test_is_killed_with_us();
	test_cannot_be_started();
	g_remove(output);
	g_remove(script);
	g_rmdir(directory);
	g_free(directory);
	g_free(script);
	g_free(output);
	g_free(fifo_path);
	return check_status();
}
