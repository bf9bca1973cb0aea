// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the guest itself wishes its balloon's size to be.
 *
 * Theory of operation
 *
 * The caller looks at the guest every LOOK_MS while there is a wish, and whenever the
 * kernel begins to reclaim, and gives each look to selfballoon_look(). Memory is given
 * back at any look: demand cannot wait. More is taken once an interval at most, and only
 * when the look says that nothing has to be given back. So that looks in quick
 * succession see as much as others, what vanishes is counted from a base, which is not
 * much younger than the time between two looks. Two policies say how much:
 *
 * "committed" is Xen's self-ballooning. The goal is a size of the guest: what
 * processes were promised, the kernel's reserve, what the administrator reserves,
 * and swapped memory that is on its way back. Of what the guest has above the goal
 * a part is taken (1 / downhysteresis), of what it lacks a part is given (1 /
 * uphysteresis). A promise precedes its use, so bursts are met before they are felt.
 * It knows nothing of caches, and too much of processes that ask for more than they use.
 *
 * "workingset" tries. While the guest is quiet, it takes half of the free memory, which
 * nobody misses, down to an 8th of RAM or a gigabyte: a burst that comes with no warning
 * has that until the next look. Or, if that is more, it takes a part of the available memory
 * that is in caches (1 / downhysteresis, and no more than a 16th of RAM). At the first
 * sign that too much was taken it stops, gives a good part back, and waits before the
 * next try, longer each time. The signs are pages that are read again after they were
 * reclaimed, and allocations that had to reclaim themselves. Faults that wait for a
 * disk only say that the guest is not quiet: files that are read for the first time
 * cause them, too.
 *
 * Caches are the kernel's to reclaim, and it does so when little memory is free. So what is
 * free before that is borrowed with them, and given back as soon as they are there: a burst
 * may come at any time, and a guest without free memory would pay for it. Where the floor or
 * the headroom leaves no room for more than the loan, the kernel would not get as far as to caches.
 *
 * When signs come, it is too late: the guest has paid for them. So while free memory
 * vanishes fast, the guest is looked at four times as often, and as much is given back as will
 * vanish in AHEAD_MS: a burst and a cache that fills find room, and little is given that they
 * do not use. Whether a cache that has filled will be read again cannot be told: nothing
 * counts what is read from caches. If so, that is soon. Meanwhile nothing must be taken of
 * any cache, since the kernel would reclaim and swap beside whoever reads: they are left
 * alone for three intervals.
 *
 * For both:
 *
 *   headroom   available memory is not taken below the margin and the reserved and
 *              returning memory. When it is found a quarter of margin and reserved
 *              memory below that, the guest grows faster than the policy saw, or
 *              memory is about to return: what is missing is given back, and
 *              twice what vanished of late. Of what returns nothing
 *              may be missing: who brings it waits until there is room for all.
 *   floor      as for every other wish.
 *   deadband   less than four grains are not worth taking, so that a steady load,
 *              which is never quite steady, moves nothing.
 *   held       growth starts from what is held: a wish that was not fulfilled, for
 *              want of memory or after a rescue, does not pile up. Nor is
 *              it in the way of what is given back.
 *
 * The wish starts from the last wish, not from the size: where the host
 * wishes for more, that is its business, and none of the guest's wish.
 *
 * Left out on purpose: time to warm up. The first look only remembers counters.
 */
#include "selfballoon.h"

