// SPDX-License-Identifier: GPL-2.0-only
/* aerostat-swapd: what a person types. */
#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest/swapd/config.h"
#include "guest/swapd/instance.h"
#include "guest/swapd/log.h"
#include "guest/swapd/shrinker.h"
#include "guest/swapd/status.h"
#include "guest/swapd/textfile.h"

#define EXIT_USAGE 2
#define EXIT_NOT_RUNNING 3

/* For what a killed predecessor was doing to end. */
#define PREDECESSOR_WAIT_MS 60000

static struct options {
	char *config_path;
	gboolean dry_run;
	gboolean once;
	gboolean print_config;
	gboolean status;
} options;

static const GOptionEntry entries[] = {
	{ "config", 'c', 0, G_OPTION_ARG_FILENAME, &options.config_path,
	  "Read this file instead of " CONFIG_PATH, "FILE" },
	{ "dry-run", 'n', 0, G_OPTION_ARG_NONE, &options.dry_run,
	  "Change nothing; say what would be done", NULL },
	{ "once", '1', 0, G_OPTION_ARG_NONE, &options.once,
	  "Switch swap on, bring one segment back if memory has room for it, and end", NULL },
	{ "print-config", 'p', 0, G_OPTION_ARG_NONE, &options.print_config,
	  "Print the configuration with all defaults, and end", NULL },
	{ "status", 's', 0, G_OPTION_ARG_NONE, &options.status,
	  "Print what the running daemon does, and end", NULL },
	{ NULL, 0, 0, 0, NULL, NULL, NULL },
};

static gboolean parse_options(int argc, char **argv, GError **error)
{
	g_autoptr(GOptionContext) context = g_option_context_new("- swap that shrinks itself");

	g_option_context_set_summary(
		context, "Swaps to many small segments, and brings back what was swapped out "
			 "once memory has room for it.");
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, error))
		return FALSE;
	if (argc > 1) {
		g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "what is '%s'?", argv[1]);
		return FALSE;
	}
	return TRUE;
}

static int print_status(void)
{
	static char text[STATUS_BYTES];
	int error;

	if (!instance_runs(INSTANCE_LOCK)) {
		log_error("not running");
		return EXIT_NOT_RUNNING;
	}
	error = textfile_read(STATUS_PATH, text, sizeof(text));
	if (error) {
		log_error("%s: %s", STATUS_PATH, g_strerror(-error));
		return EXIT_FAILURE;
	}
	fputs(text, stdout);
	return EXIT_SUCCESS;
}

static int print_config(const struct config *config)
{
	g_autofree char *text = config_print(config);

	fputs(text, stdout);
	return EXIT_SUCCESS;
}

/* Pages are locked when they are used first: what has run once never waits for a disk again. */
static bool become_daemon(void)
{
	int error;

	if (geteuid()) {
		log_error("only root can switch swap on and off");
		return false;
	}
	setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
	error = instance_lock(INSTANCE_LOCK, 0);
	if (error == -EWOULDBLOCK) {
		log_info("waiting for another aerostat-swapd to end");
		error = instance_lock(INSTANCE_LOCK, PREDECESSOR_WAIT_MS);
	}
	if (error) {
		log_error("%s: %s", INSTANCE_LOCK,
			  error == -EWOULDBLOCK ? "there is another aerostat-swapd" :
						  g_strerror(-error));
		return false;
	}
	if (mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)) {
		log_error("cannot lock memory: %s", g_strerror(errno));
		return false;
	}
	return true;
}

static int run(const struct config *config)
{
	struct shrinker_mode mode = { .dry_run = options.dry_run, .once = options.once };

	if (!mode.dry_run && !become_daemon())
		return EXIT_FAILURE;
	return shrinker_run(config, mode) ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	g_autoptr(GError) error = NULL;
	struct config config;
	int status;

	if (!parse_options(argc, argv, &error)) {
		log_error("%s", error->message);
		return EXIT_USAGE;
	}
	if (options.status)
		return print_status();
	config_init(&config);
	if (!config_read(&config, options.config_path, &error)) {
		log_error("%s", error->message);
		status = EXIT_USAGE;
	} else if (options.print_config) {
		status = print_config(&config);
	} else {
		status = run(&config);
	}
	config_clear(&config);
	return status;
}
