// SPDX-License-Identifier: GPL-2.0-only
/*
 * The statistics queue: the guest's memory counters for the host.
 *
 * The queue runs backwards (VIRTIO 1.2, 5.5.6.3): the driver has one buffer on it,
 * filled; the host returns the buffer when it wants fresh numbers, and the driver
 * fills it again and puts it back. Values are 64 bits, memory in bytes. The numbers
 * are gathered in process context; the interrupt only queues work.
 */
#include "guest/virtio/stats.h"

#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/virtio_config.h>

#include "guest/engine/meminfo.h"

static void put(struct avirtio_stats *stats, unsigned int *nr, u16 tag, u64 value)
{
	struct virtio_balloon_stat *entry = &stats->entries[*nr];

	if (WARN_ON_ONCE(*nr >= ARRAY_SIZE(stats->entries)))
		return;
	entry->tag = cpu_to_virtio16(stats->vq->vdev, tag);
	entry->val = cpu_to_virtio64(stats->vq->vdev, value);
	(*nr)++;
}

/* Returns the bytes to send: always the same tags in the same order. */
static unsigned int fill(struct avirtio_stats *stats)
{
	struct aero_meminfo info;
	unsigned int nr = 0;

	aero_meminfo_read(&info);
	put(stats, &nr, VIRTIO_BALLOON_S_SWAP_IN, info.swapped_in_pages << PAGE_SHIFT);
	put(stats, &nr, VIRTIO_BALLOON_S_SWAP_OUT, info.swapped_out_pages << PAGE_SHIFT);
	put(stats, &nr, VIRTIO_BALLOON_S_MAJFLT, info.major_faults);
	put(stats, &nr, VIRTIO_BALLOON_S_MINFLT, info.minor_faults);
	put(stats, &nr, VIRTIO_BALLOON_S_MEMFREE, info.free_pages << PAGE_SHIFT);
	put(stats, &nr, VIRTIO_BALLOON_S_MEMTOT, info.total_pages << PAGE_SHIFT);
	put(stats, &nr, VIRTIO_BALLOON_S_AVAIL, info.available_pages << PAGE_SHIFT);
	put(stats, &nr, VIRTIO_BALLOON_S_CACHES, info.cache_pages << PAGE_SHIFT);
	put(stats, &nr, VIRTIO_BALLOON_S_HTLB_PGALLOC, info.hugetlb_allocs);
	put(stats, &nr, VIRTIO_BALLOON_S_HTLB_PGFAIL, info.hugetlb_fails);
	return nr * sizeof(stats->entries[0]);
}

/* Fills the buffer and gives it to the device, which has none of ours. */
static int queue_buffer(struct avirtio_stats *stats)
{
	struct scatterlist sg;
	int err;

	lockdep_assert_held(&stats->lock);
	sg_init_one(&sg, stats->entries, fill(stats));
	err = virtqueue_add_outbuf(stats->vq, &sg, 1, stats, GFP_KERNEL);
	stats->queued = !err;
	return err;
}

static void stats_work(struct work_struct *work)
{
	struct avirtio_stats *stats = container_of(work, struct avirtio_stats, work);
	unsigned int len;

	mutex_lock(&stats->lock);
	if (stats->vq && virtqueue_get_buf(stats->vq, &len))
		stats->queued = false;
	if (stats->vq && !stats->queued && !queue_buffer(stats))
		virtqueue_kick(stats->vq);
	mutex_unlock(&stats->lock);
}

/**
 * avirtio_stats_init() - make a detached statistics queue
 * @stats: zeroed memory that a device may read (not on the stack)
 */
void avirtio_stats_init(struct avirtio_stats *stats)
{
	mutex_init(&stats->lock);
	INIT_WORK(&stats->work, stats_work);
}

/**
 * avirtio_stats_attach() - prime the queue
 * @stats: detached
 * @vq: fresh; the device is not ready yet
 *
 * Return: 0, or why the buffer could not be queued.
 * Context: process.
 */
int avirtio_stats_attach(struct avirtio_stats *stats, struct virtqueue *vq)
{
	int err;

	mutex_lock(&stats->lock);
	stats->vq = vq;
	err = queue_buffer(stats);
	if (err)
		stats->vq = NULL;
	mutex_unlock(&stats->lock);
	return err;
}

/**
 * avirtio_stats_kick() - tell the device of the primed buffer
 * @stats: attached
 *
 * Context: process, after the device became ready.
 */
void avirtio_stats_kick(struct avirtio_stats *stats)
{
	mutex_lock(&stats->lock);
	if (stats->vq)
		virtqueue_kick(stats->vq);
	mutex_unlock(&stats->lock);
}

/**
 * avirtio_stats_interrupt() - the host returned the buffer
 * @stats: attached
 *
 * Context: interrupt.
 */
void avirtio_stats_interrupt(struct avirtio_stats *stats)
{
	queue_work(system_freezable_wq, &stats->work);
}

/**
 * avirtio_stats_detach() - let go of the queue
 * @stats: in any state; the device was reset, so that no interrupt comes any more
 *
 * Context: process.
 */
void avirtio_stats_detach(struct avirtio_stats *stats)
{
	mutex_lock(&stats->lock);
	stats->vq = NULL;
	stats->queued = false;
	mutex_unlock(&stats->lock);
	cancel_work_sync(&stats->work);
}
