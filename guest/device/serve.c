// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device at work: which buffer is used when, and what is said about that.
 *
 * Theory of operation
 *
 * One work item looks at one queue after the other, so that what happens is as
 * deterministic as the driver is. A buffer is taken, waits as long as the plan says, and
 * is used. Statistics are kept until they are asked for.
 *
 * The lock is let go while the device waits and between the interrupts of a storm; a
 * reset may come then, after which nothing of before is left to do.
 */
#include "guest/device/serve.h"

#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/virtio_config.h>

#include "guest/device/buffer.h"
#include "guest/device/device.h"

static bool alive(const struct adev *device, const struct adev_queue *queue)
{
	return queue->ring.vq && !device->needs_reset &&
	       (device->status & VIRTIO_CONFIG_S_DRIVER_OK);
}

/*
 * Lets go of the lock, for @ms or just so that others get a chance. Returns false if
 * the device was reset meanwhile.
 */
static bool pause(struct adev *device, unsigned int ms)
{
	u32 resets = device->resets;

	lockdep_assert_held(&device->lock);
	mutex_unlock(&device->lock);
	if (ms)
		wait_event_timeout(device->reset_wait, READ_ONCE(device->resets) != resets,
				   msecs_to_jiffies(ms));
	else
		cond_resched();
	mutex_lock(&device->lock);
	return device->resets == resets;
}

/*
 * A driver that was told in a round of fuzzing that a buffer was used when it was not may
 * have put its memory to other use: nobody looks at that any more.
 */
static void look(struct adev *device, enum plan_queue number, u16 head, enum buffer_stage stage)
{
	if (!device->lied)
		adev_buffer_look(device, number, head, stage);
}

/* Before the driver can hear it. */
static void lie(struct adev *device, const struct plan_act *act)
{
	device->lied |= adev_rounds_going_on(&device->rounds) && fuzz_lies(act);
	device->provoked |= adev_rounds_going_on(&device->rounds) && fuzz_provokes(act);
}

/* How the next buffer of a queue is treated. */
static struct plan_act next_act(struct adev *device, enum plan_queue number)
{
	struct plan_act act;

	if (!adev_rounds_next_buffer(&device->rounds, number, &act))
		return plan_next_buffer(&device->plan, number);
	device->provoked |= fuzz_provokes(&act); /* if only by what is not done */
	return act;
}

static void take_all(struct adev *device, enum plan_queue number)
{
	struct adev_queue *queue = &device->queues[number];
	u16 head;

	while (ring_take(&queue->ring, &head)) {
		struct adev_pending pending = {
			.head = head,
			.act = next_act(device, number),
		};

		if (number == PLAN_STATS && !plan_does(&pending.act, PLAN_LATE))
			pending.act.kinds |= 1U << PLAN_KEEP;
		queue->buffers++;
		look(device, number, head, BUFFER_TAKEN);
		if (queue->nr_pending < adev_pending_max(queue->ring.vring->num))
			queue->pending[queue->nr_pending++] = pending;
	}
}

/* Takes the next buffer that is to be used off the list, or says that there is none. */
static bool next_pending(struct adev_queue *queue, struct adev_pending *ret_pending)
{
	unsigned int chosen = queue->nr_pending;
	unsigned int i;

	for (i = 0; i < queue->nr_pending; i++) {
		if (plan_does(&queue->pending[i].act, PLAN_KEEP))
			continue;
		chosen = i;
		if (!plan_does(&queue->pending[i].act, PLAN_REVERSE))
			break;
	}
	if (chosen == queue->nr_pending)
		return false;
	*ret_pending = queue->pending[chosen];
	queue->nr_pending--;
	memmove(&queue->pending[chosen], &queue->pending[chosen + 1],
		(queue->nr_pending - chosen) * sizeof(*queue->pending));
	return true;
}

