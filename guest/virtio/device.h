/* SPDX-License-Identifier: GPL-2.0-only */
/* One virtio balloon device. */
#ifndef AVIRTIO_DEVICE_H
#define AVIRTIO_DEVICE_H

#include <linux/page_reporting.h>
#include <linux/scatterlist.h>
#include <linux/virtio.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "guest/engine/transport.h"
#include "guest/virtio/hint.h"
#include "guest/virtio/queue.h"
#include "guest/virtio/stats.h"

/*
 * Most PFNs in a buffer. Firecracker never returns a buffer with more, and
 * cloud-hypervisor skips larger ones; QEMU takes any length.
 */
#define AVIRTIO_BUFFER_PFNS 256
/* Most PFN buffers on their way at a time: QEMU's queue size. */
#define AVIRTIO_BUFFERS 128
/* Most entries of one chain of reports: QEMU's queue size, and Linux's own capacity. */
#define AVIRTIO_REPORT_ENTRIES 32
/* Most 2 MiB blocks in one chain (64 MiB): the device handles it in the VMM's main loop. */
#define AVIRTIO_REPORT_BLOCKS 32
/* Chains of reports on their way at a time. */
#define AVIRTIO_REPORT_CHAINS 2

#define AVIRTIO_BUFFERS_PER_PAGE (PAGE_SIZE / (AVIRTIO_BUFFER_PFNS * sizeof(__virtio32)))
#define AVIRTIO_PFN_PAGES (AVIRTIO_BUFFERS / AVIRTIO_BUFFERS_PER_PAGE)

/**
 * struct avirtio - one device
 * @vdev: the virtio core's side of it
 * @balloon: the engine's side of it
 * @transport: what the engine was told
 * @reporting: blocks go through @report instead of @inflate and @deflate
 * @inflate: PFNs that the host may take
 * @deflate: PFNs that the guest wants back
 * @report: free memory that the host may discard; no vq unless offered
 * @stats: memory statistics; no vq unless offered
 * @hint: memory that need not be migrated
 * @reporting_info: the kernel's side of free page reporting
 * @reporting_free: whether it is registered
 * @reports: of free memory, taken by the device
 * @was_reset: the device acts on no report any more
 * @reset_wait: for that
 * @config_work: reads the target from the configuration space
 * @pfn_pages: PFN buffers, AVIRTIO_BUFFERS_PER_PAGE in each
 * @sg: scatter list of the chain of reports that is being added
 * @ranges: a batch of blocks that is being reported
 * @deadline: in jiffies; when the exchange has to be over
 * @left_behind: page whose migration the device did not answer for, or NULL
 * @config_reads: times that the target was read
 * @config_writes: times that the size was written
 *
 * @pfn_pages, @sg, @ranges, @deadline and @left_behind belong to the exchange that runs,
 * of which the engine makes one at a time.
 */
struct avirtio {
	struct virtio_device *vdev;
	struct aero_balloon *balloon;
	struct aero_transport transport;
	bool reporting;
	struct avirtio_queue inflate;
	struct avirtio_queue deflate;
	struct avirtio_queue report;
	struct avirtio_stats stats;
	struct avirtio_hint hint;
	struct page_reporting_dev_info reporting_info;
	bool reporting_free;
	atomic64_t reports;
	bool was_reset;
	wait_queue_head_t reset_wait;
	struct work_struct config_work;
	__virtio32 *pfn_pages[AVIRTIO_PFN_PAGES];
	struct scatterlist sg[AVIRTIO_REPORT_ENTRIES];
	struct aero_range ranges[AVIRTIO_REPORT_CHAINS * AVIRTIO_REPORT_BLOCKS];
	unsigned long deadline;
	struct page *left_behind;
	atomic64_t config_reads;
	atomic64_t config_writes;
};

#endif /* AVIRTIO_DEVICE_H */
