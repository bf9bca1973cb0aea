/* SPDX-License-Identifier: GPL-2.0-only */
/* Reports: memory that nobody uses, named on the reporting queue. */
#ifndef AVIRTIO_REPORT_H
#define AVIRTIO_REPORT_H

#include "guest/engine/transport.h"

struct avirtio;
struct scatterlist;

int avirtio_report_blocks(struct avirtio *device, const struct aero_batch *batch);
int avirtio_report_again(void *priv, const struct aero_range *ranges, unsigned int nr);
int avirtio_report_chain(struct avirtio *device, struct scatterlist *sg, unsigned int nents);

#endif /* AVIRTIO_REPORT_H */
