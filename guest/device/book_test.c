// SPDX-License-Identifier: GPL-2.0-only
/* Tests of book.c: the referee knows what is allowed, and counts what is not. */
#include "guest/device/book.h"

#include <string.h>

#include "policy/check.h"

#define NR_PFNS 1000
#define RAM_BYTES ((u64)NR_PFNS << BOOK_PFN_SHIFT)

static u64 held[(NR_PFNS + 63) / 64];

static struct book fresh(void)
{
	struct book book = { .nr_pfns = NR_PFNS, .held = held };

	memset(held, 0xff, sizeof(held));
	book_forget(&book);
	return book;
}

/* Exactly this was foul, and nothing else. */
static void check_only(const struct book *book, int foul, u64 times)
{
	CHECK_EQ(book_fouls(book), times);
	if (times)
		CHECK_EQ(book->fouls[foul], times);
}

static void test_pages(void)
{
	struct book book = fresh();

	CHECK(book_inflate(&book, 0));
	CHECK(book_inflate(&book, 63));
	CHECK(book_inflate(&book, 64));
	CHECK(book_inflate(&book, NR_PFNS - 1));
	CHECK_EQ(book.held_pfns, 4);
	CHECK(book_has(&book, 63) && !book_has(&book, 62) && !book_has(&book, NR_PFNS));
	CHECK(book_deflate(&book, 63));
	CHECK(!book_has(&book, 63) && book_has(&book, 64));
	check_only(&book, 0, 0);

	CHECK(!book_inflate(&book, 64));
	check_only(&book, BOOK_DOUBLE_INFLATE, 1);
	book = fresh();
	CHECK(!book_deflate(&book, 64));
	check_only(&book, BOOK_NOT_HELD, 1);
	book = fresh();
	CHECK(!book_inflate(&book, NR_PFNS) && !book_deflate(&book, NR_PFNS));
	CHECK(!book_inflate(&book, U32_MAX));
	check_only(&book, BOOK_BEYOND_RAM, 3);
	CHECK_EQ(book.held_pfns, 0);
}

static void test_reset(void)
{
	struct book book = fresh();

	book_inflate(&book, 5);
	book_inflate(&book, 5);
	book_hint_command(&book, 2);
	book_forget(&book);
	CHECK(!book_has(&book, 5));
	CHECK(!book.hinting);
	CHECK_EQ(book.held_pfns, 0);
	check_only(&book, BOOK_DOUBLE_INFLATE, 1); /* not forgotten */
}

static const struct {
	const char *name;
	u64 offered, accepted;
	bool foul;
} offers[] = {
	{ "nothing", 0, 0, false },
	{ "all of it", 0x10000003fULL, 0x10000003fULL, false },
	{ "a part", 0x10000003fULL, 0x21, false },
	{ "more", 0x1f, 0x3f, true },
	{ "proposal 6", 0x7f, 0x7f, true },
	{ "proposal 7", 0xbf, 0x80, true },
	{ "an IOMMU", 1ULL << 33, 1ULL << 33, true },
};

static void test_features(void)
{
	size_t i;

	for (i = 0; i < sizeof(offers) / sizeof(offers[0]); i++) {
		struct book book = fresh();

		check_row = offers[i].name;
		book_features(&book, offers[i].offered, offers[i].accepted);
		check_only(&book, BOOK_FEATURE, offers[i].foul);
	}
	check_row = NULL;
}

#define HINT 8ULL
#define POISON 16ULL
#define FINE BOOK_NR_FOULS

static const struct {
	const char *name;
	struct book_access access;
	u32 config_bytes;
	u64 features;
	bool ready;
	enum book_foul foul;
} accesses[] = {
	{ "read the target", { 0, 4, false }, 8, 0, true, FINE },
	{ "write the target", { 0, 4, true }, 8, 0, true, BOOK_CONFIG_UNDUE },
	{ "write the size", { 4, 4, true }, 8, 0, true, FINE },
	{ "write half of the size", { 4, 2, true }, 8, 0, true, BOOK_CONFIG_WIDTH },
	{ "write a byte of it", { 5, 1, true }, 8, 0, true, BOOK_CONFIG_WIDTH },
	{ "write both", { 0, 8, true }, 8, 0, true, BOOK_CONFIG_WIDTH },
	{ "a field that is not there", { 8, 4, false }, 8, HINT, true, BOOK_CONFIG_OUTSIDE },
	{ "half of it is there", { 8, 4, false }, 10, HINT, true, BOOK_CONFIG_OUTSIDE },
	{ "far outside", { U32_MAX, 4, false }, 16, HINT, true, BOOK_CONFIG_OUTSIDE },
	{ "read the command", { 8, 4, false }, 12, HINT, true, FINE },
	{ "without the feature", { 8, 4, false }, 16, POISON, true, BOOK_CONFIG_UNDUE },
	{ "write the command", { 8, 4, true }, 16, HINT, true, BOOK_CONFIG_UNDUE },
	{ "write poison", { 12, 4, true }, 16, POISON, false, FINE },
	{ "write poison late", { 12, 4, true }, 16, POISON, true, BOOK_CONFIG_UNDUE },
	{ "poison without the feature", { 12, 4, true }, 16, HINT, false, BOOK_CONFIG_UNDUE },
	{ "read poison", { 12, 4, false }, 16, POISON, true, FINE },
	{ "behind all fields", { 16, 4, false }, 64, ~0ULL, true, BOOK_CONFIG_UNDUE },
};

