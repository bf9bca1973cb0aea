/* SPDX-License-Identifier: GPL-2.0-only */
/* Rounds of fuzzing: the driver is bound, the device does what chance says, the driver is taken away. */
#ifndef ADEV_ROUNDS_H
#define ADEV_ROUNDS_H

#include <linux/mutex.h>
#include <linux/types.h>

#include "guest/device/fuzz.h"
#include "guest/device/plan.h"
#include "guest/device/shape.h"

struct adev;
struct seq_file;

/**
 * struct adev_rounds - see the file's first line
 * @run: one run of rounds at a time; taken before the device's lock, which protects all below
 * @going_on: a round is
 * @honest: but nothing bad happens just now
 * @fuzz: what chance says
 * @shape: what the driver finds in this round
 * @round: the one that comes next, or is going on
 * @rounds: played
 * @operations: decisions carried out: steps, and buffers treated
 * @bound: rounds in which the driver worked with the device
 * @unbound: those in which it could not
 * @steps: by what was done
 * @good_buffers: treated as they should be
 * @bad_buffers: by what went wrong with them
 * @lies: rounds after which nobody could say what the driver had to believe
 * @settled: times that the driver followed an honest device
 * @given_up: times that it did not, and had a reason
 * @noticed: stray entries in front of which it stopped, as it must
 * @woken: times that it went on after sleep
 * @not_woken: times that it could not
 * @most_pages: greatest size that it reported, but for senseless ones
 * @bind_ms: longest time that binding took
 * @unbind_ms: longest time that taking it away took
 * @sleep_ms: longest time that going to sleep took
 */
struct adev_rounds {
	struct mutex run;
	bool going_on;
	bool honest;
	struct fuzz fuzz;
	struct adev_shape shape;
	u32 round;
	u64 rounds;
	u64 operations;
	u64 bound, unbound;
	u64 steps[FUZZ_NR_OPS];
	u64 good_buffers;
	u64 bad_buffers[PLAN_NR_KINDS];
	u64 lies;
	u64 settled, given_up, noticed;
	u64 woken, not_woken;
	u32 most_pages;
	unsigned int bind_ms, unbind_ms, sleep_ms;
};

void adev_rounds_init(struct adev_rounds *rounds);
int adev_rounds_run(struct adev *device, u64 seed, u32 first, u64 operations);
void adev_rounds_show(struct adev *device, struct seq_file *m);

bool adev_rounds_next_buffer(struct adev_rounds *rounds, enum plan_queue queue,
			     struct plan_act *ret_act);
void adev_rounds_size(struct adev_rounds *rounds, u32 pages);

/** adev_rounds_going_on() - whether what the device does is decided by chance */
static inline bool adev_rounds_going_on(const struct adev_rounds *rounds)
{
	return rounds->going_on;
}

#endif /* ADEV_ROUNDS_H */
