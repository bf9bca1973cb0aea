/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads a short text from left to right: words, which spaces separate, and decimal numbers.
 *
 * Each function takes what it is named after, if exactly that comes next, and otherwise
 * leaves the place in the text as it was.
 */
#ifndef AFAKE_WORDS_H
#define AFAKE_WORDS_H

#include "policy/env.h"

/* words_skip_spaces() - go on behind spaces, if there are any. */
static inline void words_skip_spaces(const char **at)
{
	while (**at == ' ')
		++*at;
}

/* words_ends() - whether a word can end before @c. */
static inline bool words_ends(char c)
{
	return !c || c == ' ' || c == ',' || c == '\n';
}

/* words_take() - take @word and the spaces behind it: "slow1" and "allx" are other words. */
static inline bool words_take(const char **at, const char *word)
{
	const char *p = *at;

	while (*word && *p == *word) {
		p++;
		word++;
	}
	if (*word || !words_ends(*p))
		return false;
	*at = p;
	words_skip_spaces(at);
	return true;
}

/* words_take_char() - take one character. */
static inline bool words_take_char(const char **at, char c)
{
	if (**at != c)
		return false;
	++*at;
	return true;
}

/* words_take_number() - take all digits that come next; more than 64 bits are no number. */
static inline bool words_take_number(const char **at, u64 *ret_number)
{
	const char *p = *at;
	u64 number = 0;

	if (*p < '0' || *p > '9')
		return false;
	for (; *p >= '0' && *p <= '9'; p++) {
		u64 digit = *p - '0';

		if (number > (U64_MAX - digit) / 10)
			return false;
		number = number * 10 + digit;
	}
	*ret_number = number;
	*at = p;
	return true;
}

/* words_end() - whether nothing follows but the newline that `echo` adds. */
static inline bool words_end(const char *at)
{
	return !*at || (*at == '\n' && !at[1]);
}

#endif /* AFAKE_WORDS_H */
