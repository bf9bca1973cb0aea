// SPDX-License-Identifier: GPL-2.0-only
/*
 * When swapped memory comes back, and from which of the segments that swap is
 * made of.
 *
 * Theory of operation
 *
 * What a burst of demand has swapped out stays out until somebody touches it, for
 * ever perhaps, and whoever does touch it waits for the disk. So while swap does not
 * grow, it is emptied little by little: growth, or nothing being swapped at all, starts a
 * countdown of @inertia intervals; when that has run out, each interval takes swap from
 * n pages to n - n / @hysteresis, and to 0 from @hysteresis pages or fewer.
 *
 * Swap can only be emptied by whole segments. So what may come back is a credit: each
 * interval adds its n / @hysteresis, rounded up, and a segment is emptied once the
 * credit covers its pages. Swap then keeps within one segment of the rule, and is
 * empty when the rule says so, but for the rounding of the last few pages. Growth
 * takes the credit away; so do a refusal and a segment that had to be left half
 * emptied, which start the countdown as well.
 *
 * Of the segments, the one that was not emptied for the longest time goes first: what
 * it holds is likely to be the stalest. If memory has no room for it, another one
 * that fits does. Where none fits, the credit does not grow beyond that segment:
 * otherwise everything would come at once when there is room again.
 *
 * What comes back and is swapped out again at once (a control group at its limit, say)
 * is growth, too: the use that is compared is the last one less what came back.
 *
 * Room is what is available above a reserve. Demand may rise while a segment is being emptied:
 * below half of the reserve that stops.
 */
#include "selfshrink.h"

const struct selfshrink_limits selfshrink_limits_r4 = { .inertia = 3, .hysteresis = 20 };

/**
 * selfshrink_init() - remember nothing
 * @s: untouched on failure
 * @limits: no member may be 0
 *
 * Return: whether @limits make sense.
 */
bool selfshrink_init(struct selfshrink *s, const struct selfshrink_limits *limits)
{
	if (!limits->inertia || !limits->hysteresis)
		return false;
	*s = (struct selfshrink){ .limits = *limits, .countdown = limits->inertia };
	return true;
}

/* What an interval adds to the credit while @used_pages are swapped. */
static u64 step_pages(const struct selfshrink *s, u64 used_pages)
{
	u32 hysteresis = s->limits.hysteresis;

	if (used_pages <= hysteresis)
		return used_pages;
	return used_pages / hysteresis + !!(used_pages % hysteresis);
}

/**
 * selfshrink_refused() - what was chosen could not be emptied
 * @s: initialised
 *
 * Starts the countdown: memory is short, whatever it looked like.
 */
void selfshrink_refused(struct selfshrink *s)
{
	s->countdown = s->limits.inertia;
	s->credit_pages = 0;
}

/**
 * selfshrink_interval() - an interval is over
 * @s: initialised
 * @used_pages: pages in all segments now
 *
 * Not called while a segment is being emptied: what it returns is no decline.
 */
void selfshrink_interval(struct selfshrink *s, u64 used_pages)
{
	bool grew = used_pages > s->expected_pages;

	s->expected_pages = used_pages;
	if (grew || !used_pages) {
		selfshrink_refused(s);
		return;
	}
	if (s->countdown)
		s->countdown--;
	if (s->countdown)
		return;
	s->credit_pages = min_u64(sat_add_u64(s->credit_pages, step_pages(s, used_pages)),
				  used_pages);
}

/**
 * selfshrink_hurry() - let everything come back now
 * @s: initialised
 *
 * Until swap grows or something is refused, only room counts.
 */
void selfshrink_hurry(struct selfshrink *s)
{
	s->countdown = 0;
	s->credit_pages = U64_MAX;
}

/* The segment in use that was not emptied for the longest time, of those with at most @room_pages. */
static u32 stalest(const struct selfshrink_segment *segments, u32 count, u64 room_pages)
{
	u32 best = count;
	u32 i;

	for (i = 0; i < count; i++) {
		if (!segments[i].used_pages || segments[i].used_pages > room_pages)
			continue;
		if (best == count || segments[i].emptied < segments[best].emptied)
			best = i;
	}
	return best;
}

/**
 * selfshrink_choose() - what to do now
 * @s: initialised
 * @segments: all segments, as they are now
 * @count: how many there are
 * @room_pages: pages that memory can hold (selfshrink_room_pages())
 *
 * To be asked after each interval, and again whenever a segment was emptied.
 *
 * Return: the decision.
 */
struct selfshrink_choice selfshrink_choose(struct selfshrink *s,
					   const struct selfshrink_segment *segments, u32 count,
					   u64 room_pages)
{
	struct selfshrink_choice choice = { .verdict = SELFSHRINK_EMPTY };
	u32 wanted = stalest(segments, count, U64_MAX);

	choice.index = stalest(segments, count, room_pages);
	if (wanted == count) {
		choice.verdict = SELFSHRINK_UNUSED;
		choice.index = 0;
		return choice;
	}
	if (choice.index == count) {
		choice.index = wanted;
		choice.verdict = SELFSHRINK_ROOM;
		s->credit_pages = min_u64(s->credit_pages, segments[wanted].used_pages);
	}
	if (s->countdown) {
		choice.verdict = SELFSHRINK_COUNTDOWN;
		return choice;
	}
	choice.return_pages = segments[choice.index].used_pages;
	if (choice.verdict == SELFSHRINK_EMPTY && choice.return_pages > s->credit_pages)
		choice.verdict = SELFSHRINK_CREDIT;
	return choice;
}

/**
 * selfshrink_returned() - a segment was emptied
 * @s: initialised
 * @pages: what it held when it was chosen
 */
void selfshrink_returned(struct selfshrink *s, u64 pages)
{
	s->credit_pages = sat_sub_u64(s->credit_pages, pages);
	s->expected_pages = sat_sub_u64(s->expected_pages, pages);
}

/**
 * selfshrink_room_pages() - pages that memory can hold besides what it holds now
 * @available_pages: memory that can be had now without swapping (MemAvailable)
 * @reserve_pages: what of that has to stay available
 */
u64 selfshrink_room_pages(u64 available_pages, u64 reserve_pages)
{
	return sat_sub_u64(available_pages, reserve_pages);
}

/**
 * selfshrink_must_stop() - whether to give up a segment that is being emptied
 * @available_pages: memory that can be had now without swapping (MemAvailable)
 * @reserve_pages: as for selfshrink_room_pages()
 */
bool selfshrink_must_stop(u64 available_pages, u64 reserve_pages)
{
	return available_pages < reserve_pages / 2;
}

/**
 * selfshrink_verdict_name() - a word for people
 * @verdict: any
 */
const char *selfshrink_verdict_name(enum selfshrink_verdict verdict)
{
	switch (verdict) {
	case SELFSHRINK_UNUSED:
		return "unused";
	case SELFSHRINK_COUNTDOWN:
		return "countdown";
	case SELFSHRINK_CREDIT:
		return "credit";
	case SELFSHRINK_ROOM:
		return "room";
	case SELFSHRINK_EMPTY:
		return "emptying";
	}
	return "unknown";
}
