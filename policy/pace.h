/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How fast the balloon inflates and deflates: pages a cycle, and the pause
 * after a cycle that fell short. pace.c explains the rules.
 */
#ifndef AERO_POLICY_PACE_H
#define AERO_POLICY_PACE_H

#include "env.h"

/**
 * struct pace_limits - the constants of the rules; pace_init() says what makes sense
 * @nosleep_pages: most 4 KiB pages a cycle takes while memory is plentiful
 * @sleep_min_pages: least value of the sleeping rate (pages a cycle)
 * @sleep_max_pages: greatest value of the sleeping rate, and where it starts
 * @free_min_pages: least value of the free rate (pages a cycle)
 * @free_max_pages: greatest value of the free rate, and where it starts
 * @step_pages: what a clean cycle adds to its rate
 * @slow_cycles: cycles at the sleeping rate that one failed allocation costs,
 *	the rest of the cycle where it failed included
 * @pause_min_ms: first pause after a short cycle
 * @pause_max_ms: longest pause
 */
struct pace_limits {
	u32 nosleep_pages;
	u32 sleep_min_pages;
	u32 sleep_max_pages;
	u32 free_min_pages;
	u32 free_max_pages;
	u32 step_pages;
	u32 slow_cycles;
	u32 pause_min_ms;
	u32 pause_max_ms;
};

/* The VMware balloon driver's constants. */
extern const struct pace_limits pace_limits_r3;

/**
 * struct pace - what one balloon has learnt so far
 * @limits: the caller's constants, checked and copied
 * @sleep_pages: the sleeping rate now, between its two limits
 * @free_pages: the free rate now, between its two limits
 * @slow_left: slow cycles that remain, the running one included
 * @pause_ms: the pause that the next cycle without progress will get
 * @sleeping: this cycle's allocations may sleep
 * @failed: this inflate cycle is over because of a failure
 *
 * Callers may read the members (to show or trace them), but change them only
 * through the functions below. Protected by whatever protects the caller's
 * balloon: nothing here locks.
 */
struct pace {
	struct pace_limits limits;
	u32 sleep_pages;
	u32 free_pages;
	u32 slow_left;
	u32 pause_ms;
	bool sleeping;
	bool failed;
};

bool pace_init(struct pace *p, const struct pace_limits *limits);

/* One inflate cycle: begin, then room / may_sleep / alloc_failed or refused, then end. */
void pace_inflate_begin(struct pace *p);
u32 pace_inflate_room(const struct pace *p, u32 done_pages);
bool pace_may_sleep(const struct pace *p);
bool pace_alloc_failed(struct pace *p, u32 done_pages);
void pace_refused(struct pace *p);
void pace_inflate_end(struct pace *p, u32 done_pages);

/* One deflate cycle: room while it lasts, then end. */
u32 pace_deflate_room(const struct pace *p, u32 done_pages);
void pace_deflate_end(struct pace *p, bool error);

/* After either, when the target was not reached. */
u32 pace_pause_ms(struct pace *p, bool progress);

#endif /* AERO_POLICY_PACE_H */