/* How often to look while there is something to give back, and while the guest grows. */
#define LOOK_MS 250
#define GROWTH_LOOK_MS (LOOK_MS / 4)
/* Less than this many grains (4) is not worth noticing. */
#define DEADBAND_GRAINS_SHIFT 2
/* Refaults, and faults that wait for a disk, that a quiet guest may have in an interval. */
#define NOISE 32
/* Pages given back for each refault: more of what was taken will be missed. */
#define RELIEF_SHIFT 3
/* "workingset" takes at most this part of RAM at a time (a 16th). */
#define CREEP_SHIFT 4
/* Free memory vanishes fast, and caches fill fast, by this part of RAM (a 256th) in LOOK_MS. */
#define GROWTH_SHIFT 8
/* How long a guest that grows finds free memory: beyond the next look. */
#define AHEAD_MS 180
/* Caches that filled are left alone for so many intervals. */
#define CACHE_REST 3
/* "workingset" leaves this part of RAM free (an 8th), and no more than 1 GiB in pages of 4 KiB. */
#define CUSHION_SHIFT 3
#define CUSHION_MAX_PAGES (1ULL << 18)
/* "workingset" takes one part in so many of the free memory at a time. */
#define FREE_PART 2
/* The hold-off after pressure, in intervals: 30 s to an hour, calm after 15 minutes, of 5 s each. */
#define HOLDOFF_MIN 6
#define HOLDOFF_MAX 720
#define HOLDOFF_CALM 180

/**
 * selfballoon_init() - forget everything
 * @s: overwritten
 * @grain_shift: log2 of the pages by which the wish changes, less than 32
 * @wish_pages: where to start
 */
void selfballoon_init(struct selfballoon *s, u32 grain_shift, u64 wish_pages)
{
	*s = (struct selfballoon){ .grain_shift = grain_shift, .wish_pages = wish_pages };
}

static u64 round_down_grain(const struct selfballoon *s, u64 pages)
{
	return pages >> s->grain_shift << s->grain_shift;
}

static u64 round_up_grain(const struct selfballoon *s, u64 pages)
{
	return round_down_grain(s, sat_add_u64(pages, (1ULL << s->grain_shift) - 1));
}

static u64 part_of(u64 pages, u32 hysteresis)
{
	return div_u64(pages, max_u32(hysteresis, 1));
}

static u64 deadband_pages(const struct selfballoon *s)
{
	return 1ULL << s->grain_shift << DEADBAND_GRAINS_SHIFT;
}

/* What to take of @spare_pages: a part, but whole grains, and nothing from the deadband. */
static u64 step_down(const struct selfballoon *s, u64 spare_pages, u32 hysteresis)
{
	u64 grain_pages = 1ULL << s->grain_shift;

	if (spare_pages < deadband_pages(s))
		return 0;
	return max_u64(round_down_grain(s, part_of(spare_pages, hysteresis)), grain_pages);
}

/* Available memory that stays. */
static u64 headroom(const struct selfballoon_sample *in)
{
	return sat_add_u64(in->margin_pages, sat_add_u64(in->reserved_pages, in->return_pages));
}

/* By how much the wish may grow. */
static u64 room(const struct selfballoon *s, const struct selfballoon_sample *in)
{
	u64 most_pages = sat_sub_u64(in->ram_pages, in->floor_pages);

	return round_down_grain(s, min_u64(sat_sub_u64(most_pages, s->wish_pages),
					   sat_sub_u64(in->available_pages, headroom(in))));
}

/* Less than this has to be mended at once. */
static u64 least_headroom(const struct selfballoon_sample *in)
{
	u64 standing = sat_add_u64(in->margin_pages, in->reserved_pages);

	return sat_add_u64(in->return_pages, standing - standing / 4);
}

/*
 * What is missing for the headroom when it is used up. Who is blind to growth adds what may be
 * missing at the next look.
 */
static u64 deficit(const struct selfballoon *s, const struct selfballoon_sample *in, bool blind)
{
	u64 vanished = sat_sub_u64(s->base.available_pages, in->available_pages);
	u64 pages;

	if (in->available_pages >= least_headroom(in))
		return 0;
	pages = headroom(in) - in->available_pages;
	return blind ? sat_add_u64(pages, sat_shl_u64(vanished, 1)) : pages;
}

/* Nobody in the guest uses it: what the balloon takes or gives does not change that. */
static u64 unused(const struct selfballoon_sample *in)
{
	return sat_add_u64(sat_add_u64(in->free_pages, in->pcp_pages), in->held_pages);
}

/* Available memory that is in caches. */
static u64 caches(const struct selfballoon_sample *in)
{
	return sat_sub_u64(in->available_pages, in->free_pages);
}

