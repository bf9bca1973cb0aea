// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is in a buffer, and what the device makes of it.
 *
 * With patterns, memory is written to when its buffer is taken and looked at when the
 * buffer is used: the driver must not touch it in between, nor, if it was inflated, before
 * its deflation is used or the device is reset.
 */
#include "guest/device/buffer.h"

#include <linux/io.h>
#include <linux/mm.h>
#include <linux/virtio_balloon.h>
#include <linux/virtio_config.h>

#include "guest/device/device.h"
#include "guest/fake/pattern.h"

#define PFN_BYTES (1UL << BOOK_PFN_SHIFT)

static bool accepted(const struct adev *device, unsigned int feature)
{
	return virtio_has_feature(&device->vdev, feature);
}

/* Memory of one page, or NULL where none is. */
static void *memory_of(struct adev *device, u64 pfn)
{
	phys_addr_t address = (phys_addr_t)pfn << BOOK_PFN_SHIFT;

	if (pfn < device->book.nr_pfns && pfn_valid(PHYS_PFN(address)))
		return phys_to_virt(address);
	book_foul(&device->book, BOOK_BEYOND_RAM);
	return NULL;
}

/*
 * How much of each page is marked, and how many pages of what is reported. Rounds of fuzzing
 * move so much memory that there is time for a part only; whoever uses memory by mistake will
 * hardly spare that.
 */
static size_t marked_bytes(const struct adev *device)
{
	return adev_rounds_going_on(&device->rounds) ? 64 : PFN_BYTES;
}

static unsigned int marked_stride(const struct adev *device)
{
	return adev_rounds_going_on(&device->rounds) ? 128 : 1;
}

static void write_page(struct adev *device, u64 pfn, u64 pattern)
{
	void *memory = memory_of(device, pfn);

	if (memory && device->pattern)
		pattern_write(memory, marked_bytes(device), pattern);
}

static void check_page(struct adev *device, u64 pfn, u64 pattern)
{
	const void *memory = memory_of(device, pfn);

	if (memory && device->pattern && !pattern_holds(memory, marked_bytes(device), pattern))
		book_foul(&device->book, BOOK_SCRIBBLED);
}

static void take_inflated(struct adev *device, u64 pfn)
{
	if (book_inflate(&device->book, pfn))
		write_page(device, pfn, pattern_of(pfn));
}

static void use_inflated(struct adev *device, u64 pfn)
{
	if (book_has(&device->book, pfn))
		check_page(device, pfn, pattern_of(pfn));
}

static void use_deflated(struct adev *device, u64 pfn)
{
	use_inflated(device, pfn);
	book_deflate(&device->book, pfn);
}

/**
 * adev_buffer_check_held() - look whether the driver left alone what it gave away
 * @device: the device, about to forget what it has
 *
 * Context: process; called with the lock.
 */
void adev_buffer_check_held(struct adev *device)
{
	u64 left = device->book.held_pfns;
	u64 pfn;

	lockdep_assert_held(&device->lock);
	for (pfn = 0; left && pfn < device->book.nr_pfns; pfn++) {
		left -= book_has(&device->book, pfn);
		use_inflated(device, pfn);
	}
}

/* Inflate and deflate queue: an array of PFNs. */
static void look_at_pfns(struct adev *device, unsigned int nr_parts, enum buffer_stage stage,
			 bool inflate)
{
	const struct book_part *part = device->parts;
	const __virtio32 *wire;
	u32 last = 0;
	u32 i;

	if (!book_pfn_buffer(&device->book, part, nr_parts))
		return;
	wire = phys_to_virt(part->addr);
	for (i = 0; i < part->len / sizeof(*wire); i++) {
		u32 pfn = virtio32_to_cpu(&device->vdev, wire[i]);

		if (stage == BUFFER_TAKEN && i && pfn <= last)
			book_foul(&device->book, BOOK_UNSORTED);
		last = pfn;
		if (stage == BUFFER_TAKEN && inflate)
			take_inflated(device, pfn);
		else if (stage == BUFFER_USED && inflate)
			use_inflated(device, pfn);
		else if (stage == BUFFER_USED)
			use_deflated(device, pfn);
	}
}

/* What the device makes of memory whose content does not count: it may change, but not anyhow. */
static u64 discarded(const struct adev *device, u64 pfn)
{
	if (accepted(device, VIRTIO_BALLOON_F_PAGE_POISON))
		return (u64)device->poison << 32 | device->poison;
	return pattern_of(pfn);
}

