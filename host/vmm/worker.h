/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls that may block, made elsewhere than on the main loop. worker.c explains. */
#ifndef AERO_HOST_VMM_WORKER_H
#define AERO_HOST_VMM_WORKER_H

/**
 * struct worker_job - a call; the first member of what it needs and what comes of it
 * @work: makes the call, on a thread of its own
 * @done: is called on the main loop's thread afterwards, and frees the job
 */
struct worker_job {
	void (*work)(struct worker_job *job);
	void (*done)(struct worker_job *job);
};

void worker_start(struct worker_job *job);

#endif /* AERO_HOST_VMM_WORKER_H */
