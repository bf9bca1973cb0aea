// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a hostile device does by chance: a seed decides, and decides the same each time.
 *
 * Theory of operation
 *
 * A round is one life of the driver, from binding it to a device of some shape to taking it
 * away. Seed and number of the round determine everything that the device decides in it,
 * whatever came before: a round can be repeated alone. Its decisions come in streams, which
 * do not depend on each other: the steps that it takes of its own accord, and for each queue
 * how the first, the second, ... buffer is treated. How the streams meet is up to the
 * driver's and the kernel's timing.
 *
 * A device that lies all the time gets nowhere: the driver gives up at the first lie. So it
 * is honest for a while, bad for some buffers, and honest again; and how bad it gets differs
 * from round to round. Nothing here allocates, waits or knows a queue, so that it runs in
 * user space as well.
 */
#include "guest/device/fuzz.h"

#include "guest/fake/dice.h"

/* Longest round. Most are much shorter. */
#define STEPS_MAX 8192
/* Most steps of a round before it gets bad, and buffers that are treated well in a row. */
#define QUIET_MAX 128
#define GOOD_MAX 256
#define BAD_MAX 16
/* Targets that make sense: blocks and pages, but no more than can be moved often. */
#define TARGET_MAX 2000
#define QUEUE_ORDER_MAX 8

#define STREAM_STEPS PLAN_NR_QUEUES
#define NR_STREAMS (PLAN_NR_QUEUES + 1)

#define FEATURE(bit) (1ULL << (bit))
/* What balloon devices have, and what QEMU's have of the transport's. */
#define FEATURES_USUAL (0x3f | FEATURE(28) | FEATURE(29) | FEATURE(32))
/* Packed rings (34) are another device. */
#define FEATURES_NEVER FEATURE(34)

static const char *const op_names[FUZZ_NR_OPS] = {
	[FUZZ_TARGET] = "target", [FUZZ_COMMAND] = "command", [FUZZ_FLICKER] = "flicker",
	[FUZZ_STORM] = "storm",	  [FUZZ_CHANGE] = "change",   [FUZZ_STATS] = "stats",
	[FUZZ_USE] = "use",	  [FUZZ_STRAY] = "stray",     [FUZZ_BREAK] = "break",
	[FUZZ_SLEEP] = "sleep",	  [FUZZ_SETTLE] = "settle",   [FUZZ_TRAP] = "trap",
	[FUZZ_WAIT] = "wait",
};

static const u16 temper_weights[FUZZ_NR_TEMPERS] = {
	[FUZZ_HARMLESS] = 3, [FUZZ_SLOW] = 3, [FUZZ_LYING] = 6, /* soon over */
};

/* clang-format off */
/*
 * In a thousand. What takes long is rare: a step that the driver has to answer takes a
 * thousand times as long as an interrupt.
 */
static const u16 op_weights[FUZZ_NR_TEMPERS][FUZZ_NR_OPS] = {
	[FUZZ_HARMLESS] = {
		[FUZZ_TARGET] = 509, [FUZZ_COMMAND] = 2, [FUZZ_FLICKER] = 2, [FUZZ_STORM] = 152,
		[FUZZ_CHANGE] = 150, [FUZZ_STATS] = 100, [FUZZ_SLEEP] = 1, [FUZZ_SETTLE] = 4,
		[FUZZ_WAIT] = 80,
	},
	[FUZZ_SLOW] = {
		[FUZZ_TARGET] = 469, [FUZZ_COMMAND] = 2, [FUZZ_FLICKER] = 2, [FUZZ_STORM] = 122,
		[FUZZ_CHANGE] = 120, [FUZZ_STATS] = 100, [FUZZ_USE] = 100, [FUZZ_SLEEP] = 1,
		[FUZZ_SETTLE] = 4, [FUZZ_WAIT] = 80,
	},
	[FUZZ_LYING] = {
		[FUZZ_TARGET] = 454, [FUZZ_COMMAND] = 2, [FUZZ_FLICKER] = 2, [FUZZ_STORM] = 122,
		[FUZZ_CHANGE] = 120, [FUZZ_STATS] = 100, [FUZZ_USE] = 80, [FUZZ_STRAY] = 8,
		[FUZZ_BREAK] = 3, [FUZZ_SLEEP] = 1, [FUZZ_SETTLE] = 16, [FUZZ_TRAP] = 12,
		[FUZZ_WAIT] = 80,
	},
};

