// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's own Xen balloon, as the engine's delegate.
 *
 * Theory of operation
 *
 * That driver is built into every kernel that runs on Xen, and has a target: the domain's
 * size in pages. The engine thinks of what is ballooned instead. Both meet in total_pages,
 * all memory that the kernel has pages for, which grows when the toolstack raises the
 * domain's maximum (the kernel then adds memory, as its own driver sees fit).
 *
 * Left out on purpose: a lock. The numbers are single words, which that driver itself reads
 * and writes without one, and the engine looks again soon.
 */
#include "guest/xen/delegate.h"

#include <linux/minmax.h>
#include <linux/mm_types.h>

#include <xen/balloon.h>

#include "guest/xen/domain.h"
#include "policy/env.h"

/* How often a balloon at rest looks whether somebody told the kernel's driver otherwise. */
#define LOOK_MS 1000

static u64 total_pages(void)
{
	return READ_ONCE(balloon_stats.total_pages);
}

static u64 axen_size(void *priv)
{
	return sat_sub_u64(total_pages(), READ_ONCE(balloon_stats.current_pages));
}

/* Nothing ballooned is the toolstack's size where that is more than the kernel has pages for yet. */
static void axen_go_for(void *priv, u64 pages)
{
	struct axen *domain = priv;
	u64 left_pages = sat_sub_u64(total_pages(), pages);

	if (!pages)
		left_pages = max(left_pages, READ_ONCE(domain->wish_pages));
	WRITE_ONCE(domain->left_pages, left_pages);
	if (left_pages != READ_ONCE(balloon_stats.target_pages))
		balloon_set_new_target(left_pages);
}

static int axen_get_target(void *priv, u64 *ret_pages)
{
	const struct axen *domain = priv;

	*ret_pages = sat_sub_u64(total_pages(), READ_ONCE(domain->wish_pages));
	return 0;
}

/* From now on the toolstack alone decides again. */
static int axen_finish(void *priv)
{
	const struct axen *domain = priv;

	balloon_set_new_target(READ_ONCE(domain->wish_pages));
	return 0;
}

/* The hypervisor counts what each domain has. */
static void axen_report_size(void *priv, u64 pages)
{
}

static const struct aero_delegate delegate = {
	.size = axen_size,
	.go_for = axen_go_for,
};

/**
 * axen_delegate_init() - fill in what the engine is told of this transport
 * @domain: its @transport is written
 */
void axen_delegate_init(struct axen *domain)
{
	domain->transport = (struct aero_transport){
		.name = "xen",
		.limits = pace_limits_r3,
		.poll_ms = LOOK_MS,
		.delegate = &delegate,
		.get_target = axen_get_target,
		.report_size = axen_report_size,
		.finish = axen_finish,
	};
}
