/* SPDX-License-Identifier: GPL-2.0-only */
/* Timers that are cheap and not exact, for a thousand VMs. beat.c explains. */
#ifndef AERO_HOST_VMM_BEAT_H
#define AERO_HOST_VMM_BEAT_H

#include <stdbool.h>

#include "policy/env.h"

/* A timer that is set for so long or longer goes off at a multiple of it, so much late at most. */
#define BEAT_MS 50

/**
 * struct beat - a timer; zeroed before its first use, cleared before it is freed
 * @call: called once when it goes off
 * @data: for it
 * @due_ms: when, 0: it is not set
 */
struct beat {
	void (*call)(void *data);
	void *data;
	u64 due_ms;
};

void beat_set(struct beat *b, u32 ms, void (*call)(void *data), void *data);
void beat_clear(struct beat *b);

#endif /* AERO_HOST_VMM_BEAT_H */
