// SPDX-License-Identifier: GPL-2.0-only
/* Tests of vm.c: what a guest uses is known however its size and its statistics lag behind each other. */
#include "vm.h"

#include "host/fleet/fleet.h"
#include "policy/check.h"

#define MIB (1ULL << 20)
#define USED_MIB 200

/* Each step: the size that the driver reports, and the size that the guest's statistics were made with. */
static const struct {
	const char *name;
	u64 asked_mib;
	struct {
		u64 size_mib, then_mib;
	} steps[4];
} rows[] = {
	{ "nothing moves",
	  1024,
	  { { 1024, 1024 }, { 1024, 1024 }, { 1024, 1024 }, { 1024, 1024 } } },
	{ "shrinks step by step", 600, { { 900, 900 }, { 700, 700 }, { 600, 600 }, { 600, 600 } } },
	{ "statistics lag behind",
	  600,
	  { { 800, 1024 }, { 600, 800 }, { 600, 600 }, { 600, 600 } } },
	{ "the size lags behind", 600, { { 1024, 600 }, { 600, 600 }, { 600, 600 }, { 600, 600 } } },
	{ "the size lags for long",
	  600,
	  { { 1024, 700 }, { 1024, 600 }, { 1024, 600 }, { 600, 600 } } },
	{ "grows, and the size lags",
	  2048,
	  { { 1024, 2048 }, { 1024, 2048 }, { 2048, 2048 }, { 2048, 2048 } } },
};

static void observe(struct vm *vm, u64 size_mib, u64 then_mib, u64 now_ms)
{
	struct report r = {
		.max_bytes = 2048 * MIB,
		.size_bytes = size_mib * MIB,
		.host_bytes = REPORT_UNKNOWN,
		.stats = {
			.updated_s = now_ms / 1000,
			.total_bytes = then_mib * MIB,
			.free_bytes = (then_mib - USED_MIB) * MIB,
			.available_bytes = (then_mib - USED_MIB) * MIB,
			.caches_bytes = 0,
		},
	};

	vm_observe(vm, &fleet_limits_default.vm, &r, now_ms);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct vm vm = { .config.shares = 1 };

		check_row = rows[i].name;
		observe(&vm, 1024, 1024, 1000);
		observe(&vm, 1024, 1024, 2000);
		vm_asked(&vm, rows[i].asked_mib * MIB, 2500);
		for (int step = 0; step < 4; step++) {
			observe(&vm, rows[i].steps[step].size_mib, rows[i].steps[step].then_mib,
				3000 + step * 1000ULL);
			CHECK_EQ(vm.demand.used_bytes, USED_MIB * MIB);
			CHECK_EQ(vm.demand.burst_bytes, 0);
		}
	}
	check_row = NULL;
	return check_status();
}
