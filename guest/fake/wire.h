/* SPDX-License-Identifier: GPL-2.0-only */
/* The balloon's exchanges with the imaginary host. */
#ifndef AFAKE_WIRE_H
#define AFAKE_WIRE_H

struct afake;

void afake_wire_init(struct afake *device, unsigned int batch_pages, unsigned int batch_blocks);
void afake_wire_reset(struct afake *device);

#endif /* AFAKE_WIRE_H */
