/* SPDX-License-Identifier: GPL-2.0-only */
/* What is in a buffer, and what the device makes of it. */
#ifndef ADEV_BUFFER_H
#define ADEV_BUFFER_H

#include <linux/types.h>

#include "guest/device/plan.h"

struct adev;

/* The two times that a buffer is looked at: it becomes the device's, and the driver's again. */
enum buffer_stage { BUFFER_TAKEN, BUFFER_USED };

void adev_buffer_look(struct adev *device, enum plan_queue number, u16 head,
		      enum buffer_stage stage);
void adev_buffer_check_held(struct adev *device);

#endif /* ADEV_BUFFER_H */
