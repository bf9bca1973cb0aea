// SPDX-License-Identifier: GPL-2.0-only
/*
 * aerostat_virtio.ko: the life of a virtio balloon device (device id 5).
 *
 * Every feature that brings a queue with it is accepted wherever the device offers
 * it, used or not: hosts number only the queues that exist, so declining one would
 * shift the numbers of those behind it.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/virtio_balloon.h>
#include <linux/virtio_config.h>

#include "guest/virtio/device.h"
#include "guest/virtio/param.h"
#include "guest/virtio/pfn.h"
#include "guest/virtio/reporting.h"
#include "guest/virtio/wire.h"

/* In the order in which devices number those that they have. */
enum { VQ_INFLATE, VQ_DEFLATE, VQ_STATS, VQ_HINT, VQ_REPORT, VQ_NR };

static void inflate_used(struct virtqueue *vq)
{
	struct avirtio *device = vq->vdev->priv;

	avirtio_queue_interrupt(&device->inflate);
}

static void deflate_used(struct virtqueue *vq)
{
	struct avirtio *device = vq->vdev->priv;

	avirtio_queue_interrupt(&device->deflate);
}

static void report_used(struct virtqueue *vq)
{
	struct avirtio *device = vq->vdev->priv;

	avirtio_queue_interrupt(&device->report);
}

static void hint_used(struct virtqueue *vq)
{
	struct avirtio *device = vq->vdev->priv;

	avirtio_hint_interrupt(&device->hint);
}

static void stats_used(struct virtqueue *vq)
{
	struct avirtio *device = vq->vdev->priv;

	avirtio_stats_interrupt(&device->stats);
}

static const struct virtqueue_info queues[VQ_NR] = {
	[VQ_INFLATE] = { .name = "inflate", .callback = inflate_used },
	[VQ_DEFLATE] = { .name = "deflate", .callback = deflate_used },
	[VQ_STATS] = { .name = "stats", .callback = stats_used },
	[VQ_HINT] = { .name = "hint", .callback = hint_used },
	[VQ_REPORT] = { .name = "report", .callback = report_used },
};

static bool has_queue(const struct virtio_device *vdev, unsigned int queue)
{
	switch (queue) {
	case VQ_STATS:
		return virtio_has_feature(vdev, VIRTIO_BALLOON_F_STATS_VQ);
	case VQ_HINT:
		return virtio_has_feature(vdev, VIRTIO_BALLOON_F_FREE_PAGE_HINT);
	case VQ_REPORT:
		return virtio_has_feature(vdev, VIRTIO_BALLOON_F_REPORTING);
	default:
		return true;
	}
}

/*
 * Asks for those that there are and for nothing in between: the PCI transport of Linux
 * 6.12 finds a queue by its place among those asked for when it is made, and by its
 * number when it is deleted, and dies where the two differ.
 */
static int make_queues(struct virtio_device *vdev, struct virtqueue *vqs[VQ_NR])
{
	struct virtqueue_info infos[VQ_NR];
	struct virtqueue *made[VQ_NR];
	unsigned int i, nr = 0;
	int err;

	for (i = 0; i < VQ_NR; i++)
		if (has_queue(vdev, i))
			infos[nr++] = queues[i];
	err = virtio_find_vqs(vdev, nr, made, infos, NULL);
	if (err)
		return err;
	nr = 0;
	for (i = 0; i < VQ_NR; i++)
		vqs[i] = has_queue(vdev, i) ? made[nr++] : NULL;
	return 0;
}

static int find_queues(struct avirtio *device)
{
	struct virtio_device *vdev = device->vdev;
	struct virtqueue *vqs[VQ_NR];
	int err = make_queues(vdev, vqs);

	if (err)
		return err;
	avirtio_queue_attach(&device->inflate, vqs[VQ_INFLATE]);
	avirtio_queue_attach(&device->deflate, vqs[VQ_DEFLATE]);
	avirtio_queue_attach(&device->report, vqs[VQ_REPORT]);
	avirtio_queue_attach(&device->hint.queue, vqs[VQ_HINT]);
	if (!vqs[VQ_STATS])
		return 0;
	err = avirtio_stats_attach(&device->stats, vqs[VQ_STATS]);
	if (err)
		vdev->config->del_vqs(vdev);
	return err;
}

