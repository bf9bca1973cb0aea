// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of selfshrink.c: named sequences of intervals, which segment is chosen, then any
 * segments against the rule itself, page by page.
 */
#include "selfshrink.h"

#include <string.h>

#include "check.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MAX U64_MAX
#define SEGMENTS_MAX 24

static struct selfshrink start(u32 inertia, u32 hysteresis)
{
	struct selfshrink_limits limits = { .inertia = inertia, .hysteresis = hysteresis };
	struct selfshrink s;

	memset(&s, 0x5a, sizeof(s));
	CHECK(selfshrink_init(&s, &limits));
	return s;
}

static void test_limits(void)
{
	struct selfshrink_limits limits = selfshrink_limits_r4;
	struct selfshrink s, before;

	CHECK_EQ(limits.inertia, 3);
	CHECK_EQ(limits.hysteresis, 20);
	CHECK(selfshrink_init(&s, &limits));
	before = s;
	limits.inertia = 0;
	CHECK(!selfshrink_init(&s, &limits));
	limits = selfshrink_limits_r4;
	limits.hysteresis = 0;
	CHECK(!selfshrink_init(&s, &limits));
	CHECK(!memcmp(&s, &before, sizeof(s)));
}

/* Use of swap at each interval, and the credit after each; inertia 3, hysteresis 20. */
static const struct sequence {
	const char *name;
	u64 used[8];
	u64 credit[8];
} sequences[] = {
	{ "nothing swapped", { 0 }, { 0 } },
	{ "the first sight is growth",
	  { 400, 400, 400, 400, 400, 400, 400, 400 },
	  { 0, 0, 0, 20, 40, 60, 80, 100 } },
	{ "a decline is quiet, too",
	  { 400, 390, 380, 360, 340, 320, 300, 280 },
	  { 0, 0, 0, 18, 35, 51, 66, 80 } },
	{ "growth during the countdown",
	  { 400, 400, 400, 401, 401, 401, 401, 401 },
	  { 0, 0, 0, 0, 0, 0, 21, 42 } },
	{ "growth takes the credit away",
	  { 400, 400, 400, 400, 401, 401, 401, 401 },
	  { 0, 0, 0, 20, 0, 0, 0, 21 } },
	{ "steady growth", { 1, 2, 3, 4, 5, 6, 7, 8 }, { 0 } },
	{ "use went to 0", { 400, 400, 400, 400, 0, 0, 0, 0 }, { 0, 0, 0, 20, 0, 0, 0, 0 } },
	{ "and came back", { 400, 400, 400, 0, 400, 400, 400, 400 }, { 0, 0, 0, 0, 0, 0, 0, 20 } },
	{ "20 pages: all", { 20, 20, 20, 20, 20 }, { 0, 0, 0, 20, 20 } },
	{ "1 page: all", { 1, 1, 1, 1, 1 }, { 0, 0, 0, 1, 1 } },
	{ "21 pages: two", { 21, 21, 21, 21, 21 }, { 0, 0, 0, 2, 4 } },
	{ "no overflow",
	  { MAX, MAX, MAX, MAX, MAX },
	  { 0, 0, 0, MAX / 20 + 1, 2 * (MAX / 20 + 1) } },
};

static void test_sequences(void)
{
	for (size_t i = 0; i < ARRAY_LEN(sequences); i++) {
		const struct sequence *c = &sequences[i];
		struct selfshrink s = start(3, 20);

		check_row = c->name;
		for (size_t k = 0; k < ARRAY_LEN(c->used) && (!k || c->used[k - 1]); k++) {
			selfshrink_interval(&s, c->used[k]);
			CHECK_EQ(s.credit_pages, c->credit[k]);
		}
	}
	check_row = NULL;
}

