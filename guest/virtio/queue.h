/* SPDX-License-Identifier: GPL-2.0-only */
/* One virtqueue that is used in turns: fill, kick, wait until the device has used all. */
#ifndef AVIRTIO_QUEUE_H
#define AVIRTIO_QUEUE_H

#include <linux/completion.h>
#include <linux/virtio.h>

struct scatterlist;

/**
 * struct avirtio_queue - see the file's first line
 * @vq: the virtqueue, or NULL while there is none
 * @used: completed by the interrupt
 * @outstanding: buffers that the device has not used
 * @kicks: notifications sent
 * @interrupts: notifications received
 * @buffers: buffers sent
 *
 * All but @used and the counts, which anybody may read, are protected by the balloon's
 * exchanges, of which there is one at a time.
 */
struct avirtio_queue {
	struct virtqueue *vq;
	struct completion used;
	unsigned int outstanding;
	atomic64_t kicks;
	atomic64_t buffers;
	atomic64_t interrupts;
};

void avirtio_queue_init(struct avirtio_queue *queue);
void avirtio_queue_attach(struct avirtio_queue *queue, struct virtqueue *vq);
void avirtio_queue_interrupt(struct avirtio_queue *queue);
int avirtio_queue_add(struct avirtio_queue *queue, struct scatterlist *sg, unsigned int nents,
		      bool device_writes);
int avirtio_queue_run(struct avirtio_queue *queue, unsigned long timeout_jiffies);

#endif /* AVIRTIO_QUEUE_H */
