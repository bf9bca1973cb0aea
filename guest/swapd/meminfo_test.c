// SPDX-License-Identifier: GPL-2.0-only
/* Tests of meminfo.c. */
#include "guest/swapd/meminfo.h"

#include <errno.h>

#include "policy/check.h"

static const char *const wrong[] = {
	"",
	"MemTotal: 1 kB\n",
	"MemAvailable: 1 kB\n",
	"MemTotal: x kB\nMemAvailable: 1 kB\n",
	"MemTotal: 1 kB\nMemAvailable:",
	"MemTotal: 1 kB\nXMemAvailable: 1 kB\n",
};

static void test_parse(void)
{
	struct meminfo meminfo = { 7, 7 };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		check_row = wrong[i];
		CHECK_EQ(meminfo_parse(wrong[i], &meminfo), -EINVAL);
		CHECK(meminfo.total_kb == 7 && meminfo.available_kb == 7);
	}
	check_row = NULL;
	CHECK_EQ(meminfo_parse("MemTotal:         468392 kB\nMemFree: 3 kB\n"
			       "MemAvailable:     423524 kB\nCached: 5 kB\n",
			       &meminfo),
		 0);
	CHECK_EQ(meminfo.total_kb, 468392);
	CHECK_EQ(meminfo.available_kb, 423524);
}

static void test_read(void)
{
	struct meminfo meminfo;

	CHECK_EQ(meminfo_read(&meminfo), 0);
	CHECK(meminfo.total_kb > meminfo.available_kb && meminfo.available_kb);
}

int main(void)
{
	test_parse();
	test_read();
	return check_status();
}