/* Pages and time of emptying of three segments. */
static const struct choice_case {
	const char *name;
	struct selfshrink_segment segments[3];
	u64 room_pages;
	u64 credit_pages;
	u32 countdown;
	struct selfshrink_choice choice;
	u64 credit_after;
} choice_cases[] = {
	{ "nothing swapped", { { 0 } }, MAX, 0, 3, { SELFSHRINK_UNUSED, 0, 0 }, 0 },
	{ "one segment", { { 0 }, { 7, 0 }, { 0 } }, 7, 7, 0, { SELFSHRINK_EMPTY, 1, 7 }, 7 },
	{ "a page too few to come back",
	  { { 0 }, { 7, 0 }, { 0 } },
	  7,
	  6,
	  0,
	  { SELFSHRINK_CREDIT, 1, 7 },
	  6 },
	{ "a page too few in memory",
	  { { 0 }, { 7, 0 }, { 0 } },
	  6,
	  9,
	  0,
	  { SELFSHRINK_ROOM, 1, 7 },
	  7 },
	{ "neither", { { 0 }, { 7, 0 }, { 0 } }, 6, 6, 0, { SELFSHRINK_ROOM, 1, 7 }, 6 },
	{ "no memory at all", { { 1, 0 } }, 0, 1, 0, { SELFSHRINK_ROOM, 0, 1 }, 1 },
	{ "countdown", { { 7, 0 } }, MAX, 0, 1, { SELFSHRINK_COUNTDOWN, 0, 0 }, 0 },
	{ "countdown and no room", { { 7, 0 } }, 0, 0, 1, { SELFSHRINK_COUNTDOWN, 0, 0 }, 0 },
	{ "never emptied before emptied once",
	  { { 7, 1 }, { 7, 0 }, { 7, 2 } },
	  MAX,
	  9,
	  0,
	  { SELFSHRINK_EMPTY, 1, 7 },
	  9 },
	{ "emptied longest ago",
	  { { 7, 5 }, { 7, 4 }, { 7, 3 } },
	  MAX,
	  9,
	  0,
	  { SELFSHRINK_EMPTY, 2, 7 },
	  9 },
	{ "the first of equals",
	  { { 7, 4 }, { 7, 4 }, { 7, 4 } },
	  MAX,
	  9,
	  0,
	  { SELFSHRINK_EMPTY, 0, 7 },
	  9 },
	{ "the stalest waits for its credit",
	  { { 7, 4 }, { 10, 3 }, { 7, 4 } },
	  MAX,
	  9,
	  0,
	  { SELFSHRINK_CREDIT, 1, 10 },
	  9 },
	{ "the stalest does not fit, another does",
	  { { 7, 5 }, { 10, 3 }, { 7, 4 } },
	  9,
	  9,
	  0,
	  { SELFSHRINK_EMPTY, 2, 7 },
	  9 },
	{ "an empty one is no choice",
	  { { 0, 0 }, { 0, 0 }, { 7, 4 } },
	  MAX,
	  9,
	  0,
	  { SELFSHRINK_EMPTY, 2, 7 },
	  9 },
	{ "boundless",
	  { { MAX, MAX }, { MAX, MAX - 1 } },
	  MAX,
	  MAX,
	  0,
	  { SELFSHRINK_EMPTY, 1, MAX },
	  MAX },
};

static void test_choices(void)
{
	for (size_t i = 0; i < ARRAY_LEN(choice_cases); i++) {
		const struct choice_case *c = &choice_cases[i];
		struct selfshrink s = start(3, 20);
		struct selfshrink_choice choice;

		check_row = c->name;
		s.credit_pages = c->credit_pages;
		s.countdown = c->countdown;
		choice = selfshrink_choose(&s, c->segments, 3, c->room_pages);
		CHECK_EQ(choice.verdict, c->choice.verdict);
		CHECK_EQ(choice.index, c->choice.index);
		CHECK_EQ(choice.return_pages, c->choice.return_pages);
		CHECK_EQ(s.credit_pages, c->credit_after);
	}
	check_row = NULL;
	{
		struct selfshrink s = start(3, 20);

		CHECK_EQ(selfshrink_choose(&s, NULL, 0, MAX).verdict, SELFSHRINK_UNUSED);
	}
}

