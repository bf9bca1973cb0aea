// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of share.c: named hosts, then any VMs against what must hold for all:
 * limits, budget, order, shares.
 */
#include "share.h"

#include <string.h>

#include "check.h"
#include "demand.h"
#include "ratio.h"

#define VMS 8
#define BUSY DEMAND_ONE

/* Members: min, max, demand, reserve, shares, active, urgent. */
static const struct {
	const char *name;
	struct share_vm vms[3];
	u64 budget;
	u64 targets[3];
	enum share_level level;
	u64 missing;
} rows[] = {
	{ "plenty: everybody has the maximum",
	  { { 10, 100, 20, 5, 1, BUSY, false, 0 },
	    { 10, 100, 20, 5, 1, BUSY, false, 0 },
	    { 10, 100, 20, 5, 9, BUSY, false, 0 } },
	  301,
	  { 100, 100, 100 },
	  SHARE_LEVELS,
	  0 },
	{ "minimums exceed the budget",
	  { { 10, 100, 90, 5, 1, BUSY, true, 0 },
	    { 20, 100, 20, 5, 1, BUSY, false, 0 },
	    { 30, 100, 20, 5, 1, BUSY, false, 0 } },
	  59,
	  { 10, 20, 30 },
	  SHARE_MINIMUM,
	  1 },
	{ "demand before reserve: the idle give to the busy, whatever the shares",
	  { { 10, 100, 100, 0, 1, BUSY, false, 0 },
	    { 10, 100, 20, 80, 9, BUSY, false, 0 },
	    { 10, 100, 20, 80, 9, BUSY, false, 0 } },
	  140,
	  { 100, 20, 20 },
	  SHARE_RESERVE,
	  0 },
	{ "too little for all demands: shares decide",
	  { { 0, 100, 100, 0, 1, BUSY, false, 0 },
	    { 0, 100, 100, 0, 2, BUSY, false, 0 },
	    { 0, 100, 100, 0, 3, BUSY, false, 0 } },
	  60,
	  { 10, 20, 30 },
	  SHARE_DEMAND,
	  0 },
	{ "idle memory is taxed four times",
	  { { 0, 100, 0, 100, 1, 0, false, 0 },
	    { 0, 100, 0, 100, 1, BUSY, false, 0 },
	    { 0, 0, 0, 0, 1, 0, false, 0 } },
	  100,
	  { 20, 80, 0 },
	  SHARE_RESERVE,
	  0 },
	{ "what is needed is not taxed",
	  { { 0, 100, 100, 0, 1, 0, false, 0 },
	    { 0, 100, 100, 0, 1, BUSY, false, 0 },
	    { 0, 0, 0, 0, 1, 0, false, 0 } },
	  100,
	  { 50, 50, 0 },
	  SHARE_DEMAND,
	  0 },
	{ "who is urgent has more than its demand before others have a reserve",
	  { { 10, 100, 30, 0, 1, BUSY, true, 0 },
	    { 10, 100, 30, 50, 9, BUSY, false, 0 },
	    { 10, 100, 30, 50, 9, BUSY, false, 0 } },
	  150,
	  { 90, 30, 30 },
	  SHARE_URGENT,
	  0 },
	{ "not out of the demand of others",
	  { { 10, 100, 60, 0, 1, BUSY, true, 0 },
	    { 10, 100, 60, 0, 1, BUSY, false, 0 },
	    { 10, 100, 60, 0, 1, BUSY, false, 0 } },
	  180,
	  { 60, 60, 60 },
	  SHARE_URGENT,
	  0 },
	{ "a reserve beyond all numbers comes before the surplus of others",
	  { { 0, 100, 30, U64_MAX, 1, BUSY, false, 0 },
	    { 0, 100, 30, 0, 9, BUSY, false, 0 },
	    { 0, 0, 0, 0, 1, BUSY, false, 0 } },
	  130,
	  { 100, 30, 0 },
	  SHARE_SURPLUS,
	  0 },
	{ "a minimum above the maximum",
	  { { 90, 50, 0, 0, 1, BUSY, false, 0 },
	    { 0, 100, 0, 0, 1, BUSY, false, 0 },
	    { 0, 0, 0, 0, 1, BUSY, false, 0 } },
	  60,
	  { 50, 10, 0 },
	  SHARE_SURPLUS,
	  0 },
	{ "shares and activity out of range",
	  { { 0, 100, 100, 0, 0, U32_MAX, false, 0 },
	    { 0, 100, 100, 0, 1, BUSY, false, 0 },
	    { 0, 0, 0, 0, U32_MAX, 0, false, 0 } },
	  50,
	  { 25, 25, 0 },
	  SHARE_DEMAND,
	  0 },
};

static void test_rows(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fill_claim scratch[3];
		struct share_result r;
		struct share_vm vms[3];

		check_row = rows[i].name;
		memcpy(vms, rows[i].vms, sizeof(vms));
		r = share_split(vms, scratch, 3, rows[i].budget);
		CHECK_EQ(r.level, rows[i].level);
		CHECK_EQ(r.missing_bytes, rows[i].missing);
		for (int k = 0; k < 3; k++)
			CHECK_EQ(vms[k].target_bytes, rows[i].targets[k]);
	}
	check_row = NULL;
	CHECK_EQ(share_split(NULL, NULL, 0, 5).level, SHARE_LEVELS);
}

