/* SPDX-License-Identifier: GPL-2.0-only */
/* The balloon's exchanges in virtio's words. */
#ifndef AVIRTIO_WIRE_H
#define AVIRTIO_WIRE_H

#include <linux/types.h>

struct avirtio;
struct avirtio_queue;
struct scatterlist;

void avirtio_wire_init(struct avirtio *device);
void avirtio_wire_release(struct avirtio *device);
void avirtio_wire_begin(struct avirtio *device);
int avirtio_wire_add(struct avirtio *device, struct avirtio_queue *queue, struct scatterlist *sg,
		     unsigned int nents, bool device_writes);
int avirtio_wire_run(struct avirtio *device, struct avirtio_queue *queue);

#endif /* AVIRTIO_WIRE_H */
