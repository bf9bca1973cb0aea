// SPDX-License-Identifier: GPL-2.0-only
/*
 * One virtqueue that is used in turns: fill, kick, wait until the device has used all.
 *
 * The wait asks for one interrupt when three quarters of the buffers are done and
 * not for each buffer, and it is bounded: a device that uses nothing until the
 * deadline is given up. Its buffers may still be read by it then, so the queue is
 * of no use until the device was reset.
 *
 * Now and then the queue is looked at although nothing was heard, and at last the device is
 * notified again: where the guest was migrated or restored meanwhile, either message may
 * have been lost on the way (QEMU does that without ioeventfd). The first look comes soon,
 * because QEMU 11.1 loses all interrupts of a queue that it serves in an iothread, as that
 * for hints, if the kernel does not deliver them for it.
 */
#include "guest/virtio/queue.h"

#include <linux/jiffies.h>
#include <linux/scatterlist.h>

/* How long to hear nothing before the first look; each time twice as long as before. */
#define LOOK_MS 10
/* How long to hear nothing before messages are taken for lost, about; the longest time between looks. */
#define LOST_MS 500

/**
 * avirtio_queue_init() - make a queue without a virtqueue
 * @queue: zeroed memory
 */
void avirtio_queue_init(struct avirtio_queue *queue)
{
	init_completion(&queue->used);
}

/**
 * avirtio_queue_attach() - use a virtqueue that nothing was added to
 * @queue: the queue
 * @vq: the virtqueue, or NULL when it is gone
 */
void avirtio_queue_attach(struct avirtio_queue *queue, struct virtqueue *vq)
{
	queue->vq = vq;
	queue->outstanding = 0;
}

/**
 * avirtio_queue_interrupt() - the device used a buffer
 * @queue: the queue
 *
 * Context: interrupt.
 */
void avirtio_queue_interrupt(struct avirtio_queue *queue)
{
	atomic64_inc(&queue->interrupts);
	complete(&queue->used);
}

/*
 * Takes back what the device has used. The used length says nothing here. An entry too
 * many, at which the virtio core breaks the virtqueue, must not be left to pass for the
 * answer to a later buffer: hence the look behind the last one.
 */
static void collect(struct avirtio_queue *queue)
{
	unsigned int len;

	while (virtqueue_get_buf(queue->vq, &len))
		queue->outstanding--;
}

/**
 * avirtio_queue_add() - queue one buffer
 * @queue: the queue
 * @sg: the buffer's parts; copied, but what it names must stay until
 *	avirtio_queue_run() has returned 0
 * @nents: entries of @sg
 * @device_writes: whether it is the device's to write
 *
 * Return: 0, or -ENOSPC when the queue is full, -EIO when it is broken.
 * Context: process, one caller at a time. Does not allocate memory that would have
 * to be reclaimed for.
 */
int avirtio_queue_add(struct avirtio_queue *queue, struct scatterlist *sg, unsigned int nents,
		      bool device_writes)
{
	gfp_t gfp = GFP_NOWAIT | __GFP_NOWARN;
	int err;

	if (!queue->outstanding)
		collect(queue);
	if (device_writes)
		err = virtqueue_add_inbuf(queue->vq, sg, nents, queue, gfp);
	else
		err = virtqueue_add_outbuf(queue->vq, sg, nents, queue, gfp);
	if (err)
		return err == -ENOSPC || err == -ENOMEM ? -ENOSPC : -EIO;
	queue->outstanding++;
	atomic64_inc(&queue->buffers);
	return 0;
}

static void notify(struct avirtio_queue *queue)
{
	atomic64_inc(&queue->kicks);
	virtqueue_notify(queue->vq);
}

/**
 * avirtio_queue_run() - send what was added and wait for the device
 * @queue: the queue
 * @timeout_jiffies: how long the device may take
 *
 * Return: 0 when it has used everything, -EIO when the virtqueue broke, -ETIMEDOUT.
 * Context: process, one caller at a time.
 */
int avirtio_queue_run(struct avirtio_queue *queue, unsigned long timeout_jiffies)
{
	unsigned long deadline = jiffies + timeout_jiffies;
	unsigned int look_ms = LOOK_MS;

	virtqueue_disable_cb(queue->vq);
	if (virtqueue_kick_prepare(queue->vq))
		notify(queue);
	for (;;) {
		long left = deadline - jiffies;

		collect(queue);
		if (virtqueue_is_broken(queue->vq))
			return -EIO;
		if (!queue->outstanding)
			return 0;
		if (left <= 0)
			return -ETIMEDOUT;
		reinit_completion(&queue->used);
		if (virtqueue_enable_cb_delayed(queue->vq) &&
		    !wait_for_completion_timeout(&queue->used,
						 min_t(long, left, msecs_to_jiffies(look_ms)))) {
			if (look_ms > LOST_MS / 2)
				notify(queue);
			look_ms = min(2 * look_ms, LOST_MS);
		}
		virtqueue_disable_cb(queue->vq);
	}
}