static void test_after_a_return(void)
{
	struct selfshrink s = start(1, 20);

	selfshrink_interval(&s, 400);
	selfshrink_interval(&s, 400);
	CHECK_EQ(s.credit_pages, 20);
	selfshrink_returned(&s, 15);
	CHECK_EQ(s.credit_pages, 5);
	selfshrink_interval(&s, 385);
	CHECK_EQ(s.credit_pages, 5 + 20);

	/* What went out again is growth, although there was never more than before. */
	selfshrink_returned(&s, 25);
	selfshrink_interval(&s, 385);
	CHECK_EQ(s.credit_pages, 0);
	CHECK_EQ(s.countdown, 1);

	selfshrink_interval(&s, 385);
	CHECK_EQ(s.credit_pages, 20);
	selfshrink_refused(&s);
	CHECK_EQ(s.credit_pages, 0);
	CHECK_EQ(s.countdown, 1);
	selfshrink_returned(&s, MAX);
	CHECK_EQ(s.expected_pages, 0);
}

static void test_hurry(void)
{
	struct selfshrink_segment segments[] = { { 400, 0 }, { 7, 1 } };
	struct selfshrink s = start(3, 20);

	selfshrink_hurry(&s);
	CHECK_EQ(selfshrink_choose(&s, segments, 2, 399).index, 1);
	CHECK_EQ(selfshrink_choose(&s, segments, 2, 6).verdict, SELFSHRINK_ROOM);
	selfshrink_hurry(&s);
	CHECK_EQ(selfshrink_choose(&s, segments, 2, 400).verdict, SELFSHRINK_EMPTY);
	selfshrink_refused(&s);
	CHECK_EQ(selfshrink_choose(&s, segments, 2, 400).verdict, SELFSHRINK_COUNTDOWN);
}

static void test_room(void)
{
	CHECK_EQ(selfshrink_room_pages(0, 0), 0);
	CHECK_EQ(selfshrink_room_pages(100, 0), 100);
	CHECK_EQ(selfshrink_room_pages(100, 99), 1);
	CHECK_EQ(selfshrink_room_pages(100, 100), 0);
	CHECK_EQ(selfshrink_room_pages(100, MAX), 0);
	CHECK_EQ(selfshrink_room_pages(MAX, 0), MAX);
	CHECK(!selfshrink_must_stop(0, 0));
	CHECK(!selfshrink_must_stop(50, 100));
	CHECK(selfshrink_must_stop(49, 100));
	CHECK(selfshrink_must_stop(0, MAX));
	CHECK(!selfshrink_must_stop(MAX, MAX));
}

static void test_names(void)
{
	CHECK(!strcmp(selfshrink_verdict_name(SELFSHRINK_UNUSED), "unused"));
	CHECK(!strcmp(selfshrink_verdict_name(SELFSHRINK_COUNTDOWN), "countdown"));
	CHECK(!strcmp(selfshrink_verdict_name(SELFSHRINK_CREDIT), "credit"));
	CHECK(!strcmp(selfshrink_verdict_name(SELFSHRINK_ROOM), "room"));
	CHECK(!strcmp(selfshrink_verdict_name(SELFSHRINK_EMPTY), "emptying"));
	CHECK(!strcmp(selfshrink_verdict_name((enum selfshrink_verdict)5), "unknown"));
}

static u64 used_pages(const struct selfshrink_segment *segments, u32 count)
{
	u64 sum = 0;

	for (u32 i = 0; i < count; i++)
		sum += segments[i].used_pages;
	return sum;
}

/* Empties what may be emptied now, one segment after the other; how many. */
static u64 empty_all_due(struct selfshrink *s, struct selfshrink_segment *segments, u32 count,
			 u64 room_pages, u64 *clock)
{
	struct selfshrink_choice choice;
	u64 emptied = 0;

	while ((choice = selfshrink_choose(s, segments, count, room_pages)).verdict ==
	       SELFSHRINK_EMPTY) {
		CHECK(choice.index < count);
		CHECK(segments[choice.index].used_pages);
		CHECK(segments[choice.index].used_pages <= room_pages);
		CHECK_EQ(choice.return_pages, segments[choice.index].used_pages);
		CHECK(s->credit_pages >= choice.return_pages);
		CHECK(!s->countdown);
		selfshrink_returned(s, choice.return_pages);
		segments[choice.index] = (struct selfshrink_segment){ .emptied = ++*clock };
		emptied++;
	}
	return emptied;
}

