// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a VM needs, out of its statistics.
 *
 * Theory of operation
 *
 * Used is what is left of the VM's size without what it calls available, so page cache does not
 * count. Three things are added to it, because use alone comes too late or lies:
 *
 * - growth: as much again as the VM would grow by within a reaction time if it went on like
 *   it did between the last two samples;
 * - debt: what it swapped out, what it had to read again, and something for allocations
 *   that had to wait. A guest that swaps uses less and less, and needs more and more: its use is
 *   no evidence, the traffic is. Debt is forgotten with time, not paid back: a guest
 *   that swaps in as much as it swaps out needs memory all the more;
 * - a cushion: twice the available memory below which a VM counts as urgent. A VM whose demand
 *   is met is never urgent, so who gives down to its demand does not come back the next second.
 *
 * Up at once, down slowly: the demand is the greatest of now, of a fast and of a slow average.
 * A short peak is forgotten fast, since it did not lift the averages.
 *
 * The reserve is for what nobody can react to in time: a fifth of the demand, the greatest growth within
 * a reaction time that this VM showed (forgotten within hours), or a fixed amount,
 * half of the VM at most.
 *
 * Urgent is who has less available than the limit, until it has one and a half of it.
 *
 * Left out on purpose: refaults, which no hypervisor's statistics carry. Major faults stand for them.
 */
#include "demand.h"

#include "ratio.h"

#define MIB (1ULL << 20)
#define FAULT_BYTES 4096

/* A sample that comes right after another one says little about a rate: no growth is scaled up by more. */
#define SCALE_UP_MAX 8

const struct demand_limits demand_limits_default = {
	.reaction_ms = 2000,
	.fast_ms = 8 * 1000,
	.slow_ms = 60 * 1000,
	.burst_ms = 3600 * 1000,
	.debt_ms = 30 * 1000,
	.urgent_bytes = 192 * MIB,
	.reserve_bytes = 1024 * MIB,
};

/* fade() - @value after @elapsed of time constant @constant without anything new. */
static u64 fade(u64 value, u64 elapsed, u64 constant)
{
	return value - ratio_u64(value, elapsed, sat_add_u64(elapsed, max_u64(constant, 1)));
}

/* follow() - the average @value after it followed @now for @elapsed. */
static u64 follow(u64 value, u64 now, u64 elapsed, u64 constant)
{
	return now < value ? now + fade(value - now, elapsed, constant) :
			     now - fade(now - value, elapsed, constant);
}

/* expected_growth() - what use would grow by within a reaction time, given the last two samples. */
static u64 expected_growth(const struct demand *d, u64 used, u64 elapsed_ms, u32 reaction_ms)
{
	u64 shortest_ms = max_u32(reaction_ms / SCALE_UP_MAX, 1);

	return ratio_u64(sat_sub_u64(used, d->used_bytes), reaction_ms,
			 max_u64(elapsed_ms, shortest_ms));
}

/* new_debt() - what the VM did without since the last sample. */
static u64 new_debt(const struct demand_sample *s, u64 used)
{
	u64 stalled = s->stalls ? max_u64(used / 16, 64 * MIB) : 0;
	u64 faulted = ratio_u64(s->major_faults, FAULT_BYTES, 1);

	return sat_add_u64(s->swapped_out_bytes, sat_add_u64(faulted, stalled));
}

static u64 reserve(const struct demand *d, const struct demand_limits *limits, u64 max_bytes)
{
	u64 fixed = min_u64(limits->reserve_bytes, max_bytes / 2);

	return min_u64(max_u64(max_u64(d->bytes / 5, d->burst_bytes), fixed), max_bytes);
}

/**
 * demand_urgent_bytes() - available memory below which a VM is in need at once
 * @limits: their @urgent_bytes, or a 20th of the VM's size if that is more, but 3/32 of its greatest
 *	size at most: the same part of a small VM as the usual limit is of one of 2 GiB
 * @size_bytes: its size now
 * @max_bytes: its greatest size
 */
u64 demand_urgent_bytes(const struct demand_limits *limits, u64 size_bytes, u64 max_bytes)
{
	return min_u64(max_u64(limits->urgent_bytes, size_bytes / 20), max_bytes / 32 * 3);
}

/**
 * demand_recovered_bytes() - available memory at which a VM that was in need is so no more
 * @urgent_bytes: of demand_urgent_bytes()
 */
u64 demand_recovered_bytes(u64 urgent_bytes)
{
	return urgent_bytes + urgent_bytes / 2;
}

/**
 * demand_update() - take a new sample into account
 * @d: zeroed before the first one
 * @limits: the constants
 * @s: the sample; of the first one, what happened since another one does not count
 */
void demand_update(struct demand *d, const struct demand_limits *limits,
		   const struct demand_sample *s)
{
	u64 size = min_u64(s->size_bytes, s->max_bytes);
	u64 used = sat_sub_u64(size, s->available_bytes);
	u64 urgent = demand_urgent_bytes(limits, size, s->max_bytes);
	u64 growth = 0, level = used;

	if (!d->known) {
		*d = (struct demand){ .known = true, .fast_bytes = used, .slow_bytes = used };
	} else {
		growth = expected_growth(d, used, s->elapsed_ms, limits->reaction_ms);
		growth = min_u64(growth, s->max_bytes);
		d->debt_bytes = fade(d->debt_bytes, s->elapsed_ms, limits->debt_ms);
		d->debt_bytes = sat_add_u64(d->debt_bytes, new_debt(s, used));
		d->debt_bytes = min_u64(d->debt_bytes, s->max_bytes);
		level = min_u64(sat_add_u64(used, d->debt_bytes), s->max_bytes);
		d->fast_bytes = follow(d->fast_bytes, level, s->elapsed_ms, limits->fast_ms);
		d->slow_bytes = follow(d->slow_bytes, level, s->elapsed_ms, limits->slow_ms);
		d->burst_bytes = fade(d->burst_bytes, s->elapsed_ms, limits->burst_ms);
		d->burst_bytes = max_u64(d->burst_bytes, growth);
	}
	d->used_bytes = used;
	d->active = size ? ratio_u64(used, DEMAND_ONE, size) : DEMAND_ONE;
	d->urgent = s->available_bytes < (d->urgent ? demand_recovered_bytes(urgent) : urgent);
	level = max_u64(sat_add_u64(level, growth), max_u64(d->fast_bytes, d->slow_bytes));
	d->bytes = min_u64(sat_add_u64(level, 2 * urgent), s->max_bytes);
	d->reserve_bytes = reserve(d, limits, s->max_bytes);
}