static void test_accesses(void)
{
	size_t i;

	for (i = 0; i < sizeof(accesses) / sizeof(accesses[0]); i++) {
		struct book book = fresh();

		check_row = accesses[i].name;
		book_access(&book, &accesses[i].access, accesses[i].config_bytes,
			    accesses[i].features, accesses[i].ready);
		check_only(&book, accesses[i].foul, accesses[i].foul != FINE);
	}
	check_row = NULL;
}

static const struct {
	const char *name;
	struct book_part part;
	u32 nr;
	enum book_foul foul;
} pfn_buffers[] = {
	{ "one PFN", { 0x1000, 4, false }, 1, FINE },
	{ "as many as may be", { 0x1000, 1024, false }, 1, FINE },
	{ "one too many", { 0x1000, 1028, false }, 1, BOOK_BAD_PFNS },
	{ "none", { 0x1000, 0, false }, 1, BOOK_BAD_PFNS },
	{ "half a PFN", { 0x1000, 6, false }, 1, BOOK_BAD_PFNS },
	{ "for the device to write", { 0x1000, 4, true }, 1, BOOK_BAD_PFNS },
	{ "two descriptors", { 0x1000, 4, false }, 2, BOOK_BAD_PFNS },
	{ "up to the end of RAM", { RAM_BYTES - 4, 4, false }, 1, FINE },
	{ "across the end of RAM", { RAM_BYTES - 4, 8, false }, 1, BOOK_BEYOND_RAM },
	{ "beyond RAM", { RAM_BYTES, 4, false }, 1, BOOK_BEYOND_RAM },
	{ "at the end of all addresses", { ~0ULL - 3, 8, false }, 1, BOOK_BEYOND_RAM },
};

static const struct {
	const char *name;
	struct book_part part;
	enum book_foul foul;
} memory_parts[] = {
	{ "a page", { 0x3000, 0x1000, true }, FINE },
	{ "all RAM", { 0, RAM_BYTES, true }, FINE },
	{ "for the device to read", { 0x3000, 0x1000, false }, BOOK_BAD_REPORT },
	{ "nothing", { 0x3000, 0, true }, BOOK_BAD_REPORT },
	{ "half a page", { 0x3000, 0x800, true }, BOOK_BAD_REPORT },
	{ "between pages", { 0x3800, 0x1000, true }, BOOK_BAD_REPORT },
	{ "more than RAM", { 0x1000, RAM_BYTES, true }, BOOK_BEYOND_RAM },
};

static void test_buffers(void)
{
	size_t i;

	for (i = 0; i < sizeof(pfn_buffers) / sizeof(pfn_buffers[0]); i++) {
		struct book_part parts[2] = { pfn_buffers[i].part, pfn_buffers[i].part };
		struct book book = fresh();

		check_row = pfn_buffers[i].name;
		CHECK_EQ(book_pfn_buffer(&book, parts, pfn_buffers[i].nr),
			 pfn_buffers[i].foul == FINE);
		check_only(&book, pfn_buffers[i].foul, pfn_buffers[i].foul != FINE);
	}
	for (i = 0; i < sizeof(memory_parts) / sizeof(memory_parts[0]); i++) {
		struct book book = fresh();

		check_row = memory_parts[i].name;
		CHECK_EQ(book_memory_part(&book, &memory_parts[i].part),
			 memory_parts[i].foul == FINE);
		check_only(&book, memory_parts[i].foul, memory_parts[i].foul != FINE);
	}
	check_row = NULL;
}

static void test_reports(void)
{
	struct book_part part = { 0x3000, 0x3000, true };
	struct book book = fresh();

	book_inflate(&book, 2);
	book_inflate(&book, 6);
	book_report_part(&book, &part);
	check_only(&book, 0, 0);
	book_inflate(&book, 3);
	book_inflate(&book, 5);
	book_report_part(&book, &part);
	check_only(&book, BOOK_REPORT_HELD, 2);
}

static void test_stats(void)
{
	static const u16 tags[] = { 4, 5, 6 };
	static const u16 swapped[] = { 5, 4, 6 };
	static const u16 twice[] = { 4, 5, 4 };
	static const u16 unknown[] = { 4, 5, 16 };
	static const u64 values[] = { 1, RAM_BYTES, 3 };
	static const u64 too_much[] = { 1, RAM_BYTES + 1, 3 };
	static const u64 no_memory[] = { 0, 0, 0 };
	struct book book = fresh();

	book_stats(&book, tags, values, 3);
	book_stats(&book, tags, values, 3);
	check_only(&book, 0, 0);
	book_stats(&book, tags, values, 2);
	check_only(&book, BOOK_OTHER_STATS, 1);
	book_stats(&book, swapped, values, 2);
	CHECK_EQ(book.fouls[BOOK_OTHER_STATS], 2);

	book = fresh();
	book_stats(&book, tags, values, 0);
	book_stats(&book, twice, values, 3);
	book_stats(&book, unknown, values, 3);
	book_stats(&book, tags, too_much, 3);
	book_stats(&book, tags, no_memory, 3);
	check_only(&book, BOOK_BAD_STATS, 5);
}

static void test_hints(void)
{
	struct book book = fresh();

	CHECK(!book.hinting);
	book_hint_command(&book, 2);
	CHECK(book.hinting);
	book_hint_command(&book, 0);
	CHECK(!book.hinting);
	book_hint_command(&book, U32_MAX);
	CHECK(book.hinting);
	book_hint_command(&book, 1);
	CHECK(!book.hinting);
}

int main(void)
{
	test_pages();
	test_reset();
	test_features();
	test_accesses();
	test_buffers();
	test_reports();
	test_stats();
	test_hints();
	return check_status();
}
