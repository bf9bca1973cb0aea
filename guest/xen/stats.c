// SPDX-License-Identifier: GPL-2.0-only
/*
 * The domain's memory for the toolstack: data/meminfo_total and data/meminfo_free in xenstore.
 *
 * The keys are those of XenServer's guest agents, which XAPI and its successors read: KiB,
 * the second one what can be had without swapping; data/updated says that there is news.
 * Off unless asked for: where such an agent runs, the keys are the agent's.
 */
#include "guest/xen/stats.h"

#include <linux/jiffies.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/sysfs.h>
#include <linux/workqueue.h>

#include <xen/xenbus.h>

#include "guest/engine/meminfo.h"

#define INTERVAL_MAX_S 3600

static unsigned int interval_s;

static int interval_set(const char *text, const struct kernel_param *param)
{
	unsigned int value;

	if (kstrtouint(text, 10, &value) || value > INTERVAL_MAX_S)
		return -EINVAL;
	interval_s = value;
	return 0;
}

static int interval_get(char *buf, const struct kernel_param *param)
{
	return sysfs_emit(buf, "%u\n", interval_s);
}

static const struct kernel_param_ops interval_ops = { .set = interval_set, .get = interval_get };
/* Read-only once loaded, so that nothing has to be started or stopped in between. */
module_param_cb(stats_interval_s, &interval_ops, NULL, 0444);
MODULE_PARM_DESC(stats_interval_s,
		 "Seconds (1-3600) between statistics for the toolstack; 0: none (default)");

static int write_kb(const char *node, u64 pages)
{
	return xenbus_printf(XBT_NIL, "data", node, "%llu", pages << (PAGE_SHIFT - 10));
}

static void publish(struct work_struct *work)
{
	struct aero_meminfo info;

	aero_meminfo_read(&info);
	if (write_kb("meminfo_total", info.total_pages) ||
	    write_kb("meminfo_free", info.available_pages) ||
	    xenbus_write(XBT_NIL, "data", "updated", "1"))
		pr_notice_once("aerostat: xenstore does not take the statistics\n");
	queue_delayed_work(system_freezable_wq, to_delayed_work(work), interval_s * HZ);
}

static DECLARE_DELAYED_WORK(stats_work, publish);

/**
 * axen_stats_start() - begin to tell, if that is wanted
 *
 * Context: process.
 */
void axen_stats_start(void)
{
	if (interval_s)
		queue_delayed_work(system_freezable_wq, &stats_work, 0);
}

/**
 * axen_stats_stop() - tell nothing any more
 *
 * Context: process; waits for xenstore if something is being told.
 */
void axen_stats_stop(void)
{
	cancel_delayed_work_sync(&stats_work);
}