/* What goes wrong with a bad buffer. */
static const u16 kind_weights[FUZZ_NR_TEMPERS][PLAN_NR_KINDS] = {
	[FUZZ_HARMLESS] = {
		[PLAN_REVERSE] = 4, [PLAN_LENGTH] = 4, [PLAN_STORM] = 3, [PLAN_CHANGE] = 2,
	},
	[FUZZ_SLOW] = {
		[PLAN_KEEP] = 1, [PLAN_LATE] = 4, [PLAN_REVERSE] = 8, [PLAN_LENGTH] = 8,
		[PLAN_MUTE] = 4, [PLAN_STORM] = 6, [PLAN_CHANGE] = 4,
	},
	[FUZZ_LYING] = {
		[PLAN_KEEP] = 1, [PLAN_LATE] = 2, [PLAN_REVERSE] = 4, [PLAN_LENGTH] = 4,
		[PLAN_ID] = 4, [PLAN_TWICE] = 2, [PLAN_MORE] = 2, [PLAN_JUMP] = 2,
		[PLAN_MUTE] = 2, [PLAN_STORM] = 3, [PLAN_CHANGE] = 2, [PLAN_BREAK] = 1,
	},
};
/* clang-format on */

/* Targets that make no sense, or not for long. */
static const u32 senseless[] = { U32_MAX, 0x80000000, 0x7fffffff, 0xfffffe00, 1U << 22, 60000 };

/* Sizes of configuration spaces: as old and new devices have them, and as none has. */
static const u8 config_sizes[] = { 0, 3, 4, 8, 10, 12, 16, 64 };

/** fuzz_op_name() - its name in counters */
const char *fuzz_op_name(enum fuzz_op op)
{
	return op_names[op];
}

/**
 * fuzz_lies() - whether a driver that believes it knows nothing any more
 * @act: how a buffer is treated, or what is done at once
 *
 * What is said then about used buffers contradicts what happened to them.
 */
bool fuzz_lies(const struct plan_act *act)
{
	return plan_does(act, PLAN_ID) || plan_does(act, PLAN_TWICE) || plan_does(act, PLAN_MORE) ||
	       plan_does(act, PLAN_JUMP);
}

/**
 * fuzz_provokes() - whether a driver may give the device up for it
 * @act: how a buffer is treated, or what is done at once
 */
bool fuzz_provokes(const struct plan_act *act)
{
	return fuzz_lies(act) || plan_does(act, PLAN_KEEP) || plan_does(act, PLAN_LATE) ||
	       plan_does(act, PLAN_MUTE) || plan_does(act, PLAN_BREAK);
}

static u64 roll64(u64 *dice)
{
	u64 high = dice_roll(dice);

	return high << 32 | dice_roll(dice);
}

static void shape_usual(struct adev_shape *shape)
{
	static const unsigned short sizes[PLAN_NR_QUEUES] = { 128, 128, 128, 128, 32 };
	u32 queue;

	shape->features = FEATURES_USUAL;
	for (queue = 0; queue < PLAN_NR_QUEUES; queue++)
		shape->queue_sizes[queue] = sizes[queue];
	shape->config_bytes = 16;
	shape->find_error = 0;
}

/* Something that no driver can work with, or must not be led astray by. */
static void shape_spoil(u64 *dice, struct adev_shape *shape)
{
	u32 queue = dice_below(dice, PLAN_NR_QUEUES);

	switch (dice_below(dice, 4)) {
	case 0:
		shape->find_error = dice_between(dice, 1, 133);
		break;
	case 1:
		shape->queue_sizes[queue] = 0;
		break;
	case 2:
		shape->queue_sizes[queue] = (unsigned short)dice_below(dice, 1024);
		break;
	default:
		shape->config_bytes = config_sizes[dice_below(dice, sizeof(config_sizes))];
	}
}

