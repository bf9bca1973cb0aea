/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How much the balloon gives back when the guest is about to kill a process,
 * and how long it takes nothing afterwards. rescue.c explains the rules.
 */
#ifndef AERO_POLICY_RESCUE_H
#define AERO_POLICY_RESCUE_H

#include "env.h"
#include "holdoff.h"

/**
 * struct rescue_limits - the constants of the rules; rescue_init() says what makes sense
 * @give_min_pages: pages given in a first rescue
 * @give_max_pages: most pages given in one
 * @holdoff: how long nothing is taken then
 */
struct rescue_limits {
	u32 give_min_pages;
	u32 give_max_pages;
	struct holdoff_limits holdoff;
};

/**
 * struct rescue - what one balloon remembers of its rescues
 * @limits: checked and copied
 * @give_pages: what the next rescue gives
 * @holdoff: of the last one
 */
struct rescue {
	struct rescue_limits limits;
	u32 give_pages;
	struct holdoff holdoff;
};

bool rescue_init(struct rescue *r, const struct rescue_limits *limits);
u32 rescue_begin(struct rescue *r, u64 now_ms);
bool rescue_holds_off(const struct rescue *r, u64 now_ms);

#endif /* AERO_POLICY_RESCUE_H */
