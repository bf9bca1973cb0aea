// SPDX-License-Identifier: GPL-2.0-only
/* Tests of fault.c: what a plan accepts, and which call gets which answer. */
#include "lab/vmware/fault.h"

#include "policy/check.h"

static const char *const good[] = {
	"none",
	"lock=busy",
	"start@1=failure",
	" start@4294967295*4294967295=reset ",
	"lock-page@5*16=pinned,unlock-block=unlocked",
	"batched-2m-lock@2=odd , doorbell=invalid-command",
};

static const char *const bad[] = {
	"",
	"None",
	"none,none",
	"none ",
	"lock",
	"lock=",
	"lock=bus",
	"lock=busyx",
	"lock@=busy",
	"lock@0=busy",
	"lock@x=ok",
	"lock@1*=ok",
	"lock@1*0=ok",
	"lock@-1=busy",
	"lock@4294967296=busy",
	"locks=busy",
	"5=busy",
	"lock=busy,",
	",lock=busy",
	"lock=busy lock=busy",
	"lock =busy",
	"lock-page=reset",
	"lock=locked",
	"batched-unlock=unlocked",
	"unlock-block=failure",
};

static void test_texts(void)
{
	struct fault_plan plan = { .nr = 7 };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		check_row = good[i];
		CHECK(fault_parse(good[i], &plan));
	}
	plan = (struct fault_plan){ .nr = 7 };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		check_row = bad[i];
		CHECK(!fault_parse(bad[i], &plan));
	}
	check_row = NULL;
	CHECK_EQ(plan.nr, 7);
}

/* The answer to the next call; 99: as the rules say. */
static uint32_t next(struct fault_plan *plan, unsigned int op)
{
	uint32_t status = 99;

	return fault_next(plan, op, &status) ? status : 99;
}

static void test_calls(void)
{
	struct fault_plan plan;

	CHECK(fault_parse("lock@2*2=busy,lock@3=pinned,lock-page=locked,start@1=failure", &plan));
	CHECK_EQ(next(&plan, AVMWARE_LOCK), 99);
	CHECK_EQ(next(&plan, AVMWARE_LOCK), AVMWARE_BUSY);
	CHECK_EQ(next(&plan, AVMWARE_LOCK), AVMWARE_BUSY);
	CHECK_EQ(next(&plan, AVMWARE_LOCK), 99);
	CHECK_EQ(next(&plan, AVMWARE_UNLOCK), 99);
	CHECK_EQ(next(&plan, AVMWARE_START), AVMWARE_FAILURE);
	CHECK_EQ(next(&plan, AVMWARE_START), 99);
	for (int i = 0; i < 1000; i++)
		CHECK_EQ(next(&plan, FAULT_LOCK_PAGE), AVMWARE_LOCKED);
	CHECK(fault_parse("none", &plan));
	CHECK_EQ(next(&plan, FAULT_LOCK_PAGE), 99);
}

int main(void)
{
	test_texts();
	test_calls();
	return check_status();
}