/*
 * Buffers that the device never used keep their entries in the virtqueue, and tables of their
 * parts, which nobody else would free. Only after a reset, or the device might still read them.
 */
static void delete_queues(struct virtio_device *vdev)
{
	struct virtqueue *vq;

	virtio_device_for_each_vq(vdev, vq)
		while (virtqueue_detach_unused_buf(vq))
			;
	vdev->config->del_vqs(vdev);
}

static void config_work(struct work_struct *work)
{
	struct avirtio *device = container_of(work, struct avirtio, config_work);
	u32 num_pages;

	if (device->vdev->config->get_status(device->vdev) & VIRTIO_CONFIG_S_NEEDS_RESET) {
		aero_balloon_break(device->balloon, "the device, which asks for a reset,");
		return;
	}
	virtio_cread_le(device->vdev, struct virtio_balloon_config, num_pages, &num_pages);
	atomic64_inc(&device->config_reads);
	/* A target that is no multiple of the guest's page is met as far as pages go. */
	aero_balloon_set_host_target(device->balloon,
				     num_pages >> (PAGE_SHIFT - AVIRTIO_PFN_SHIFT));
}

static void avirtio_config_changed(struct virtio_device *vdev)
{
	struct avirtio *device = vdev->priv;

	queue_work(system_freezable_wq, &device->config_work);
	avirtio_hint_config_changed(&device->hint);
}

/* Before the device is ready. Free pages are zero where the feature was accepted. */
static void write_poison(struct virtio_device *vdev)
{
	u32 poison = 0;

	if (virtio_has_feature(vdev, VIRTIO_BALLOON_F_PAGE_POISON))
		virtio_cwrite_le(vdev, struct virtio_balloon_config, poison_val, &poison);
}

/* From queues that exist to a balloon that follows its target. */
static void go_live(struct avirtio *device)
{
	write_poison(device->vdev);
	virtio_device_ready(device->vdev);
	avirtio_stats_kick(&device->stats);
	aero_balloon_start(device->balloon);
	avirtio_reporting_start(device);
	avirtio_hint_start(&device->hint);
	queue_work(system_freezable_wq, &device->config_work);
}

/* The way back; afterwards the device acts on nothing any more. */
static void shut_down(struct avirtio *device)
{
	struct virtio_device *vdev = device->vdev;

	cancel_work_sync(&device->config_work);
	avirtio_hint_stop(&device->hint);
	aero_balloon_stop(device->balloon);
	avirtio_stats_stop(&device->stats);
	virtio_reset_device(vdev);
	avirtio_reporting_stop(device);
	avirtio_wire_release(device);
	avirtio_stats_detach(&device->stats);
	delete_queues(vdev);
	aero_balloon_drop(device->balloon);
}

static void free_device(struct avirtio *device)
{
	unsigned int i;

	for (i = 0; i < AVIRTIO_PFN_PAGES; i++)
		free_page((unsigned long)device->pfn_pages[i]);
	kfree(device);
}

static struct avirtio *alloc_device(struct virtio_device *vdev)
{
	struct avirtio *device = kzalloc(sizeof(*device), GFP_KERNEL);
	unsigned int i;

	if (!device)
		return NULL;
	for (i = 0; i < AVIRTIO_PFN_PAGES; i++) {
		device->pfn_pages[i] = (__virtio32 *)get_zeroed_page(GFP_KERNEL);
		if (!device->pfn_pages[i])
			goto err_free;
	}
	device->vdev = vdev;
	avirtio_queue_init(&device->inflate);
	avirtio_queue_init(&device->deflate);
	avirtio_queue_init(&device->report);
	avirtio_stats_init(&device->stats);
	avirtio_hint_init(&device->hint);
	avirtio_reporting_init(device);
	INIT_WORK(&device->config_work, config_work);
	avirtio_wire_init(device);
	return device;

err_free:
	free_device(device);
	return NULL;
}

