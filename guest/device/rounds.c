// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rounds of fuzzing: the driver is bound, the device does what chance says, the driver is taken away.
 *
 * Theory of operation
 *
 * What happens is decided by fuzz.c; here it is done, and the driver is judged:
 *
 *   it binds to a device that makes sense, and to no other but one whose configuration is short;
 *   it commits no foul (book.h), but for what it does with memory after a lie about used buffers;
 *   it follows an honest device, and gives it fresh statistics, unless it was given a reason
 *   to give up (fuzz_provokes()) since the device was reset;
 *   it does not take an entry that came while it was at rest for the answer to a later buffer;
 *   it resets the device when it is taken away.
 *
 * The first round in which it fails ends the run with a message. Whatever the driver does to
 * the kernel besides, the kernel's own checkers and the test around have to find.
 *
 * A driver that gave up does nothing more, and cannot be told from a slow one but by its not
 * following: such a round ends there.
 */
#include "guest/device/rounds.h"

#include <linux/delay.h>
#include <linux/device.h>
#include <linux/jiffies.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/virtio_config.h>

#include "guest/device/book.h"
#include "guest/device/device.h"
#include "guest/device/serve.h"

/* How long the driver may take to follow an honest device: it pauses for seconds when memory is short. */
#define SETTLE_MS 15000
/* More than any guest has that this runs in. */
#define SENSELESS_PAGES (1U << 22)

/* How a step ended. */
enum outcome { GOES_ON, ROUND_OVER, DRIVER_FAILED };

/** adev_rounds_init() - no round so far */
void adev_rounds_init(struct adev_rounds *rounds)
{
	mutex_init(&rounds->run);
}

/**
 * adev_rounds_next_buffer() - how the next buffer is treated
 * @rounds: the device's
 * @queue: where it was found
 * @ret_act: untouched if chance has no say
 *
 * Return: whether chance has a say.
 * Context: with the device's lock.
 */
bool adev_rounds_next_buffer(struct adev_rounds *rounds, enum plan_queue queue,
			     struct plan_act *ret_act)
{
	unsigned int kind;

	if (!rounds->going_on || rounds->honest)
		return false;
	*ret_act = fuzz_next_buffer(&rounds->fuzz, queue);
	rounds->operations++;
	rounds->good_buffers += !ret_act->kinds;
	for (kind = 0; kind < PLAN_NR_KINDS; kind++)
		rounds->bad_buffers[kind] += plan_does(ret_act, kind);
	return true;
}

/**
 * adev_rounds_size() - the driver says what the device has
 * @rounds: the device's
 * @pages: of 4096 bytes
 *
 * Context: with the device's lock.
 */
void adev_rounds_size(struct adev_rounds *rounds, u32 pages)
{
	if (rounds->going_on && pages < SENSELESS_PAGES)
		rounds->most_pages = max(rounds->most_pages, pages);
}

static void note_time(unsigned int *most_ms, unsigned long since)
{
	*most_ms = max(*most_ms, jiffies_to_msecs(jiffies - since));
}

/* Tells the driver that the configuration is another one. Called with the lock. */
static void tell(struct adev *device)
{
	static const struct plan_act change = {
		.kinds = 1U << PLAN_CHANGE,
		.numbers[PLAN_CHANGE] = 1,
	};

	adev_serve_act(device, PLAN_INFLATE, &change);
}

/* From now on all goes well, also with what is under way. Called with the lock. */
static void be_honest(struct adev *device)
{
	unsigned int i, number;

	device->rounds.honest = true;
	device->plan.flickers = false;
	device->command = 0;
	for (number = 0; number < PLAN_NR_QUEUES; number++)
		for (i = 0; number != PLAN_STATS && i < device->queues[number].nr_pending; i++)
			device->queues[number].pending[i].act = (struct plan_act){};
	queue_work(device->wq, &device->work);
}

