// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reports: memory that nobody uses, named on the reporting queue (VIRTIO 1.2, 5.5.6.7).
 *
 * One chain of scatter entries names at most 64 MiB, because the device works on it
 * in the VMM's main loop; each entry costs the host one discard, so that neighbours
 * are joined.
 */
#include "guest/virtio/report.h"

#include <linux/mm.h>
#include <linux/scatterlist.h>

#include "guest/virtio/device.h"
#include "guest/virtio/wire.h"

#define CHAIN_PAGES (AVIRTIO_REPORT_BLOCKS * AERO_BLOCK_PAGES)

/**
 * struct cursor - where a report of ranges has come to
 * @ranges: what is to be reported
 * @nr: entries of @ranges
 * @i: the one that is next
 * @done_pages: pages of it that were reported
 */
struct cursor {
	const struct aero_range *ranges;
	unsigned int nr;
	unsigned int i;
	unsigned long done_pages;
};

/* Fills the device's scatter list with as much as a chain may have. Returns its entries. */
static unsigned int fill_chain(struct avirtio *device, struct cursor *cursor)
{
	unsigned int max_entries = min_t(unsigned int, AVIRTIO_REPORT_ENTRIES,
					 virtqueue_get_vring_size(device->report.vq));
	unsigned long left_pages = CHAIN_PAGES;
	unsigned int nents = 0;

	sg_init_table(device->sg, AVIRTIO_REPORT_ENTRIES);
	while (cursor->i < cursor->nr && nents < max_entries && left_pages) {
		const struct aero_range *range = &cursor->ranges[cursor->i];
		unsigned long pages = min(range->nr_pages - cursor->done_pages, left_pages);

		sg_set_page(&device->sg[nents++], pfn_to_page(range->pfn + cursor->done_pages),
			    pages << PAGE_SHIFT, 0);
		left_pages -= pages;
		cursor->done_pages += pages;
		if (cursor->done_pages == range->nr_pages) {
			cursor->i++;
			cursor->done_pages = 0;
		}
	}
	sg_mark_end(&device->sg[nents - 1]);
	return nents;
}

static int report_ranges(struct avirtio *device, const struct aero_range *ranges, unsigned int nr)
{
	struct cursor cursor = { .ranges = ranges, .nr = nr };
	struct avirtio_queue *queue = &device->report;
	int err = 0;

	while (cursor.i < nr && !err) {
		unsigned int nents = fill_chain(device, &cursor);

		err = avirtio_wire_add(device, queue, device->sg, nents, true);
		if (!err && queue->outstanding == AVIRTIO_REPORT_CHAINS)
			err = avirtio_wire_run(device, queue);
	}
	if (!err && queue->outstanding)
		err = avirtio_wire_run(device, queue);
	return err;
}

/**
 * avirtio_report_blocks() - report a batch of blocks, and wait
 * @device: with a reporting queue
 * @batch: of class AERO_BLOCK, ascending
 *
 * Return: 0, or an error after which the device cannot be talked to any more.
 * Context: process, within an exchange.
 */
int avirtio_report_blocks(struct avirtio *device, const struct aero_batch *batch)
{
	unsigned int nr = 0;
	unsigned int i;

	for (i = 0; i < batch->nr; i++)
		aero_range_append(device->ranges, &nr, ARRAY_SIZE(device->ranges),
				  page_to_pfn(batch->pages[i]), AERO_BLOCK_PAGES);
	return report_ranges(device, device->ranges, nr);
}

/**
 * avirtio_report_again() - report blocks that the host was told of before
 * @priv: the device, with a reporting queue
 * @ranges: the blocks
 * @nr: entries of @ranges
 *
 * Return: 0, or an error after which the device cannot be talked to any more.
 * Context: process, within an exchange.
 */
int avirtio_report_again(void *priv, const struct aero_range *ranges, unsigned int nr)
{
	avirtio_wire_begin(priv);
	return report_ranges(priv, ranges, nr);
}

/**
 * avirtio_report_chain() - report one chain, and wait
 * @device: with a reporting queue
 * @sg: the memory
 * @nents: entries of @sg, at most the queue's size
 *
 * Return: 0, or an error after which the device cannot be talked to any more.
 * Context: process, within an exchange.
 */
int avirtio_report_chain(struct avirtio *device, struct scatterlist *sg, unsigned int nents)
{
	int err;

	avirtio_wire_begin(device);
	err = avirtio_wire_add(device, &device->report, sg, nents, true);
	return err ? err : avirtio_wire_run(device, &device->report);
}