static void use(struct adev *device, enum plan_queue number, const struct adev_pending *pending)
{
	struct adev_queue *queue = &device->queues[number];
	const struct plan_act *act = &pending->act;
	u16 used_before = queue->ring.used;
	u32 id = plan_does(act, PLAN_ID) ? act->numbers[PLAN_ID] : pending->head;
	u32 length = plan_does(act, PLAN_LENGTH) ? act->numbers[PLAN_LENGTH] : 0;

	look(device, number, pending->head, BUFFER_USED);
	lie(device, act);
	ring_use(&queue->ring, id, length);
	if (plan_does(act, PLAN_TWICE))
		ring_use(&queue->ring, id, length);
	if (!plan_does(act, PLAN_MUTE) && ring_wants_interrupt(&queue->ring, used_before)) {
		queue->interrupts++;
		ring_interrupt(&queue->ring);
	}
}

/* Entries that belong to no buffer, or to one that was not used. */
static void use_more(struct adev_queue *queue, unsigned int nr)
{
	u32 id;

	for (id = 0; id < nr; id++)
		ring_use(&queue->ring, id % queue->ring.vring->num, 0);
	ring_interrupt(&queue->ring);
}

static void storm(struct adev *device, struct adev_queue *queue, unsigned int times)
{
	while (times-- && pause(device, 0) && queue->ring.vq)
		ring_interrupt(&queue->ring);
}

static void change(struct adev *device, unsigned int times)
{
	while (times--) {
		device->config_generation++;
		virtio_config_changed(&device->vdev);
		pause(device, 0);
	}
}

static void unkeep(struct adev *device, struct adev_queue *queue)
{
	unsigned int i;

	for (i = 0; i < queue->nr_pending; i++)
		queue->pending[i].act.kinds &= ~(1U << PLAN_KEEP);
	queue_work(device->wq, &device->work);
}

/**
 * adev_serve_act() - do something wrong now
 * @device: the device
 * @number: at which queue; nothing happens there if it does not exist
 * @act: what
 *
 * Context: process; called with the lock, which it lets go now and then.
 */
void adev_serve_act(struct adev *device, enum plan_queue number, const struct plan_act *act)
{
	struct adev_queue *queue = &device->queues[number];

	lie(device, act);
	if (plan_does(act, PLAN_MORE) && queue->ring.vq)
		use_more(queue, act->numbers[PLAN_MORE]);
	if (plan_does(act, PLAN_JUMP) && queue->ring.vq) {
		ring_jump(&queue->ring, act->numbers[PLAN_JUMP]);
		ring_interrupt(&queue->ring);
	}
	if (plan_does(act, PLAN_USE))
		unkeep(device, queue);
	if (plan_does(act, PLAN_BREAK)) {
		device->needs_reset = true;
		change(device, 1);
	}
	if (plan_does(act, PLAN_STORM))
		storm(device, queue, act->numbers[PLAN_STORM]);
	if (plan_does(act, PLAN_CHANGE))
		change(device, act->numbers[PLAN_CHANGE]);
}

static void serve(struct adev *device, enum plan_queue number)
{
	struct adev_queue *queue = &device->queues[number];
	struct adev_pending pending;

	if (alive(device, queue))
		take_all(device, number);
	while (alive(device, queue) && next_pending(queue, &pending)) {
		if (plan_does(&pending.act, PLAN_LATE) &&
		    (!pause(device, pending.act.numbers[PLAN_LATE]) || !alive(device, queue)))
			return;
		if (plan_does(&pending.act, PLAN_BREAK)) {
			/* Broken before it was used, not after. */
			adev_serve_act(device, number, &pending.act);
			return;
		}
		use(device, number, &pending);
		adev_serve_act(device, number, &pending.act);
	}
}

/**
 * adev_serve_work() - look at all queues
 * @work: the device's
 *
 * Context: the device's workqueue.
 */
void adev_serve_work(struct work_struct *work)
{
	struct adev *device = container_of(work, struct adev, work);
	unsigned int number;

	mutex_lock(&device->lock);
	if (atomic_xchg(&device->early_kicks, 0))
		book_foul(&device->book, BOOK_EARLY_KICK);
	for (number = 0; number < PLAN_NR_QUEUES; number++)
		serve(device, number);
	mutex_unlock(&device->lock);
}
