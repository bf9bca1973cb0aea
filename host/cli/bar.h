/* SPDX-License-Identifier: GPL-2.0-only */
/* The memory of a VM as a row of characters. bar.c explains. */
#ifndef AERO_HOST_CLI_BAR_H
#define AERO_HOST_CLI_BAR_H

#include "policy/env.h"

#define BAR_USED '#'
#define BAR_RESERVE '+'
#define BAR_FREE '.'
#define BAR_BALLOONED ' '

/**
 * struct bar - what is to be shown, from left to right; every value is allowed
 * @used_bytes: what it uses
 * @wanted_bytes: what it should have: need and reserve
 * @size_bytes: what it has
 * @max_bytes: all that it could have: the whole width
 */
struct bar {
	u64 used_bytes;
	u64 wanted_bytes;
	u64 size_bytes;
	u64 max_bytes;
};

void bar_draw(const struct bar *bar, u32 width, char *ret_text);

#endif /* AERO_HOST_CLI_BAR_H */
