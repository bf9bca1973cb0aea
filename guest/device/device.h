/* SPDX-License-Identifier: GPL-2.0-only */
/* The one virtio balloon device that misbehaves. */
#ifndef ADEV_DEVICE_H
#define ADEV_DEVICE_H

#include <linux/atomic.h>
#include <linux/mutex.h>
#include <linux/virtio.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "guest/device/book.h"
#include "guest/device/plan.h"
#include "guest/device/ring.h"
#include "guest/device/rounds.h"
#include "guest/device/shape.h"

/* A buffer that the device has taken and not used yet. */
struct adev_pending {
	u16 head;
	struct plan_act act;
};

/**
 * struct adev_queue - one of the device's queues
 * @ring: no vq while the driver has not set it up
 * @pending: buffers taken, oldest first; see adev_pending_max()
 * @nr_pending: of them
 * @buffers: taken since the module was loaded
 * @interrupts: sent, not counting storms
 * @kicks: notifications received
 */
struct adev_queue {
	struct ring ring;
	struct adev_pending *pending;
	unsigned int nr_pending;
	u64 buffers;
	u64 interrupts;
	atomic64_t kicks;
};

/**
 * struct adev - see the file's first line
 * @vdev: the driver's view of it
 * @shape: what is offered: module parameters, or what a round of fuzzing has drawn
 * @pattern: write to memory that the device was given, and look whether that stays
 * @wq: runs @work, which is the device: it looks at all queues
 * @work: queued by each notification
 * @early_kicks: notifications before the device was ready
 * @lock: protects all members below; taken by the driver's calls and by @work
 * @offered: features that the driver was shown
 * @status: as the driver wrote it
 * @needs_reset: the device says so, and does nothing any more
 * @resets: times that it was reset
 * @reset_wait: woken by each reset
 * @config_generation: of the configuration space
 * @num_pages: the target
 * @command: to hint free pages; see VIRTIO 1.2, 5.5.6.5
 * @actual: the size as the driver last wrote it
 * @poison: content of free pages, as the driver wrote it
 * @queues: by the numbers of plans
 * @plan: what goes wrong, unless a round of fuzzing says so
 * @rounds: of fuzzing
 * @provoked: something was done in a round for which the driver may give the device up
 * @lied: what was said in a round about used buffers was not true, so that the driver
 *	cannot be held to what it does with memory; until the reset
 * @book: the referee's
 * @config_reads: reads of the configuration space
 * @config_writes: writes to it
 * @reported_pfns: pages that were reported
 * @hinted_pfns: pages that were hinted
 * @parts: of the buffer that is being looked at
 */
struct adev {
	struct virtio_device vdev;
	const struct adev_shape *shape;
	bool pattern;
	struct workqueue_struct *wq;
	struct work_struct work;
	atomic_t early_kicks;
	struct mutex lock;
	u64 offered;
	u8 status;
	bool needs_reset;
	u32 resets;
	wait_queue_head_t reset_wait;
	u32 config_generation;
	u32 num_pages;
	u32 command;
	u32 actual;
	u32 poison;
	struct adev_queue queues[PLAN_NR_QUEUES];
	struct plan plan;
	struct adev_rounds rounds;
	bool provoked;
	bool lied;
	struct book book;
	u64 config_reads;
	u64 config_writes;
	u64 reported_pfns;
	u64 hinted_pfns;
	struct book_part parts[RING_PARTS_MAX];
};

/*
 * Most pending buffers of a queue. A driver that was told that buffers were used which
 * were not may send more than the ring has room for; some are forgotten then.
 */
static inline unsigned int adev_pending_max(unsigned int ring_size)
{
	return 2 * ring_size;
}

static inline struct adev *adev_of(struct virtio_device *vdev)
{
	return container_of(vdev, struct adev, vdev);
}

extern const struct virtio_config_ops adev_config_ops; /* config.c */

#endif /* ADEV_DEVICE_H */
