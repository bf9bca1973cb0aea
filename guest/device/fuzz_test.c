// SPDX-License-Identifier: GPL-2.0-only
/* Tests of fuzz.c: a round repeats itself, each temper keeps its word, and everything comes up. */
#include "guest/device/fuzz.h"

#include <string.h>

#include "policy/check.h"

#define ROUNDS 500
#define BUFFERS 300

static void check_same_steps(struct fuzz *a, struct fuzz *b)
{
	struct fuzz_step step_a, step_b;

	memset(&step_a, 0, sizeof(step_a));
	memset(&step_b, 0, sizeof(step_b));
	while (fuzz_next_step(a, &step_a)) {
		CHECK(fuzz_next_step(b, &step_b));
		CHECK(!memcmp(&step_a, &step_b, sizeof(step_a)));
	}
	CHECK(!fuzz_next_step(b, &step_b));
}

static void check_same_buffers(struct fuzz *a, struct fuzz *b, enum plan_queue queue)
{
	u32 i;

	for (i = 0; i < BUFFERS; i++) {
		struct plan_act act_a = fuzz_next_buffer(a, queue);
		struct plan_act act_b = fuzz_next_buffer(b, queue);

		CHECK(!memcmp(&act_a, &act_b, sizeof(act_a)));
	}
}

/* What one stream decides does not depend on when the others were asked. */
static void test_repeats(void)
{
	u64 seed = check_seed_start();
	struct adev_shape shape_a, shape_b;
	struct fuzz a, b;
	u32 round, queue;

	memset(&shape_a, 0, sizeof(shape_a));
	memset(&shape_b, 0, sizeof(shape_b));
	for (round = 0; round < 20; round++) {
		fuzz_begin(&a, seed, round, &shape_a);
		fuzz_begin(&b, seed, round, &shape_b);
		CHECK(!memcmp(&shape_a, &shape_b, sizeof(shape_a)));
		for (queue = 0; queue < BUFFERS; queue++)
			fuzz_next_buffer(&b, PLAN_HINT);
		check_same_steps(&a, &b);
		for (queue = 0; queue < PLAN_NR_QUEUES; queue++)
			if (queue != PLAN_HINT)
				check_same_buffers(&a, &b, queue);
	}
	check_seed = 0;
}

static void test_rounds_differ(void)
{
	struct adev_shape shape;
	struct fuzz a, b, c;
	u32 i, same = 0;

	fuzz_begin(&a, 1, 0, &shape);
	fuzz_begin(&b, 1, 1, &shape);
	fuzz_begin(&c, 2, 0, &shape);
	for (i = 0; i < PLAN_NR_QUEUES; i++)
		same += a.queues[i].dice == b.queues[i].dice ||
			a.queues[i].dice == c.queues[i].dice;
	CHECK_EQ(same, 0);
	CHECK(a.dice != b.dice && a.dice != c.dice);
}

/* Plans would accept each number. */
static void check_act(const struct plan_act *act)
{
	if (plan_does(act, PLAN_LATE))
		CHECK(act->numbers[PLAN_LATE] <= PLAN_LATE_MAX_MS);
	if (plan_does(act, PLAN_JUMP))
		CHECK(act->numbers[PLAN_JUMP] >= 1 && act->numbers[PLAN_JUMP] <= U16_MAX);
	if (plan_does(act, PLAN_MORE))
		CHECK(act->numbers[PLAN_MORE] >= 1 && act->numbers[PLAN_MORE] <= U16_MAX);
	if (plan_does(act, PLAN_STORM))
		CHECK(act->numbers[PLAN_STORM] >= 1 && act->numbers[PLAN_STORM] <= PLAN_TIMES_MAX);
	if (plan_does(act, PLAN_CHANGE))
		CHECK(act->numbers[PLAN_CHANGE] >= 1 &&
		      act->numbers[PLAN_CHANGE] <= PLAN_TIMES_MAX);
	CHECK(act->kinds < 1U << PLAN_NR_KINDS);
}

/* The worst that a temper may do. */
static void check_temper(enum fuzz_temper temper, const struct plan_act *act)
{
	check_act(act);
	if (temper == FUZZ_HARMLESS)
		CHECK(!fuzz_provokes(act));
	if (temper != FUZZ_LYING)
		CHECK(!fuzz_lies(act) && !plan_does(act, PLAN_BREAK));
}

/* How often each thing came up. */
struct seen {
	u32 tempers[FUZZ_NR_TEMPERS];
	u32 ops[FUZZ_NR_OPS];
	u32 kinds[PLAN_NR_KINDS];
	u32 good, buffers;
	u32 works, sleeps_differ, other_features;
};

static void look_at_buffers(struct fuzz *fuzz, struct seen *seen)
{
	u32 i, kind;

	for (i = 0; i < BUFFERS; i++) {
		struct plan_act act = fuzz_next_buffer(fuzz, i % PLAN_NR_QUEUES);

		check_temper(fuzz->temper, &act);
		seen->buffers++;
		seen->good += !act.kinds;
		for (kind = 0; kind < PLAN_NR_KINDS; kind++)
			seen->kinds[kind] += plan_does(&act, kind);
	}
}