static void shape_draw(u64 *dice, struct adev_shape *shape)
{
	u32 queue;

	shape_usual(shape);
	if (dice_chance(dice, 250))
		return;
	shape->features &= roll64(dice) | roll64(dice);
	if (dice_chance(dice, 100))
		shape->features ^= roll64(dice) & roll64(dice) & ~FEATURES_NEVER;
	for (queue = 0; queue < PLAN_NR_QUEUES; queue++)
		shape->queue_sizes[queue] = (unsigned short)(1U << dice_below(dice,
									      QUEUE_ORDER_MAX + 1));
	if (dice_chance(dice, 60))
		shape_spoil(dice, shape);
}

/**
 * fuzz_begin() - begin a round
 * @fuzz: overwritten
 * @seed: any
 * @round: any
 * @ret_shape: what the driver finds in this round
 */
void fuzz_begin(struct fuzz *fuzz, u64 seed, u32 round, struct adev_shape *ret_shape)
{
	u64 first = (u64)round * NR_STREAMS;
	u32 queue;

	*fuzz = (struct fuzz){ .dice = dice_start(seed, first + STREAM_STEPS) };
	fuzz->temper = dice_weighted(&fuzz->dice, temper_weights, FUZZ_NR_TEMPERS);
	fuzz->steps_left = dice_skewed(&fuzz->dice, STEPS_MAX);
	fuzz->quiet_left = dice_below(&fuzz->dice, QUIET_MAX);
	for (queue = 0; queue < PLAN_NR_QUEUES; queue++) {
		struct fuzz_stream *stream = &fuzz->queues[queue];

		stream->dice = dice_start(seed, first + queue);
		stream->left = dice_skewed(&stream->dice, GOOD_MAX);
	}
	shape_draw(&fuzz->dice, ret_shape);
}

/**
 * fuzz_reshape() - become another device, with which the driver has to go on
 * @fuzz: the round
 * @shape: what the driver found; changed within what was offered
 *
 * Features stay: a driver does not look at them again.
 */
void fuzz_reshape(struct fuzz *fuzz, struct adev_shape *shape)
{
	u64 features = shape->features;
	u32 bytes = shape->config_bytes;

	shape_draw(&fuzz->dice, shape);
	shape->features = features;
	shape->config_bytes = bytes;
}

static u32 draw_target(struct fuzz *fuzz)
{
	u64 *dice = &fuzz->dice;
	u32 near = dice_below(dice, 32);

	if (dice_chance(dice, 1))
		return senseless[dice_below(dice, sizeof(senseless) / sizeof(senseless[0]))];
	if (dice_chance(dice, 950))
		fuzz->target = min_u32(TARGET_MAX, sat_sub_u32(fuzz->target + near, 16));
	else
		fuzz->target = dice_skewed(dice, TARGET_MAX) - 1;
	return fuzz->target;
}

static u32 draw_command(u64 *dice)
{
	return dice_chance(dice, 900) ? dice_below(dice, 6) : dice_roll(dice);
}

static u32 draw_jump(u64 *dice)
{
	u32 small = dice_between(dice, 1, 3);

	switch (dice_below(dice, 3)) {
	case 0:
		return small;
	case 1:
		return U16_MAX + 1 - small; /* back */
	default:
		return dice_between(dice, 1, U16_MAX);
	}
}

static u32 draw_id(u64 *dice)
{
	return dice_chance(dice, 800) ? dice_below(dice, 1U << QUEUE_ORDER_MAX) :
					U32_MAX >> dice_below(dice, 32);
}

/* The number of a kind that has one. What takes time is short: there will be more of it. */
static u32 draw_number(u64 *dice, enum plan_kind kind)
{
	switch (kind) {
	case PLAN_LATE:
		return dice_chance(dice, 20) ? 400 : dice_below(dice, 8);
	case PLAN_LENGTH:
		return U32_MAX >> dice_below(dice, 32);
	case PLAN_ID:
		return draw_id(dice);
	case PLAN_JUMP:
		return draw_jump(dice);
	case PLAN_MORE:
		return dice_skewed(dice, 300);
	case PLAN_STORM:
		return dice_skewed(dice, 50);
	case PLAN_CHANGE:
		return dice_skewed(dice, 10);
	default:
		return 0;
	}
}

