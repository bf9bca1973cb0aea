/* SPDX-License-Identifier: GPL-2.0-only */
/* What a hostile device does by chance: a seed decides, and decides the same each time. */
#ifndef ADEV_FUZZ_H
#define ADEV_FUZZ_H

#include "guest/device/plan.h"
#include "guest/device/shape.h"

/**
 * enum fuzz_temper - how bad the device is in a round
 * @FUZZ_HARMLESS: it only does what a driver has to put up with
 * @FUZZ_SLOW: it also answers late or never
 * @FUZZ_LYING: it also says things about used buffers that are not true
 */
enum fuzz_temper { FUZZ_HARMLESS, FUZZ_SLOW, FUZZ_LYING, FUZZ_NR_TEMPERS };

/**
 * enum fuzz_op - what the device does of its own accord
 * @FUZZ_TARGET: it wants another size
 * @FUZZ_COMMAND: it commands hints, or their end
 * @FUZZ_FLICKER: it says that its configuration changed, and its target flickers until the next step
 * @FUZZ_STORM: it interrupts
 * @FUZZ_CHANGE: it says that its configuration changed
 * @FUZZ_STATS: it asks for statistics
 * @FUZZ_USE: it uses what it kept
 * @FUZZ_STRAY: it says that buffers were used that do not exist
 * @FUZZ_BREAK: it says that it needs a reset
 * @FUZZ_SLEEP: it sleeps, and may be another one when it wakes up
 * @FUZZ_SETTLE: it is honest for a while, and the driver has to follow
 * @FUZZ_TRAP: once the driver rests, a stray entry that it must not take for an answer
 * @FUZZ_WAIT: nothing
 */
enum fuzz_op {
	FUZZ_TARGET,
	FUZZ_COMMAND,
	FUZZ_FLICKER,
	FUZZ_STORM,
	FUZZ_CHANGE,
	FUZZ_STATS,
	FUZZ_USE,
	FUZZ_STRAY,
	FUZZ_BREAK,
	FUZZ_SLEEP,
	FUZZ_SETTLE,
	FUZZ_TRAP,
	FUZZ_WAIT,
	FUZZ_NR_OPS
};

/**
 * struct fuzz_step - one thing that the device does of its own accord
 * @op: what
 * @queue: where, for those that have a place
 * @act: how, for those that plans know as well
 * @number: target, command, or whether it wakes up as another one
 * @pause_us: how long it does nothing afterwards
 */
struct fuzz_step {
	enum fuzz_op op;
	enum plan_queue queue;
	struct plan_act act;
	u32 number;
	u32 pause_us;
};

/**
 * struct fuzz_stream - the decisions about one queue's buffers
 * @dice: decide
 * @left: buffers until it changes
 * @bad: whether something is wrong with them
 */
struct fuzz_stream {
	u64 dice;
	u32 left;
	bool bad;
};

/**
 * struct fuzz - the decisions of one round
 * @temper: how bad it gets
 * @dice: decide what the device does of its own accord
 * @steps_left: of that
 * @quiet_left: steps until it gets worse than harmless
 * @target: the last one that made sense
 * @queues: the decisions about buffers
 */
struct fuzz {
	enum fuzz_temper temper;
	u64 dice;
	u32 steps_left;
	u32 quiet_left;
	u32 target;
	struct fuzz_stream queues[PLAN_NR_QUEUES];
};

void fuzz_begin(struct fuzz *fuzz, u64 seed, u32 round, struct adev_shape *ret_shape);
void fuzz_reshape(struct fuzz *fuzz, struct adev_shape *shape);
bool fuzz_next_step(struct fuzz *fuzz, struct fuzz_step *ret_step);
struct plan_act fuzz_next_buffer(struct fuzz *fuzz, enum plan_queue queue);
bool fuzz_lies(const struct plan_act *act);
bool fuzz_provokes(const struct plan_act *act);
const char *fuzz_op_name(enum fuzz_op op);

#endif /* ADEV_FUZZ_H */
