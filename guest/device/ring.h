/* SPDX-License-Identifier: GPL-2.0-only */
/* The device's end of a split virtqueue, with nothing to keep it from lying. */
#ifndef ADEV_RING_H
#define ADEV_RING_H

#include <linux/types.h>
#include <linux/virtio.h>
#include <linux/virtio_ring.h>

#include "guest/device/book.h"

/* Most descriptors of a buffer that are looked at; nobody sends as many. */
#define RING_PARTS_MAX 64

/**
 * struct ring - see the file's first line; its owner serialises all calls below
 * @vq: the driver's end, or NULL while there is none
 * @vring: the memory between the two
 * @next_avail: the next entry to be looked at, of those that the driver made available
 * @used: the used index as the device last wrote it
 */
struct ring {
	struct virtqueue *vq;
	const struct vring *vring;
	u16 next_avail;
	u16 used;
};

void ring_init(struct ring *ring, struct virtqueue *vq);
bool ring_take(struct ring *ring, u16 *ret_head);
unsigned int ring_parts(const struct ring *ring, u16 head, struct book_part *parts);
void ring_use(struct ring *ring, u32 id, u32 length);
void ring_jump(struct ring *ring, u16 by);
bool ring_is_true(const struct ring *ring);
bool ring_wants_interrupt(const struct ring *ring, u16 used_before);
void ring_interrupt(const struct ring *ring);

#endif /* ADEV_RING_H */
