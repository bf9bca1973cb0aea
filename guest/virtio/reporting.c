// SPDX-License-Identifier: GPL-2.0-only
/*
 * Free page reporting: the guest's free memory, told to the host as the kernel finds it.
 *
 * The kernel isolates free memory of at least a page block and passes it here (VIRTIO
 * 1.2, 5.5.6.7). It shares the queue with the balloon's blocks, so each report is an
 * exchange of its own, and waits until the device has used the buffer, after which
 * the kernel puts the memory back.
 *
 * The host may discard what is reported, so its content is lost. That is wrong where
 * the kernel counts on the content of free pages: where it checks for a pattern
 * (page_poisoning), or takes them for zeroed (init_on_free) and the device was not told
 * so (PAGE_POISON). Nothing is reported there. The balloon's blocks are not concerned,
 * since they are not free.
 *
 * A device that does not answer may still discard the memory at any later time. Whatever
 * the kernel is told, it puts the memory back; so it is told nothing until the device was
 * reset, which unloading the driver does.
 */
#include "guest/virtio/reporting.h"

#include <linux/mm.h>
#include <linux/page_reporting.h>
#include <linux/virtio_balloon.h>
#include <linux/virtio_config.h>
#include <linux/wait.h>

#include "guest/virtio/device.h"
#include "guest/virtio/param.h"
#include "guest/virtio/report.h"

static int report(struct page_reporting_dev_info *info, struct scatterlist *sg, unsigned int nents)
{
	struct avirtio *device = container_of(info, struct avirtio, reporting_info);
	int err;

	if (!aero_balloon_begin_exchange(device->balloon))
		return -EAGAIN;
	err = avirtio_report_chain(device, sg, nents);
	if (!err)
		atomic64_inc(&device->reports);
	aero_balloon_end_exchange(device->balloon, err, "reporting free memory");
	if (err)
		wait_event_idle(device->reset_wait, READ_ONCE(device->was_reset));
	return err;
}

static bool content_matters(const struct avirtio *device)
{
	return page_poisoning_enabled_static() ||
	       (want_init_on_free() &&
		!virtio_has_feature(device->vdev, VIRTIO_BALLOON_F_PAGE_POISON));
}

/**
 * avirtio_reporting_init() - report nothing yet
 * @device: zeroed memory
 */
void avirtio_reporting_init(struct avirtio *device)
{
	init_waitqueue_head(&device->reset_wait);
}

/**
 * avirtio_reporting_start() - have the kernel report free memory, if it can be had
 * @device: ready, its balloon started
 *
 * Another driver that reports already is no error: the kernel has room for one.
 *
 * Context: process.
 */
void avirtio_reporting_start(struct avirtio *device)
{
	int err;

	if (!device->report.vq || !avirtio_param_free_page_reporting() || content_matters(device) ||
	    virtqueue_get_vring_size(device->report.vq) < PAGE_REPORTING_CAPACITY)
		return;
	WRITE_ONCE(device->was_reset, false);
	device->reporting_info = (struct page_reporting_dev_info){
		.report = report,
		.order = PAGE_REPORTING_ORDER_UNSPECIFIED,
	};
	err = page_reporting_register(&device->reporting_info);
	WRITE_ONCE(device->reporting_free, !err);
	if (err && err != -EBUSY)
		dev_warn(&device->vdev->dev, "no free page reporting: error %d\n", err);
}

/**
 * avirtio_reporting_stop() - the kernel reports nothing any more
 * @device: was reset; its queues still exist
 *
 * Context: process; waits for a report that is going on, which ends now at the latest.
 */
void avirtio_reporting_stop(struct avirtio *device)
{
	WRITE_ONCE(device->was_reset, true);
	wake_up_all(&device->reset_wait);
	if (device->reporting_free)
		page_reporting_unregister(&device->reporting_info);
	WRITE_ONCE(device->reporting_free, false);
}
