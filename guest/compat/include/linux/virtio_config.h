/* SPDX-License-Identifier: GPL-2.0-only */
/* <linux/virtio_config.h> for kernels before 6.11: queues described by one array. */
#include_next <linux/virtio_config.h>

#ifndef AERO_COMPAT_LINUX_VIRTIO_CONFIG_H
#define AERO_COMPAT_LINUX_VIRTIO_CONFIG_H
#ifndef AERO_HAVE_VIRTQUEUE_INFO

/* More queues than any device has that we drive. */
#define AERO_COMPAT_VQS_MAX 8

struct virtqueue_info {
	const char *name;
	vq_callback_t *callback;
	bool ctx;
};

static inline int aero_compat_find_vqs(struct virtio_device *vdev, unsigned int nvqs,
				       struct virtqueue *vqs[], struct virtqueue_info infos[],
				       struct irq_affinity *desc)
{
	vq_callback_t *callbacks[AERO_COMPAT_VQS_MAX];
	const char *names[AERO_COMPAT_VQS_MAX];
	unsigned int i;

	if (nvqs > AERO_COMPAT_VQS_MAX)
		return -EINVAL;
	for (i = 0; i < nvqs; i++) {
		callbacks[i] = infos[i].callback;
		names[i] = infos[i].name;
	}
	return virtio_find_vqs(vdev, nvqs, vqs, callbacks, names, desc);
}

#define virtio_find_vqs aero_compat_find_vqs

/* Defines @here, a device's find_vqs as this kernel calls it, by @find_vqs, one of the newest. */
#define AERO_PROVIDE_FIND_VQS(here, find_vqs)                                                   \
	static int here(struct virtio_device *vdev, unsigned int nvqs, struct virtqueue *vqs[], \
			vq_callback_t *callbacks[], const char *const names[], const bool *ctx, \
			struct irq_affinity *desc)                                              \
	{                                                                                       \
		struct virtqueue_info infos[AERO_COMPAT_VQS_MAX];                               \
		unsigned int i;                                                                 \
                                                                                                \
		if (nvqs > AERO_COMPAT_VQS_MAX)                                                 \
			return -EINVAL;                                                         \
		for (i = 0; i < nvqs; i++)                                                      \
			infos[i] = (struct virtqueue_info){ names[i], callbacks[i],             \
							    ctx && ctx[i] };                    \
		return find_vqs(vdev, nvqs, vqs, infos, desc);                                  \
	}
#else
#define AERO_PROVIDE_FIND_VQS(here, find_vqs)                                                   \
	static int here(struct virtio_device *vdev, unsigned int nvqs, struct virtqueue *vqs[], \
			struct virtqueue_info infos[], struct irq_affinity *desc)               \
	{                                                                                       \
		return find_vqs(vdev, nvqs, vqs, infos, desc);                                  \
	}
#endif /* AERO_HAVE_VIRTQUEUE_INFO */
#endif /* AERO_COMPAT_LINUX_VIRTIO_CONFIG_H */
