// SPDX-License-Identifier: GPL-2.0-only
/*
 * The statistics queue: the guest's memory counters for the host.
 *
 * The queue runs backwards (VIRTIO 1.2, 5.5.6.3): the driver has one buffer on it,
 * filled; the host returns the buffer when it wants fresh numbers, and the driver
 * fills it again and puts it back. Values are 64 bits, memory in bytes. The numbers
 * are gathered in process context; the interrupt only queues work. A host that returns
 * the buffer at once would keep a processor busy with nothing else: it waits.
 */
#include "guest/virtio/stats.h"

#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/virtio_config.h>

#include "guest/engine/meminfo.h"
#include "guest/virtio/param.h"

/* From one answer to the next at least; hosts ask once a second at most. */
#define PAUSE_JIFFIES ((long)(HZ / 10))

/* Whether this kernel has the number behind a tag. */
static bool is_counted(enum avirtio_tag tag)
{
	switch (tag) {
	case AVIRTIO_FREE:
	case AVIRTIO_TOTAL:
	case AVIRTIO_AVAILABLE:
	case AVIRTIO_CACHES:
		return true;
	case AVIRTIO_HUGETLB_ALLOCS:
	case AVIRTIO_HUGETLB_FAILS:
		return IS_ENABLED(CONFIG_VM_EVENT_COUNTERS) && IS_ENABLED(CONFIG_HUGETLB_PAGE);
	default:
		return IS_ENABLED(CONFIG_VM_EVENT_COUNTERS);
	}
}

static u64 bytes(u64 pages)
{
	return pages << PAGE_SHIFT;
}

/*
 * Returns the bytes to send: always the same tags in the same order. What the kernel
 * was built not to count is left out.
 */
static unsigned int fill(struct avirtio_stats *stats)
{
	u64 values[AVIRTIO_NR_TAGS] = {};
	struct aero_meminfo info;
	unsigned int tag, nr = 0;

	aero_meminfo_read(&info);
	values[AVIRTIO_SWAP_IN] = bytes(info.swapped_in_pages);
	values[AVIRTIO_SWAP_OUT] = bytes(info.swapped_out_pages);
	values[AVIRTIO_MAJOR_FAULTS] = info.major_faults;
	values[AVIRTIO_MINOR_FAULTS] = info.minor_faults;
	values[AVIRTIO_FREE] = bytes(info.free_pages);
	values[AVIRTIO_TOTAL] = bytes(info.total_pages);
	values[AVIRTIO_AVAILABLE] = bytes(info.available_pages);
	values[AVIRTIO_CACHES] = bytes(info.cache_pages);
	values[AVIRTIO_HUGETLB_ALLOCS] = info.hugetlb_allocs;
	values[AVIRTIO_HUGETLB_FAILS] = info.hugetlb_fails;
	values[AVIRTIO_OOM_KILLS] = info.oom_kills;
	values[AVIRTIO_ALLOC_STALLS] = info.alloc_stalls;
	values[AVIRTIO_ASYNC_SCAN] = bytes(info.async_scanned_pages);
	values[AVIRTIO_DIRECT_SCAN] = bytes(info.direct_scanned_pages);
	values[AVIRTIO_ASYNC_RECLAIM] = bytes(info.async_reclaimed_pages);
	values[AVIRTIO_DIRECT_RECLAIM] = bytes(info.direct_reclaimed_pages);

	for (tag = 0; tag <= stats->max_tag; tag++) {
		if (!is_counted(tag))
			continue;
		stats->entries[nr].tag = cpu_to_virtio16(stats->vq->vdev, tag);
		stats->entries[nr].val = cpu_to_virtio64(stats->vq->vdev, values[tag]);
		nr++;
	}
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
	struct avirtio_stats *stats = container_of(to_delayed_work(work), struct avirtio_stats,
						   work);
	unsigned int len;

	mutex_lock(&stats->lock);
	if (stats->vq && virtqueue_get_buf(stats->vq, &len))
		stats->queued = false;
	if (stats->vq && !stats->queued && !queue_buffer(stats))
		virtqueue_kick(stats->vq);
	WRITE_ONCE(stats->next, jiffies + PAUSE_JIFFIES);
	mutex_unlock(&stats->lock);
}

/**
 * avirtio_stats_init() - make a detached statistics queue
 * @stats: zeroed memory that a device may read (not on the stack)
 */
void avirtio_stats_init(struct avirtio_stats *stats)
{
	mutex_init(&stats->lock);
	INIT_DELAYED_WORK(&stats->work, stats_work);
	stats->next = jiffies;
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
	stats->max_tag = avirtio_param_stats_max_tag();
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
	long pause = READ_ONCE(stats->next) - jiffies;

	queue_delayed_work(system_freezable_wq, &stats->work, clamp(pause, 0L, PAUSE_JIFFIES));
}

/**
 * avirtio_stats_stop() - answer no more
 * @stats: in any state; the device, which is about to be reset, may have the buffer
 *
 * A device that was reset must not be notified, and an answer may be waiting for its time.
 *
 * Context: process.
 */
void avirtio_stats_stop(struct avirtio_stats *stats)
{
	mutex_lock(&stats->lock);
	stats->vq = NULL;
	mutex_unlock(&stats->lock);
}

/**
 * avirtio_stats_detach() - let go of the queue
 * @stats: stopped; the device was reset, so that no interrupt comes any more
 *
 * Context: process.
 */
void avirtio_stats_detach(struct avirtio_stats *stats)
{
	mutex_lock(&stats->lock);
	stats->queued = false;
	mutex_unlock(&stats->lock);
	cancel_delayed_work_sync(&stats->work);
}
