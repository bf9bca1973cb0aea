/* SPDX-License-Identifier: GPL-2.0-only */
/* The balloon's exchanges in virtio's words. */
#ifndef AVIRTIO_WIRE_H
#define AVIRTIO_WIRE_H

struct avirtio;
struct scatterlist;

void avirtio_wire_init(struct avirtio *device);
int avirtio_wire_report(struct avirtio *device, struct scatterlist *sg, unsigned int nents);

#endif /* AVIRTIO_WIRE_H */
