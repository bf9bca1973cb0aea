// SPDX-License-Identifier: GPL-2.0-only
/* Tests of engine.c: any number of balloons, with self-ballooning or without. */
#include "guest/swapd/engine.h"

#include <errno.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "policy/check.h"

static char *class;

static char *attribute(const char *name)
{
	return g_build_filename(class, name, "selfballoon", "swap_return_kb", NULL);
}

static void add_balloon(const char *name)
{
	g_autofree char *path = attribute(name);
	g_autofree char *directory = g_path_get_dirname(path);

	CHECK(!g_mkdir_with_parents(directory, 0700));
	CHECK(g_file_set_contents(path, "", 0, NULL));
}

static void check_told(const char *name, const char *text)
{
	g_autofree char *path = attribute(name);
	g_autofree char *told = NULL;

	CHECK(g_file_get_contents(path, &told, NULL, NULL) && !strcmp(told, text));
}

static void remove_balloon(const char *name)
{
	g_autofree char *path = attribute(name);

	for (int i = 0; i < 3; i++) {
		g_autofree char *parent = g_path_get_dirname(path);

		g_remove(path);
		g_free(path);
		path = g_steal_pointer(&parent);
	}
}

int main(void)
{
	g_autofree char *plain = NULL;

	CHECK_EQ(engine_announce("/nonexistent", 4), 0);
	CHECK_EQ(engine_announce("/dev/null", 4), -ENOTDIR);

	class = g_dir_make_tmp("engine-XXXXXX", NULL);
	CHECK_EQ(engine_announce(class, 4), 0);
	plain = g_build_filename(class, "plain", NULL);
	CHECK(!g_mkdir_with_parents(plain, 0700));
	CHECK_EQ(engine_announce(class, 4), 0);
	add_balloon("virtio0");
	CHECK_EQ(engine_announce(class, 1234), 1);
	check_told("virtio0", "1234\n");
	add_balloon("virtio1");
	CHECK_EQ(engine_announce(class, U64_MAX), 2);
	check_told("virtio0", "18446744073709551615\n");
	check_told("virtio1", "18446744073709551615\n");

	remove_balloon("virtio0");
	remove_balloon("virtio1");
	g_rmdir(plain);
	CHECK(!g_rmdir(class));
	g_free(class);
	return check_status();
}
