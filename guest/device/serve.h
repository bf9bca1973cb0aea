/* SPDX-License-Identifier: GPL-2.0-only */
/* The device at work: which buffer is used when, and what is said about that. */
#ifndef ADEV_SERVE_H
#define ADEV_SERVE_H

#include "guest/device/plan.h"

struct adev;
struct work_struct;

void adev_serve_work(struct work_struct *work);
void adev_serve_act(struct adev *device, enum plan_queue number, const struct plan_act *act);

#endif /* ADEV_SERVE_H */