static void test_weight(void)
{
	CHECK_EQ(share_weight(1, DEMAND_ONE), 4);
	CHECK_EQ(share_weight(1, 0), 1);
	CHECK_EQ(share_weight(SHARE_MAX, U32_MAX), 4 * SHARE_MAX);
	CHECK_EQ(share_weight(U32_MAX, U32_MAX), 4 * SHARE_MAX);
	CHECK_EQ(share_weight(0, 0), 1);
}

static void test_names(void)
{
	CHECK(!strcmp(share_level_name(SHARE_MINIMUM), "minimum"));
	CHECK(!strcmp(share_level_name(SHARE_LEVELS), "plenty"));
	CHECK(!strcmp(share_level_name((enum share_level)6), "unknown"));
	CHECK(!strcmp(share_level_name((enum share_level)U32_MAX), "unknown"));
}

/* Numbers of one width, so that they matter to each other, or of any. */
static u64 number(u64 *state, u32 width)
{
	return width ? check_random(state) >> (64 - width) : check_random_any(state);
}

static void random_vms(struct share_vm *vms, u64 *state, u32 width)
{
	for (int i = 0; i < VMS; i++) {
		vms[i] = (struct share_vm){
			.min_bytes = number(state, width) >> (check_random(state) % 8),
			.max_bytes = number(state, width),
			.demand_bytes = number(state, width),
			.reserve_bytes = number(state, width),
			.shares = (u32)check_random_any(state),
			.active = check_random(state) & 1 ? (u32)check_random_any(state) :
							    check_random(state) % (DEMAND_ONE + 1),
			.urgent = check_random(state) % 4 == 0,
		};
	}
}

static void check_limits(const struct share_vm *vms, const struct share_result *r, u64 budget)
{
	u128 sum = 0, minimums = 0;

	for (int i = 0; i < VMS; i++) {
		u64 min = min_u64(vms[i].min_bytes, vms[i].max_bytes);

		sum += vms[i].target_bytes;
		minimums += min;
		CHECK(vms[i].target_bytes >= min);
		CHECK(vms[i].target_bytes <= vms[i].max_bytes);
		CHECK(r->level != SHARE_LEVELS || vms[i].target_bytes == vms[i].max_bytes);
		CHECK(r->level <= SHARE_DEMAND ||
		      vms[i].target_bytes >= min_u64(vms[i].demand_bytes, vms[i].max_bytes));
	}
	CHECK_EQ(r->missing_bytes, sat_u64(minimums > budget ? minimums - budget : 0));
	CHECK(r->missing_bytes || sum <= budget);
	CHECK(r->missing_bytes || r->level == SHARE_LEVELS || sum + VMS > budget);
}

static void check_order(const struct share_vm *vms, u64 budget)
{
	struct fill_claim scratch[VMS];
	struct share_vm turned[VMS];

	for (int i = 0; i < VMS; i++)
		turned[i] = vms[(i + 3) % VMS];
	share_split(turned, scratch, VMS, budget);
	for (int i = 0; i < VMS; i++)
		CHECK_EQ(turned[i].target_bytes, vms[(i + 3) % VMS].target_bytes);
}

/* More shares, more demand, more activity, or to be urgent: one gets no less for any of them. */
static void check_monotone(const struct share_vm *vms, u64 budget, u64 *state)
{
	int who = check_random(state) % VMS, what = check_random(state) % 4;
	struct fill_claim scratch[VMS];
	struct share_vm more[VMS];

	memcpy(more, vms, sizeof(more));
	if (what == 0)
		more[who].shares = max_u32(more[who].shares, (u32)check_random_any(state));
	if (what == 1)
		more[who].demand_bytes = sat_add_u64(more[who].demand_bytes,
						     check_random_any(state));
	if (what == 2)
		more[who].active = max_u32(more[who].active, check_random(state) % 2000);
	if (what == 3)
		more[who].urgent = true;
	share_split(more, scratch, VMS, budget);
	CHECK(more[who].target_bytes >= vms[who].target_bytes);
}

static void test_any_vms(void)
{
	unsigned int failures = check_failures;
	u64 state = check_seed_start();

	for (int round = 0; round < 20000 && check_failures == failures; round++) {
		u32 width = round & 1 ? check_random(&state) % 65 : 0;
		struct fill_claim scratch[VMS];
		struct share_vm vms[VMS];
		struct share_result r;
		u64 budget;

		random_vms(vms, &state, width);
		budget = sat_shl_u64(number(&state, width), check_random(&state) % 4);
		r = share_split(vms, scratch, VMS, budget);
		check_limits(vms, &r, budget);
		check_order(vms, budget);
		check_monotone(vms, budget, &state);
	}
	check_seed = 0;
}

int main(void)
{
	test_rows();
	test_weight();
	test_names();
	test_any_vms();
	return check_status();
}
