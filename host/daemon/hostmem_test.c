// SPDX-License-Identifier: GPL-2.0-only
/* Tests of hostmem.c with files of our own. */
#include "hostmem.h"

#include <glib.h>
#include <glib/gstdio.h>

#include "policy/check.h"

#define MEMINFO "MemTotal:       2048 kB\nMemFree: 1 kB\nMemAvailable:    1024 kB\n"
#define PSI                                                          \
	"some avg10=1.00 avg60=0.00 avg300=0.00 total=12345678901\n" \
	"full avg10=0.00 avg60=0.00 avg300=0.00 total=5\n"

static const struct {
	const char *name, *meminfo, *psi;
	bool good;
	u64 stalled_us;
} rows[] = {
	{ "ordinary", MEMINFO, PSI, true, 12345678901 },
	{ "no PSI", MEMINFO, NULL, true, 0 },
	{ "strange PSI", MEMINFO, "total=x", true, 0 },
	{ "no memory file", NULL, PSI, false, 0 },
	{ "not available", "MemTotal: 5 kB\n", PSI, false, 0 },
	{ "inside another word", "XMemTotal: 5 kB\nMemAvailable: 5 kB\n", PSI, false, 0 },
	{ "no number", "MemTotal: all\nMemAvailable: 5 kB\n", PSI, false, 0 },
};

int main(void)
{
	g_autofree char *proc = g_dir_make_tmp("hostmem-test-XXXXXX", NULL);
	g_autofree char *meminfo = g_build_filename(proc, "meminfo", NULL);
	g_autofree char *pressure = g_build_filename(proc, "pressure", NULL);
	g_autofree char *psi = g_build_filename(pressure, "memory", NULL);

	CHECK(!g_mkdir(pressure, 0700));
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct pressure_sample s = { .reserve_bytes = 42 };

		check_row = rows[i].name;
		if (rows[i].meminfo)
			CHECK(g_file_set_contents(meminfo, rows[i].meminfo, -1, NULL));
		if (rows[i].psi)
			CHECK(g_file_set_contents(psi, rows[i].psi, -1, NULL));
		CHECK_EQ(hostmem_read(proc, &s), rows[i].good);
		CHECK_EQ(s.total_bytes, rows[i].good ? 2048 * 1024 : 0);
		CHECK_EQ(s.available_bytes, rows[i].good ? 1024 * 1024 : 0);
		CHECK_EQ(s.stalled_us, rows[i].stalled_us);
		CHECK_EQ(s.reserve_bytes, 42);
		g_unlink(meminfo);
		g_unlink(psi);
	}
	check_row = NULL;
	g_rmdir(pressure);
	g_rmdir(proc);
	return check_status();
}
