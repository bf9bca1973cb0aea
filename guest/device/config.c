// SPDX-License-Identifier: GPL-2.0-only
/*
 * The driver's calls: features, status, configuration space, queues (struct virtio_config_ops).
 *
 * Queues are numbered as real devices number them: those that the device has, without gaps.
 */
#include <linux/slab.h>
#include <linux/virtio_balloon.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ring.h>

#include "guest/device/buffer.h"
#include "guest/device/device.h"

/* A driver cannot see how large the space is: what belongs to a feature has to be there. */
static void check_access(struct adev *device, const struct book_access *access)
{
	u64 features = device->vdev.features;

	if (shape_config_suffices(device->shape, features))
		book_access(&device->book, access, device->shape->config_bytes, features,
			    device->status & VIRTIO_CONFIG_S_DRIVER_OK);
}

/* The configuration space as far as the device has one; 0xff where it ends. */
static void config_get(struct virtio_device *vdev, unsigned int offset, void *buffer,
		       unsigned int len)
{
	struct adev *device = adev_of(vdev);
	struct book_access access = { .offset = offset, .len = len };
	__le32 fields[4];
	size_t there;

	mutex_lock(&device->lock);
	device->config_reads++;
	check_access(device, &access);
	fields[0] = cpu_to_le32(offset ? device->num_pages :
					 plan_next_target(&device->plan, device->num_pages));
	fields[1] = cpu_to_le32(device->actual);
	fields[2] = cpu_to_le32(device->command);
	fields[3] = cpu_to_le32(device->poison);
	there = min_t(size_t, device->shape->config_bytes, sizeof(fields));
	mutex_unlock(&device->lock);

	memset(buffer, 0xff, len);
	if (offset < there)
		memcpy(buffer, (u8 *)fields + offset, min_t(size_t, len, there - offset));
}

static void config_set(struct virtio_device *vdev, unsigned int offset, const void *buffer,
		       unsigned int len)
{
	struct adev *device = adev_of(vdev);
	struct book_access access = { .offset = offset, .len = len, .write = true };

	mutex_lock(&device->lock);
	device->config_writes++;
	check_access(device, &access);
	if (len == sizeof(__le32) && offset == offsetof(struct virtio_balloon_config, actual)) {
		device->actual = le32_to_cpup(buffer);
		adev_rounds_size(&device->rounds, device->actual);
	}
	if (len == sizeof(__le32) && offset == offsetof(struct virtio_balloon_config, poison_val))
		device->poison = le32_to_cpup(buffer);
	mutex_unlock(&device->lock);
}

static u32 config_generation(struct virtio_device *vdev)
{
	return READ_ONCE(adev_of(vdev)->config_generation);
}

static u8 get_status(struct virtio_device *vdev)
{
	struct adev *device = adev_of(vdev);

	return READ_ONCE(device->status) |
	       (READ_ONCE(device->needs_reset) ? VIRTIO_CONFIG_S_NEEDS_RESET : 0);
}

static void set_status(struct virtio_device *vdev, u8 status)
{
	struct adev *device = adev_of(vdev);

	mutex_lock(&device->lock);
	WRITE_ONCE(device->status, status);
	mutex_unlock(&device->lock);
	/* What was queued before the device was ready need not be notified again. */
	if (status & VIRTIO_CONFIG_S_DRIVER_OK)
		queue_work(device->wq, &device->work);
}

/* Afterwards the device acts on nothing any more that it was given. */
static void reset(struct virtio_device *vdev)
{
	struct adev *device = adev_of(vdev);
	unsigned int i;

	mutex_lock(&device->lock);
	WRITE_ONCE(device->resets, device->resets + 1);
	WRITE_ONCE(device->status, 0);
	WRITE_ONCE(device->needs_reset, false);
	device->actual = 0;
	device->poison = 0;
	for (i = 0; i < PLAN_NR_QUEUES; i++)
		device->queues[i].nr_pending = 0;
	if (!device->lied)
		adev_buffer_check_held(device);
	book_forget(&device->book);
	device->provoked = false;
	device->lied = false;
	mutex_unlock(&device->lock);
	wake_up_all(&device->reset_wait);
}

