// SPDX-License-Identifier: GPL-2.0-only
/*
 * The balloon's exchanges in virtio's words.
 *
 * Theory of operation
 *
 * Pages go through the inflate and deflate queues as arrays of PFNs (VIRTIO 1.2,
 * 5.5.6): one descriptor a buffer, ascending, many buffers a kick.
 *
 * Blocks go through the reporting queue (5.5.6.7) if there is one and the user did
 * not turn that off: a driver may report any memory that nobody uses, the device may
 * discard it at once and whole, and the driver may use it again without asking. A
 * block that the balloon has allocated satisfies that. It is counted in `actual`,
 * which no rule forbids, and never sent to the deflate queue, because it was never
 * inflated. Without the reporting queue a block is sent as a run of PFNs.
 *
 * Left out on purpose: reports of less than a block. They would split the host's
 * huge pages, which is what blocks are there to avoid.
 */
#include "guest/virtio/wire.h"

#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/virtio_balloon.h>
#include <linux/virtio_config.h>

#include "guest/virtio/device.h"
#include "guest/virtio/param.h"
#include "guest/virtio/hint.h"
#include "guest/virtio/pfn.h"
#include "guest/virtio/report.h"

/* The engine's pages on the wire. */
#define WIRE_PER_PAGE (1U << (PAGE_SHIFT - AVIRTIO_PFN_SHIFT))

/* Most single guest pages in a batch: as much memory as a chain of reports, 64 MiB. */
#define BATCH_PAGES (AVIRTIO_BUFFERS / 2 * AVIRTIO_BUFFER_PFNS / WIRE_PER_PAGE)

/*
 * No rate: a cycle is what one run of the worker does, and runs follow each other
 * while memory lasts. Under pressure the VMware balloon driver's rules apply, to a
 * larger share and a shorter pause.
 */
static const struct pace_limits limits = {
	.nosleep_pages = 65536,
	.sleep_min_pages = 512,
	.sleep_max_pages = 16384,
	.free_min_pages = 512,
	.free_max_pages = 262144,
	.step_pages = 16,
	.slow_cycles = 4,
	.pause_min_ms = 200,
	.pause_max_ms = 6400,
};

/**
 * avirtio_wire_begin() - begin an exchange
 * @device: the device, whose time for all of the exchange runs from now on
 *
 * Context: within an exchange.
 */
void avirtio_wire_begin(struct avirtio *device)
{
	device->deadline = jiffies + avirtio_param_timeout_jiffies();
}

/**
 * avirtio_wire_run() - send what was added to a queue and wait for the device
 * @device: the device; its balloon is broken afterwards if it did not answer in time
 * @queue: one of its queues
 *
 * Return: 0, or an error after which the device cannot be talked to any more.
 * Context: process, within an exchange.
 */
int avirtio_wire_run(struct avirtio *device, struct avirtio_queue *queue)
{
	long left = device->deadline - jiffies;
	int err = avirtio_queue_run(queue, max(left, 0L));

	if (err == -ETIMEDOUT)
		aero_balloon_break(device->balloon, "waiting for the device's answer");
	return err;
}

/**
 * avirtio_wire_add() - add a buffer, making room first if the queue is full
 * @device: the device
 * @queue: one of its queues
 * @sg: the buffer's parts; what they name must stay until avirtio_wire_run()
 * @nents: entries of @sg, at most the queue's size
 * @device_writes: whether it is the device's to write
 *
 * Return: 0, or an error after which the device cannot be talked to any more.
 * Context: process, within an exchange.
 */
int avirtio_wire_add(struct avirtio *device, struct avirtio_queue *queue, struct scatterlist *sg,
		     unsigned int nents, bool device_writes)
{
	int err = avirtio_queue_add(queue, sg, nents, device_writes);

	if (err != -ENOSPC || !queue->outstanding)
		return err;
	err = avirtio_wire_run(device, queue);
	return err ? err : avirtio_queue_add(queue, sg, nents, device_writes);
}

/**
 * struct pfn_writer - fills PFN buffers and sends them
 * @device: whose buffers
 * @queue: where they go
 * @nr: PFNs in all buffers that were not waited for
 */
