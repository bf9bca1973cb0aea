// SPDX-License-Identifier: GPL-2.0-only
/*
 * Just as much JSON as the monitor's control needs: one flat object of numbers and short texts.
 *
 * Left out on purpose: escapes in texts, negative numbers and fractions, null, nesting. A
 * text that has them is wrong.
 */
#include "lab/vmware/json.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void skip_spaces(const char **at)
{
	*at += strspn(*at, " \t\r\n");
}

static bool take(const char **at, const char *what)
{
	size_t length = strlen(what);

	skip_spaces(at);
	if (strncmp(*at, what, length))
		return false;
	*at += length;
	return true;
}

static bool take_text(const char **at, char text[JSON_TEXT_MAX])
{
	size_t length;

	if (!take(at, "\""))
		return false;
	length = strcspn(*at, "\"\\\n");
	if ((*at)[length] != '"' || length >= JSON_TEXT_MAX)
		return false;
	memcpy(text, *at, length);
	text[length] = '\0';
	*at += length + 1;
	return true;
}

static bool take_number(const char **at, uint64_t *ret_number)
{
	const char *start = *at;
	uint64_t number = 0;

	for (; **at >= '0' && **at <= '9'; ++*at) {
		unsigned int digit = (unsigned int)(**at - '0');

		if (number > (UINT64_MAX - digit) / 10)
			return false;
		number = number * 10 + digit;
	}
	*ret_number = number;
	return *at != start;
}

static bool take_value(const char **at, struct json_member *member)
{
	skip_spaces(at);
	member->is_text = **at == '"';
	if (member->is_text)
		return take_text(at, member->text);
	if (take(at, "true")) {
		member->number = 1;
		return true;
	}
	return take(at, "false") || take_number(at, &member->number);
}

/* json_parse() - read an object; the number of its members, or -1 if it is none that can be read */
int json_parse(const char *text, struct json_member members[JSON_MEMBERS_MAX])
{
	int nr = 0;

	if (!take(&text, "{"))
		return -1;
	if (!take(&text, "}")) {
		do {
			if (nr == JSON_MEMBERS_MAX)
				return -1;
			members[nr].number = 0;
			if (!take_text(&text, members[nr].name) || !take(&text, ":") ||
			    !take_value(&text, &members[nr]))
				return -1;
			nr++;
		} while (take(&text, ","));
		if (!take(&text, "}"))
			return -1;
	}
	skip_spaces(&text);
	return *text ? -1 : nr;
}

/* Cut off where there is no room: that is no JSON any more, which its reader sees. */
static void __attribute__((format(printf, 2, 3))) put(struct json_out *out, const char *format, ...)
{
	size_t room = sizeof(out->text) - out->length;
	va_list arguments;
	int wanted;

	va_start(arguments, format);
	wanted = vsnprintf(out->text + out->length, room, format, arguments);
	va_end(arguments);
	if (wanted > 0)
		out->length += (size_t)wanted < room ? (size_t)wanted : room - 1;
}

/* json_put_number() - add a member */
void json_put_number(struct json_out *out, const char *name, uint64_t number)
{
	put(out, "%s\"%s\": %llu", out->length ? ", " : "{", name, (unsigned long long)number);
}

/* json_put_text() - add a member; the text has neither quotes nor backslashes */
void json_put_text(struct json_out *out, const char *name, const char *value)
{
	put(out, "%s\"%s\": \"%s\"", out->length ? ", " : "{", name, value);
}

/* json_end() - no more members; a newline ends the answer */
void json_end(struct json_out *out)
{
	put(out, "%s}\n", out->length ? "" : "{");
}
