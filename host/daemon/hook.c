// SPDX-License-Identifier: GPL-2.0-only
/*
 * A program of the operator's, for what only the operator can do.
 *
 * Theory of operation
 *
 *   idle --(hook_run)--> runs --(it ends)--> idle
 *                          |
 *                          +--(too long)--> asked to end --(still too long)--> killed
 *
 * Whoever calls may call again and again: one runs at a time, and not before a pause is over. No shell comes between; it has
 * no arguments, and nothing in its environment but a path and what the caller gives. It gets a process
 * group of its own, so that what it started ends with it when it takes too long; what is to live
 * longer has to leave that group. That it ends is waited for by the main loop, so nothing waits for it.
 *
 * What the daemon has for itself it does not pass on: open files, the limit of their number, and being spared when the
 * kernel kills for memory.
 */
#include "hook.h"

#include <fcntl.h>
#include <glib.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/daemon/journal.h"

#define PATH_VARIABLE "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define FILES_USUAL 1024

const struct hook_limits hook_limits_default = {
	.run_ms = 60 * 1000,
	.end_ms = 5 * 1000,
	.pause_ms = 5 * 60 * 1000,
};

/**
 * struct hook - one at a time
 * @limits: the constants
 * @pid: of the one that runs, and of its group; 0: none runs
 * @ends: waits for its end, or 0
 * @deadline: of its time limit, or 0
 * @late: it was asked to end
 * @ran: one was started, or could not be
 * @started_ms: when the last one was
 */
struct hook {
	struct hook_limits limits;
	GPid pid;
	guint ends;
	guint deadline;
	bool late;
	bool ran;
	u64 started_ms;
};

/* become() - what the child does before it is the program; only what is safe after fork(). */
static void become(void *unused)
{
	struct rlimit files;
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	(void)unused;
	setpgid(0, 0);
	if (fd >= 0) {
		(void)!write(fd, "0", 1);
		close(fd);
	}
	if (!getrlimit(RLIMIT_NOFILE, &files) && files.rlim_cur > FILES_USUAL) {
		files.rlim_cur = FILES_USUAL;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
}

static void on_end(GPid pid, gint status, void *data)
{
	struct hook *h = data;

	g_spawn_close_pid(pid);
	if (h->late)
		kill(-pid, SIGKILL); /* who is left of its group */
	h->pid = 0;
	h->ends = 0;
	g_clear_handle_id(&h->deadline, g_source_remove);
	if (WIFSIGNALED(status))
		journal(JOURNAL_WARNING, "on-alarm: ended by signal %d", WTERMSIG(status));
	else if (WEXITSTATUS(status))
		journal(JOURNAL_WARNING, "on-alarm: exit status %d", WEXITSTATUS(status));
	else
		journal(JOURNAL_NOTICE, "on-alarm: done");
}

static gboolean on_killed(void *data)
{
	struct hook *h = data;

	h->deadline = 0;
	kill(-h->pid, SIGKILL);
	return G_SOURCE_REMOVE;
}

static gboolean on_deadline(void *data)
{
	struct hook *h = data;

	journal(JOURNAL_WARNING, "on-alarm: runs for more than %u ms; is ended", h->limits.run_ms);
	h->late = true;
	kill(-h->pid, SIGTERM);
	h->deadline = g_timeout_add(h->limits.end_ms, on_killed, h);
	return G_SOURCE_REMOVE;
}

/* hook_new() - none runs yet. */
struct hook *hook_new(const struct hook_limits *limits)
{
	struct hook *h = g_new0(struct hook, 1);

	h->limits = *limits;
	return h;
}

/* hook_free() - kill the one that runs. NULL is fine. */
void hook_free(struct hook *h)
{
	if (!h)
		return;
	g_clear_handle_id(&h->ends, g_source_remove);
	g_clear_handle_id(&h->deadline, g_source_remove);
	if (h->pid) {
		kill(-h->pid, SIGKILL);
		g_spawn_close_pid(h->pid);
	}
	g_free(h);
}

/**
 * hook_run() - run a program, unless one runs or did so a short time ago
 * @h: the hook
 * @path: of the program, absolute
 * @variables: its environment but for PATH, ends with NULL
 * @now_ms: a clock that does not run backwards
 *
 * Return: whether it was started. That it could not be is told once in a pause, too.
 */
bool hook_run(struct hook *h, const char *path, const char *const *variables, u64 now_ms)
{
	g_autoptr(GStrvBuilder) environment = g_strv_builder_new();
	g_auto(GStrv) variables_all = NULL;
	g_autoptr(GError) error = NULL;
	char *arguments[] = { (char *)path, NULL };

	if (h->pid || (h->ran && now_ms - h->started_ms < h->limits.pause_ms))
		return false;
	h->ran = true;
	h->late = false;
	h->started_ms = now_ms;
	g_strv_builder_add(environment, PATH_VARIABLE);
	for (; *variables; variables++)
		g_strv_builder_add(environment, *variables);
	variables_all = g_strv_builder_end(environment);
	if (!g_spawn_async("/", arguments, variables_all, G_SPAWN_DO_NOT_REAP_CHILD, become, NULL,
			   &h->pid, &error)) {
		h->pid = 0;
		journal(JOURNAL_ERROR, "on-alarm: %s", error->message);
		return false;
	}
	journal(JOURNAL_NOTICE, "on-alarm: runs %s", path);
	h->ends = g_child_watch_add(h->pid, on_end, h);
	h->deadline = g_timeout_add(h->limits.run_ms, on_deadline, h);
	return true;
}