struct pfn_writer {
	struct avirtio *device;
	struct avirtio_queue *queue;
	unsigned int nr;
};

static __virtio32 *writer_buffer(const struct pfn_writer *writer, unsigned int index)
{
	return writer->device->pfn_pages[index / AVIRTIO_BUFFERS_PER_PAGE] +
	       index % AVIRTIO_BUFFERS_PER_PAGE * AVIRTIO_BUFFER_PFNS;
}

/* Queues the buffer that holds the last PFN. */
static int writer_queue_last(struct pfn_writer *writer)
{
	unsigned int last = writer->nr - 1;
	unsigned int bytes = (last % AVIRTIO_BUFFER_PFNS + 1) * sizeof(__virtio32);
	struct scatterlist sg;

	sg_init_one(&sg, writer_buffer(writer, last / AVIRTIO_BUFFER_PFNS), bytes);
	return avirtio_wire_add(writer->device, writer->queue, &sg, 1, false);
}

static int writer_put(struct pfn_writer *writer, u32 pfn)
{
	unsigned int in_buffer = writer->nr % AVIRTIO_BUFFER_PFNS;
	int err = 0;

	writer_buffer(writer, writer->nr / AVIRTIO_BUFFER_PFNS)[in_buffer] =
		cpu_to_virtio32(writer->device->vdev, pfn);
	writer->nr++;
	if (in_buffer == AVIRTIO_BUFFER_PFNS - 1)
		err = writer_queue_last(writer);
	if (!err && writer->nr == AVIRTIO_BUFFERS * AVIRTIO_BUFFER_PFNS) {
		err = avirtio_wire_run(writer->device, writer->queue);
		writer->nr = 0;
	}
	return err;
}

static int writer_put_run(struct pfn_writer *writer, u32 pfn, unsigned int nr)
{
	int err = 0;

	while (nr-- && !err)
		err = writer_put(writer, pfn++);
	return err;
}

/* Sends what is left and waits for all of it. */
static int writer_finish(struct pfn_writer *writer)
{
	int err = 0;

	if (writer->nr % AVIRTIO_BUFFER_PFNS)
		err = writer_queue_last(writer);
	if (!err && writer->queue->outstanding)
		err = avirtio_wire_run(writer->device, writer->queue);
	return err;
}

static bool entry_pfn(const struct aero_batch *batch, unsigned int i, u32 *ret_pfn)
{
	return avirtio_pfn(page_to_pfn(batch->pages[i]), aero_class_pages(batch->class), PAGE_SHIFT,
			   ret_pfn);
}

static int send_pfns(struct avirtio *device, struct avirtio_queue *queue,
		     const struct aero_batch *batch)
{
	struct pfn_writer writer = { .device = device, .queue = queue };
	unsigned int i;
	int err = 0;

	for (i = 0; i < batch->nr && !err; i++) {
		u32 pfn;

		if (entry_pfn(batch, i, &pfn))
			err = writer_put_run(&writer, pfn,
					     aero_class_pages(batch->class) * WIRE_PER_PAGE);
	}
	return err ? err : writer_finish(&writer);
}

/* Entries that 32 bits cannot name are refused here; send_pfns() skips them. */
static void refuse_unreachable(struct aero_batch *batch)
{
	unsigned int i;
	u32 pfn;

	for (i = 0; i < batch->nr; i++)
		if (!entry_pfn(batch, i, &pfn))
			batch->verdicts[i] = AERO_REFUSED;
}

static int avirtio_inflate(void *priv, struct aero_batch *batch)
{
	struct avirtio *device = priv;

	avirtio_wire_begin(device);
	if (batch->class == AERO_BLOCK && device->reporting)
		return avirtio_report_blocks(device, batch);
	refuse_unreachable(batch);
	return send_pfns(device, &device->inflate, batch);
}

static int avirtio_deflate(void *priv, struct aero_batch *batch)
{
	struct avirtio *device = priv;

	if (batch->class == AERO_BLOCK && device->reporting)
		return 0; /* Reported memory is the guest's to use at any time. */
	avirtio_wire_begin(device);
	return send_pfns(device, &device->deflate, batch);
}

