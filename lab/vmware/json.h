/* SPDX-License-Identifier: GPL-2.0-only */
/* Just as much JSON as the monitor's control needs: one flat object of numbers and short texts. */
#ifndef MONITOR_JSON_H
#define MONITOR_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Most members of an object, longest name or text, and room for an answer. */
#define JSON_MEMBERS_MAX 8
#define JSON_TEXT_MAX 512
#define JSON_OUT_MAX 4096

/**
 * struct json_member - a name and its value
 * @name: its name
 * @is_text: which of the two follows
 * @number: 0 or 1 where the value was false or true
 * @text: the text
 */
struct json_member {
	char name[JSON_TEXT_MAX];
	bool is_text;
	uint64_t number;
	char text[JSON_TEXT_MAX];
};

/**
 * struct json_out - an object that is being written; begins as all zeroes
 */
struct json_out {
	char text[JSON_OUT_MAX];
	size_t length;
};

int json_parse(const char *text, struct json_member members[JSON_MEMBERS_MAX]);
void json_put_number(struct json_out *out, const char *name, uint64_t number);
void json_put_text(struct json_out *out, const char *name, const char *value);
void json_end(struct json_out *out);

#endif /* MONITOR_JSON_H */