static u64 get_features(struct virtio_device *vdev)
{
	struct adev *device = adev_of(vdev);

	mutex_lock(&device->lock);
	device->offered = device->shape->features;
	mutex_unlock(&device->lock);
	return device->offered;
}

/* The driver may still change its mind; find_vqs() looks at what it made of the offer. */
static int finalize_features(struct virtio_device *vdev)
{
	vring_transport_features(vdev);
	return 0;
}

/* Which queue has number @index in a device that offers @features. */
static enum plan_queue queue_at(u64 features, unsigned int index)
{
	unsigned int queue;

	for (queue = PLAN_INFLATE; queue < PLAN_NR_QUEUES; queue++)
		if (shape_has_queue(features, queue) && !index--)
			break;
	return queue;
}

static bool notify(struct virtqueue *vq)
{
	struct adev *device = adev_of(vq->vdev);
	struct adev_queue *queue = &device->queues[(uintptr_t)vq->priv];

	atomic64_inc(&queue->kicks);
	if (!(READ_ONCE(device->status) & VIRTIO_CONFIG_S_DRIVER_OK))
		atomic_inc(&device->early_kicks);
	queue_work(device->wq, &device->work);
	return true;
}

/*
 * Called without the lock, since it allocates: the lock is also taken in the driver's
 * exchanges, which others wait for that need memory.
 */
static int set_up(struct adev *device, enum plan_queue number, unsigned int index,
		  const struct virtqueue_info *info, struct virtqueue **ret_vq)
{
	unsigned int size = number < PLAN_NR_QUEUES ? device->shape->queue_sizes[number] : 0;
	struct adev_queue *queue = &device->queues[number];
	struct virtqueue *vq;

	if (!size)
		return -ENOENT;
	queue->pending = kcalloc(adev_pending_max(size), sizeof(*queue->pending), GFP_KERNEL);
	if (!queue->pending)
		return -ENOMEM;
	vq = vring_create_virtqueue(index, size, SMP_CACHE_BYTES, &device->vdev, true, false,
				    info->ctx, notify, info->callback, info->name);
	if (!vq) {
		kfree(queue->pending);
		queue->pending = NULL;
		return -ENOMEM;
	}
	vq->priv = (void *)(uintptr_t)number;
	mutex_lock(&device->lock);
	ring_init(&queue->ring, vq);
	mutex_unlock(&device->lock);
	*ret_vq = vq;
	return 0;
}

static void del_vqs(struct virtio_device *vdev)
{
	struct adev *device = adev_of(vdev);
	unsigned int i;

	mutex_lock(&device->lock);
	for (i = 0; i < PLAN_NR_QUEUES; i++) {
		struct adev_queue *queue = &device->queues[i];

		if (queue->ring.vq)
			vring_del_virtqueue(queue->ring.vq);
		queue->ring.vq = NULL;
		kfree(queue->pending);
		queue->pending = NULL;
		queue->nr_pending = 0;
	}
	mutex_unlock(&device->lock);
}

static int find_vqs(struct virtio_device *vdev, unsigned int nvqs, struct virtqueue *vqs[],
		    struct virtqueue_info infos[], struct irq_affinity *desc)
{
	struct adev *device = adev_of(vdev);
	int err = -(int)device->shape->find_error;
	unsigned int index = 0;
	unsigned int i;

	mutex_lock(&device->lock);
	book_features(&device->book, device->offered, vdev->features);
	mutex_unlock(&device->lock);
	for (i = 0; i < nvqs && !err; i++) {
		vqs[i] = NULL;
		if (!infos[i].name)
			continue;
		err = set_up(device, queue_at(device->offered, index), index, &infos[i], &vqs[i]);
		index++;
	}
	if (err)
		del_vqs(vdev);
	return err;
}
AERO_PROVIDE_FIND_VQS(find_vqs_here, find_vqs)

static const char *bus_name(struct virtio_device *vdev)
{
	return "aerostat_device";
}

const struct virtio_config_ops adev_config_ops = {
	.get = config_get,
	.set = config_set,
	.generation = config_generation,
	.get_status = get_status,
	.set_status = set_status,
	.reset = reset,
	.find_vqs = find_vqs_here,
	.del_vqs = del_vqs,
	.get_features = get_features,
	.finalize_features = finalize_features,
	.bus_name = bus_name,
};
