// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of move.c: named hosts, then any VMs against what must hold for all.
 */
#include "move.h"

#include <string.h>

#include "check.h"
#include "ratio.h"

#define VMS 6

/* Members: size, ideal, want, keep, weight. */
static const struct {
	const char *name;
	struct move_vm vms[3];
	u64 budget;
	u64 targets[3];
	u64 missing;
} rows[] = {
	{ "nobody wants: nothing moves, however far from the ideal",
	  { { 50, 10, 5, 0, 1, 0 }, { 50, 90, 45, 0, 1, 0 }, { 0, 0, 0, 0, 1, 0 } },
	  100,
	  { 50, 50, 0 },
	  0 },
	{ "who wants gets its ideal, others give what is missing",
	  { { 50, 10, 5, 0, 1, 0 }, { 20, 60, 45, 0, 1, 0 }, { 30, 30, 20, 0, 1, 0 } },
	  100,
	  { 10, 60, 30 },
	  0 },
	{ "no more than is missing",
	  { { 60, 10, 5, 0, 1, 0 }, { 20, 40, 30, 0, 1, 0 }, { 0, 0, 0, 0, 1, 0 } },
	  90,
	  { 50, 40, 0 },
	  0 },
	{ "out of what nobody has first",
	  { { 60, 10, 5, 0, 1, 0 }, { 20, 40, 30, 0, 1, 0 }, { 0, 0, 0, 0, 1, 0 } },
	  100,
	  { 60, 40, 0 },
	  0 },
	{ "who pays least gives first",
	  { { 60, 10, 5, 0, 1, 0 }, { 60, 10, 5, 0, 3, 0 }, { 0, 40, 30, 0, 1, 0 } },
	  120,
	  { 20, 60, 40 },
	  0 },
	{ "all together have more than there is",
	  { { 60, 20, 5, 0, 1, 0 }, { 60, 50, 5, 0, 1, 0 }, { 30, 30, 30, 0, 1, 0 } },
	  110,
	  { 30, 50, 30 },
	  0 },
	{ "who keeps does not give: wants share what there is",
	  { { 60, 10, 5, 55, 1, 0 }, { 10, 50, 40, 0, 1, 0 }, { 10, 40, 30, 0, 1, 0 } },
	  105,
	  { 55, 25, 25 },
	  0 },
	{ "nobody can give: nobody grows",
	  { { 60, 10, 5, 60, 1, 0 }, { 60, 10, 5, 60, 1, 0 }, { 10, 80, 30, 0, 1, 0 } },
	  100,
	  { 60, 60, 10 },
	  30 },
	{ "who wants beyond its ideal stays",
	  { { 50, 50, 90, 0, 1, 0 }, { 50, 50, 10, 0, 1, 0 }, { 0, 0, 0, 0, 1, 0 } },
	  100,
	  { 50, 50, 0 },
	  0 },
};

static void test_rows(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fill_claim scratch[3];
		struct move_vm vms[3];

		check_row = rows[i].name;
		memcpy(vms, rows[i].vms, sizeof(vms));
		CHECK_EQ(move_plan(vms, scratch, 3, rows[i].budget), rows[i].missing);
		for (int k = 0; k < 3; k++)
			CHECK_EQ(vms[k].target_bytes, rows[i].targets[k]);
	}
	check_row = NULL;
	CHECK_EQ(move_plan(NULL, NULL, 0, 5), 0);
}

static void check_plan(const struct move_vm *vms, u64 missing, u64 budget)
{
	u128 sum = 0, least = 0;

	for (int i = 0; i < VMS; i++) {
		const struct move_vm *vm = &vms[i];
		u64 kept = min_u64(vm->size_bytes, max_u64(vm->ideal_bytes, vm->keep_bytes));
		bool wants = vm->size_bytes < vm->want_bytes && vm->size_bytes < vm->ideal_bytes;

		sum += vm->target_bytes;
		least += kept;
		CHECK(vm->target_bytes >= kept);
		CHECK(vm->target_bytes <= (wants ? vm->ideal_bytes : vm->size_bytes));
		CHECK(!missing || vm->target_bytes <= vm->size_bytes);
	}
	CHECK(missing || sum <= budget);
	CHECK_EQ(missing, sat_u64(least > budget ? least - budget : 0));
}

static void test_any_vms(void)
{
	unsigned int failures = check_failures;
	u64 state = check_seed_start();

	for (int round = 0; round < 20000 && check_failures == failures; round++) {
		u32 width = check_random(&state) % 64 + 1;
		struct fill_claim scratch[VMS];
		struct move_vm vms[VMS], again[VMS];
		u64 budget, missing;

		for (int i = 0; i < VMS; i++) {
			vms[i] = (struct move_vm){
				.size_bytes = check_random(&state) >> (64 - width),
				.ideal_bytes = check_random(&state) >> (64 - width),
				.want_bytes = check_random(&state) >> (64 - width),
				.keep_bytes = check_random(&state) & 1 ? check_random_any(&state) :
									 0,
				.weight = (u32)check_random_any(&state),
			};
		}
		budget = sat_shl_u64(check_random(&state) >> (64 - width),
				     check_random(&state) % 4);
		missing = move_plan(vms, scratch, VMS, budget);
		check_plan(vms, missing, budget);

		/* Once it is done, there is nothing more to do, unless somebody still wants. */
		for (int i = 0; i < VMS; i++) {
			again[i] = vms[i];
			again[i].size_bytes = vms[i].target_bytes;
			again[i].want_bytes = 0;
		}
		move_plan(again, scratch, VMS, budget);
		for (int i = 0; i < VMS; i++)
			CHECK(missing || again[i].target_bytes == vms[i].target_bytes);
	}
	check_seed = 0;
}

int main(void)
{
	test_rows();
	test_any_vms();
	return check_status();
}