static void add_kind(u64 *dice, struct plan_act *act, enum plan_kind kind)
{
	act->kinds |= 1U << kind;
	act->numbers[kind] = draw_number(dice, kind);
}

static u32 draw_pause_us(u64 *dice)
{
	u32 die = dice_below(dice, 1000);

	if (die < 800)
		return 0;
	if (die < 920)
		return dice_between(dice, 1, 500);
	if (die < 995)
		return dice_between(dice, 500, 4000);
	return dice_chance(dice, 900) ? 100000 : 2500000;
}

static void fill_step(struct fuzz *fuzz, struct fuzz_step *step)
{
	u64 *dice = &fuzz->dice;

	switch (step->op) {
	case FUZZ_TARGET:
		step->number = draw_target(fuzz);
		break;
	case FUZZ_COMMAND:
		step->number = draw_command(dice);
		break;
	case FUZZ_SLEEP:
		step->number = dice_below(dice, 2);
		break;
	case FUZZ_STORM:
		add_kind(dice, &step->act, PLAN_STORM);
		break;
	case FUZZ_FLICKER:
	case FUZZ_CHANGE:
		add_kind(dice, &step->act, PLAN_CHANGE);
		break;
	case FUZZ_STATS:
		step->queue = PLAN_STATS;
		add_kind(dice, &step->act, PLAN_USE);
		break;
	case FUZZ_USE:
		add_kind(dice, &step->act, PLAN_USE);
		break;
	case FUZZ_TRAP:
		step->queue = dice_below(dice, 2) ? PLAN_INFLATE : PLAN_DEFLATE;
		step->number = fuzz->target = dice_skewed(dice, TARGET_MAX / 4);
		add_kind(dice, &step->act, dice_below(dice, 2) ? PLAN_MORE : PLAN_JUMP);
		break;
	case FUZZ_STRAY:
		add_kind(dice, &step->act, dice_below(dice, 2) ? PLAN_MORE : PLAN_JUMP);
		break;
	case FUZZ_BREAK:
		add_kind(dice, &step->act, PLAN_BREAK);
		break;
	case FUZZ_SETTLE:
		step->number = fuzz->target = dice_skewed(dice, TARGET_MAX) - 1;
		break;
	default:
		break;
	}
}

/**
 * fuzz_next_step() - what the device does next of its own accord
 * @fuzz: the round
 * @ret_step: that; untouched at the end of the round
 *
 * Return: whether the round goes on.
 */
bool fuzz_next_step(struct fuzz *fuzz, struct fuzz_step *ret_step)
{
	enum fuzz_temper temper = fuzz->quiet_left ? FUZZ_HARMLESS : fuzz->temper;
	struct fuzz_step step = { 0 };

	if (!fuzz->steps_left)
		return false;
	fuzz->steps_left--;
	fuzz->quiet_left -= fuzz->quiet_left > 0;
	step.op = dice_weighted(&fuzz->dice, op_weights[temper], FUZZ_NR_OPS);
	step.queue = dice_below(&fuzz->dice, PLAN_NR_QUEUES);
	fill_step(fuzz, &step);
	step.pause_us = draw_pause_us(&fuzz->dice);
	*ret_step = step;
	return true;
}

/**
 * fuzz_next_buffer() - how the next buffer is treated
 * @fuzz: the round
 * @queue: where it was found
 */
struct plan_act fuzz_next_buffer(struct fuzz *fuzz, enum plan_queue queue)
{
	struct fuzz_stream *stream = &fuzz->queues[queue];
	struct plan_act act = { 0 };
	u32 kinds;

	if (!stream->left) {
		stream->bad = !stream->bad;
		stream->left = dice_skewed(&stream->dice, stream->bad ? BAD_MAX : GOOD_MAX);
	}
	stream->left--;
	if (!stream->bad)
		return act;
	for (kinds = dice_skewed(&stream->dice, 3); kinds; kinds--)
		add_kind(&stream->dice, &act,
			 dice_weighted(&stream->dice, kind_weights[fuzz->temper], PLAN_NR_KINDS));
	return act;
}