/* Whether the driver has what it was asked for, and waits for nothing. */
static bool rests(struct adev *device, u64 pages)
{
	unsigned int number;
	bool rests;

	mutex_lock(&device->lock);
	rests = device->actual == pages && !device->book.hinting;
	for (number = 0; number < PLAN_NR_QUEUES; number++)
		rests &= number == PLAN_STATS || !device->queues[number].nr_pending;
	mutex_unlock(&device->lock);
	return rests;
}

/* Not expected of a driver to which the device lied: it only gives up the one queue. */
static bool gave_stats(struct adev *device, u64 before)
{
	const struct adev_queue *queue = &device->queues[PLAN_STATS];
	bool gave;

	mutex_lock(&device->lock);
	gave = device->lied || !queue->ring.vq || queue->buffers > before;
	mutex_unlock(&device->lock);
	return gave;
}

/* Asks for statistics; returns how many times they came before. */
static u64 ask_stats(struct adev *device)
{
	static const struct plan_act use = { .kinds = 1U << PLAN_USE };
	u64 before;

	mutex_lock(&device->lock);
	before = device->queues[PLAN_STATS].buffers;
	adev_serve_act(device, PLAN_STATS, &use);
	mutex_unlock(&device->lock);
	return before;
}

/* Waits until @condition, or to the deadline. Returns which of the two. */
static bool wait_until(bool (*condition)(struct adev *device, u64 argument), struct adev *device,
		       u64 argument, unsigned long deadline)
{
	unsigned int us;

	for (us = 1000; !condition(device, argument); us = min(2 * us, 50000U)) {
		if (time_after(jiffies, deadline) || signal_pending(current))
			return false;
		fsleep(us);
	}
	return true;
}

/* The device is honest and wants so many pages; returns whether the driver followed. */
static bool settle(struct adev *device, u32 pages)
{
	unsigned long deadline = jiffies + msecs_to_jiffies(SETTLE_MS);
	bool good;

	mutex_lock(&device->lock);
	be_honest(device);
	device->num_pages = pages;
	tell(device);
	mutex_unlock(&device->lock);

	good = wait_until(rests, device, pages, deadline) &&
	       wait_until(gave_stats, device, ask_stats(device), deadline);
	device->rounds.settled += good;
	return good;
}

static enum outcome fail(const struct adev *device, const char *what)
{
	pr_err("aerostat_device: fuzz: round %u: %s (target %u, actual %u, status %u)\n",
	       device->rounds.round, what, device->num_pages, device->actual, device->status);
	return DRIVER_FAILED;
}

static enum outcome do_settle(struct adev *device, u32 pages)
{
	bool provoked;

	if (settle(device, pages)) {
		device->rounds.honest = false;
		return GOES_ON;
	}
	mutex_lock(&device->lock);
	provoked = device->provoked || !shape_works(device->shape);
	mutex_unlock(&device->lock);
	if (!provoked && !signal_pending(current))
		return fail(device, "the driver does not follow");
	device->rounds.given_up++;
	return ROUND_OVER;
}

/*
 * The queue is not in use, and is told that a buffer was used. A few single pages more or
 * less are then sent over it. Where an index that goes back takes back what was said before,
 * nothing is there to be noticed.
 */
static enum outcome do_trap(struct adev *device, const struct fuzz_step *step)
{
	bool inflate = step->queue == PLAN_INFLATE;
	u32 then = inflate ? step->number + 3 : step->number;
	enum outcome outcome = do_settle(device, step->number);
	bool stray;

	if (outcome == GOES_ON && !inflate)
		outcome = do_settle(device, step->number + 3);
	if (outcome != GOES_ON)
		return outcome;
	mutex_lock(&device->lock);
	be_honest(device);
	adev_serve_act(device, step->queue, &step->act);
	stray = !ring_is_true(&device->queues[step->queue].ring);
	mutex_unlock(&device->lock);
	if (!stray)
		return do_settle(device, then);
	if (settle(device, then))
		return fail(device, "the driver took a stray entry for an answer");
	device->rounds.noticed++;
	return ROUND_OVER;
}

