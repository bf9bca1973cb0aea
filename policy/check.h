/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Assertions for the unit tests of policy/: silent while they hold, one line
 * for each that does not, with what reproduces it. User space only.
 *
 *	CHECK(pace_may_sleep(&p));
 *	CHECK_EQ(pace_inflate_room(&p, 0), 2048);
 *	...
 *	return check_status();
 *
 * A failed check does not end the test. check_row names the row of a table and
 * check_seed the random sequence that the checks which follow belong to.
 */
#ifndef AERO_POLICY_CHECK_H
#define AERO_POLICY_CHECK_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "env.h"

/* Enough to see what is wrong; a broken rule fails in thousands of samples. */
#define CHECK_REPORTS_MAX 20

static unsigned int check_failures;
static const char *check_row __attribute__((unused));
static u64 check_seed __attribute__((unused)); /* 0: no random sequence runs */

#define CHECK(cond) check_that((cond), __FILE__, __LINE__, __func__, #cond)
#define CHECK_EQ(got, want) check_equal((got), (want), __FILE__, __LINE__, __func__, #got)

/* check_where() - print how to find failure number check_failures again. */
static inline void check_where(const char *file, int line, const char *func)
{
	printf("%s:%d: %s", file, line, func);
	if (check_row)
		printf(" [%s]", check_row);
	if (check_seed)
		printf(" [AERO_SEED=%llu]", check_seed);
	printf(": ");
}

static inline bool check_that(bool ok, const char *file, int line, const char *func,
			      const char *text)
{
	if (!ok && ++check_failures <= CHECK_REPORTS_MAX) {
		check_where(file, line, func);
		printf("not true: %s\n", text);
	}
	return ok;
}

static inline bool check_equal(u64 got, u64 want, const char *file, int line, const char *func,
			       const char *text)
{
	if (got != want && ++check_failures <= CHECK_REPORTS_MAX) {
		check_where(file, line, func);
		printf("%s is %llu, not %llu\n", text, got, want);
	}
	return got == want;
}

/* check_status() - the exit status of main(). */
static inline int check_status(void)
{
	if (check_failures)
		printf("%u checks failed\n", check_failures);
	return check_failures ? EXIT_FAILURE : EXIT_SUCCESS;
}

/*
 * check_seed_start() - choose check_seed, and return it
 *
 * Takes AERO_SEED from the environment (a number above 0, in any C notation),
 * or a new one from the clock. A value that is no such number ends the program
 * with status 2: the run that was meant to be reproduced would be another one.
 */
static inline u64 check_seed_start(void)
{
	const char *text = getenv("AERO_SEED");
	struct timespec now;
	char *end;

	if (!text || !*text) {
		clock_gettime(CLOCK_REALTIME, &now);
		check_seed = ((u64)now.tv_sec << 20 ^ (u64)now.tv_nsec ^ (u64)getpid() << 40) | 1;
		return check_seed;
	}
	errno = 0;
	check_seed = strtoull(text, &end, 0);
	if (errno || *end || *text == '-' || !check_seed) {
		printf("AERO_SEED: not a number above 0: %s\n", text);
		exit(2);
	}
	return check_seed;
}

/* check_random() - the next number of the sequence that starts at *@state (splitmix64). */
static inline u64 check_random(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

/*
 * check_random_any() - a number of a random width, so that small ones, 0 and
 * the greatest one all come up often
 */
static inline u64 check_random_any(u64 *state)
{
	u64 v = check_random(state);
	u32 width = check_random(state) % 66;

	if (width == 65)
		return U64_MAX;
	return width ? v >> (64 - width) : 0;
}

#endif /* AERO_POLICY_CHECK_H */