static int send_one(struct avirtio *device, struct avirtio_queue *queue, u32 pfn)
{
	struct pfn_writer writer = { .device = device, .queue = queue };
	int err = writer_put_run(&writer, pfn, WIRE_PER_PAGE);

	return err ? err : writer_finish(&writer);
}

/*
 * The new page first, so that the host never has less than it was told.
 *
 * A device that stops answering in between breaks the balloon, but the migration
 * succeeds: the new page, which the device may still act on, is kept in the pool
 * until the reset. The old one, which the device still has, is kept from use by a
 * reference; there is no second one, since a broken balloon migrates no more.
 */
static int avirtio_migrate(void *priv, struct page *newpage, struct page *page)
{
	struct avirtio *device = priv;
	u32 new_pfn, old_pfn;

	if (!avirtio_pfn(page_to_pfn(newpage), 1, PAGE_SHIFT, &new_pfn) ||
	    !avirtio_pfn(page_to_pfn(page), 1, PAGE_SHIFT, &old_pfn))
		return -EBUSY;
	avirtio_wire_begin(device);
	if (send_one(device, &device->inflate, new_pfn) ||
	    send_one(device, &device->deflate, old_pfn)) {
		get_page(page);
		device->left_behind = page;
		aero_balloon_break(device->balloon, "migrating a page");
	}
	return 0;
}

/**
 * avirtio_wire_release() - let go of what the device might still have acted on
 * @device: stopped and reset
 */
void avirtio_wire_release(struct avirtio *device)
{
	if (device->left_behind)
		put_page(device->left_behind);
	device->left_behind = NULL;
}

static void avirtio_report_size(void *priv, u64 pages)
{
	struct avirtio *device = priv;
	u32 actual = min_t(u64, pages * WIRE_PER_PAGE, U32_MAX);

	virtio_cwrite_le(device->vdev, struct virtio_balloon_config, actual, &actual);
	atomic64_inc(&device->config_writes);
}

static void show_count(struct seq_file *m, const char *name, const char *what,
		       const atomic64_t *count)
{
	seq_printf(m, "%s_%s %llu\n", name, what, (u64)atomic64_read(count));
}

static void show_queue(struct seq_file *m, const char *name, const struct avirtio_queue *queue)
{
	show_count(m, name, "buffers", &queue->buffers);
	show_count(m, name, "kicks", &queue->kicks);
	show_count(m, name, "interrupts", &queue->interrupts);
}

static void avirtio_show(void *priv, struct seq_file *m)
{
	struct avirtio *device = priv;

	seq_printf(m, "reporting %d\n", device->reporting);
	show_queue(m, "inflate", &device->inflate);
	show_queue(m, "deflate", &device->deflate);
	show_queue(m, "report", &device->report);
	avirtio_hint_show(&device->hint, m);
	seq_printf(m, "free_page_reporting %d\n", READ_ONCE(device->reporting_free));
	show_count(m, "free_page", "reports", &device->reports);
	show_count(m, "config", "reads", &device->config_reads);
	show_count(m, "config", "writes", &device->config_writes);
}

/**
 * avirtio_wire_init() - fill in what the engine is told of this transport
 * @device: its vdev has negotiated its features
 */
void avirtio_wire_init(struct avirtio *device)
{
	device->reporting = virtio_has_feature(device->vdev, VIRTIO_BALLOON_F_REPORTING) &&
			    avirtio_param_reporting_inflate();
	device->transport = (struct aero_transport){
		.name = "virtio",
		.ordered = true,
		.limits = limits,
		.deflate_on_oom = virtio_has_feature(device->vdev, VIRTIO_BALLOON_F_DEFLATE_ON_OOM),
		.batch_max = {
			[AERO_PAGE] = BATCH_PAGES,
			[AERO_BLOCK] = AVIRTIO_REPORT_CHAINS * AVIRTIO_REPORT_BLOCKS,
		},
		.inflate = avirtio_inflate,
		.deflate = avirtio_deflate,
		.migrate = avirtio_migrate,
		.report_size = avirtio_report_size,
		.rereport = device->reporting ? avirtio_report_again : NULL,
		.show = avirtio_show,
	};
}
