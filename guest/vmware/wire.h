/* SPDX-License-Identifier: GPL-2.0-only */
/* The balloon's exchanges in VMware's words. */
#ifndef AVMWARE_WIRE_H
#define AVMWARE_WIRE_H

struct avmware;

void avmware_wire_init(struct avmware *device);

#endif /* AVMWARE_WIRE_H */
