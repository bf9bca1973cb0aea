// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of selfballoon.c: named looks and what they lead to, guests of a simple kind
 * over hours, then any look against what must hold for all of them.
 */
#include "selfballoon.h"

#include <string.h>

#include "check.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MAX U64_MAX
#define MIB 256 /* pages of 4 KiB */
#define BLOCK_SHIFT 9
#define BLOCK (1 << BLOCK_SHIFT)
#define DEADBAND (4 * BLOCK)
#define NOISE 32

/* R4's. */
static const struct selfballoon_tunables defaults = { 5, 8, 1 };

/*
 * One look, after one at time 0 at which nothing had happened yet, and a wish for as
 * much as is held. The guest has 1000 pages, all available; a grain is one page, so the
 * deadband is 3.
 */
static const struct selfballoon_sample quiet = {
	.now_ms = 5000,
	.ram_pages = 1000,
	.held_pages = 400,
	.available_pages = 600,
	.may_grow = true,
};

struct step {
	u32 policy;
	u64 wish_pages; /* before */
	struct selfballoon_tunables tunables;
	struct selfballoon_sample last, now;
};

static u64 take_step(const struct step *step)
{
	struct selfballoon s;

	selfballoon_init(&s, 0, step->wish_pages);
	selfballoon_look(&s, step->policy, &step->tunables, &step->last);
	return selfballoon_look(&s, step->policy, &step->tunables, &step->now);
}

static struct step quiet_step(u32 policy)
{
	struct step step = { policy, quiet.held_pages, defaults, quiet, quiet };

	step.last.now_ms = 0;
	return step;
}

