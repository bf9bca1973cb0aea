// SPDX-License-Identifier: GPL-2.0-only
/*
 * Free page hinting: names memory that need not be copied when the guest is migrated.
 *
 * Theory of operation
 *
 * A host that migrates the guest writes a command into the configuration (VIRTIO 1.2,
 * 5.5.6.4): a new id asks for a round of hints, and ends one that is going on. A round is
 * a buffer with that id, buffers of memory whose content nobody needs, and a buffer
 * that says stop. Held memory is named first, then the guest's free memory.
 *
 * A driver may use hinted memory again at any time, provided that it writes to it before
 * it reads it, which is true of everything that comes from the page allocator. This one
 * waits for the device to have used the hint before, because a hint that a host takes up
 * after the guest has written would lose what was written. So nothing needs to be
 * kept until the migration is over, and the command "done" only ends a round.
 *
 * Free memory has to be allocated to be named. Where allocating writes to it, that would
 * make the host provide memory again that free page reporting has given back; where
 * freeing writes to it, the hint would be void. It is left alone in these cases.
 *
 * The host says that its configuration changed, not what: it may be the target. So a round
 * looks at the command again, and goes on unless that asks for another round or says "done".
 * "Stop" says nothing here, because QEMU shows it while it is taking hints. A host that means it
 * passes over what it gets until then.
 */
#include "guest/virtio/hint.h"

#include <linux/mm.h>
#include <linux/scatterlist.h>
#include <linux/seq_file.h>
#include <linux/virtio_balloon.h>
#include <linux/virtio_config.h>

#include "guest/virtio/device.h"
#include "guest/virtio/wire.h"

/* What a visitor returns when the round is over before its time. */
#define ROUND_IS_OVER 1

static struct avirtio *device_of(struct avirtio_hint *hint)
{
	return container_of(hint, struct avirtio, hint);
}

static u32 look_at_command(struct avirtio_hint *hint)
{
	if (atomic_xchg(&hint->changed, 0))
		virtio_cread_le(device_of(hint)->vdev, struct virtio_balloon_config,
				free_page_hint_cmd_id, &hint->seen_id);
	return hint->seen_id;
}

static bool is_over(struct avirtio_hint *hint)
{
	u32 id = look_at_command(hint);

	return READ_ONCE(hint->stopping) ||
	       (id != hint->current_id && id != VIRTIO_BALLOON_CMD_ID_STOP);
}

static int send_command(struct avirtio_hint *hint, u32 id)
{
	struct avirtio *device = device_of(hint);
	struct scatterlist sg;
	int err;

	if (!aero_balloon_begin_exchange(device->balloon))
		return -EBUSY;
	avirtio_wire_begin(device);
	hint->command = cpu_to_virtio32(device->vdev, id);
	sg_init_one(&sg, &hint->command, sizeof(hint->command));
	err = avirtio_wire_add(device, &hint->queue, &sg, 1, false);
	if (!err)
		err = avirtio_wire_run(device, &hint->queue);
	aero_balloon_end_exchange(device->balloon, err, "hinting");
	return err;
}

/* One buffer for each range: old hosts look at the first part of a buffer only. */
static int send_ranges(void *priv, const struct aero_range *ranges, unsigned int nr)
{
	struct avirtio *device = priv;
	struct avirtio_hint *hint = &device->hint;
	unsigned int i;
	int err = 0;

	if (is_over(hint))
		return ROUND_IS_OVER;
	avirtio_wire_begin(device);
	for (i = 0; i < nr && !err; i++) {
		struct scatterlist sg;

		sg_init_table(&sg, 1);
		sg_set_page(&sg, pfn_to_page(ranges[i].pfn), ranges[i].nr_pages << PAGE_SHIFT, 0);
		err = avirtio_wire_add(device, &hint->queue, &sg, 1, true);
		atomic64_add(ranges[i].nr_pages, &hint->pages);
	}
	return err ? err : avirtio_wire_run(device, &hint->queue);
}

static bool hints_free_memory(const struct avirtio *device)
{
	if (want_init_on_free() || page_poisoning_enabled_static())
		return false;
	return !(want_init_on_alloc(GFP_HIGHUSER_MOVABLE) && device->reporting_free);
}

static void hint_round(struct avirtio_hint *hint)
{
	struct avirtio *device = device_of(hint);
	int ret;

	if (send_command(hint, hint->current_id))
		return;
	ret = aero_balloon_walk_held(device->balloon, send_ranges);
	if (!ret && hints_free_memory(device))
		ret = aero_balloon_walk_free(device->balloon, send_ranges);
	if (!send_command(hint, VIRTIO_BALLOON_CMD_ID_STOP) && ret != ROUND_IS_OVER)
		atomic64_inc(&hint->rounds);
}

static void hint_work(struct work_struct *work)
{
	struct avirtio_hint *hint = container_of(work, struct avirtio_hint, work);
	u32 id;

	if (READ_ONCE(hint->stopping))
		return;
	id = look_at_command(hint);
	if (id == hint->current_id || id == VIRTIO_BALLOON_CMD_ID_STOP ||
	    id == VIRTIO_BALLOON_CMD_ID_DONE)
		return;
	hint->current_id = id;
	hint_round(hint);
}

/**
 * avirtio_hint_init() - make hints without a queue
 * @hint: zeroed memory that a device may read (not on the stack)
 */
void avirtio_hint_init(struct avirtio_hint *hint)
{
	avirtio_queue_init(&hint->queue);
	INIT_WORK(&hint->work, hint_work);
	hint->stopping = true;
}

/**
 * avirtio_hint_start() - follow the host's commands
 * @hint: stopped; the device is ready and its balloon started
 *
 * Context: process.
 */
void avirtio_hint_start(struct avirtio_hint *hint)
{
	hint->current_id = VIRTIO_BALLOON_CMD_ID_STOP;
	hint->seen_id = VIRTIO_BALLOON_CMD_ID_STOP;
	WRITE_ONCE(hint->stopping, false);
	avirtio_hint_config_changed(hint); /* There may be a command already. */
}

/**
 * avirtio_hint_stop() - end a round that is going on, and begin none
 * @hint: in any state; its queue still exists
 *
 * Context: process; waits for the exchange that is going on, and for the one that ends the round.
 */
void avirtio_hint_stop(struct avirtio_hint *hint)
{
	WRITE_ONCE(hint->stopping, true);
	cancel_work_sync(&hint->work);
}

/**
 * avirtio_hint_interrupt() - the device used a buffer
 * @hint: with a queue
 *
 * Context: interrupt.
 */
void avirtio_hint_interrupt(struct avirtio_hint *hint)
{
	avirtio_queue_interrupt(&hint->queue);
}

/**
 * avirtio_hint_config_changed() - the configuration may have a new command
 * @hint: in any state
 *
 * Context: any.
 */
void avirtio_hint_config_changed(struct avirtio_hint *hint)
{
	if (!hint->queue.vq)
		return;
	atomic_set(&hint->changed, 1);
	queue_work(system_freezable_wq, &hint->work);
}

/**
 * avirtio_hint_show() - the counters, for debugfs
 * @hint: in any state
 * @m: where to
 */
void avirtio_hint_show(const struct avirtio_hint *hint, struct seq_file *m)
{
	seq_printf(m, "hint_rounds %llu\nhint_pages %llu\n", (u64)atomic64_read(&hint->rounds),
		   (u64)atomic64_read(&hint->pages));
}
