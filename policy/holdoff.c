// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long to leave something alone that was tried too early.
 *
 * Theory of operation
 *
 * Each hold-off is begun by an event that says "not now". An event during a
 * hold-off leaves its length as it is and starts it anew; one that comes soon
 * after its end doubles it, since trying again then was too early. After calm
 * for a while, the next one is a first one again.
 */
#include "holdoff.h"

/**
 * holdoff_limits_good() - whether limits make sense
 * @limits: no member 0 but calm_ms, and the minimum not above the maximum
 */
bool holdoff_limits_good(const struct holdoff_limits *limits)
{
	return limits->min_ms && limits->min_ms <= limits->max_ms;
}

/**
 * holdoff_runs() - whether one is going on
 * @h: any
 * @now_ms: a clock that does not run backwards
 */
bool holdoff_runs(const struct holdoff *h, u64 now_ms)
{
	return h->length_ms && now_ms < h->until_ms;
}

static bool was_calm(const struct holdoff *h, const struct holdoff_limits *limits, u64 now_ms)
{
	return !h->length_ms || now_ms >= sat_add_u64(h->until_ms, limits->calm_ms);
}

/**
 * holdoff_begin() - hold off from now on
 * @h: any
 * @limits: good ones
 * @now_ms: a clock that does not run backwards
 *
 * Return: whether it is a first one, after calm.
 */
bool holdoff_begin(struct holdoff *h, const struct holdoff_limits *limits, u64 now_ms)
{
	bool first = was_calm(h, limits, now_ms);

	if (first)
		h->length_ms = limits->min_ms;
	else if (!holdoff_runs(h, now_ms))
		h->length_ms = h->length_ms > limits->max_ms / 2 ? limits->max_ms :
								   h->length_ms * 2;
	h->until_ms = sat_add_u64(now_ms, h->length_ms);
	return first;
}