static u64 passed_ms(const struct selfballoon *s, const struct selfballoon_sample *in)
{
	return max_u64(sat_sub_u64(in->now_ms, s->base.now_ms), GROWTH_LOOK_MS);
}

/* Whether a change by so many pages since the base is worth noticing. */
static bool is_fast(const struct selfballoon *s, const struct selfballoon_sample *in, u64 pages)
{
	u64 least_pages = max_u64(in->ram_pages >> GROWTH_SHIFT, deadband_pages(s));
	u64 ms = min_u64(passed_ms(s, in), LOOK_MS);

	return pages && pages >= div_u64(min_u64(least_pages, U64_MAX / LOOK_MS) * ms, LOOK_MS);
}

/* While pages are on their way between guest and balloon, what vanishes may be those. */
static bool sees_growth(const struct selfballoon *s, const struct selfballoon_sample *in)
{
	return !in->moving && !s->base.moving;
}

/* What the guest has begun to use since the base, if it was fast. */
static u64 growth(const struct selfballoon *s, const struct selfballoon_sample *in)
{
	u64 vanished = sat_sub_u64(unused(&s->base), unused(in));

	return sees_growth(s, in) && is_fast(s, in, vanished) ? vanished : 0;
}

/* What has to be given back for the guest to grow as it has since the base, and not reclaim. */
static u64 growth_room(const struct selfballoon *s, const struct selfballoon_sample *in)
{
	u64 grown = growth(s, in);
	u64 ahead_pages = div_u64(min_u64(grown, U64_MAX / AHEAD_MS) * AHEAD_MS,
				  min_u64(passed_ms(s, in), U32_MAX));

	return grown ? sat_sub_u64(sat_add_u64(ahead_pages, in->reserve_pages), in->free_pages) : 0;
}

static u64 goal(const struct selfballoon_sample *in)
{
	return sat_add_u64(sat_add_u64(in->committed_pages, in->reserve_pages),
			   sat_add_u64(in->reserved_pages, in->return_pages));
}

/*
 * What a look leads to: what to take if it is time for that, what to borrow on top of it, what to
 * wish for less now, and what to give back now of what is held.
 */
struct step {
	u64 take_pages;
	u64 loan_pages;
	u64 drop_pages;
	u64 give_pages;
};

/* The two policies. */

static struct step committed(const struct selfballoon *s, const struct selfballoon_tunables *t,
			     const struct selfballoon_sample *in)
{
	u64 size = sat_sub_u64(in->ram_pages, s->wish_pages);
	u64 wanted = goal(in);
	struct step step = { .take_pages = step_down(s, sat_sub_u64(size, wanted),
						     t->downhysteresis) };

	if (wanted > size)
		step.drop_pages = max_u64(part_of(wanted - size, t->uphysteresis), 1);
	return step;
}

/* How much the pressure since it was last relieved asks for. */
static u64 relief(const struct selfballoon *s)
{
	u64 pages = 0;

	if (s->refaults > NOISE)
		pages = max_u64(s->wish_pages / 4, sat_shl_u64(s->refaults, RELIEF_SHIFT));
	if (s->stalls)
		pages = max_u64(pages, max_u64(s->wish_pages / 2, 1));
	return pages;
}

/* Free memory that stays, but for a loan. */
static u64 cushion(const struct selfballoon_sample *in)
{
	return sat_add_u64(headroom(in),
			   min_u64(in->ram_pages >> CUSHION_SHIFT, CUSHION_MAX_PAGES));
}

/* Of the free memory. */
static u64 take_free(const struct selfballoon *s, const struct selfballoon_sample *in)
{
	return step_down(s, sat_sub_u64(in->free_pages, cushion(in)), FREE_PART);
}

/* Of the available memory, as far as it is in caches. */
static u64 take_caches(const struct selfballoon *s, const struct selfballoon_tunables *t,
		       const struct selfballoon_sample *in)
{
	u64 spare_pages = min_u64(sat_sub_u64(in->available_pages, headroom(in)), caches(in));

	if (in->now_ms < s->caches_ms)
		return 0;
	return min_u64(step_down(s, spare_pages, t->downhysteresis),
		       round_up_grain(s, in->ram_pages >> CREEP_SHIFT));
}