static enum outcome do_sleep(struct adev *device, bool reshape)
{
	unsigned long since = jiffies;
	int err;

	device_lock(&device->vdev.dev);
	err = virtio_device_freeze(&device->vdev);
	note_time(&device->rounds.sleep_ms, since);
	if (reshape) {
		mutex_lock(&device->lock);
		fuzz_reshape(&device->rounds.fuzz, &device->rounds.shape);
		mutex_unlock(&device->lock);
	}
	if (!err)
		err = virtio_device_restore(&device->vdev);
	device_unlock(&device->vdev.dev);
	if (!err) {
		device->rounds.woken++;
		return GOES_ON;
	}
	device->rounds.not_woken++;
	return shape_works(device->shape) ? fail(device, "the driver does not wake up") :
					    ROUND_OVER;
}

static void do_act(struct adev *device, const struct fuzz_step *step)
{
	mutex_lock(&device->lock);
	device->plan.flickers = step->op == FUZZ_FLICKER;
	switch (step->op) {
	case FUZZ_TARGET:
		device->num_pages = step->number;
		tell(device);
		break;
	case FUZZ_COMMAND:
		device->command = step->number;
		tell(device);
		break;
	default:
		adev_serve_act(device, step->queue, &step->act);
	}
	mutex_unlock(&device->lock);
}

static enum outcome do_step(struct adev *device, const struct fuzz_step *step)
{
	switch (step->op) {
	case FUZZ_SETTLE:
		return do_settle(device, step->number);
	case FUZZ_TRAP:
		return do_trap(device, step);
	case FUZZ_SLEEP:
		return do_sleep(device, step->number);
	default:
		do_act(device, step);
		return GOES_ON;
	}
}

static bool next_step(struct adev *device, struct fuzz_step *step)
{
	struct adev_rounds *rounds = &device->rounds;
	bool goes_on;

	mutex_lock(&device->lock);
	goes_on = fuzz_next_step(&rounds->fuzz, step);
	if (goes_on) {
		rounds->operations++;
		rounds->steps[step->op]++;
	}
	mutex_unlock(&device->lock);
	return goes_on;
}

static enum outcome do_steps(struct adev *device)
{
	enum outcome outcome = GOES_ON;
	struct fuzz_step step;

	while (outcome == GOES_ON && !signal_pending(current) && next_step(device, &step)) {
		outcome = do_step(device, &step);
		cond_resched();
		if (outcome == GOES_ON && step.pause_us)
			fsleep(step.pause_us);
	}
	return outcome;
}

static void begin(struct adev *device, u64 seed)
{
	struct adev_rounds *rounds = &device->rounds;

	/* A complaint of the kernel's that follows can be had again. */
	pr_info("aerostat_device: fuzz: seed %llu round %u\n", seed, rounds->round);
	mutex_lock(&device->lock);
	fuzz_begin(&rounds->fuzz, seed, rounds->round, &rounds->shape);
	device->shape = &rounds->shape;
	device->plan = (struct plan){};
	device->num_pages = 0;
	device->command = 0;
	rounds->honest = false;
	rounds->going_on = true;
	mutex_unlock(&device->lock);
}

static bool bind(struct adev *device)
{
	unsigned long since = jiffies;
	bool bound = device_attach(&device->vdev.dev) == 1;

	note_time(&device->rounds.bind_ms, since);
	return bound;
}

static void unbind(struct adev *device)
{
	unsigned long since = jiffies;

	device_release_driver(&device->vdev.dev);
	note_time(&device->rounds.unbind_ms, since);
}

/* The device keeps its temper while the driver leaves it. */
static enum outcome play(struct adev *device)
{
	struct adev_rounds *rounds = &device->rounds;
	u64 fouls = book_fouls(&device->book);
	enum outcome outcome = GOES_ON;

