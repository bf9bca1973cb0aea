// SPDX-License-Identifier: GPL-2.0-only
/* Tests of entry.h: memory above 16 TiB is refused or clamped, never truncated. */
#include "guest/vmware/entry.h"

#include "policy/check.h"

#define NARROW (AVMWARE_BASIC | AVMWARE_BATCHED | AVMWARE_BATCHED_2M)
#define WIDE (NARROW | AVMWARE_64_BIT_TARGET)

static const struct {
	const char *name;
	u64 pfn, nr;
	bool narrow, wide;
} pages[] = {
	{ "first page", 0, 1, true, true },
	{ "an ordinary block", 0x12200, 512, true, true },
	{ "last page below 16 TiB", 0xffffffffULL, 1, true, true },
	{ "first page above", 0x100000000ULL, 1, false, true },
	{ "block that ends at 16 TiB", 0xfffffe00ULL, 512, true, true },
	{ "run that crosses 16 TiB", 0xffffff00ULL, 257, false, true },
	{ "would be truncated to an ordinary page", 0x100012200ULL, 1, false, true },
	{ "last page that an entry can name", (1ULL << 52) - 1, 1, false, true },
	{ "first page that it cannot", 1ULL << 52, 1, false, false },
	{ "greatest number", ~0ULL, 1, false, false },
	{ "greatest run", 0, ~0ULL, false, false },
};

static void test_pages(void)
{
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++) {
		check_row = pages[i].name;
		CHECK_EQ(avmware_pages_fit(pages[i].pfn, pages[i].nr, NARROW), pages[i].narrow);
		CHECK_EQ(avmware_pages_fit(pages[i].pfn, pages[i].nr, WIDE), pages[i].wide);
	}
	check_row = NULL;
}

static void test_limit_and_target(void)
{
	CHECK_EQ(avmware_limit(5, NARROW), 5);
	CHECK_EQ(avmware_limit(U32_MAX, NARROW), U32_MAX);
	CHECK_EQ(avmware_limit(0x100000001ULL, NARROW), U32_MAX);
	CHECK_EQ(avmware_limit(0x100000001ULL, WIDE), 0x100000001ULL);
	CHECK_EQ(avmware_target(0x100000001ULL, NARROW), 1);
	CHECK_EQ(avmware_target(0x100000001ULL, WIDE), 0x100000001ULL);
}

static void test_entries(void)
{
	CHECK_EQ(avmware_entry(0xabcde), 0xabcde000ULL);
	CHECK_EQ(avmware_entry_status(avmware_entry(0xabcde)), AVMWARE_OK);
	CHECK_EQ(avmware_entry_status(0xabcde000ULL | AVMWARE_BUSY), AVMWARE_BUSY);
	CHECK_EQ(avmware_entry_status(~0ULL), 31);
	CHECK_EQ(avmware_entry_status(~31ULL), AVMWARE_OK);
}

int main(void)
{
	test_pages();
	test_limit_and_target();
	test_entries();
	return check_status();
}
