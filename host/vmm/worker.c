// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls that may block, made elsewhere than on the main loop.
 *
 * A job belongs to one thread at a time: to a worker from worker_start() to the end of its work, then to the main loop.
 * So nothing needs a lock, and nobody else may look into it meanwhile. A call that never ends keeps
 * its thread, and nothing else: there are as many as there are calls under way, and whoever starts them has
 * no second one for the same VM.
 */
#include "worker.h"

#include <glib.h>

static gboolean on_done(void *data)
{
	struct worker_job *job = data;

	job->done(job);
	return G_SOURCE_REMOVE;
}

static void on_job(void *data, void *unused)
{
	struct worker_job *job = data;

	(void)unused;
	job->work(job);
	g_idle_add_full(G_PRIORITY_DEFAULT, on_done, job, NULL);
}

/**
 * worker_start() - make a call
 * @job: the worker's from now on
 */
void worker_start(struct worker_job *job)
{
	/* Never freed: a thread in a call that does not end could not be waited for. */
	static GThreadPool *pool;

	if (!pool)
		pool = g_thread_pool_new(on_job, NULL, -1, FALSE, NULL);
	g_thread_pool_push(pool, job, NULL);
}
