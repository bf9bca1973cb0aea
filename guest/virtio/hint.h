/* SPDX-License-Identifier: GPL-2.0-only */
/* Free page hinting: names memory that need not be copied when the guest is migrated. */
#ifndef AVIRTIO_HINT_H
#define AVIRTIO_HINT_H

#include <linux/atomic.h>
#include <linux/virtio_types.h>
#include <linux/workqueue.h>

#include "guest/virtio/queue.h"

struct seq_file;

/**
 * struct avirtio_hint - see the file's first line
 * @queue: free_page_vq; no vq unless offered
 * @work: a round of hints
 * @changed: the configuration may have a new command; set in interrupts
 * @stopping: no round may begin or go on; set before @work is cancelled
 * @current_id: the round that is going on, or the last one; 0 = none so far
 * @seen_id: the command at the last look
 * @command: what the device reads; @work only
 * @rounds: rounds that came to their end, and not to another command
 * @pages: guest pages named in all rounds
 *
 * All without a word belong to @work. Anybody may read the counts.
 */
struct avirtio_hint {
	struct avirtio_queue queue;
	struct work_struct work;
	atomic_t changed;
	bool stopping;
	u32 current_id;
	u32 seen_id;
	__virtio32 command;
	atomic64_t rounds;
	atomic64_t pages;
};

void avirtio_hint_init(struct avirtio_hint *hint);
void avirtio_hint_start(struct avirtio_hint *hint);
void avirtio_hint_stop(struct avirtio_hint *hint);
void avirtio_hint_interrupt(struct avirtio_hint *hint);
void avirtio_hint_config_changed(struct avirtio_hint *hint);
void avirtio_hint_show(const struct avirtio_hint *hint, struct seq_file *m);

#endif /* AVIRTIO_HINT_H */
