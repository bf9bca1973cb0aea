/* SPDX-License-Identifier: GPL-2.0-only */
/* Free page reporting: the guest's free memory, told to the host as the kernel finds it. */
#ifndef AVIRTIO_REPORTING_H
#define AVIRTIO_REPORTING_H

struct avirtio;

void avirtio_reporting_init(struct avirtio *device);
void avirtio_reporting_start(struct avirtio *device);
void avirtio_reporting_stop(struct avirtio *device);

#endif /* AVIRTIO_REPORTING_H */
