// SPDX-License-Identifier: GPL-2.0-only
/* Tests of ratio.h: edges of its three functions. */
#include "ratio.h"

#include "check.h"

int main(void)
{
	CHECK_EQ(sat_u64(U64_MAX), U64_MAX);
	CHECK_EQ(sat_u64((u128)U64_MAX + 1), U64_MAX);
	CHECK_EQ(ratio_u64(7, 3, 2), 10);
	CHECK_EQ(ratio_u64(U64_MAX, U64_MAX, U64_MAX), U64_MAX);
	CHECK_EQ(ratio_u64(U64_MAX, U64_MAX, 1), U64_MAX);
	CHECK_EQ(ratio_u64(U64_MAX, 1, U64_MAX), 1);
	CHECK_EQ(ratio_u64(U64_MAX - 1, 1, U64_MAX), 0);
	CHECK_EQ(ratio_u64(5, 3, 0), 15);
	CHECK_EQ(ratio_u64(0, 0, 0), 0);
	CHECK_EQ(clamp_u64(5, 1, 9), 5);
	CHECK_EQ(clamp_u64(0, 1, 9), 1);
	CHECK_EQ(clamp_u64(10, 1, 9), 9);
	CHECK_EQ(clamp_u64(5, 9, 1), 1);
	return check_status();
}
