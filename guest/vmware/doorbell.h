/* SPDX-License-Identifier: GPL-2.0-only */
/* The doorbell: a host with VMCI rings it when it has another target. */
#ifndef AVMWARE_DOORBELL_H
#define AVMWARE_DOORBELL_H

struct avmware;

void avmware_doorbell_create(struct avmware *device);
void avmware_doorbell_destroy(struct avmware *device);

#endif /* AVMWARE_DOORBELL_H */
