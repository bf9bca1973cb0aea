// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of file.c: what is not accepted as a directory or a file of swap. That the files which
 * it makes can be swapped to is for tests in VMs.
 */
#include "guest/swapd/file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/check.h"

#define MIB (1ULL << 20)

static char *directory;

/* Whether the error of file_directory() ends with @end. */
static bool directory_fails(const char *path, bool make, const char *end)
{
	g_autoptr(GError) error = NULL;
	char *name = file_directory(path, make, &error);

	if (name)
		free(name);
	else if (!g_str_has_suffix(error->message, end))
		printf("error: %s\n", error->message);
	return !name && g_str_has_suffix(error->message, end);
}

static void test_directories(void)
{
	char *name = file_directory("/nonexistent/x", false, NULL);

	CHECK(name && !strcmp(name, "/nonexistent/x"));
	free(name);
	CHECK(directory_fails("/dev/null/x", true, "Not a directory"));
	CHECK(directory_fails("/dev/null", false, "not a directory"));
	CHECK(directory_fails("/tmp", false, "nobody else may write to it"));
	CHECK(!chmod(directory, 0770));
	CHECK(directory_fails(directory, false, "nobody else may write to it"));
	CHECK(!chmod(directory, 0700));
}

static void test_memory(void)
{
	char path[] = "/dev/shm/file-XXXXXX";

	CHECK(mkdtemp(path));
	CHECK(directory_fails(path, true, "no place for swap: tmpfs is in memory itself"));
	CHECK(!rmdir(path));
}

static bool file_fails(const char *path, u64 bytes, const char *end)
{
	g_autoptr(GError) error = NULL;

	if (file_prepare(path, bytes, &error))
		return false;
	if (!strstr(error->message, end))
		printf("error: %s\n", error->message);
	return strstr(error->message, end);
}

static void test_wrong_files(void)
{
	g_autofree char *path = g_build_filename(directory, "segment-00", NULL);
	g_autofree char *other = g_build_filename(directory, "other", NULL);

	CHECK(!mkfifo(path, 0600));
	CHECK(!file_suits(path, 0));
	CHECK(file_fails(path, MIB, "is not a file of root's with one name"));
	CHECK(!unlink(path));

	CHECK(!symlink("/dev/null", path));
	CHECK(!file_suits(path, 0));
	CHECK(file_fails(path, MIB, "is not a file of root's with one name"));
	CHECK(!unlink(path));

	CHECK(g_file_set_contents(path, "precious", 8, NULL));
	CHECK(!link(path, other));
	CHECK(!file_suits(path, 8));
	CHECK(file_fails(path, MIB, "is not a file of root's with one name"));
	CHECK(!unlink(path));
	CHECK(!unlink(other));
}

static void test_sizes(void)
{
	g_autofree char *path = g_build_filename(directory, "segment-00", NULL);
	struct stat status;

	CHECK(!file_suits(path, 0));
	CHECK(g_file_set_contents(path, "", 0, NULL));
	CHECK(!truncate(path, 64 * MIB));
	CHECK(file_suits(path, 64 * MIB));
	CHECK(file_suits(path, 57 * MIB));
	CHECK(!file_suits(path, 56 * MIB));
	CHECK(file_suits(path, 73 * MIB));
	CHECK(!file_suits(path, 74 * MIB));

	/* Nobody else may read what is swapped. */
	CHECK(!chmod(path, 0644));
	CHECK(file_prepare(path, 64 * MIB, NULL));
	CHECK(!stat(path, &status));
	CHECK_EQ(status.st_mode & ALLPERMS, 0600);

	/* There is no room for a larger one: this one stays, and nothing else does. */
	CHECK(file_fails(path, 1ULL << 60, "has to stay free"));
	CHECK(!stat(path, &status));
	CHECK_EQ(status.st_size, 64 * MIB);
	CHECK(!unlink(path));
}

int main(void)
{
	directory = g_dir_make_tmp("file-XXXXXX", NULL);
	test_directories();
	test_memory();
	test_wrong_files();
	test_sizes();
	CHECK(!rmdir(directory));
	g_free(directory);
	return check_status();
}
