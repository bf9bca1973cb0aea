/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When swapped memory comes back, and from which of the segments that swap is
 * made of. selfshrink.c explains the rules.
 */
#ifndef AERO_POLICY_SELFSHRINK_H
#define AERO_POLICY_SELFSHRINK_H

#include "env.h"

/**
 * struct selfshrink_limits - the tunables; selfshrink_init() says what makes sense
 * @inertia: intervals without growth of swap before the first page comes back
 * @hysteresis: the fraction of what is swapped that comes back in an interval
 */
struct selfshrink_limits {
	u32 inertia;
	u32 hysteresis;
};

/* What Xen's self-shrinking of frontswap began with. */
extern const struct selfshrink_limits selfshrink_limits_r4;

/**
 * struct selfshrink - what is remembered from one interval to the next
 * @limits: checked and copied
 * @expected_pages: swap in use at the last interval, less what came back since
 * @credit_pages: pages that may come back now
 * @countdown: intervals until pages may come back
 */
struct selfshrink {
	struct selfshrink_limits limits;
	u64 expected_pages;
	u64 credit_pages;
	u32 countdown;
};

/**
 * struct selfshrink_segment - a part of swap that can only be emptied as a whole
 * @used_pages: pages in it; 0 as well for one that is switched off
 * @emptied: grows with the time at which it was emptied; 0: never
 */
struct selfshrink_segment {
	u64 used_pages;
	u64 emptied;
};

/**
 * enum selfshrink_verdict - what to do now
 * @SELFSHRINK_UNUSED: nothing is swapped
 * @SELFSHRINK_COUNTDOWN: swap grew a short while ago
 * @SELFSHRINK_CREDIT: the segment holds more than may come back yet
 * @SELFSHRINK_ROOM: memory could not hold any segment's pages
 * @SELFSHRINK_EMPTY: empty the segment
 */
enum selfshrink_verdict {
	SELFSHRINK_UNUSED,
	SELFSHRINK_COUNTDOWN,
	SELFSHRINK_CREDIT,
	SELFSHRINK_ROOM,
	SELFSHRINK_EMPTY,
};

/**
 * struct selfshrink_choice - the decision
 * @verdict: what to do
 * @index: the segment that is to be emptied, now or when the verdict allows it;
 *	means nothing with SELFSHRINK_UNUSED
 * @return_pages: pages on their way back, for which memory should be left: those of
 *	the segment, 0 with SELFSHRINK_UNUSED and SELFSHRINK_COUNTDOWN
 */
struct selfshrink_choice {
	enum selfshrink_verdict verdict;
	u32 index;
	u64 return_pages;
};

bool selfshrink_init(struct selfshrink *s, const struct selfshrink_limits *limits);
void selfshrink_interval(struct selfshrink *s, u64 used_pages);
struct selfshrink_choice selfshrink_choose(struct selfshrink *s,
					   const struct selfshrink_segment *segments, u32 count,
					   u64 room_pages);
void selfshrink_returned(struct selfshrink *s, u64 pages);
void selfshrink_refused(struct selfshrink *s);
void selfshrink_hurry(struct selfshrink *s);
u64 selfshrink_room_pages(u64 available_pages, u64 reserve_pages);
bool selfshrink_must_stop(u64 available_pages, u64 reserve_pages);
const char *selfshrink_verdict_name(enum selfshrink_verdict verdict);

#endif /* AERO_POLICY_SELFSHRINK_H */
