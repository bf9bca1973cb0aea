// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the toolstack wishes this domain to be: memory/target in xenstore.
 *
 * Theory of operation
 *
 * The toolstack writes the domain's size, in KiB, to memory/target. The kernel's own driver
 * watches that, too, was told first, and obeys at once. So it is stopped where it is until
 * the engine has decided what the wishes of both sides, the floor and the margin come to:
 * what it gives away below the floor, the hypervisor would not let it have back. Nothing is
 * written back: what the guest decided to do without is to be seen in the hypervisor's
 * count of its memory.
 *
 * The toolstack counts memory of an HVM or PVH domain that its kernel has never seen (the
 * firmware's, for one). The difference shows at the top: memory/static-max against what the
 * kernel found when it booted. A PV domain's kernel sees all.
 *
 * After a restore or a migration the kernel registers all watches anew, and each fires.
 */
#include "guest/xen/toolstack.h"

#include <linux/mm.h>

#include <xen/balloon.h>
#include <xen/xen.h>

#include "guest/xen/domain.h"
#include "policy/env.h"

#define KB_SHIFT (PAGE_SHIFT - 10)

static int read_pages(const char *node, u64 *ret_pages)
{
	unsigned long long kb;

	if (xenbus_scanf(XBT_NIL, "memory", node, "%llu", &kb) != 1)
		return -ENOENT;
	*ret_pages = kb >> KB_SHIFT;
	return 0;
}

static int read_wish(struct axen *domain)
{
	u64 pages;
	int err = read_pages("target", &pages);

	if (!err)
		WRITE_ONCE(domain->wish_pages, sat_sub_u64(pages, domain->unseen_pages));
	return err;
}

static void target_changed(struct xenbus_watch *watch, const char *path, const char *token)
{
	struct axen *domain = container_of(watch, struct axen, target_watch);
	u64 left_pages = READ_ONCE(domain->left_pages);

	if (left_pages)
		balloon_set_new_target(left_pages);
	if (!read_wish(domain))
		aero_balloon_kick(domain->balloon);
}

static u64 unseen_pages(void)
{
	u64 max_pages;

	if (xen_pv_domain() ||
	    (read_pages("static-max", &max_pages) && read_pages("memory_static_max", &max_pages)))
		return 0;
	return sat_sub_u64(max_pages, READ_ONCE(balloon_stats.total_pages));
}

/**
 * axen_toolstack_init() - find out what the toolstack wishes now
 * @domain: its @unseen_pages and @wish_pages are written
 *
 * Return: 0, or -ENOENT where no toolstack has set a target: then none resizes this domain.
 * Context: process.
 */
int axen_toolstack_init(struct axen *domain)
{
	domain->unseen_pages = unseen_pages();
	return read_wish(domain);
}

/**
 * axen_toolstack_watch() - follow what the toolstack wishes
 * @domain: with its balloon
 *
 * Return: 0 or a negative errno.
 * Context: process.
 */
int axen_toolstack_watch(struct axen *domain)
{
	domain->target_watch.node = "memory/target";
	domain->target_watch.callback = target_changed;
	return register_xenbus_watch(&domain->target_watch);
}

/**
 * axen_toolstack_unwatch() - follow it no longer; no callback is going on when this returns
 * @domain: watched
 *
 * Context: process.
 */
void axen_toolstack_unwatch(struct axen *domain)
{
	unregister_xenbus_watch(&domain->target_watch);
}
