// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of env.h: its saturating helpers at their edges, and with any numbers
 * against the same sums in 128 bits.
 */
#include "env.h"

#include "check.h"

static void test_widths(void)
{
	CHECK_EQ(U8_MAX, 0xff);
	CHECK_EQ(U16_MAX, 0xffff);
	CHECK_EQ(U32_MAX, 0xffffffff);
	CHECK_EQ(U64_MAX, 0xffffffffffffffff);
	CHECK_EQ(sizeof(u8), 1);
	CHECK_EQ(sizeof(u16), 2);
	CHECK_EQ(sizeof(u32), 4);
	CHECK_EQ(sizeof(u64), 8);
}

static void test_min_and_max(void)
{
	CHECK_EQ(min_u32(0, U32_MAX), 0);
	CHECK_EQ(min_u32(U32_MAX, 1), 1);
	CHECK_EQ(max_u32(0, U32_MAX), U32_MAX);
	CHECK_EQ(max_u32(2, 1), 2);
	CHECK_EQ(min_u64(0, U64_MAX), 0);
	CHECK_EQ(min_u64(U64_MAX, 1), 1);
	CHECK_EQ(max_u64(0, U64_MAX), U64_MAX);
	CHECK_EQ(max_u64(2, 1), 2);
}

static void test_subtraction(void)
{
	CHECK_EQ(sat_sub_u32(0, 1), 0);
	CHECK_EQ(sat_sub_u32(1, 1), 0);
	CHECK_EQ(sat_sub_u32(2, 1), 1);
	CHECK_EQ(sat_sub_u32(0, U32_MAX), 0);
	CHECK_EQ(sat_sub_u32(U32_MAX, 0), U32_MAX);
	CHECK_EQ(sat_sub_u64(0, 1), 0);
	CHECK_EQ(sat_sub_u64(1, 1), 0);
	CHECK_EQ(sat_sub_u64(2, 1), 1);
	CHECK_EQ(sat_sub_u64(0, U64_MAX), 0);
	CHECK_EQ(sat_sub_u64(U64_MAX, 0), U64_MAX);
}

static void test_addition(void)
{
	CHECK_EQ(sat_add_u64(0, 0), 0);
	CHECK_EQ(sat_add_u64(1, 2), 3);
	CHECK_EQ(sat_add_u64(U64_MAX - 1, 1), U64_MAX);
	CHECK_EQ(sat_add_u64(U64_MAX, 1), U64_MAX);
	CHECK_EQ(sat_add_u64(1, U64_MAX), U64_MAX);
	CHECK_EQ(sat_add_u64(U64_MAX, U64_MAX), U64_MAX);
}

static void test_shift(void)
{
	CHECK_EQ(sat_shl_u64(0, 0), 0);
	CHECK_EQ(sat_shl_u64(0, 63), 0);
	CHECK_EQ(sat_shl_u64(0, 64), 0);
	CHECK_EQ(sat_shl_u64(0, U32_MAX), 0);
	CHECK_EQ(sat_shl_u64(1, 63), 1ULL << 63);
	CHECK_EQ(sat_shl_u64(1, 64), U64_MAX);
	CHECK_EQ(sat_shl_u64(1, U32_MAX), U64_MAX);
	CHECK_EQ(sat_shl_u64(2, 63), U64_MAX);
	CHECK_EQ(sat_shl_u64(255, 56), 255ULL << 56);
	CHECK_EQ(sat_shl_u64(256, 56), U64_MAX);
	CHECK_EQ(sat_shl_u64(U64_MAX, 0), U64_MAX);
}

static u64 saturate(unsigned __int128 v)
{
	return v > U64_MAX ? U64_MAX : (u64)v;
}

static void test_any_numbers(void)
{
	unsigned int failures = check_failures;
	u64 state = check_seed_start();

	for (int round = 0; round < 200000 && check_failures == failures; round++) {
		u64 a = check_random_any(&state);
		u64 b = check_random_any(&state);
		u32 shift = check_random(&state) % 64;

		CHECK_EQ(sat_add_u64(a, b), saturate((unsigned __int128)a + b));
		CHECK_EQ(sat_sub_u64(a, b), a - min_u64(a, b));
		CHECK_EQ(sat_sub_u32((u32)a, (u32)b), (u32)a - min_u32((u32)a, (u32)b));
		CHECK_EQ(sat_shl_u64(a, shift), saturate((unsigned __int128)a << shift));
		CHECK_EQ(max_u64(a, b), a ^ b ^ min_u64(a, b));
	}
	check_seed = 0;
}

int main(void)
{
	test_widths();
	test_min_and_max();
	test_subtraction();
	test_addition();
	test_shift();
	test_any_numbers();
	return check_status();
}
