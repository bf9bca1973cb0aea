/* SPDX-License-Identifier: GPL-2.0-only */
/* The one worker that moves a balloon's size towards its target. */
#ifndef AERO_RESIZE_H
#define AERO_RESIZE_H

#include <linux/workqueue.h>

struct aero_balloon;

void aero_resize_work(struct work_struct *work);
void aero_resize_drain(struct aero_balloon *balloon);

#endif /* AERO_RESIZE_H */
