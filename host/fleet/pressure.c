// SPDX-License-Identifier: GPL-2.0-only
/*
 * How short of memory the host itself is.
 *
 * Theory of operation
 *
 * Two signs count, the worse of them: how much of the reserve is left, and for what part of the time
 * tasks waited for memory. Memory that VMs share with others (memfd) is not available to
 * Linux, so it does not look free here either.
 *
 *   rung    reserve left    waiting
 *   hold    less than all      5 % of the time
 *   take    less than half     10 %
 *   alarm   less than an eighth, or 30 s of what means take
 *
 * Up at once, and by as many rungs as it takes; down one rung after ten seconds without a reason to stay.
 */
#include "pressure.h"

#include "policy/ratio.h"

#define CALM_MS (10 * 1000)
#define HELPLESS_MS (30 * 1000)
#define HOLD_PERCENT 5
#define TAKE_PERCENT 10

/* Between looks that are closer the share of time means nothing. */
#define SPAN_MIN_MS 100

static u64 waiting_percent(const struct pressure *p, const struct pressure_sample *s, u64 now_ms)
{
	u64 span_ms = sat_sub_u64(now_ms, p->at_ms);

	if (!p->known || span_ms < SPAN_MIN_MS)
		return 0;
	return ratio_u64(sat_sub_u64(s->stalled_us, p->stalled_us), 100, span_ms * 1000);
}

static enum pressure_level rung(const struct pressure *p, const struct pressure_sample *s,
				u64 percent, u64 now_ms)
{
	bool take = s->available_bytes < s->reserve_bytes / 2 || percent >= TAKE_PERCENT;

	if (s->available_bytes < s->reserve_bytes / 8)
		return PRESSURE_ALARM;
	if (take && p->level >= PRESSURE_TAKE && now_ms - p->since_ms >= HELPLESS_MS)
		return PRESSURE_ALARM;
	if (take)
		return PRESSURE_TAKE;
	if (s->available_bytes < s->reserve_bytes || percent >= HOLD_PERCENT)
		return PRESSURE_HOLD;
	return PRESSURE_NONE;
}

/**
 * pressure_update() - take a look at the host into account
 * @p: zeroed before the first
 * @s: any values
 * @now_ms: a clock that does not run backwards
 *
 * Return: whether the level changed.
 */
bool pressure_update(struct pressure *p, const struct pressure_sample *s, u64 now_ms)
{
	u64 percent = waiting_percent(p, s, now_ms);
	enum pressure_level next = rung(p, s, percent, now_ms), before = p->level;

	if (!p->known || now_ms - p->at_ms >= SPAN_MIN_MS) {
		p->at_ms = now_ms;
		p->stalled_us = s->stalled_us;
		p->known = true;
	}
	if (next >= p->level)
		p->worse_ms = now_ms;
	if (next > p->level)
		p->level = next;
	else if (p->level && now_ms - p->worse_ms >= CALM_MS)
		p->level--;
	if (p->level != before)
		p->since_ms = p->worse_ms = now_ms;
	p->wanted_bytes = p->level >= PRESSURE_TAKE ?
				  max_u64(sat_sub_u64(s->reserve_bytes, s->available_bytes),
					  s->total_bytes / 128) :
				  0;
	return p->level != before;
}

/* pressure_name() - a word for people and programs */
const char *pressure_name(enum pressure_level level)
{
	static const char *const names[] = { "none", "hold", "take", "alarm" };

	return (u32)level <= PRESSURE_ALARM ? names[level] : "unknown";
}