/* A part of a report or a hint; the balloon's own pages, which may be hinted, are left alone. */
static void discard(struct adev *device, const struct book_part *part, enum buffer_stage stage)
{
	u64 pfn = part->addr >> BOOK_PFN_SHIFT;
	u64 end = pfn + (part->len >> BOOK_PFN_SHIFT);

	for (; pfn < end; pfn += marked_stride(device)) {
		if (book_has(&device->book, pfn))
			continue;
		if (stage == BUFFER_TAKEN)
			write_page(device, pfn, discarded(device, pfn));
		else
			check_page(device, pfn, discarded(device, pfn));
	}
}

static void look_at_report(struct adev *device, unsigned int nr_parts, enum buffer_stage stage)
{
	unsigned int i;

	for (i = 0; i < nr_parts; i++) {
		const struct book_part *part = &device->parts[i];

		if (!book_memory_part(&device->book, part))
			continue;
		if (stage == BUFFER_TAKEN) {
			book_report_part(&device->book, part);
			device->reported_pfns += part->len >> BOOK_PFN_SHIFT;
		}
		discard(device, part, stage);
	}
}

static void take_command(struct adev *device, const struct book_part *part)
{
	if (part->len != sizeof(__virtio32)) {
		book_foul(&device->book, BOOK_BAD_HINT);
		return;
	}
	book_hint_command(&device->book,
			  virtio32_to_cpu(&device->vdev,
					  *(const __virtio32 *)phys_to_virt(part->addr)));
}

/* Hint queue: what the driver reads in is a command, what the device may write to is memory. */
static void look_at_hint(struct adev *device, unsigned int nr_parts, enum buffer_stage stage)
{
	unsigned int i;

	for (i = 0; i < nr_parts; i++) {
		const struct book_part *part = &device->parts[i];

		if (!part->device_writes) {
			if (stage == BUFFER_TAKEN)
				take_command(device, part);
			continue;
		}
		if (stage == BUFFER_TAKEN && !device->book.hinting)
			book_foul(&device->book, BOOK_BAD_HINT);
		if (!book_memory_part(&device->book, part))
			continue;
		if (stage == BUFFER_TAKEN)
			device->hinted_pfns += part->len >> BOOK_PFN_SHIFT;
		discard(device, part, stage);
	}
}

static void take_stats(struct adev *device, unsigned int nr_parts)
{
	const struct book_part *part = device->parts;
	u32 nr = part->len / BOOK_STAT_BYTES;
	u64 values[BOOK_NR_TAGS];
	u16 tags[BOOK_NR_TAGS];
	const u8 *entry;
	u32 i;

	if (nr_parts != 1 || part->device_writes || part->len % BOOK_STAT_BYTES ||
	    nr > BOOK_NR_TAGS || device->queues[PLAN_STATS].nr_pending) {
		book_foul(&device->book, BOOK_BAD_STATS);
		return;
	}
	entry = phys_to_virt(part->addr);
	for (i = 0; i < nr; i++, entry += BOOK_STAT_BYTES) {
		const struct virtio_balloon_stat *stat = (const void *)entry;

		tags[i] = virtio16_to_cpu(&device->vdev, stat->tag);
		values[i] = virtio64_to_cpu(&device->vdev, stat->val);
	}
	book_stats(&device->book, tags, values, nr);
}

/**
 * adev_buffer_look() - act on a buffer, and tell the referee
 * @device: the device
 * @number: the queue
 * @head: the buffer's number there
 * @stage: whether it was just taken or is about to be used
 *
 * Context: process; called with the lock.
 */
void adev_buffer_look(struct adev *device, enum plan_queue number, u16 head,
		      enum buffer_stage stage)
{
	unsigned int nr = ring_parts(&device->queues[number].ring, head, device->parts);

	if (!nr) {
		book_foul(&device->book, BOOK_BAD_CHAIN);
		return;
	}
	switch (number) {
	case PLAN_INFLATE:
	case PLAN_DEFLATE:
		look_at_pfns(device, nr, stage, number == PLAN_INFLATE);
		break;
	case PLAN_STATS:
		if (stage == BUFFER_TAKEN)
			take_stats(device, nr);
		break;
	case PLAN_HINT:
		look_at_hint(device, nr, stage);
		break;
	case PLAN_REPORT:
		look_at_report(device, nr, stage);
		break;
	case PLAN_NR_QUEUES:
		break;
	}
}
