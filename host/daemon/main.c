// SPDX-License-Identifier: GPL-2.0-only
/*
 * aerostatd: moves memory between the VMs of a host to where it is needed.
 *
 * SIGHUP loads the configuration again; one that is wrong changes nothing. The control socket and the metrics stay where
 * they were first. SIGTERM and SIGINT end it. Killed in
 * any other way it leaves every VM with the size that it was asked for last.
 */
#include <glib-unix.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <systemd/sd-daemon.h>

#include "host/api/control.h"
#include "host/api/http.h"
#include "host/api/metrics.h"
#include "host/daemon/answer.h"
#include "host/daemon/journal.h"
#include "host/daemon/manager.h"

/* How long VMs may take to take their requests when the daemon stops, and how often that is looked at. */
#define RELEASE_MS 20000
#define RELEASE_LOOK_MS 20

/**
 * struct daemon - the process
 * @config_path: its configuration file
 * @dry_run: whatever that says
 * @manager: all that it does
 * @control: the control socket
 * @http: the metrics, or NULL
 * @release_end_us: when it ends although some VM has not taken what it was asked for
 * @loop: ends when the daemon does
 */
struct daemon {
	const char *config_path;
	gboolean dry_run;
	struct manager *manager;
	struct control *control;
	struct http *http;
	gint64 release_end_us;
	GMainLoop *loop;
};

/* load() - the configuration, or NULL after telling why */
static struct config *load(const struct daemon *d)
{
	g_autofree char *error = NULL;
	struct config *config = config_load(d->config_path, &error);

	if (!config)
		journal(JOURNAL_ERROR, "%s", error);
	else if (d->dry_run)
		config->dry_run = true;
	return config;
}

static gboolean on_reload(void *data)
{
	struct daemon *d = data;
	struct config *config;

	sd_notify(0, "RELOADING=1");
	config = load(d);
	if (config)
		manager_reload(d->manager, config);
	journal(config ? JOURNAL_NOTICE : JOURNAL_ERROR,
		config ? "the configuration is loaded again" :
			 "the configuration is wrong; going on with the one before");
	sd_notify(0, "READY=1");
	return G_SOURCE_CONTINUE;
}

static gboolean on_release_look(void *data)
{
	struct daemon *d = data;

	if (!manager_released(d->manager) && g_get_monotonic_time() < d->release_end_us)
		return G_SOURCE_CONTINUE;
	g_main_loop_quit(d->loop);
	return G_SOURCE_REMOVE;
}

static gboolean on_stop(void *data)
{
	struct daemon *d = data;

	sd_notify(0, "STOPPING=1");
	if (d->manager->config->release) {
		journal(JOURNAL_NOTICE, "stops, and gives all VMs all their memory");
		manager_release(d->manager);
		d->release_end_us = g_get_monotonic_time() + RELEASE_MS * 1000;
		g_timeout_add(RELEASE_LOOK_MS, on_release_look, d);
	} else {
		journal(JOURNAL_NOTICE, "stops; VMs stay as they are");
		g_main_loop_quit(d->loop);
	}
	return G_SOURCE_CONTINUE;
}

static gboolean on_watchdog(void *data)
{
	(void)data;
	sd_notify(0, "WATCHDOG=1");
	return G_SOURCE_CONTINUE;
}

static char *metrics_page(void *data)
{
	const struct manager *m = data;

	return metrics_text(m->fleet, &m->host, &m->counts, (u64)g_get_monotonic_time() / 1000);
}

/* open_doors() - listen for questions, or tell why that is impossible. */
static bool open_doors(struct daemon *d)
{
	const struct config *config = d->manager->config;
	g_autofree char *error = NULL;

	d->control = control_new(config->control, answer, d->manager, &error);
	d->manager->control = d->control;
	if (d->control && config->metrics)
		d->http = http_new(config->metrics, "/metrics", metrics_page, d->manager, &error);
	if (error)
		journal(JOURNAL_ERROR, "%s", error);
	return !error;
}

static void close_doors(struct daemon *d)
{
	d->manager->control = NULL;
	http_free(d->http);
	control_free(d->control);
}

static void run(struct daemon *d)
{
	uint64_t watchdog_us;

	d->loop = g_main_loop_new(NULL, FALSE);
	g_unix_signal_add(SIGHUP, on_reload, d);
	g_unix_signal_add(SIGTERM, on_stop, d);
	g_unix_signal_add(SIGINT, on_stop, d);
	if (sd_watchdog_enabled(0, &watchdog_us) > 0)
		g_timeout_add((guint)(watchdog_us / 2000), on_watchdog, NULL);
	journal(JOURNAL_NOTICE, "manages the VMs in %s%s", d->manager->config->directory,
		d->manager->config->dry_run ? " (dry run)" : "");
	sd_notify(0, "READY=1");
	g_main_loop_run(d->loop);
	g_main_loop_unref(d->loop);
}

/* raise_limit() - as many files as the system lets us have: each VM needs one, and the usual 1024 are few. */
static void raise_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
	struct daemon d = { .config_path = "/etc/aerostat/aerostatd.conf" };
	gboolean check = FALSE;
	const GOptionEntry options[] = {
		{ "config", 'c', 0, G_OPTION_ARG_FILENAME, &d.config_path,
		  "the configuration (default: /etc/aerostat/aerostatd.conf)", "FILE" },
		{ "check", 0, 0, G_OPTION_ARG_NONE, &check, "only say what is wrong with it",
		  NULL },
		{ "dry-run", 'n', 0, G_OPTION_ARG_NONE, &d.dry_run, "decide, but change nothing",
		  NULL },
		{ 0 },
	};
	g_autoptr(GOptionContext) context = g_option_context_new("");
	g_autoptr(GError) error = NULL;
	struct config *config;
	bool done;

	g_option_context_set_summary(context, "Moves memory between VMs to where it is needed.");
	g_option_context_add_main_entries(context, options, NULL);
	if (!g_option_context_parse(context, &argc, &argv, &error) || argc > 1) {
		fprintf(stderr, "aerostatd: %s\n", error ? error->message : "too many arguments");
		return 2;
	}
	config = load(&d);
	if (!config)
		return EXIT_FAILURE;
	if (check) {
		config_free(config);
		return EXIT_SUCCESS;
	}
	raise_limit();
	d.manager = manager_new(config, "/proc");
	done = open_doors(&d);
	if (done)
		run(&d);
	close_doors(&d);
	manager_free(d.manager);
	return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
