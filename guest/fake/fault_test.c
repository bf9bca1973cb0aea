// SPDX-License-Identifier: GPL-2.0-only
/* Tests of fault.c: what a plan accepts, and what each fault does at which call or entry. */
#include "guest/fake/fault.h"

#include <stdio.h>
#include <string.h>

#include "policy/check.h"

static const char *const good[] = {
	"none",
	"none\n",
	" none ",
	"slow 1",
	"slow 10000\n",
	"refuse-pages all",
	"refuse-pages 7",
	"refuse-blocks 1/3",
	"refuse-blocks 3/3",
	"not-needed 0",
	"busy inflate 5",
	"busy restart 1",
	"again migrate 2",
	"gone migrate 18446744073709551615",
	"reset report 1",
	"die deflate 2",
	"mute migrate 1",
	"whim inflate 3",
	"allocate report 1",
	"slow 20, refuse-pages 1/3,die inflate 2 , busy deflate 1\n",
};

static const char *const bad[] = {
	"",
	"\n",
	"None",
	"none none",
	"none,slow 1",
	"nonesuch",
	"slow",
	"slow 0",
	"slow 10001",
	"slow -1",
	"slow 1x",
	"slow 1\n\n",
	"slow1",
	"slow 0x10",
	"slow 18446744073709551616",
	"refuse-pages",
	"refuse-pages 0",
	"refuse-pages 1/0",
	"refuse-pages 0/2",
	"refuse-pages 3/2",
	"refuse-pages 1 /3",
	"refuse-pages allx",
	"refuse 1/3",
	"not-needed",
	"not-needed all",
	"busy inflate",
	"busy inflate 0",
	"busy 5",
	"busy report 1",
	"busy inflates 1",
	"again inflate 1",
	"gone deflate 1",
	"reset deflate 1,",
	",reset deflate 1",
	"reset deflate 1 2",
	"die\tinflate 1",
	"slow 1,slow 1,slow 1,slow 1,slow 1",
};

static void test_texts(void)
{
	struct fault_plan plan;
	struct fault_plan before;
	size_t i;

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		check_row = good[i];
		CHECK(fault_parse(good[i], &plan));
	}
	memset(&before, 0x5a, sizeof(before));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		check_row = bad[i];
		plan = before;
		CHECK(!fault_parse(bad[i], &plan));
		CHECK(!memcmp(&plan, &before, sizeof(plan)));
	}
	check_row = NULL;
}

/* Answers to the next calls or entries, a letter each. */
static const struct {
	const char *plan;
	const char *calls; /* of inflate: . fine, B busy, R reset, D dead, M mute, m memory, w whim */
	const char *migrations; /* A again, G gone */
	const char *pages; /* . taken, R refused, N not needed */
	const char *blocks;
	u32 delay_ms;
} answers[] = {
	{ "none", "....", "....", "....", "....", 0 },
	{ "slow 20", "....", "....", "....", "....", 20 },
	{ "slow 20, slow 7", "....", "....", "....", "....", 20 },
	{ "refuse-pages all", "....", "....", "RRRR", "....", 0 },
	{ "refuse-blocks all", "....", "....", "....", "RRRR", 0 },
	{ "refuse-pages 2", "....", "....", "RR..", "....", 0 },
	{ "refuse-pages 1/3", "....", "....", "R..R..R", "....", 0 },
	{ "refuse-blocks 2/3", "....", "....", "....", "RR.RR.", 0 },
	{ "refuse-pages all, refuse-blocks 1", "....", "....", "RRRR", "R...", 0 },
	{ "not-needed 0", "....", "....", "NNNN", "NNNN", 0 },
	{ "not-needed 2", "....", "....", "..NN", "NNNN", 0 },
	{ "refuse-pages 1, not-needed 2", "....", "....", "R..NN", "NN", 0 },
	{ "not-needed 1, refuse-pages 1", "....", "....", "RNN", "NN", 0 },
	{ "busy inflate 2", "BB..", "....", "....", "....", 0 },
	{ "reset inflate 1", "R...", "....", "....", "....", 0 },
	{ "reset inflate 3", "..R.", "....", "....", "....", 0 },
	{ "reset deflate 1", "....", "....", "....", "....", 0 },
	{ "die inflate 2", ".DDD", "....", "....", "....", 0 },
	{ "mute inflate 1", "MMMM", "....", "....", "....", 0 },
	{ "whim inflate 2", "ww..", "....", "....", "....", 0 },
	{ "allocate inflate 2", "mm..", "....", "....", "....", 0 },
	{ "busy inflate 1, reset inflate 2", "BR..", "....", "....", "....", 0 },
	{ "again migrate 2", "....", "AA..", "....", "....", 0 },
	{ "gone migrate 1, busy inflate 1", "B...", "G...", "....", "....", 0 },
};

static char call_letter(struct fault_plan *plan, enum fault_op op)
{
	bool whim;
	enum fault_call call = fault_next_call(plan, op, &whim);

	return whim ? 'w' : ".BAGRDMm"[call];
}

static void test_answers(void)
{
	size_t i;
	const char *p;

	for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		struct fault_plan plan;

		check_row = answers[i].plan;
		if (!CHECK(fault_parse(answers[i].plan, &plan)))
			continue;
		CHECK_EQ(fault_delay_ms(&plan), answers[i].delay_ms);
		for (p = answers[i].calls; *p; p++)
			CHECK_EQ(call_letter(&plan, FAULT_INFLATE), *p);
		for (p = answers[i].migrations; *p; p++)
			CHECK_EQ(call_letter(&plan, FAULT_MIGRATE), *p);
		for (p = answers[i].pages; *p; p++)
			CHECK_EQ(".RN"[fault_next_entry(&plan, false)], *p);
		for (p = answers[i].blocks; *p; p++)
			CHECK_EQ(".RN"[fault_next_entry(&plan, true)], *p);
	}
	check_row = NULL;
}

int main(void)
{
	test_texts();
	test_answers();
	return check_status();
}