static void look_at_steps(struct fuzz *fuzz, struct seen *seen)
{
	struct fuzz_step step;

	while (fuzz_next_step(fuzz, &step)) {
		check_temper(fuzz->temper, &step.act);
		seen->ops[step.op]++;
		CHECK(step.queue < PLAN_NR_QUEUES);
		if (step.op == FUZZ_TRAP)
			CHECK(step.queue <= PLAN_DEFLATE && fuzz_lies(&step.act) && step.number);
		if (step.op == FUZZ_SETTLE)
			CHECK(step.number <= 4000);
	}
}

static void look_at_shape(struct fuzz *fuzz, struct adev_shape *shape, struct seen *seen)
{
	u64 features = shape->features;
	u32 bytes = shape->config_bytes;
	u32 queue;

	seen->works += shape_works(shape);
	seen->other_features += (features & ~0x13000003fULL) != 0;
	CHECK(!(features & 1ULL << 34));
	for (queue = 0; queue < PLAN_NR_QUEUES; queue++)
		CHECK(shape->queue_sizes[queue] <= 1024);
	fuzz_reshape(fuzz, shape);
	CHECK(shape->features == features && shape->config_bytes == bytes);
}

static void test_everything_comes_up(void)
{
	u64 seed = check_seed_start();
	struct seen seen = { 0 };
	struct adev_shape shape;
	struct fuzz fuzz;
	u32 round, i;

	for (round = 0; round < ROUNDS; round++) {
		fuzz_begin(&fuzz, seed, round, &shape);
		seen.tempers[fuzz.temper]++;
		look_at_shape(&fuzz, &shape, &seen);
		look_at_buffers(&fuzz, &seen);
		look_at_steps(&fuzz, &seen);
	}
	for (i = 0; i < FUZZ_NR_TEMPERS; i++)
		CHECK(seen.tempers[i] > ROUNDS / 8);
	for (i = 0; i < FUZZ_NR_OPS; i++) {
		check_row = fuzz_op_name(i);
		CHECK(seen.ops[i]);
	}
	check_row = NULL;
	for (i = 0; i < PLAN_NR_KINDS; i++)
		CHECK_EQ(seen.kinds[i] != 0, i != PLAN_USE);
	/* Far from always wrong, or nothing deep is ever reached. */
	CHECK(seen.good > seen.buffers * 6 / 10 && seen.good < seen.buffers * 98 / 100);
	CHECK(seen.works > ROUNDS * 9 / 10 && seen.works < ROUNDS);
	CHECK(seen.other_features > ROUNDS / 50);
	check_seed = 0;
}

static const struct {
	const char *act; /* as in a plan, without queue and buffer */
	enum plan_kind kind;
	bool lies, provokes;
} acts[] = {
	{ "keep", PLAN_KEEP, false, true },
	{ "late", PLAN_LATE, false, true },
	{ "reverse", PLAN_REVERSE, false, false },
	{ "length", PLAN_LENGTH, false, false },
	{ "id", PLAN_ID, true, true },
	{ "twice", PLAN_TWICE, true, true },
	{ "more", PLAN_MORE, true, true },
	{ "jump", PLAN_JUMP, true, true },
	{ "mute", PLAN_MUTE, false, true },
	{ "storm", PLAN_STORM, false, false },
	{ "change", PLAN_CHANGE, false, false },
	{ "break", PLAN_BREAK, false, true },
	{ "use", PLAN_USE, false, false },
};

static void test_acts(void)
{
	size_t i;

	for (i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
		struct plan_act act = { .kinds = 1U << acts[i].kind };

		check_row = acts[i].act;
		CHECK_EQ(fuzz_lies(&act), acts[i].lies);
		CHECK_EQ(fuzz_provokes(&act), acts[i].provokes);
	}
	check_row = NULL;
}

/* Which shapes a driver must get along with. */
static const struct {
	const char *name;
	struct adev_shape shape;
	bool works;
} shapes[] = {
	{ "two queues", { 0, { 1, 1, 0, 0, 0 }, 8, 0 }, true },
	{ "all", { 0x3f, { 128, 128, 128, 128, 32 }, 16, 0 }, true },
	{ "no deflate queue", { 0, { 1, 0, 1, 1, 1 }, 8, 0 }, false },
	{ "no statistics' queue", { SHAPE_STATS, { 1, 1, 0, 1, 1 }, 8, 0 }, false },
	{ "a queue of odd size", { SHAPE_REPORTING, { 1, 1, 1, 1, 3 }, 8, 0 }, false },
	{ "an odd queue that is not there", { 0, { 1, 1, 1, 1, 3 }, 8, 0 }, true },
	{ "no size", { 0, { 1, 1, 1, 1, 1 }, 4, 0 }, false },
	{ "no command", { SHAPE_HINT, { 1, 1, 1, 1, 1 }, 8, 0 }, false },
	{ "a command", { SHAPE_HINT, { 1, 1, 1, 1, 1 }, 12, 0 }, true },
	{ "no poison", { SHAPE_POISON, { 1, 1, 1, 1, 1 }, 12, 0 }, false },
	{ "an error", { 0, { 1, 1, 1, 1, 1 }, 16, 5 }, false },
};

static void test_shapes(void)
{
	size_t i;

	for (i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		check_row = shapes[i].name;
		CHECK_EQ(shape_works(&shapes[i].shape), shapes[i].works);
	}
	check_row = NULL;
}

int main(void)
{
	test_repeats();
	test_rounds_differ();
	test_everything_comes_up();
	test_acts();
	test_shapes();
	return check_status();
}