/* The free memory that is used up before the kernel turns to caches. */
static u64 before_caches(const struct selfballoon *s, const struct selfballoon_sample *in)
{
	u64 free_pages = sat_add_u64(in->free_pages, in->pcp_pages);

	return round_down_grain(s, sat_sub_u64(free_pages, in->reserve_pages));
}

static struct step workingset(const struct selfballoon *s, const struct selfballoon_tunables *t,
			      const struct selfballoon_sample *in)
{
	u64 free_pages = take_free(s, in);
	u64 loan_pages = before_caches(s, in);
	u64 cache_pages = min_u64(take_caches(s, t, in), sat_sub_u64(room(s, in), loan_pages));
	struct step step = { .give_pages = relief(s) };

	if (s->major_faults > NOISE || holdoff_runs(&s->holdoff, in->now_ms))
		return step;
	step.take_pages = max_u64(free_pages, cache_pages);
	if (cache_pages > free_pages)
		step.loan_pages = loan_pages;
	return step;
}

static u64 since(u64 sum, u64 now, u64 last)
{
	return sat_add_u64(sum, sat_sub_u64(now, last));
}

static void count(struct selfballoon *s, const struct selfballoon_sample *in)
{
	s->refaults = since(s->refaults, in->refaults, s->last.refaults);
	s->major_faults = since(s->major_faults, in->major_faults, s->last.major_faults);
	s->stalls = since(s->stalls, in->alloc_stalls, s->last.alloc_stalls);
	s->stalls = since(s->stalls, in->direct_scanned_pages, s->last.direct_scanned_pages);
}

static u32 interval_ms(const struct selfballoon_tunables *t)
{
	return min_u32(max_u32(t->interval_s, 1), SELFBALLOON_INTERVAL_MAX_S) * 1000;
}

/* A guest that grows is looked at more often, and caches that fill are about to be read again. */
static void watch(struct selfballoon *s, const struct selfballoon_tunables *t,
		  const struct selfballoon_sample *in)
{
	if (growth(s, in))
		s->grows_ms = sat_add_u64(in->now_ms, LOOK_MS);
	if (is_fast(s, in, sat_sub_u64(caches(in), caches(&s->base))))
		s->caches_ms = sat_add_u64(in->now_ms, (u64)interval_ms(t) * CACHE_REST);
}

/* No growth for an interval, at whose end the guest is judged by what it did meanwhile. */
static void rest(struct selfballoon *s, const struct selfballoon_tunables *t, u64 now_ms)
{
	s->next_ms = sat_add_u64(now_ms, interval_ms(t));
	s->refaults = 0;
	s->major_faults = 0;
	s->stalls = 0;
}

/* What cannot be blamed on the balloon, because nothing is wished for, delays no more than that. */
static void hold_off(struct selfballoon *s, const struct selfballoon_tunables *t, u64 now_ms)
{
	u32 ms = interval_ms(t);
	const struct holdoff_limits limits = { ms * HOLDOFF_MIN, ms * HOLDOFF_MAX,
					       ms * HOLDOFF_CALM };

	if (s->wish_pages)
		holdoff_begin(&s->holdoff, &limits, now_ms);
}

/* Of what was borrowed, what is missing now that all is there that it was borrowed for. */
static u64 pay_back(struct selfballoon *s, const struct selfballoon_sample *in)
{
	u64 pages = min_u64(s->loan_pages, sat_sub_u64(cushion(in), in->free_pages));

	if (!in->settled)
		return 0;
	s->loan_pages = 0;
	return round_down_grain(s, pages);
}

static void take(struct selfballoon *s, const struct step *step,
		 const struct selfballoon_sample *in)
{
	u64 pages = min_u64(sat_add_u64(step->take_pages, step->loan_pages), room(s, in));

	s->wish_pages = sat_add_u64(s->wish_pages, pages);
	s->loan_pages = sat_add_u64(s->loan_pages, step->loan_pages);
}

