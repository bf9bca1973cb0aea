// SPDX-License-Identifier: GPL-2.0-only
/*
 * Timers that are cheap and not exact, for a thousand VMs.
 *
 * Theory of operation
 *
 * Each source of a main context is looked at whenever anything happens, which is thousands of times a second with a
 * thousand VMs. So all these timers are one source, set for the first of them, and all that are not short go off on the
 * beat. That also makes what they start happen together, and so do the answers to it.
 *
 * Everything belongs to the main context's thread. A timer that goes off may set, clear or free any other.
 */
#include "beat.h"

#include <glib.h>

#include "policy/ratio.h"

/* Timers that are set; those of them that go off just now; the source, and when it does. */
static GPtrArray *set, *due;
static guint source;
static u64 source_ms;

static u64 now_ms(void)
{
	return (u64)g_get_monotonic_time() / 1000;
}

static gboolean on_beat(void *unused);

/* wake() - see to it that on_beat() runs at @ms or before */
static void wake(u64 ms)
{
	if (source && source_ms <= ms)
		return;
	if (source)
		g_source_remove(source);
	source_ms = ms;
	source = g_timeout_add((guint)min_u64(sat_sub_u64(ms, now_ms()), G_MAXUINT), on_beat, NULL);
}

static gboolean on_beat(void *unused)
{
	u64 now = now_ms();

	(void)unused;
	source = 0;
	for (guint i = 0; i < set->len; i++) {
		struct beat *b = g_ptr_array_index(set, i);

		if (b->due_ms <= now)
			g_ptr_array_add(due, b);
	}
	while (due->len) {
		struct beat *b = g_ptr_array_index(due, due->len - 1);

		beat_clear(b);
		b->call(b->data);
	}
	for (guint i = 0; i < set->len; i++)
		wake(((const struct beat *)g_ptr_array_index(set, i))->due_ms);
	return G_SOURCE_REMOVE;
}

/**
 * beat_set() - set a timer, or set it anew
 * @b: the timer
 * @ms: how long to wait at least
 * @call: called then
 * @data: for it
 */
void beat_set(struct beat *b, u32 ms, void (*call)(void *data), void *data)
{
	if (!set) {
		set = g_ptr_array_new();
		due = g_ptr_array_new();
	}
	beat_clear(b);
	b->call = call;
	b->data = data;
	b->due_ms = now_ms() + ms + 1;
	if (ms >= BEAT_MS)
		b->due_ms += BEAT_MS - 1 - (b->due_ms - 1) % BEAT_MS;
	g_ptr_array_add(set, b);
	wake(b->due_ms);
}

/* beat_clear() - it does not go off any more. Harmless when called again. */
void beat_clear(struct beat *b)
{
	if (!b->due_ms)
		return;
	b->due_ms = 0;
	g_ptr_array_remove_fast(set, b);
	g_ptr_array_remove_fast(due, b);
}
