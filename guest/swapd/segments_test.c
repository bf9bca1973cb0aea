// SPDX-License-Identifier: GPL-2.0-only
/* Tests of segments.c and of status.c, which shows them: names, sizes, and what the kernel says. */
#include "guest/swapd/segments.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <unistd.h>

#include "guest/swapd/status.h"
#include "policy/check.h"

#define HEADING "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
#define MIB (1ULL << 20)

static struct swaps swaps;

static bool init(struct segments *segments, const char *text, u64 ram_bytes)
{
	struct config config;
	bool done;

	config_init(&config);
	CHECK(config_parse(&config, text, "x", NULL));
	done = segments_init(segments, &config, ram_bytes, false, NULL);
	config_clear(&config);
	return done;
}

static int refresh(struct segments *segments, const char *lines)
{
	snprintf(swaps.text, sizeof(swaps.text), "%s%s", HEADING, lines);
	CHECK_EQ(swaps_start(&swaps), 0);
	return segments_refresh(segments, &swaps);
}

static void test_names(void)
{
	struct segments segments;

	CHECK(init(&segments, "directory = /nonexistent/x\nsegments = 2\npriority = 7", 3 * MIB));
	CHECK_EQ(segments.count, 2);
	CHECK(segments.files);
	CHECK_EQ(segments.swapon_flags, SWAP_FLAG_PREFER | 7);
	CHECK(!strcmp(segments.at[0].path, "/nonexistent/x/segment-00"));
	CHECK(!strcmp(segments.at[1].path, "/nonexistent/x/segment-01"));
	segments_clear(&segments);

	CHECK(init(&segments, "devices = /dev/zero /dev/shm/../null", 3 * MIB));
	CHECK(!segments.files);
	CHECK(!strcmp(segments.at[1].path, "/dev/null"));
	segments_clear(&segments);

	CHECK(!init(&segments, "devices = /dev/null /dev/shm/../null", 3 * MIB));
	segments_clear(&segments);
	CHECK(!init(&segments, "devices = /dev/nonexistent", 3 * MIB));
	segments_clear(&segments);
}

/* RAM, the configured size, and the size of each of 16 segments, all in bytes. */
static const struct {
	u64 ram_bytes;
	const char *size;
	u64 bytes;
} sizes[] = {
	{ 1, "ram", MIB },
	{ 16 * MIB, "ram", MIB },
	{ 16 * MIB + 1, "ram", 2 * MIB },
	{ 512 * MIB, "ram", 32 * MIB },
	{ 468392 * 1024, "ram", 29 * MIB },
	{ 1, "1G", 64 * MIB },
	{ 1, "1024T", 64 * MIB << 20 },
	{ U64_MAX, "ram", 1ULL << 60 },
};

static void test_sizes(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
		g_autofree char *text = g_strdup_printf("directory = /nonexistent\nsize = %s\n",
							sizes[i].size);
		struct segments segments;

		CHECK(init(&segments, text, sizes[i].ram_bytes));
		CHECK_EQ(segments.bytes, sizes[i].bytes);
		segments_clear(&segments);
	}
}

static void test_refresh(void)
{
	struct segments segments;

	CHECK(init(&segments, "directory = /nonexistent\nsegments = 3\n", 3 * MIB));
	CHECK_EQ(refresh(&segments, ""), 0);
	CHECK_EQ(segments_on(&segments), 0);

	CHECK_EQ(refresh(&segments, "/dev/vda partition 100 50 -2\n"
				    "/nonexistent/segment-02 file 1020 8 10\n"
				    "/nonexistent/segment-00 file 1020 1020 10\n"
				    "/nonexistent/segment-000 file 1020 4 10\n"
				    "/nonexistent/segment-01\\040(deleted) file 1020 4 10\n"),
		 0);
	CHECK_EQ(segments_on(&segments), 2);
	CHECK(segments.at[0].on && !segments.at[1].on && segments.at[2].on);
	CHECK_EQ(segments.at[0].used_kb, 1020);
	CHECK_EQ(segments.at[1].used_kb, 0);
	CHECK_EQ(segments.at[2].used_kb, 8);
	CHECK_EQ(segments.at[2].size_kb, 1020);
	CHECK_EQ(segments_used_kb(&segments), 1028);

	segments.at[2].emptied = 5;
	CHECK_EQ(refresh(&segments, "/nonexistent/segment-01 file 1020 4 10\n"), 0);
	CHECK(!segments.at[0].on && segments.at[1].on && !segments.at[2].on);
	CHECK_EQ(segments_used_kb(&segments), 4);
	CHECK_EQ(segments.at[2].emptied, 5);
	CHECK_EQ(refresh(&segments, "nonsense\n"), -EINVAL);
	segments_clear(&segments);
}

static void test_failures(void)
{
	struct segments segments;

	CHECK(init(&segments, "directory = /nonexistent\nsegments = 1\n", 3 * MIB));
	CHECK(!segments_prepare(&segments, 0, NULL));
	CHECK(segments_switch_on(&segments, 0) < 0);
	CHECK(segments.at[0].failed && !segments.at[0].on);
	segments_clear(&segments);
}

static const char shown[] = "state room\nsegments 2\nsegments_on 1\nused_kb 8\navailable_kb 1\n"
			    "reserve_kb 2\nreturn_kb 3\nreturned_kb 4\nemptied 5\nrefused 6\n"
			    "segment /nonexistent/segment-00 off 0 0\n"
			    "segment /nonexistent/segment-01 on 1020 8\n";

static void test_status(void)
{
	struct segments segments;
	struct status status = { "room", &segments, 1, 2, 3, 4, 5, 6 };
	g_autofree char *directory = g_dir_make_tmp("status-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(directory, "status", NULL);
	g_autofree char *read = NULL;
	char text[1024];

	CHECK(init(&segments, "directory = /nonexistent\nsegments = 2\n", 3 * MIB));
	CHECK_EQ(refresh(&segments, "/nonexistent/segment-01 file 1020 8 10\n"), 0);
	CHECK_EQ(status_format(&status, text, sizeof(text)), strlen(shown));
	CHECK(!strcmp(text, shown));
	for (size_t size = 1; size <= strlen(shown); size++)
		CHECK_EQ(status_format(&status, text, size), -EFBIG);

	CHECK_EQ(status_write(&status, path), 0);
	CHECK_EQ(status_write(&status, path), 0);
	CHECK(g_file_get_contents(path, &read, NULL, NULL) && !strcmp(read, shown));
	CHECK_EQ(status_write(&status, "/nonexistent/status"), -ENOENT);
	CHECK(!unlink(path));
	CHECK(!rmdir(directory));
	segments_clear(&segments);
}

int main(void)
{
	test_names();
	test_sizes();
	test_refresh();
	test_failures();
	test_status();
	return check_status();
}