	if (bind(device)) {
		rounds->bound++;
		outcome = do_steps(device);
		rounds->honest = false;
		rounds->lies += device->lied;
		unbind(device);
	} else {
		rounds->unbound++;
		if (shape_works(device->shape))
			outcome = fail(device, "the driver does not bind");
	}
	if (device->status & VIRTIO_CONFIG_S_DRIVER_OK)
		outcome = fail(device, "the driver left the device running");
	if (book_fouls(&device->book) != fouls)
		outcome = fail(device, "the driver committed a foul");
	rounds->rounds++;
	return outcome;
}

static void end(struct adev *device, const struct adev_shape *shape)
{
	mutex_lock(&device->lock);
	device->rounds.going_on = false;
	device->plan = (struct plan){};
	device->num_pages = 0;
	device->command = 0;
	device->shape = shape;
	mutex_unlock(&device->lock);
}

/**
 * adev_rounds_run() - play rounds
 * @device: the device; the driver may be bound to it or not
 * @seed: of all rounds
 * @first: number of the first round
 * @operations: decisions to be carried out; the last round is played to its end
 *
 * Afterwards the driver is bound to the device as it was before, which is honest.
 *
 * Return: 0; -EPROTO when the driver failed, with a message that says how; -ENODEV when it
 * could not be bound in the end; -EINTR.
 * Context: process.
 */
int adev_rounds_run(struct adev *device, u64 seed, u32 first, u64 operations)
{
	struct adev_rounds *rounds = &device->rounds;
	const struct adev_shape *shape = device->shape;
	enum outcome outcome;
	u64 until;

	if (mutex_lock_interruptible(&rounds->run))
		return -EINTR;
	device_release_driver(&device->vdev.dev);
	until = rounds->operations + operations;
	rounds->round = first;
	do {
		begin(device, seed);
		outcome = play(device);
		if (outcome == DRIVER_FAILED)
			break;
		rounds->round++;
	} while (rounds->operations < until && !signal_pending(current));
	end(device, shape);
	if (!bind(device) && outcome != DRIVER_FAILED)
		outcome = fail(device, "the driver does not bind any more");
	mutex_unlock(&rounds->run);
	if (outcome == DRIVER_FAILED)
		return -EPROTO;
	return signal_pending(current) ? -EINTR : 0;
}

/**
 * adev_rounds_show() - what was counted, one `name value` a line
 * @device: the device
 * @m: where to
 */
void adev_rounds_show(struct adev *device, struct seq_file *m)
{
	const struct adev_rounds *rounds = &device->rounds;
	unsigned int i;

	mutex_lock(&device->lock);
	seq_printf(m, "round %u\nrounds %llu\noperations %llu\nbound %llu\nunbound %llu\n",
		   rounds->round, rounds->rounds, rounds->operations, rounds->bound,
		   rounds->unbound);
	for (i = 0; i < FUZZ_NR_OPS; i++)
		seq_printf(m, "step_%s %llu\n", fuzz_op_name(i), rounds->steps[i]);
	seq_printf(m, "good_buffers %llu\n", rounds->good_buffers);
	for (i = 0; i < PLAN_NR_KINDS; i++)
		seq_printf(m, "buffers_%s %llu\n", plan_kind_name(i), rounds->bad_buffers[i]);
	seq_printf(m, "lies %llu\nsettled %llu\ngiven_up %llu\nnoticed %llu\n", rounds->lies,
		   rounds->settled, rounds->given_up, rounds->noticed);
	seq_printf(m, "woken %llu\nnot_woken %llu\nmost_pages %u\n", rounds->woken,
		   rounds->not_woken, rounds->most_pages);
	seq_printf(m, "bind_ms %u\nunbind_ms %u\nsleep_ms %u\n", rounds->bind_ms, rounds->unbind_ms,
		   rounds->sleep_ms);
	mutex_unlock(&device->lock);
}
