// SPDX-License-Identifier: GPL-2.0-only
/* Tests of textfile.c. */
#include "guest/swapd/textfile.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "policy/check.h"

static char *path;

static void put(const char *content, size_t length)
{
	CHECK(g_file_set_contents(path, content, length, NULL));
}

static void test_read(void)
{
	char text[6];

	put("", 0);
	CHECK_EQ(textfile_read(path, text, sizeof(text)), 0);
	CHECK(!*text);
	put("hello", 5);
	CHECK_EQ(textfile_read(path, text, sizeof(text)), 0);
	CHECK(!strcmp(text, "hello"));
	put("hello!", 6);
	CHECK_EQ(textfile_read(path, text, sizeof(text)), -EFBIG);
	put("he\0lo", 5);
	CHECK_EQ(textfile_read(path, text, sizeof(text)), -EINVAL);
	CHECK_EQ(textfile_read("/dev/zero", text, sizeof(text)), -EFBIG);
	CHECK_EQ(textfile_read("/", text, sizeof(text)), -EISDIR);
	CHECK_EQ(textfile_read("/nonexistent", text, sizeof(text)), -ENOENT);
}

static void test_write(void)
{
	char text[16];

	put("", 0);
	CHECK_EQ(textfile_write(path, "12\n"), 0);
	CHECK_EQ(textfile_read(path, text, sizeof(text)), 0);
	CHECK(!strcmp(text, "12\n"));
	CHECK_EQ(textfile_write("/dev/full", "12\n"), -ENOSPC);
	CHECK_EQ(textfile_write("/nonexistent", "12\n"), -ENOENT);
}

int main(void)
{
	close(g_file_open_tmp("textfile-XXXXXX", &path, NULL));
	test_read();
	test_write();
	unlink(path);
	g_free(path);
	return check_status();
}
