/* SPDX-License-Identifier: GPL-2.0-only */
/* The statistics queue: the guest's memory counters for the host. */
#ifndef AVIRTIO_STATS_H
#define AVIRTIO_STATS_H

#include <linux/mutex.h>
#include <linux/virtio.h>
#include <linux/virtio_balloon.h>
#include <linux/workqueue.h>

/* VIRTIO 1.2, 5.5.6.3, and the six tags that later drafts added to it. */
enum avirtio_tag {
	AVIRTIO_SWAP_IN, /* bytes since boot */
	AVIRTIO_SWAP_OUT, /* bytes since boot */
	AVIRTIO_MAJOR_FAULTS,
	AVIRTIO_MINOR_FAULTS,
	AVIRTIO_FREE, /* bytes */
	AVIRTIO_TOTAL, /* bytes */
	AVIRTIO_AVAILABLE, /* bytes */
	AVIRTIO_CACHES, /* bytes */
	AVIRTIO_HUGETLB_ALLOCS,
	AVIRTIO_HUGETLB_FAILS,
	AVIRTIO_OOM_KILLS,
	AVIRTIO_ALLOC_STALLS,
	AVIRTIO_ASYNC_SCAN, /* bytes since boot */
	AVIRTIO_DIRECT_SCAN, /* bytes since boot */
	AVIRTIO_ASYNC_RECLAIM, /* bytes since boot */
	AVIRTIO_DIRECT_RECLAIM, /* bytes since boot */
	AVIRTIO_NR_TAGS
};

/**
 * struct avirtio_stats - see the file's first line
 * @vq: the virtqueue, or NULL while there is none; protected by @lock
 * @lock: the queue's one conversation
 * @work: refills the buffer when the host has returned it
 * @next: in jiffies; the work does not run before
 * @entries: the one buffer; belongs to the device while @queued
 * @max_tag: greatest tag that is sent while attached
 * @queued: whether the device has the buffer; protected by @lock
 */
struct avirtio_stats {
	struct mutex lock;
	struct virtqueue *vq;
	struct delayed_work work;
	unsigned long next;
	struct virtio_balloon_stat entries[AVIRTIO_NR_TAGS];
	unsigned int max_tag;
	bool queued;
};

void avirtio_stats_init(struct avirtio_stats *stats);
int avirtio_stats_attach(struct avirtio_stats *stats, struct virtqueue *vq);
void avirtio_stats_kick(struct avirtio_stats *stats);
void avirtio_stats_interrupt(struct avirtio_stats *stats);
void avirtio_stats_stop(struct avirtio_stats *stats);
void avirtio_stats_detach(struct avirtio_stats *stats);

#endif /* AVIRTIO_STATS_H */