/* Only what is held can be given, however much more was wished for. */
static void give(struct selfballoon *s, const struct step *step,
		 const struct selfballoon_sample *in)
{
	u64 held_pages = min_u64(s->wish_pages, in->held_pages);

	s->wish_pages = sat_sub_u64(s->wish_pages, round_up_grain(s, step->drop_pages));
	if (step->give_pages)
		s->wish_pages = min_u64(s->wish_pages,
					sat_sub_u64(held_pages,
						    round_up_grain(s, step->give_pages)));
	s->loan_pages = 0;
}

static void decide(struct selfballoon *s, enum selfballoon_policy policy,
		   const struct selfballoon_tunables *t, const struct selfballoon_sample *in)
{
	bool by_working_set = policy == SELFBALLOON_WORKINGSET;
	bool blind = !by_working_set || !sees_growth(s, in);
	bool due = in->now_ms >= s->next_ms;
	struct step step;

	if (due || !in->may_grow)
		s->wish_pages = min_u64(s->wish_pages, in->held_pages);
	if (by_working_set)
		watch(s, t, in);
	step = by_working_set ? workingset(s, t, in) : committed(s, t, in);
	if (by_working_set && step.give_pages)
		hold_off(s, t, in->now_ms);
	if (by_working_set)
		step.give_pages = max_u64(step.give_pages, growth_room(s, in));
	step.give_pages = max_u64(step.give_pages, deficit(s, in, blind));
	if (step.drop_pages || step.give_pages)
		give(s, &step, in);
	else if (due && in->may_grow)
		take(s, &step, in);
	else
		s->wish_pages = sat_sub_u64(s->wish_pages, pay_back(s, in));
	if (due || step.drop_pages || step.give_pages)
		rest(s, t, in->now_ms);
}

/**
 * selfballoon_look() - what to wish for after this look
 * @s: initialised
 * @policy: may be another one than at the last look
 * @tunables: any values
 * @sample: the look; any values
 *
 * Return: ballooned memory to wish for, in guest pages; with @sample's floor it fits
 * into its RAM.
 */
u64 selfballoon_look(struct selfballoon *s, enum selfballoon_policy policy,
		     const struct selfballoon_tunables *tunables,
		     const struct selfballoon_sample *sample)
{
	/* The interval may have become shorter. */
	s->next_ms = min_u64(s->next_ms, sat_add_u64(sample->now_ms, interval_ms(tunables)));
	if (s->looked) {
		count(s, sample);
		decide(s, policy, tunables, sample);
	} else {
		rest(s, tunables, sample->now_ms);
	}
	if (!s->looked || sat_sub_u64(sample->now_ms, s->base.now_ms) >= LOOK_MS / 2)
		s->base = *sample;
	s->last = *sample;
	s->looked = true;
	s->wish_pages = min_u64(s->wish_pages, sat_sub_u64(sample->ram_pages, sample->floor_pages));
	return s->wish_pages;
}

/**
 * selfballoon_pause_ms() - how long to wait until the next look
 * @s: after a look
 * @now_ms: its time
 *
 * Return: milliseconds, at least 1.
 */
u32 selfballoon_pause_ms(const struct selfballoon *s, u64 now_ms)
{
	u64 left_ms = max_u64(sat_sub_u64(s->next_ms, now_ms), 1);
	u32 most_ms = SELFBALLOON_INTERVAL_MAX_S * 1000;

	if (s->wish_pages)
		most_ms = now_ms < s->grows_ms ? GROWTH_LOOK_MS : LOOK_MS;
	return (u32)min_u64(left_ms, most_ms);
}

/**
 * selfballoon_policy_name() - a policy in one lower-case word
 * @policy: any value
 *
 * Return: a constant string, "unknown" for a value outside the enum.
 */
const char *selfballoon_policy_name(enum selfballoon_policy policy)
{
	switch (policy) {
	case SELFBALLOON_COMMITTED:
		return "committed";
	case SELFBALLOON_WORKINGSET:
		return "workingset";
	case SELFBALLOON_NR_POLICIES:
		break;
	}
	return "unknown";
}
