/* SPDX-License-Identifier: GPL-2.0-only */
/* What the driver finds when it looks at the device. */
#ifndef ADEV_SHAPE_H
#define ADEV_SHAPE_H

#include "guest/device/plan.h"

/* Feature bits (VIRTIO 1.2, 5.5.3) that bring a queue or a field of the configuration space. */
#define SHAPE_STATS (1ULL << 1)
#define SHAPE_HINT (1ULL << 3)
#define SHAPE_POISON (1ULL << 4)
#define SHAPE_REPORTING (1ULL << 5)

/**
 * struct adev_shape - see the file's first line
 * @features: offered, a bit each
 * @queue_sizes: entries, a power of 2; 0 = the queue is missing
 * @config_bytes: size of the configuration space
 * @find_error: errno with which setting up the queues fails; 0 = it does not
 */
struct adev_shape {
	unsigned long long features;
	unsigned short queue_sizes[PLAN_NR_QUEUES];
	unsigned int config_bytes;
	unsigned int find_error;
};

/* shape_config_suffices() - whether there is a field for each feature of @features. */
static inline bool shape_config_suffices(const struct adev_shape *shape, u64 features)
{
	u32 bytes = (features & SHAPE_POISON) ? 16 : (features & SHAPE_HINT) ? 12 : 8;

	return shape->config_bytes >= bytes;
}

/* shape_has_queue() - whether a device with @features has the queue. */
static inline bool shape_has_queue(u64 features, enum plan_queue queue)
{
	switch (queue) {
	case PLAN_STATS:
		return (features & SHAPE_STATS) != 0;
	case PLAN_HINT:
		return (features & SHAPE_HINT) != 0;
	case PLAN_REPORT:
		return (features & SHAPE_REPORTING) != 0;
	default:
		return true;
	}
}

/* shape_works() - whether a driver has to get along with it. */
static inline bool shape_works(const struct adev_shape *shape)
{
	u32 queue;

	if (shape->find_error || !shape_config_suffices(shape, shape->features))
		return false;
	for (queue = 0; queue < PLAN_NR_QUEUES; queue++) {
		u32 size = shape->queue_sizes[queue];

		if (shape_has_queue(shape->features, queue) && (!size || size & (size - 1)))
			return false;
	}
	return true;
}

#endif /* ADEV_SHAPE_H */
