// SPDX-License-Identifier: GPL-2.0-only
/* Tests of stats.c: a table of statistics that may and may not be, staleness, quarantine. */
#include "stats.h"

#include "policy/check.h"

#define MIB (1ULL << 20)
#define NONE REPORT_UNKNOWN
#define MINUS_ONE U64_MAX
#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static struct report plausible(u64 updated_s)
{
	return (struct report){
		.max_bytes = 1024 * MIB,
		.size_bytes = 1024 * MIB,
		.host_bytes = NONE,
		.stats = {
			.updated_s = updated_s,
			.total_bytes = 1000 * MIB,
			.free_bytes = 300 * MIB,
			.available_bytes = 500 * MIB,
			.caches_bytes = 100 * MIB,
			.swapped_out_bytes = 10 * MIB,
			.major_faults = 20,
			.stalls = 30,
			.oom_kills = 0,
		},
	};
}

/* Members of the statistics: total, free, available, caches, all in MiB; -1 stays -1. */
static const struct {
	const char *name;
	u64 total, free, available, caches;
	enum stats_verdict verdict;
	u64 available_then;
} rows[] = {
	{ "plain", 1000, 300, 500, 100, STATS_NEW, 500 },
	{ "all available", 1000, 1000, 1000, 0, STATS_NEW, 1000 },
	{ "nothing available", 1000, 0, 0, 0, STATS_NEW, 0 },
	{ "no available memory, but free and cached", 1000, 300, MINUS_ONE, 100, STATS_NEW, 400 },
	{ "only free memory", MINUS_ONE, 300, MINUS_ONE, MINUS_ONE, STATS_NEW, 300 },
	{ "neither available nor free", 1000, MINUS_ONE, MINUS_ONE, 100, STATS_BOGUS, 0 },
	{ "no memory", 0, 0, 0, 0, STATS_BOGUS, 0 },
	{ "free beyond total", 1000, 1001, 500, 0, STATS_BOGUS, 0 },
	{ "available beyond total", 1000, 300, 1001, 0, STATS_BOGUS, 0 },
	{ "free and cached beyond total", 1000, 600, MINUS_ONE, 600, STATS_BOGUS, 0 },
	{ "total beyond the VM", 1025, 300, 500, 0, STATS_BOGUS, 0 },
	{ "available beyond the VM, total unknown", MINUS_ONE, MINUS_ONE, 1025, 0, STATS_BOGUS, 0 },
};

static u64 bytes(u64 mib)
{
	return mib == MINUS_ONE ? MINUS_ONE : mib * MIB;
}

static void test_rows(void)
{
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct demand_sample sample = { .elapsed_ms = 42 };
		struct report r = plausible(1);
		struct stats s = { 0 };

		check_row = rows[i].name;
		r.stats.total_bytes = bytes(rows[i].total);
		r.stats.free_bytes = bytes(rows[i].free);
		r.stats.available_bytes = bytes(rows[i].available);
		r.stats.caches_bytes = bytes(rows[i].caches);
		CHECK_EQ(stats_take(&s, &r, 5000, &sample), rows[i].verdict);
		CHECK_EQ(!s.why, rows[i].verdict == STATS_NEW);
		if (rows[i].verdict == STATS_NEW)
			CHECK_EQ(sample.available_bytes, rows[i].available_then * MIB);
		else
			CHECK_EQ(sample.elapsed_ms, 42);
	}
	check_row = NULL;
}

static void test_never_sent(void)
{
	struct demand_sample sample;
	struct report r = plausible(0);
	struct stats s = { 0 };

	CHECK_EQ(stats_take(&s, &r, 5000, &sample), STATS_SAME);
	r.stats.updated_s = MINUS_ONE;
	CHECK_EQ(stats_take(&s, &r, 5000, &sample), STATS_SAME);
	CHECK(!stats_fresh(&s, 5000, 1000));
}

static void test_differences(void)
{
	struct demand_sample sample;
	struct report r = plausible(1);
	struct stats s = { 0 };

	CHECK_EQ(stats_take(&s, &r, 5000, &sample), STATS_NEW);
	CHECK_EQ(sample.stalls, 0);
	r.stats.updated_s = 3;
	r.stats.swapped_out_bytes += 7;
	r.stats.major_faults += 8;
	r.stats.stalls += 9;
	CHECK_EQ(stats_take(&s, &r, 7100, &sample), STATS_NEW);
	CHECK_EQ(sample.elapsed_ms, 2100);
	CHECK_EQ(sample.swapped_out_bytes, 7);
	CHECK_EQ(sample.major_faults, 8);
	CHECK_EQ(sample.stalls, 9);
	r.stats.updated_s = 4;
	r.stats.swapped_out_bytes = r.stats.major_faults = r.stats.stalls = MINUS_ONE;
	CHECK_EQ(stats_take(&s, &r, 8100, &sample), STATS_NEW);
	CHECK_EQ(sample.swapped_out_bytes + sample.major_faults + sample.stalls, 0);
}

/* The same time stamp is old however often it is shown; another one is new, even an earlier one. */
static void test_staleness(void)
{
	struct demand_sample sample;
	struct report r = plausible(100);
	struct stats s = { 0 };

	CHECK_EQ(stats_take(&s, &r, 5000, &sample), STATS_NEW);
	CHECK(stats_fresh(&s, 10000, 1000));
	CHECK_EQ(stats_take(&s, &r, 10001, &sample), STATS_SAME);
	CHECK(!stats_fresh(&s, 10001, 1000));
	CHECK(stats_fresh(&s, 10001, 2000));
	r.stats.updated_s = 50;
	CHECK_EQ(stats_take(&s, &r, 10002, &sample), STATS_NEW);
	CHECK(stats_fresh(&s, 10002, 1000));
	CHECK(stats_fresh(&s, 1, U32_MAX));
}

static void test_quarantine(void)
{
	struct demand_sample sample;
	struct report r = plausible(1);
	struct stats s = { 0 };

	CHECK_EQ(stats_take(&s, &r, 1000, &sample), STATS_NEW);
	r.stats.updated_s = 2;
	r.stats.free_bytes = 2000 * MIB;
	CHECK_EQ(stats_take(&s, &r, 2000, &sample), STATS_BOGUS);
	r.stats.free_bytes = 300 * MIB;
	r.stats.updated_s = 3;
	CHECK_EQ(stats_take(&s, &r, 3000, &sample), STATS_QUARANTINED);
	r.stats.updated_s = 4;
	CHECK_EQ(stats_take(&s, &r, 4000, &sample), STATS_NEW);
	r.stats.updated_s = 5;
	r.stats.major_faults = 0;
	CHECK_EQ(stats_take(&s, &r, 5000, &sample), STATS_RESTARTED);
	CHECK(s.why);
	r.stats.updated_s = 6;
	CHECK_EQ(stats_take(&s, &r, 6000, &sample), STATS_QUARANTINED);
	r.stats.updated_s = 7;
	CHECK_EQ(stats_take(&s, &r, 7000, &sample), STATS_NEW);
	CHECK_EQ(sample.major_faults, 0);
}

int main(void)
{
	test_rows();
	test_never_sent();
	test_differences();
	test_staleness();
	test_quarantine();
	return check_status();
}