/* n - n / hysteresis, or 0: the rule for swap that can be emptied page by page. */
static u64 rule(u64 pages, u32 hysteresis)
{
	return pages <= hysteresis ? 0 : pages - pages / hysteresis;
}

/*
 * Left alone, and with room for everything: nothing during the countdown, then with the
 * rule, within a segment. Where so few pages are left that the rule is down to one or two an
 * interval, rounding counts: hence the slack.
 */
static void check_promise(u64 *state)
{
	struct selfshrink s = start(1 + check_random(state) % 5, 1 + check_random(state) % 40);
	u32 count = 1 + check_random(state) % SEGMENTS_MAX;
	struct selfshrink_segment segments[SEGMENTS_MAX] = { { 0 } };
	u64 size = 1 + check_random(state) % 100000;
	u64 slack = 2ULL * s.limits.hysteresis;
	u64 clock = 0, ruled, largest = 0;
	u32 late = 0;

	for (u32 i = 0; i < count; i++) {
		segments[i].used_pages = check_random(state) % 2 ? check_random(state) % size : 0;
		largest = max_u64(largest, segments[i].used_pages);
	}
	ruled = used_pages(segments, count);
	selfshrink_interval(&s, ruled);
	for (u32 i = 1; i < s.limits.inertia && ruled; i++) {
		selfshrink_interval(&s, ruled);
		CHECK_EQ(empty_all_due(&s, segments, count, MAX, &clock), 0);
	}
	while (ruled || late++ < s.limits.hysteresis) {
		ruled = rule(ruled, s.limits.hysteresis);
		selfshrink_interval(&s, used_pages(segments, count));
		empty_all_due(&s, segments, count, MAX, &clock);
		if (!CHECK(used_pages(segments, count) <= ruled + largest + slack))
			return;
		if (!CHECK(used_pages(segments, count) + largest + slack >= ruled))
			return;
	}
	CHECK_EQ(used_pages(segments, count), 0);
}

static void test_promise(void)
{
	unsigned int failures = check_failures;
	u64 state = check_seed_start();

	for (int round = 0; round < 3000 && check_failures == failures; round++)
		check_promise(&state);
	check_seed = 0;
}

/* Whatever is swapped in and out meanwhile, and however much room there is. */
static void check_any(u64 *state)
{
	struct selfshrink s = start(1 + check_random_any(state) % U32_MAX,
				    1 + check_random_any(state) % U32_MAX);
	u32 count = check_random(state) % (SEGMENTS_MAX + 1);
	struct selfshrink_segment segments[SEGMENTS_MAX] = { { 0 } };
	u64 clock = 0;

	for (int interval = 0; interval < 20; interval++) {
		u64 before = used_pages(segments, count);
		u64 now;

		if (count && check_random(state) % 4 == 0)
			segments[check_random(state) % count].used_pages = check_random_any(state) /
									   SEGMENTS_MAX;
		if (check_random(state) % 8 == 0)
			selfshrink_refused(&s);
		now = used_pages(segments, count);
		selfshrink_interval(&s, now);
		CHECK(s.credit_pages <= now);
		CHECK(s.countdown <= s.limits.inertia);
		if (now > before || !now)
			CHECK(s.countdown == s.limits.inertia && !s.credit_pages);
		empty_all_due(&s, segments, count, check_random_any(state), &clock);
	}
}

static void test_any_swap(void)
{
	unsigned int failures = check_failures;
	u64 state = check_seed_start();

	for (int round = 0; round < 20000 && check_failures == failures; round++)
		check_any(&state);
	check_seed = 0;
}

int main(void)
{
	test_limits();
	test_sequences();
	test_choices();
	test_after_a_return();
	test_hurry();
	test_room();
	test_names();
	test_promise();
	test_any_swap();
	return check_status();
}
