// SPDX-License-Identifier: GPL-2.0-only
/* Tests of pfn.h: a page above 16 TiB is refused, never truncated. */
#include "guest/virtio/pfn.h"

#include <stdio.h>

static const struct {
	const char *name;
	u64 pfn, nr;
	u32 page_shift;
	bool fits;
	u32 wire;
} cases[] = {
	{ "page zero", 0, 1, 12, true, 0 },
	{ "an ordinary block", 0x12200, 512, 12, true, 0x12200 },
	{ "last page below 16 TiB", 0xffffffffULL, 1, 12, true, 0xffffffff },
	{ "first page above", 0x100000000ULL, 1, 12, false, 0 },
	{ "block that ends at 16 TiB", 0xfffffe00ULL, 512, 12, true, 0xfffffe00 },
	{ "run that crosses 16 TiB", 0xffffff00ULL, 257, 12, false, 0 },
	{ "would be truncated to an ordinary page", 0x100012200ULL, 1, 12, false, 0 },
	{ "greatest number", ~0ULL, 1, 12, false, 0 },
	{ "greatest run", 0, ~0ULL, 12, false, 0 },
	{ "64 KiB page", 3, 1, 16, true, 48 },
	{ "last 64 KiB page below 16 TiB", 0x0fffffffULL, 1, 16, true, 0xfffffff0 },
	{ "first 64 KiB page above", 0x10000000ULL, 1, 16, false, 0 },
};

int main(void)
{
	int failed = 0;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		u32 wire = 0xdeadbeef;
		u32 expected = cases[i].fits ? cases[i].wire : 0xdeadbeef;
		bool fits = avirtio_pfn(cases[i].pfn, cases[i].nr, cases[i].page_shift, &wire);

		if (fits != cases[i].fits || wire != expected) {
			fprintf(stderr, "%s: fits %d, wire 0x%x\n", cases[i].name, fits, wire);
			failed = 1;
		}
	}
	return failed;
}
