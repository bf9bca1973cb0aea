/* SPDX-License-Identifier: GPL-2.0-only */
/* The statistics queue: the guest's memory counters for the host. */
#ifndef AVIRTIO_STATS_H
#define AVIRTIO_STATS_H

#include <linux/mutex.h>
#include <linux/virtio.h>
#include <linux/virtio_balloon.h>
#include <linux/workqueue.h>

/**
 * struct avirtio_stats - see the file's first line
 * @vq: the virtqueue, or NULL while there is none; protected by @lock
 * @lock: the queue's one conversation
 * @work: refills the buffer when the host has returned it
 * @entries: the one buffer; belongs to the device while @queued
 * @queued: whether the device has the buffer; protected by @lock
 */
struct avirtio_stats {
	struct mutex lock;
	struct virtqueue *vq;
	struct work_struct work;
	struct virtio_balloon_stat entries[VIRTIO_BALLOON_S_NR];
	bool queued;
};

void avirtio_stats_init(struct avirtio_stats *stats);
int avirtio_stats_attach(struct avirtio_stats *stats, struct virtqueue *vq);
void avirtio_stats_kick(struct avirtio_stats *stats);
void avirtio_stats_interrupt(struct avirtio_stats *stats);
void avirtio_stats_detach(struct avirtio_stats *stats);

#endif /* AVIRTIO_STATS_H */