/* The goals of "committed": the guest has 600 pages; what else is set is in the row. */
static void test_committed(void)
{
	static const struct {
		const char *name;
		u64 committed, reserve, reserved, returning;
		struct selfballoon_tunables tunables;
		u64 wish_pages;
	} rows[] = {
		{ "at the goal", 600, 0, 0, 0, { 5, 8, 1 }, 400 },
		{ "an eighth of what is too much", 200, 0, 0, 0, { 5, 8, 1 }, 450 },
		{ "nothing committed", 0, 0, 0, 0, { 5, 8, 1 }, 475 },
		{ "all of what is too much", 200, 0, 0, 0, { 5, 1, 1 }, 800 },
		{ "great hysteresis: a grain", 200, 0, 0, 0, { 5, U32_MAX, 1 }, 401 },
		{ "deadband", 597, 0, 0, 0, { 5, 1, 1 }, 400 },
		{ "just above the deadband", 596, 0, 0, 0, { 5, 8, 1 }, 401 },
		{ "a page too little", 601, 0, 0, 0, { 5, 8, 1 }, 399 },
		{ "all of what is missing", 900, 0, 0, 0, { 5, 8, 1 }, 100 },
		{ "a third of what is missing", 900, 0, 0, 0, { 5, 8, 3 }, 300 },
		{ "great hysteresis up: a page", 900, 0, 0, 0, { 5, 8, U32_MAX }, 399 },
		{ "more than RAM", 1001, 0, 0, 0, { 5, 8, 1 }, 0 },
		{ "the kernel's reserve counts", 100, 100, 0, 0, { 5, 8, 1 }, 450 },
		{ "what is reserved counts", 100, 0, 100, 0, { 5, 8, 1 }, 450 },
		{ "what returns from swap counts", 100, 0, 0, 100, { 5, 8, 1 }, 450 },
		{ "room for what returns from swap", 500, 0, 0, 300, { 5, 8, 1 }, 200 },
		{ "the goal does not wrap", MAX, 2, 0, 0, { 5, 8, 1 }, 0 },
		{ "nor in any part of it", 2, MAX, MAX, MAX, { 5, 8, 1 }, 0 },
		{ "hysteresis 0 is 1", 200, 0, 0, 0, { 5, 0, 0 }, 800 },
		{ "hysteresis up 0 is 1", 900, 0, 0, 0, { 5, 0, 0 }, 100 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct step step = quiet_step(SELFBALLOON_COMMITTED);

		check_row = rows[i].name;
		step.tunables = rows[i].tunables;
		step.now.committed_pages = rows[i].committed;
		step.now.reserve_pages = rows[i].reserve;
		step.now.reserved_pages = rows[i].reserved;
		step.now.return_pages = rows[i].returning;
		CHECK_EQ(take_step(&step), rows[i].wish_pages);
	}
	check_row = NULL;
}

/* 300 pages are held of the 400: less is wished for, but what the guest has is enough. */
static void test_committed_gives_up_wishes_first(void)
{
	struct step step = quiet_step(SELFBALLOON_COMMITTED);

	step.now.now_ms = 1;
	step.now.held_pages = 300;
	step.now.committed_pages = 650;
	CHECK_EQ(take_step(&step), 350);
}

/*
 * "workingset": 600 pages are available; what is not set is as in a quiet guest. What vanishes is no
 * growth.
 */
static void test_workingset(void)
{
	static const struct {
		const char *name;
		u64 available, margin, refaults, majors, stalls, scanned;
		u64 wish_pages;
	} rows[] = {
		{ "no more than a 16th of RAM", 600, 0, 0, 0, 0, 0, 462 },
		{ "an eighth of what is available", 400, 0, 0, 0, 0, 0, 450 },
		{ "above the margin", 600, 200, 0, 0, 0, 0, 450 },
		{ "deadband", 600, 597, 0, 0, 0, 0, 400 },
		{ "as many refaults as noise", 400, 0, NOISE, 0, 0, 0, 450 },
		{ "refaults give a quarter back", 400, 0, NOISE + 1, 0, 0, 0, 136 },
		{ "many refaults give eightfold", 400, 0, 40, 0, 0, 0, 80 },
		{ "refaults without number", 400, 0, MAX, 0, 0, 0, 0 },
		{ "a stall gives half", 400, 0, 0, 0, 1, 0, 200 },
		{ "direct reclaim gives half", 400, 0, 0, 0, 0, 1, 200 },
		{ "stalls without number", 400, 0, 0, 0, MAX, MAX, 200 },
		{ "the greater of two needs", 400, 0, 40, 0, 1, 0, 80 },
		{ "as many faults as noise", 400, 0, 0, NOISE, 0, 0, 450 },
		{ "faults stop growth", 400, 0, 0, NOISE + 1, 0, 0, 400 },
		{ "a quarter of the margin is used", 150, 200, 0, 0, 0, 0, 400 },
		{ "what is missing, and twice what vanished", 149, 200, 0, 0, 0, 0, 0 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct step step = quiet_step(SELFBALLOON_WORKINGSET);

		check_row = rows[i].name;
		step.now.available_pages = rows[i].available;
		step.now.margin_pages = rows[i].margin;
		step.now.refaults = rows[i].refaults;
		step.now.major_faults = rows[i].majors;
		step.now.alloc_stalls = rows[i].stalls;
		step.now.direct_scanned_pages = rows[i].scanned;
		step.now.moving = true;
		CHECK_EQ(take_step(&step), rows[i].wish_pages);
	}
	check_row = NULL;
}

/* Free memory goes sooner than caches: 600 pages are available, more or less of them free. */
static void test_workingset_takes_free_memory(void)
{
	static const struct {
		const char *name;
		u64 free, available, margin, refaults;
		u64 wish_pages;
	} rows[] = {
		{ "nothing free", 0, 600, 0, 0, 462 },
		{ "half of what is free", 525, 600, 0, 0, 600 },
		{ "above the margin", 425, 600, 100, 0, 500 },
		{ "caches, and what is free before them", 162, 262, 90, 0, 572 },
		{ "not what is free before them alone", 162, 262, 100, 0, 400 },
		{ "caches are more", 100, 600, 0, 0, 562 },
		{ "no more caches than there are", 425, 905, 0, 0, 550 },
		{ "nothing but what is left free", 125, 125, 0, 0, 400 },
		{ "no more than is available", 662, 50, 0, 0, 450 },
		{ "no more than is available above the margin", 662, 150, 50, 0, 500 },
		{ "deadband", 128, 128, 0, 0, 400 },
		{ "just above the deadband", 129, 129, 0, 0, 402 },
		{ "not in need", 600, 600, 0, NOISE + 1, 136 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct step step = quiet_step(SELFBALLOON_WORKINGSET);

		check_row = rows[i].name;
		step.now.free_pages = step.last.free_pages = rows[i].free;
		step.now.available_pages = step.last.available_pages = rows[i].available;
		step.now.margin_pages = rows[i].margin;
		step.now.refaults = rows[i].refaults;
		CHECK_EQ(take_step(&step), rows[i].wish_pages);
	}
	check_row = NULL;
}

/* The kernel turns to caches when nothing is free: what is taken for that comes back. */
static void test_workingset_borrows_free_memory(void)
{
	static const struct {
		const char *name;
		u64 free, stalls;
		bool settled;
		u64 wish_pages, after_pages;
	} rows[] = {
		{ "all of it", 50, 0, true, 456, 456 },
		{ "up to what stays free", 235, 0, true, 476, 476 },
		{ "nothing is missing", 275, 0, true, 516, 516 },
		{ "not while it is on its way", 50, 0, false, 516, 456 },
		{ "not on top of more", 50, 1, true, 258, 258 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct selfballoon_sample now = quiet;
		struct selfballoon s;

		check_row = rows[i].name;
		now.margin_pages = 150;
		now.reserve_pages = 40;
		now.free_pages = 70;
		now.pcp_pages = 30;
		now.settled = true;
		selfballoon_init(&s, 0, now.held_pages);
		selfballoon_look(&s, SELFBALLOON_WORKINGSET, &defaults, &now);
		now.now_ms += 5000;
		/* An eighth of the caches, and what is free besides the reserve. */
		CHECK_EQ(selfballoon_look(&s, SELFBALLOON_WORKINGSET, &defaults, &now),
			 400 + 56 + 60);
		now.now_ms += 250;
		now.held_pages = 516;
		now.free_pages = rows[i].free;
		now.alloc_stalls = rows[i].stalls;
		now.settled = rows[i].settled;
		CHECK_EQ(selfballoon_look(&s, SELFBALLOON_WORKINGSET, &defaults, &now),
			 rows[i].wish_pages);
		now.now_ms += 250;
		now.settled = true;
		CHECK_EQ(selfballoon_look(&s, SELFBALLOON_WORKINGSET, &defaults, &now),
			 rows[i].after_pages);
	}
	check_row = NULL;
}

/* 60 pages are free before caches: less room than that makes the kernel reclaim nothing. */
static void test_nothing_is_borrowed_in_vain(void)
{
	static const struct {
		const char *name;
		u64 floor, margin, wish_pages;
	} rows[] = {
		{ "room for caches", 0, 0, 400 + 62 + 60 },
		{ "the floor leaves some", 539, 0, 400 + 1 + 60 },
		{ "the floor leaves none", 540, 0, 400 },
		{ "the margin leaves some", 0, 539, 400 + 1 + 60 },
		{ "the margin leaves none", 0, 540, 400 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct step step = quiet_step(SELFBALLOON_WORKINGSET);

		check_row = rows[i].name;
		step.now.free_pages = step.last.free_pages = 100;
		step.now.reserve_pages = 40;
		step.now.floor_pages = rows[i].floor;
		step.now.margin_pages = rows[i].margin;
		CHECK_EQ(take_step(&step), rows[i].wish_pages);
	}
	check_row = NULL;
}

/* A kernel that takes longer than an interval to reclaim is waited for. */
static void test_loan_outlasts_an_interval(void)
{
	struct selfballoon_sample now = quiet;
	struct selfballoon s;

	now.reserve_pages = 40;
	now.margin_pages = 150;
	now.free_pages = 100;
	selfballoon_init(&s, 0, now.held_pages);
	selfballoon_look(&s, SELFBALLOON_WORKINGSET, &defaults, &now);
	now.now_ms += 5000;
	CHECK_EQ(selfballoon_look(&s, SELFBALLOON_WORKINGSET, &defaults, &now), 400 + 56 + 60);
	now.now_ms += 5000;
	now.held_pages = 460;
	now.free_pages = 40;
	now.available_pages = 540;
	CHECK_EQ(selfballoon_look(&s, SELFBALLOON_WORKINGSET, &defaults, &now), 460 + 48);
	now.now_ms += 250;
	now.held_pages = 508;
	now.settled = true;
	CHECK_EQ(selfballoon_look(&s, SELFBALLOON_WORKINGSET, &defaults, &now), 508 - 60);
}

/* A guest that grows finds free memory: 3 pages in a look are not worth noticing. */
static void test_workingset_runs_ahead_of_growth(void)
{
	static const struct {
		const char *name;
		u64 last_free, free, last_held, pcp;
		bool last_moving, moving;
		u64 wish_pages;
	} rows[] = {
		{ "slowly", 4, 1, 400, 0, false, false, 400 },
		{ "fast", 5, 1, 400, 0, false, false, 399 },
		{ "there is enough until after the next look", 17, 7, 400, 0, false, false, 400 },
		{ "there is not", 16, 6, 400, 0, false, false, 399 },
		{ "faster than there is to give", 600, 0, 400, 0, false, false, 0 },
		{ "beyond all numbers", MAX, 0, 400, 0, false, false, 0 },
		{ "it shrinks", 0, 600, 400, 0, false, false, 400 },
		{ "it is being taken from", 600, 0, 400, 0, false, true, 400 },
		{ "it was taken from", 600, 0, 400, 0, true, false, 400 },
		{ "it was given to the balloon", 400, 0, 0, 0, false, false, 400 },
		{ "a processor keeps it", 5, 1, 400, 4, false, false, 400 },
		{ "a processor keeps the least part of it", 600, 1, 400, 4, false, false, 0 },
		{ "more vanished than that", 416, 0, 0, 0, false, false, 389 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct step step = quiet_step(SELFBALLOON_WORKINGSET);

		check_row = rows[i].name;
		step.last.free_pages = rows[i].last_free;
		step.last.held_pages = rows[i].last_held;
		step.last.moving = rows[i].last_moving;
		step.now.now_ms = 250;
		step.now.free_pages = rows[i].free;
		step.now.pcp_pages = rows[i].pcp;
		step.now.moving = rows[i].moving;
		CHECK_EQ(take_step(&step), rows[i].wish_pages);
		step.policy = SELFBALLOON_COMMITTED;
		CHECK_EQ(take_step(&step), 400);
	}
	check_row = NULL;
}

/* Whoever looks more often sees the same. Fast are 40 pages in 250 ms: 20 in 125, 9 in 62. */
static void test_growth_is_seen_in_pieces(void)
{
	static const struct {
		const char *name;
		u32 pause_ms, looks;
		u64 lost, wish_pages;
	} rows[] = {
		{ "not yet", 10, 1, 8, 400 },
		{ "it adds up, as if in 62 ms at least", 10, 2, 5, 400 - (29 - 1) },
		{ "slowly", 125, 1, 19, 400 },
		{ "slowly again, not added up", 125, 2, 19, 400 },
		{ "fast", 125, 1, 20, 400 - (28 - 1) },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct selfballoon_sample now = quiet;
		struct selfballoon s;

		check_row = rows[i].name;
		selfballoon_init(&s, 0, now.held_pages);
		now.ram_pages = 40 * 256;
		now.free_pages = 1 + rows[i].looks * rows[i].lost;
		selfballoon_look(&s, SELFBALLOON_WORKINGSET, &defaults, &now);
		for (u32 look = 0; look < rows[i].looks; look++) {
			now.now_ms += rows[i].pause_ms;
			now.free_pages -= rows[i].lost;
			selfballoon_look(&s, SELFBALLOON_WORKINGSET, &defaults, &now);
		}
		CHECK_EQ(s.wish_pages, rows[i].wish_pages);
	}
	check_row = NULL;
}

/* 512 MiB are read at 200 MiB/s, by a guest that was left its margin: they find room. */
static void test_cache_that_fills_finds_room(void)
{
	struct selfballoon_sample now = {
		.ram_pages = 2048 * MIB,
		.held_pages = 1600 * MIB,
		.free_pages = 150 * MIB,
		.available_pages = 100 * MIB,
		.margin_pages = 64 * MIB,
		.reserve_pages = 66 * MIB,
		.may_grow = true,
		.settled = true,
	};
	u64 cached_pages = 0, wish_pages;
	struct selfballoon s;

	selfballoon_init(&s, BLOCK_SHIFT, now.held_pages);
	wish_pages = selfballoon_look(&s, SELFBALLOON_WORKINGSET, &defaults, &now);
	while (cached_pages < 512 * MIB) {
		u32 pause_ms = selfballoon_pause_ms(&s, now.now_ms);
		u64 read_pages = pause_ms * 200 * MIB / 1000;

		now.now_ms += pause_ms;
		now.free_pages += now.held_pages - wish_pages;
		now.available_pages += now.held_pages - wish_pages;
		now.held_pages = wish_pages;
		now.free_pages -= read_pages;
		/* Below its reserve, the kernel reclaims. */
		CHECK(now.free_pages >= now.reserve_pages);
		cached_pages += read_pages;
		wish_pages = selfballoon_look(&s, SELFBALLOON_WORKINGSET, &defaults, &now);
	}
	CHECK_EQ(holdoff_runs(&s.holdoff, now.now_ms), false);
}

/* What was read for the first time is read again soon: what is free goes, caches do not. */
static void test_caches_that_fill_are_left_alone(void)
{
	static const struct {
		const char *name;
		u64 look_ms, filled, free, wait_ms, wish_pages;
	} rows[] = {
		{ "nothing", 10, 0, 0, 4990, 400 + 50 },
		{ "slowly", 250, 3, 0, 4750, 400 + 50 },
		{ "fast", 250, 4, 0, 4750, 400 },
		{ "until three intervals are over", 250, 4, 0, 14999, 400 },
		{ "and no longer", 250, 4, 0, 15000, 400 + 50 },
		{ "but for free memory", 250, 4, 325, 4750, 400 + 100 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct selfballoon_sample now = quiet;
		struct selfballoon s;

		check_row = rows[i].name;
		now.now_ms = 0;
		now.free_pages = rows[i].free;
		now.available_pages = rows[i].free + 400;
		selfballoon_init(&s, 0, now.held_pages);
		selfballoon_look(&s, SELFBALLOON_WORKINGSET, &defaults, &now);
		now.now_ms = rows[i].look_ms;
		now.available_pages += rows[i].filled;
		selfballoon_look(&s, SELFBALLOON_WORKINGSET, &defaults, &now);
		now.now_ms += rows[i].wait_ms;
		CHECK_EQ(selfballoon_look(&s, SELFBALLOON_WORKINGSET, &defaults, &now),
			 rows[i].wish_pages);
	}
	check_row = NULL;
}

/* Who sees growth gives what it asks for, and only what is missing besides. */
static void test_headroom_of_a_guest_that_grows(void)
{
	struct step step = quiet_step(SELFBALLOON_WORKINGSET);

	step.now.now_ms = 250;
	step.now.margin_pages = 200;
	step.last.free_pages = step.last.available_pages = 159;
	step.now.free_pages = step.now.available_pages = 149;
	CHECK_EQ(take_step(&step), 400 - 51);
	step.policy = SELFBALLOON_COMMITTED;
	step.now.committed_pages = 600;
	CHECK_EQ(take_step(&step), 400 - 51 - 2 * 10);
	step.policy = SELFBALLOON_WORKINGSET;
	step.last.moving = true;
	CHECK_EQ(take_step(&step), 400 - 51 - 2 * 10);
}

/*
 * What holds for both: 400 pages are available, or too much by the goal of "committed". What vanishes is
 * no growth.
 */
static void test_limits(void)
{
	static const struct {
		const char *name;
		u64 now_ms, wish, floor, held, available, last_available, margin;
		bool may_grow;
		u64 wish_pages;
	} rows[] = {
		{ "grows", 5000, 400, 0, 400, 400, 400, 0, true, 450 },
		{ "not before the interval is over", 4999, 400, 0, 400, 400, 400, 0, true, 400 },
		{ "may not", 5000, 400, 0, 400, 400, 400, 0, false, 400 },
		{ "may not wish for what it does not hold", 1, 400, 0, 300, 400, 400, 0, false,
		  300 },
		{ "from what is held", 5000, 400, 0, 100, 400, 400, 0, true, 150 },
		{ "while it is on its way", 4999, 400, 0, 100, 400, 400, 0, true, 400 },
		{ "the host holds more", 5000, 400, 0, 900, 400, 400, 0, true, 450 },
		{ "down to the floor", 5000, 400, 580, 400, 400, 400, 0, true, 420 },
		{ "the floor has risen", 1, 400, 700, 400, 400, 400, 0, true, 300 },
		{ "the floor is above RAM", 1, 400, MAX, 400, 400, 400, 0, true, 0 },
		{ "no wish above RAM", 1, MAX, 0, MAX, 400, 400, 0, true, 1000 },
		{ "less than the margin", 1, 400, 0, 400, 100, 100, 200, true, 300 },
		{ "of what is held", 1, 400, 0, 300, 100, 100, 200, true, 200 },
		{ "not of what the host holds", 1, 400, 0, 900, 100, 100, 200, true, 300 },
		{ "and falling", 1, 400, 0, 400, 100, 150, 200, true, 200 },
		{ "nothing available", 1, 400, 0, 400, 0, 0, 200, true, 200 },
		{ "an endless margin", 1, 400, 0, 400, 400, 400, MAX, true, 0 },
	};

	for (u32 policy = 0; policy < SELFBALLOON_NR_POLICIES; policy++)
		for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
			struct step step = quiet_step(policy);

			check_row = rows[i].name;
			step.wish_pages = rows[i].wish;
			step.last.available_pages = rows[i].last_available;
			step.now.now_ms = rows[i].now_ms;
			step.now.floor_pages = rows[i].floor;
			step.now.held_pages = rows[i].held;
			step.now.available_pages = rows[i].available;
			step.now.margin_pages = rows[i].margin;
			step.now.may_grow = rows[i].may_grow;
			step.now.moving = true;
			step.now.committed_pages = sat_sub_u64(600,
							       min_u64(rows[i].wish, rows[i].held));
			CHECK_EQ(take_step(&step), rows[i].wish_pages);
		}
	check_row = NULL;
}

static void test_committed_leaves_the_margin(void)
{
	struct step step = quiet_step(SELFBALLOON_COMMITTED);

	step.now.available_pages = step.last.available_pages = 30;
	step.now.margin_pages = 25;
	CHECK_EQ(take_step(&step), 405);
}

static void test_workingset_leaves_room_for_what_comes(void)
{
	struct step step = quiet_step(SELFBALLOON_WORKINGSET);

	step.now.reserved_pages = 150;
	step.now.return_pages = 50;
	CHECK_EQ(take_step(&step), 450);
}

/* Who brings memory back waits until there is room for all of it: nearly all is not enough. */
static void test_returning_memory_has_room(void)
{
	for (u32 policy = 0; policy < SELFBALLOON_NR_POLICIES; policy++) {
		struct step step = quiet_step(policy);

		step.now.now_ms = 1;
		step.now.committed_pages = 0;
		step.now.margin_pages = 100;
		step.now.return_pages = 300;
		step.now.available_pages = step.last.available_pages = 374;
		CHECK_EQ(take_step(&step), 374);
		step.now.available_pages = step.last.available_pages = 375;
		CHECK_EQ(take_step(&step), 400);
	}
}

/* Trouble that no balloon has made costs an interval, not a hold-off. */
static void test_pressure_without_wish(void)
{
	struct selfballoon_sample now = quiet;
	struct selfballoon s;

	selfballoon_init(&s, 0, 0);
	now.held_pages = 0;
	selfballoon_look(&s, SELFBALLOON_WORKINGSET, &defaults, &now);
	now.now_ms += 5000;
	now.alloc_stalls = 1;
	CHECK_EQ(selfballoon_look(&s, SELFBALLOON_WORKINGSET, &defaults, &now), 0);
	now.now_ms += 5000;
	CHECK_EQ(selfballoon_look(&s, SELFBALLOON_WORKINGSET, &defaults, &now), 62);
}

static void test_first_look_only_remembers(void)
{
	struct selfballoon_sample first = quiet;
	struct selfballoon s;

	first.refaults = first.alloc_stalls = first.direct_scanned_pages = MAX;
	for (u32 policy = 0; policy < SELFBALLOON_NR_POLICIES; policy++) {
		selfballoon_init(&s, 0, 400);
		CHECK_EQ(selfballoon_look(&s, policy, &defaults, &first), 400);
		CHECK_EQ(s.next_ms, first.now_ms + 5000);
	}
}

static void test_pause(void)
{
	static const struct {
		const char *name;
		u64 wish, next_ms, now_ms;
		u32 pause_ms;
	} rows[] = {
		{ "nothing to give back: once an interval", 0, 5000, 0, 5000 },
		{ "something to give back: soon", 1, 5000, 0, 250 },
		{ "at the interval's end", 1, 5000, 4900, 100 },
		{ "late", 1, 5000, 5000, 1 },
		{ "too late", 0, 5000, MAX, 1 },
		{ "far ahead", 0, MAX, 0, 3600000 },
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct selfballoon s = { .wish_pages = rows[i].wish, .next_ms = rows[i].next_ms };

		check_row = rows[i].name;
		CHECK_EQ(selfballoon_pause_ms(&s, rows[i].now_ms), rows[i].pause_ms);
	}
	check_row = NULL;
}

static void test_looks_more_often_while_the_guest_grows(void)
{
	struct selfballoon_sample now = quiet;
	struct selfballoon s;

	now.now_ms = 0;
	now.free_pages = 600;
	selfballoon_init(&s, 0, now.held_pages);
	selfballoon_look(&s, SELFBALLOON_WORKINGSET, &defaults, &now);
	CHECK_EQ(selfballoon_pause_ms(&s, now.now_ms), 250);
	now.now_ms = 250;
	now.free_pages -= 4;
	selfballoon_look(&s, SELFBALLOON_WORKINGSET, &defaults, &now);
	CHECK_EQ(selfballoon_pause_ms(&s, 250), 62);
	CHECK_EQ(selfballoon_pause_ms(&s, 499), 62);
	CHECK_EQ(selfballoon_pause_ms(&s, 500), 250);
	now.now_ms = 500;
	now.free_pages -= 4;
	selfballoon_look(&s, SELFBALLOON_COMMITTED, &defaults, &now);
	CHECK_EQ(selfballoon_pause_ms(&s, 500), 250);
}

static void test_interval_has_a_maximum(void)
{
	struct selfballoon_tunables endless = { U32_MAX, 8, 1 };
	struct selfballoon s;

	selfballoon_init(&s, 0, 400);
	selfballoon_look(&s, SELFBALLOON_COMMITTED, &endless, &quiet);
	CHECK_EQ(s.next_ms, 5000 + 3600000);
}

static void test_shorter_interval_counts_at_once(void)
{
	struct selfballoon_tunables slow = { 3600, 8, 1 };
	struct selfballoon_sample now = quiet;
	struct selfballoon s;

	selfballoon_init(&s, 0, 400);
	selfballoon_look(&s, SELFBALLOON_COMMITTED, &slow, &quiet);
	CHECK_EQ(s.next_ms, 3605000);
	now.now_ms += 1000;
	selfballoon_look(&s, SELFBALLOON_COMMITTED, &defaults, &now);
	CHECK_EQ(s.next_ms, 11000);
}

static void test_policy_names(void)
{
	CHECK(!strcmp(selfballoon_policy_name(SELFBALLOON_COMMITTED), "committed"));
	CHECK(!strcmp(selfballoon_policy_name(SELFBALLOON_WORKINGSET), "workingset"));
	CHECK(!strcmp(selfballoon_policy_name(SELFBALLOON_NR_POLICIES), "unknown"));
	CHECK(!strcmp(selfballoon_policy_name((enum selfballoon_policy)U32_MAX), "unknown"));
}

/*
 * A guest of a simple kind: so much is used and committed, and the host holds nothing.
 * A guest smaller than its working set reads pages again, the more the smaller it is.
 */
struct guest {
	u64 ram_pages, used_pages, committed_pages, working_set_pages, margin_pages;
	u64 refaults;
};

/* What happened in a run of a guest. */
struct course {
	u32 turns; /* from taking to giving back or the other way round */
	u64 wish_pages; /* at the end */
	u64 quarter_pages; /* the wish after a quarter of the time */
};

static struct course run(struct guest *g, u32 policy, u64 duration_ms, u64 *noise_state)
{
	struct course course = {};
	struct selfballoon s;
	u64 now_ms = 0;
	int direction = 0;

	selfballoon_init(&s, BLOCK_SHIFT, 0);
	while (now_ms < duration_ms) {
		u64 size = sat_sub_u64(g->ram_pages, s.wish_pages);
		/* Never quite steady: some pages of up to a MiB come and go. */
		u64 noise = noise_state ? check_random(noise_state) % MIB : 0;
		struct selfballoon_sample look = {
			.now_ms = now_ms,
			.ram_pages = g->ram_pages,
			.held_pages = s.wish_pages,
			.committed_pages = g->committed_pages + noise,
			.free_pages = sat_sub_u64(size, g->used_pages + noise),
			.available_pages = sat_sub_u64(size, g->used_pages + noise),
			.margin_pages = g->margin_pages,
			.refaults = g->refaults,
			.may_grow = true,
			.settled = true,
		};
		u64 before = s.wish_pages;
		u64 wish = selfballoon_look(&s, policy, &defaults, &look);
		int now = wish > before ? 1 : wish < before ? -1 : 0;

		if (now) {
			course.turns += direction && now != direction;
			direction = now;
		}
		g->refaults += sat_sub_u64(g->working_set_pages, g->ram_pages - wish) / 16;
		if (now_ms < duration_ms / 4)
			course.quarter_pages = wish;
		now_ms += selfballoon_pause_ms(&s, now_ms);
	}
	course.wish_pages = s.wish_pages;
	return course;
}

/* Guests of 64 MiB to 64 GiB that need less than they have. */
static struct guest any_guest(u64 *state)
{
	struct guest g = { .ram_pages = (64 * MIB) << check_random(state) % 11 };

	g.margin_pages = g.ram_pages / 64;
	g.used_pages = check_random(state) % (g.ram_pages - g.margin_pages - 2 * DEADBAND);
	g.committed_pages = g.used_pages + check_random(state) % (g.ram_pages - g.used_pages);
	return g;
}

static void test_steady_load_comes_to_rest(void)
{
	const u64 hour_ms = 3600000;
	unsigned int failures = check_failures;
	u64 state = check_seed_start();

	for (int round = 0; round < 100 && check_failures == failures; round++) {
		u32 policy = round % SELFBALLOON_NR_POLICIES;
		struct guest g = any_guest(&state);
		struct course course = run(&g, policy, hour_ms, &state);
		u64 size = g.ram_pages - course.wish_pages;
		/* The least that there has to be, and how near to it the guest comes. */
		u64 least = g.used_pages + g.margin_pages;

		if (policy == SELFBALLOON_COMMITTED)
			least = max_u64(least, g.committed_pages);
		else
			least = min_u64(least + min_u64(g.ram_pages / 8, 1024 * MIB), g.ram_pages);
		CHECK_EQ(course.turns, 0);
		/* Noise may hide a last step: what is just above the deadband, or half of that. */
		CHECK(course.wish_pages - course.quarter_pages <= DEADBAND / 2);
		CHECK(size >= least);
		CHECK(size - least <= DEADBAND + BLOCK + 2 * MIB);
	}
	check_seed = 0;
}

/* A working set that the policy cannot see: it finds out, and tries again ever more seldom. */
static void test_steady_pressure_is_left_alone(void)
{
	const u64 day_ms = 24 * 3600000ULL;
	unsigned int failures = check_failures;
	u64 state = check_seed_start();

	for (int round = 0; round < 20 && check_failures == failures; round++) {
		struct guest g = any_guest(&state);
		struct course hour, day;

		g.used_pages /= 4;
		g.working_set_pages = g.ram_pages / 2;
		hour = run(&g, SELFBALLOON_WORKINGSET, day_ms / 24, NULL);
		day = run(&g, SELFBALLOON_WORKINGSET, day_ms, NULL);
		/* After 30 s, 1, 2, 4, ... minutes; then once an hour: two turns each time. */
		CHECK(hour.turns >= 1 && hour.turns <= 2 * 7);
		CHECK(day.turns <= 2 * (7 + 23));
		CHECK(day.wish_pages > g.ram_pages / 8);
	}
	check_seed = 0;
}

static void test_burst_is_met_in_two_seconds(void)
{
	for (u32 policy = 0; policy < SELFBALLOON_NR_POLICIES; policy++) {
		struct selfballoon_sample now = { .ram_pages = 2048 * MIB, .may_grow = true };
		struct selfballoon s;

		/* 1.5 GiB of 2 are ballooned, and then asked for as fast as they come. */
		selfballoon_init(&s, BLOCK_SHIFT, 1536 * MIB);
		now.available_pages = 300 * MIB;
		now.margin_pages = 100 * MIB;
		selfballoon_look(&s, policy, &defaults, &now);
		now.committed_pages = 1900 * MIB;
		now.available_pages = 0;
		while (s.wish_pages > 148 * MIB && now.now_ms < 10000) {
			now.now_ms += selfballoon_pause_ms(&s, now.now_ms);
			now.alloc_stalls += 10;
			now.held_pages = s.wish_pages;
			selfballoon_look(&s, policy, &defaults, &now);
		}
		CHECK(now.now_ms <= 2000);
	}
}

static struct selfballoon_sample any_sample(u64 *state)
{
	return (struct selfballoon_sample){
		.now_ms = check_random_any(state),
		.ram_pages = check_random_any(state),
		.floor_pages = check_random_any(state),
		.held_pages = check_random_any(state),
		.committed_pages = check_random_any(state),
		.reserve_pages = check_random_any(state),
		.reserved_pages = check_random_any(state),
		.return_pages = check_random_any(state),
		.free_pages = check_random_any(state),
		.pcp_pages = check_random_any(state),
		.available_pages = check_random_any(state),
		.margin_pages = check_random_any(state),
		.refaults = check_random_any(state),
		.major_faults = check_random_any(state),
		.alloc_stalls = check_random_any(state),
		.direct_scanned_pages = check_random_any(state),
		.may_grow = check_random(state) & 1,
		.settled = check_random(state) & 1,
		.moving = check_random(state) & 1,
	};
}

/* The sample with more of one of the things that ask for memory. */
static struct selfballoon_sample more_demand(struct selfballoon_sample in, u64 *state)
{
	u64 more = check_random_any(state);

	switch (check_random(state) % 9) {
	case 0:
		in.committed_pages = sat_add_u64(in.committed_pages, more);
		break;
	case 1:
		in.reserved_pages = sat_add_u64(in.reserved_pages, more);
		break;
	case 2:
		in.return_pages = sat_add_u64(in.return_pages, more);
		break;
	case 3:
		in.available_pages = sat_sub_u64(in.available_pages, more);
		in.free_pages = sat_sub_u64(in.free_pages, more);
		break;
	case 4:
		in.refaults = sat_add_u64(in.refaults, more);
		break;
	case 5:
		in.major_faults = sat_add_u64(in.major_faults, more);
		break;
	case 6:
		in.alloc_stalls = sat_add_u64(in.alloc_stalls, more);
		break;
	case 7:
		in.floor_pages = sat_add_u64(in.floor_pages, more);
		break;
	case 8:
		in.available_pages = sat_sub_u64(in.available_pages, more);
		break;
	}
	return in;
}

static void check_any_look(struct selfballoon *s, u64 *state)
{
	const struct selfballoon_tunables tunables = { check_random_any(state),
						       check_random_any(state),
						       check_random_any(state) };
	u32 policy = check_random(state) % SELFBALLOON_NR_POLICIES;
	struct selfballoon_sample in = any_sample(state);
	struct selfballoon_sample more = more_demand(in, state);
	struct selfballoon twin = *s;
	u64 before = s->wish_pages;
	u64 loan_pages = s->loan_pages;
	bool due = !twin.looked || in.now_ms >= s->next_ms;
	u64 wish = selfballoon_look(s, policy, &tunables, &in);

	CHECK_EQ(wish, s->wish_pages);
	CHECK(wish <= sat_sub_u64(in.ram_pages, in.floor_pages));
	/* It grows when it is time, when it may, and out of what is available. */
	CHECK(wish <= before ||
	      (due && in.may_grow &&
	       wish - before <= sat_sub_u64(in.available_pages, in.margin_pages)));
	CHECK(in.may_grow || !twin.looked || wish <= in.held_pages);
	/*
	 * More demand leaves no less, but for what is borrowed, or was and comes back with less demand,
	 * and for caches that only with less demand had filled.
	 */
	wish = selfballoon_look(&twin, policy, &tunables, &more);
	loan_pages = max_u64(loan_pages, twin.loan_pages);
	CHECK(twin.caches_ms < s->caches_ms ||
	      wish <= sat_add_u64(s->wish_pages, sat_sub_u64(loan_pages, s->loan_pages)));
	CHECK(selfballoon_pause_ms(s, in.now_ms) > 0);
	CHECK(selfballoon_pause_ms(s, in.now_ms) <= SELFBALLOON_INTERVAL_MAX_S * 1000);
}

static void test_any_look_keeps_to_the_rules(void)
{
	unsigned int failures = check_failures;
	u64 state = check_seed_start();

	for (int round = 0; round < 20000 && check_failures == failures; round++) {
		struct selfballoon s;

		selfballoon_init(&s, check_random(&state) % 32, check_random_any(&state));
		for (int look = 0; look < 10; look++)
			check_any_look(&s, &state);
	}
	check_seed = 0;
}

int main(void)
{
	test_committed();
	test_committed_gives_up_wishes_first();
	test_workingset();
	test_workingset_takes_free_memory();
	test_workingset_borrows_free_memory();
	test_nothing_is_borrowed_in_vain();
	test_loan_outlasts_an_interval();
	test_workingset_runs_ahead_of_growth();
	test_growth_is_seen_in_pieces();
	test_cache_that_fills_finds_room();
	test_caches_that_fill_are_left_alone();
	test_headroom_of_a_guest_that_grows();
	test_limits();
	test_committed_leaves_the_margin();
	test_workingset_leaves_room_for_what_comes();
	test_returning_memory_has_room();
	test_pressure_without_wish();
	test_first_look_only_remembers();
	test_pause();
	test_looks_more_often_while_the_guest_grows();
	test_interval_has_a_maximum();
	test_shorter_interval_counts_at_once();
	test_policy_names();
	test_steady_load_comes_to_rest();
	test_steady_pressure_is_left_alone();
	test_burst_is_met_in_two_seconds();
	test_any_look_keeps_to_the_rules();
	return check_status();
}
