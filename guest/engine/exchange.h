/* SPDX-License-Identifier: GPL-2.0-only */
/* The exchanges with the host: memory changes hands here and nowhere else. */
#ifndef AERO_EXCHANGE_H
#define AERO_EXCHANGE_H

#include <linux/balloon.h>
#include <linux/migrate_mode.h>

#include "guest/engine/transport.h"

/**
 * struct aero_tally - what an inflate exchange came to
 * @taken_pages: guest pages that the host took
 * @refused: entries that it refused
 * @not_needed: it wants no more
 */
struct aero_tally {
	u64 taken_pages;
	unsigned int refused;
	bool not_needed;
};

int aero_exchange_inflate(struct aero_balloon *balloon, struct aero_batch *batch,
			  struct aero_tally *ret_tally);
int aero_exchange_deflate(struct aero_balloon *balloon, struct aero_batch *batch, unsigned int nr);
int aero_exchange_try_deflate(struct aero_balloon *balloon, struct aero_batch *batch,
			      unsigned int nr);
int aero_exchange_evacuate(struct aero_balloon *balloon, struct aero_batch *batch,
			   const struct aero_range *range);
void aero_exchange_strand(struct aero_balloon *balloon, const struct aero_batch *batch);
int aero_exchange_split(struct aero_balloon *balloon, struct aero_batch *batch, unsigned int nr);
void aero_exchange_report(struct aero_balloon *balloon);
int aero_exchange_restart(struct aero_balloon *balloon);
int aero_exchange_get_target(struct aero_balloon *balloon);
bool aero_exchange_go_for(struct aero_balloon *balloon, u64 pages);
void aero_exchange_try_go_for(struct aero_balloon *balloon, u64 pages);
int aero_exchange_finish(struct aero_balloon *balloon);
int aero_exchange_migrate(struct balloon_dev_info *core, struct page *newpage, struct page *page,
			  enum migrate_mode mode);

#endif /* AERO_EXCHANGE_H */
