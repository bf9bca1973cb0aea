// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest's statistics: whether there are new ones, and whether to believe them.
 *
 * Theory of operation
 *
 * The hypervisor shows a guest's last answer for ever, also after the guest died. So what counts is when the time
 * stamp of the statistics changed last, by our own clock; whether it went forwards does not matter,
 * since the host's clock may be set.
 *
 * Absent numbers show up as -1 or 2^64 - 1, which is more memory than there is anywhere: what has bit 63 set
 * is absent. A driver that does not tell what is available, but what is free and cached, is
 * taken at that.
 *
 * What cannot be puts the guest in quarantine: its statistics are not used until two in a row
 * are plausible. Counters that run backwards do the same: rates from before and after a reboot do
 * not belong together.
 */
#include "stats.h"

#define QUARANTINE 2
#define STALE_PERIODS 3
#define STALE_EXTRA_MS 2000

static bool absent(u64 value)
{
	return value >> 63;
}

/* normalised() - @raw with one value for all that is absent, and what is available if it can be told. */
static struct report_stats normalised(const struct report_stats *raw)
{
	struct report_stats s = *raw;
	u64 *const fields[] = { &s.total_bytes,	      &s.free_bytes,  &s.available_bytes,
				&s.caches_bytes,      &s.stalls,      &s.oom_kills,
				&s.swapped_out_bytes, &s.major_faults };

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (absent(*fields[i]))
			*fields[i] = REPORT_UNKNOWN;
	if (absent(s.available_bytes) && !absent(s.free_bytes))
		s.available_bytes = sat_add_u64(s.free_bytes,
						absent(s.caches_bytes) ? 0 : s.caches_bytes);
	return s;
}

/* impossible() - what is wrong with @s, or NULL */
static const char *impossible(const struct report_stats *s, u64 max_bytes)
{
	u64 total = absent(s->total_bytes) ? max_bytes : s->total_bytes;

	if (absent(s->available_bytes))
		return "neither available nor free memory is given";
	if (!total)
		return "no memory at all";
	if (total > max_bytes)
		return "more memory than the VM has";
	if (!absent(s->free_bytes) && s->free_bytes > total)
		return "more free memory than memory";
	if (s->available_bytes > total)
		return "more available memory than memory";
	return NULL;
}

static bool backwards(u64 now, u64 before)
{
	return !absent(now) && !absent(before) && now < before;
}

static bool restarted(const struct report_stats *now, const struct report_stats *before)
{
	return backwards(now->swapped_out_bytes, before->swapped_out_bytes) ||
	       backwards(now->major_faults, before->major_faults) ||
	       backwards(now->stalls, before->stalls) ||
	       backwards(now->oom_kills, before->oom_kills);
}

static u64 since(u64 now, u64 before)
{
	return absent(now) || absent(before) ? 0 : sat_sub_u64(now, before);
}

/* believe() - make a sample of @now, with what happened since the last one. */
static void believe(const struct stats *s, const struct report_stats *now, const struct report *r,
		    u64 elapsed_ms, struct demand_sample *ret_sample)
{
	const struct report_stats *before = s->known ? &s->last : now;

	*ret_sample = (struct demand_sample){
		.elapsed_ms = elapsed_ms,
		.max_bytes = r->max_bytes,
		.size_bytes = r->size_bytes,
		.available_bytes = now->available_bytes,
		.swapped_out_bytes = since(now->swapped_out_bytes, before->swapped_out_bytes),
		.major_faults = since(now->major_faults, before->major_faults),
		.stalls = since(now->stalls, before->stalls),
	};
}

/**
 * stats_take() - look at a report
 * @s: zeroed before the first
 * @r: the report, unchecked
 * @now_ms: a clock that does not run backwards
 * @ret_sample: for STATS_NEW what is new, else untouched. Its size is that of @r: the caller knows better
 *	if the balloon moved meanwhile.
 *
 * Return: what became of it; @s->why says what is wrong with bogus ones.
 */
enum stats_verdict stats_take(struct stats *s, const struct report *r, u64 now_ms,
			      struct demand_sample *ret_sample)
{
	u64 elapsed_ms = sat_sub_u64(now_ms, s->changed_ms);
	struct report_stats now;
	bool again;

	if (!r->stats.updated_s || absent(r->stats.updated_s) || r->stats.updated_s == s->updated_s)
		return STATS_SAME;
	s->updated_s = r->stats.updated_s;
	s->changed_ms = now_ms;
	now = normalised(&r->stats);
	s->why = impossible(&now, r->max_bytes);
	if (s->why) {
		s->quarantine = QUARANTINE;
		return STATS_BOGUS;
	}
	again = s->known && restarted(&now, &s->last);
	if (!again && s->quarantine <= 1)
		believe(s, &now, r, elapsed_ms, ret_sample);
	s->last = now;
	s->known = true;
	if (again) {
		s->why = "counters ran backwards";
		s->quarantine = QUARANTINE;
		return STATS_RESTARTED;
	}
	if (s->quarantine && --s->quarantine)
		return STATS_QUARANTINED;
	return STATS_NEW;
}

/**
 * stats_fresh() - whether the guest told something lately
 * @s: any
 * @now_ms: as for stats_take()
 * @period_ms: how often it is asked
 */
bool stats_fresh(const struct stats *s, u64 now_ms, u32 period_ms)
{
	u64 limit_ms = STALE_PERIODS * (u64)period_ms + STALE_EXTRA_MS;

	return s->known && sat_sub_u64(now_ms, s->changed_ms) <= limit_ms;
}