static int avirtio_probe(struct virtio_device *vdev)
{
	struct avirtio *device;
	int err;

	if (!vdev->config->get) {
		dev_err(&vdev->dev, "the device has no configuration space\n");
		return -EINVAL;
	}
	device = alloc_device(vdev);
	if (!device)
		return -ENOMEM;
	vdev->priv = device;
	device->balloon = aero_balloon_create(&device->transport, device, &vdev->dev,
					      dev_name(&vdev->dev));
	if (IS_ERR(device->balloon)) {
		err = PTR_ERR(device->balloon);
		goto err_free;
	}
	err = find_queues(device);
	if (err)
		goto err_destroy;
	go_live(device);
	return 0;

err_destroy:
	aero_balloon_destroy(device->balloon);
err_free:
	vdev->priv = NULL;
	free_device(device);
	return err;
}

static void avirtio_remove(struct virtio_device *vdev)
{
	struct avirtio *device = vdev->priv;

	shut_down(device);
	aero_balloon_destroy(device->balloon);
	vdev->priv = NULL;
	free_device(device);
}

/* PFNs are guest-physical by definition, whatever stands between device and memory. */
static int avirtio_validate(struct virtio_device *vdev)
{
	__virtio_clear_bit(vdev, VIRTIO_F_ACCESS_PLATFORM);
	/*
	 * Accepting the feature means to tell what free pages contain, and hosts discard
	 * nothing unless that is zero: so only where the kernel zeroes what it frees. Where
	 * it writes a pattern instead, the balloon's blocks may still be discarded, since
	 * nobody expects the pattern in allocated memory; free memory is not reported then.
	 */
	if (!want_init_on_free() || page_poisoning_enabled_static())
		__virtio_clear_bit(vdev, VIRTIO_BALLOON_F_PAGE_POISON);
	return 0;
}

#ifdef CONFIG_PM_SLEEP
static int avirtio_freeze(struct virtio_device *vdev)
{
	shut_down(vdev->priv);
	return 0;
}

static int avirtio_restore(struct virtio_device *vdev)
{
	int err = find_queues(vdev->priv);

	if (!err)
		go_live(vdev->priv);
	return err;
}
#endif

static const unsigned int features[] = {
	VIRTIO_BALLOON_F_MUST_TELL_HOST, /* as we always do, except for blocks that it never got */
	VIRTIO_BALLOON_F_STATS_VQ, /* see stats.c */
	VIRTIO_BALLOON_F_DEFLATE_ON_OOM, /* the engine's part */
	VIRTIO_BALLOON_F_FREE_PAGE_HINT, /* see hint.c */
	VIRTIO_BALLOON_F_PAGE_POISON, /* see avirtio_validate() */
	VIRTIO_BALLOON_F_REPORTING,
};

static const struct virtio_device_id ids[] = {
	{ VIRTIO_ID_BALLOON, VIRTIO_DEV_ANY_ID },
	{},
};
MODULE_DEVICE_TABLE(virtio, ids);

static struct virtio_driver avirtio_driver = {
	.driver.name = "aerostat_virtio",
	.driver.owner = THIS_MODULE,
	.id_table = ids,
	.feature_table = features,
	.feature_table_size = ARRAY_SIZE(features),
	.validate = avirtio_validate,
	.probe = avirtio_probe,
	.remove = avirtio_remove,
	.config_changed = avirtio_config_changed,
#ifdef CONFIG_PM_SLEEP
	.freeze = avirtio_freeze,
	.restore = avirtio_restore,
#endif
};
module_virtio_driver(avirtio_driver);

MODULE_DESCRIPTION("virtio transport of the memory balloon engine");
MODULE_LICENSE("GPL");
