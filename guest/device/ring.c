// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device's end of a split virtqueue (VIRTIO 1.2, 2.7), with nothing to keep it from lying.
 *
 * The driver's end is the kernel's own (virtio_ring), made without the DMA interface: the
 * addresses in descriptors are guest-physical ones.
 */
#include "guest/device/ring.h"

#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>

static bool has(const struct ring *ring, unsigned int feature)
{
	return virtio_has_feature(ring->vq->vdev, feature);
}

/* The driver may be writing it. */
static u16 get16(const struct ring *ring, const __virtio16 *at)
{
	return virtio16_to_cpu(ring->vq->vdev, READ_ONCE(*at));
}

static __virtio16 put16(const struct ring *ring, u16 value)
{
	return cpu_to_virtio16(ring->vq->vdev, value);
}

/**
 * ring_init() - be the device's end of a virtqueue
 * @ring: overwritten
 * @vq: fresh
 */
void ring_init(struct ring *ring, struct virtqueue *vq)
{
	*ring = (struct ring){ .vq = vq, .vring = virtqueue_get_vring(vq) };
}

static bool is_empty(const struct ring *ring)
{
	return get16(ring, &ring->vring->avail->idx) == ring->next_avail;
}

/**
 * ring_take() - look for a buffer
 * @ring: with a virtqueue
 * @ret_head: the buffer's number
 *
 * Return: whether there is one; if not, the driver will notify of the next.
 */
bool ring_take(struct ring *ring, u16 *ret_head)
{
	const struct vring *vring = ring->vring;

	if (is_empty(ring)) {
		if (!has(ring, VIRTIO_RING_F_EVENT_IDX))
			return false;
		WRITE_ONCE(vring_avail_event(vring), put16(ring, ring->next_avail));
		virt_mb(); /* It may have come before the driver could see that. */
		if (is_empty(ring))
			return false;
	}
	virt_rmb();
	*ret_head = get16(ring, &vring->avail->ring[ring->next_avail++ % vring->num]);
	return true;
}

/**
 * ring_parts() - the descriptors of a buffer
 * @ring: with a virtqueue
 * @head: the buffer's number
 * @parts: room for RING_PARTS_MAX of them
 *
 * Return: how many there are; 0 for a buffer that makes no sense.
 */
unsigned int ring_parts(const struct ring *ring, u16 head, struct book_part *parts)
{
	struct virtio_device *vdev = ring->vq->vdev;
	const struct vring_desc *table = ring->vring->desc;
	unsigned int size = ring->vring->num;
	unsigned int at = head;
	unsigned int nr = 0;

	if (head >= size)
		return 0;
	if (get16(ring, &table[head].flags) & VRING_DESC_F_INDIRECT) {
		size = virtio32_to_cpu(vdev, table[head].len) / sizeof(*table);
		table = phys_to_virt(virtio64_to_cpu(vdev, table[head].addr));
		at = 0;
	}
	while (at < size && nr < RING_PARTS_MAX) {
		u16 flags = get16(ring, &table[at].flags);

		parts[nr++] = (struct book_part){
			.addr = virtio64_to_cpu(vdev, table[at].addr),
			.len = virtio32_to_cpu(vdev, table[at].len),
			.device_writes = flags & VRING_DESC_F_WRITE,
		};
		if (!(flags & VRING_DESC_F_NEXT))
			return nr;
		at = get16(ring, &table[at].next);
	}
	return 0;
}

/**
 * ring_use() - say that a buffer was used
 * @ring: with a virtqueue
 * @id: its number, or any other
 * @length: bytes written to it, or any other number
 */
void ring_use(struct ring *ring, u32 id, u32 length)
{
	struct virtio_device *vdev = ring->vq->vdev;
	struct vring_used *used = ring->vring->used;

	used->ring[ring->used % ring->vring->num] = (struct vring_used_elem){
		.id = cpu_to_virtio32(vdev, id),
		.len = cpu_to_virtio32(vdev, length),
	};
	virt_wmb(); /* The entry before the index that shows it. */
	ring_jump(ring, 1);
}

/**
 * ring_jump() - move the used index, whatever the entries say
 * @ring: with a virtqueue
 * @by: forward; it wraps
 */
void ring_jump(struct ring *ring, u16 by)
{
	ring->used += by;
	WRITE_ONCE(ring->vring->used->idx, put16(ring, ring->used));
}

/**
 * ring_is_true() - whether as many buffers were said to be used as were taken
 * @ring: with a virtqueue, and with no buffer that was taken and not used
 *
 * What was said too much may have been taken back before the driver looked.
 */
bool ring_is_true(const struct ring *ring)
{
	return ring->used == ring->next_avail;
}

/**
 * ring_wants_interrupt() - whether the driver wants to be told
 * @ring: with a virtqueue
 * @used_before: the used index when it was last asked for
 */
bool ring_wants_interrupt(const struct ring *ring, u16 used_before)
{
	const struct vring *vring = ring->vring;

	virt_mb(); /* The index before a look at what the driver wants. */
	if (has(ring, VIRTIO_RING_F_EVENT_IDX))
		return vring_need_event(get16(ring, &vring_used_event(vring)), ring->used,
					used_before);
	return !(get16(ring, &vring->avail->flags) & VRING_AVAIL_F_NO_INTERRUPT);
}

/**
 * ring_interrupt() - interrupt the driver
 * @ring: with a virtqueue
 *
 * The virtio core keeps interrupts that bring nothing from the driver.
 *
 * Context: process.
 */
void ring_interrupt(const struct ring *ring)
{
	unsigned long flags;

	local_irq_save(flags);
	vring_interrupt(0, ring->vq);
	local_irq_restore(flags);
}
