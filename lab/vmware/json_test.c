// SPDX-License-Identifier: GPL-2.0-only
/* Tests of json.c: what is read, what is refused, what is written. */
#include "lab/vmware/json.h"

#include <string.h>

#include "policy/check.h"

static const char *const good[] = {
	"{}",
	" { } \n",
	"{\"a\": 1}",
	"{\"a\":18446744073709551615,\"b\":\"\"}",
	"{\"a\": true, \"b\": false, \"c\": \"x y,z:1@2*3=4\"}\r\n",
	"{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1}",
};

static const char *const bad[] = {
	"",
	"{",
	"}",
	"[]",
	"1",
	"{}{}",
	"{} x",
	"{a: 1}",
	"{\"a\" 1}",
	"{\"a\": }",
	"{\"a\": 1,}",
	"{\"a\": -1}",
	"{\"a\": 1.5}",
	"{\"a\": 18446744073709551616}",
	"{\"a\": 99999999999999999999}",
	"{\"a\": null}",
	"{\"a\": truer}",
	"{\"a\": \"b}",
	"{\"a\": \"b\\n\"}",
	"{\"a\": {}}",
	"{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1}",
};

static void test_texts(void)
{
	struct json_member members[JSON_MEMBERS_MAX];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		check_row = good[i];
		CHECK(json_parse(good[i], members) >= 0);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		check_row = bad[i];
		CHECK(json_parse(bad[i], members) < 0);
	}
	check_row = NULL;
}

static void test_values(void)
{
	struct json_member members[JSON_MEMBERS_MAX];

	CHECK_EQ(json_parse("{\"one\": 42, \"two\": \"text\", \"three\": true}", members), 3);
	CHECK(!strcmp(members[0].name, "one") && !members[0].is_text && members[0].number == 42);
	CHECK(!strcmp(members[1].name, "two") && members[1].is_text);
	CHECK(!strcmp(members[1].text, "text"));
	CHECK(!strcmp(members[2].name, "three") && members[2].number == 1);
}

static void test_long_text(void)
{
	struct json_member members[JSON_MEMBERS_MAX];
	char text[JSON_TEXT_MAX + 64] = "{\"a\": \"";
	size_t start = strlen(text);

	memset(text + start, 'x', JSON_TEXT_MAX - 1);
	strcpy(text + start + JSON_TEXT_MAX - 1, "\"}");
	CHECK_EQ(json_parse(text, members), 1);
	strcpy(text + start + JSON_TEXT_MAX - 1, "x\"}");
	CHECK(json_parse(text, members) < 0);
}

static void test_out(void)
{
	struct json_out out = { .length = 0 };

	json_end(&out);
	CHECK(!strcmp(out.text, "{}\n"));
	out = (struct json_out){ .length = 0 };
	json_put_number(&out, "a", UINT64_MAX);
	json_put_text(&out, "b", "c");
	json_end(&out);
	CHECK(!strcmp(out.text, "{\"a\": 18446744073709551615, \"b\": \"c\"}\n"));
	for (int i = 0; i < 1000; i++)
		json_put_number(&out, "name", 12345);
	json_end(&out);
	CHECK(strlen(out.text) < JSON_OUT_MAX);
}

int main(void)
{
	test_texts();
	test_values();
	test_long_text();
	test_out();
	return check_status();
}
