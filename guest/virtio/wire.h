/* SPDX-License-Identifier: GPL-2.0-only */
/* The balloon's exchanges in virtio's words. */
#ifndef AVIRTIO_WIRE_H
#define AVIRTIO_WIRE_H

struct avirtio;

void avirtio_wire_init(struct avirtio *device);

#endif /* AVIRTIO_WIRE_H */
