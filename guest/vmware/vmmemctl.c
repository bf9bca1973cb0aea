// SPDX-License-Identifier: GPL-2.0-only
/*
 * debugfs: vmmemctl, which scripts know from VMware's own driver.
 *
 * Lines of "name: number", names and their order as in VMware's driver of old. A line for
 * `lock` or `unlock` counts commands of all three kinds; allocations, refused and kept ones
 * (errAlloc, errFree) are entries: a page or a block.
 */
#include "guest/vmware/vmmemctl.h"

#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "guest/engine/status.h"
#include "guest/vmware/device.h"

static void show_size(struct seq_file *m, const char *name, u64 number, const char *unit)
{
	seq_printf(m, "%-19s %8llu %s\n", name, number, unit);
}

static void show_count(struct seq_file *m, const char *name, u64 number)
{
	seq_printf(m, "%-19s %8llu\n", name, number);
}

static void show_tries(struct seq_file *m, const char *name, u64 number, u64 failed)
{
	seq_printf(m, "%-19s %8llu (%4llu failed)\n", name, number, failed);
}

/* The sum over some commands; @commands ends with one that has no number. */
static void show_calls(struct seq_file *m, const char *name, const struct avmware *device,
		       const enum avmware_command *commands)
{
	u64 made = 0, failed = 0;

	for (; *commands != AVMWARE_NR_COMMANDS; commands++) {
		made += READ_ONCE(device->calls[*commands].made);
		failed += READ_ONCE(device->calls[*commands].failed);
	}
	show_tries(m, name, made, failed);
}

#define CALLS(m, name, device, ...)       \
	show_calls((m), (name), (device), \
		   (const enum avmware_command[]){ __VA_ARGS__, AVMWARE_NR_COMMANDS })

static void show_allocs(struct seq_file *m, const char *name, u64 got, u64 failed)
{
	show_tries(m, name, got + failed, failed);
}

static int vmmemctl_show(struct seq_file *m, void *unused)
{
	const struct avmware *device = m->private;
	struct aero_status status;
	const u64 *counters = status.counters;

	aero_balloon_status(device->balloon, &status);
	show_size(m, "target:", status.target_pages, "pages");
	show_size(m, "current:", status.size_pages, "pages");
	show_size(m, "rateNoSleepAlloc:", status.nosleep_pages, "pages/sec");
	show_size(m, "rateSleepAlloc:", status.sleep_pages, "pages/sec");
	show_size(m, "rateFree:", status.free_pages, "pages/sec");
	seq_putc(m, '\n');
	show_count(m, "timer:", counters[AERO_CYCLES]);
	CALLS(m, "start:", device, AVMWARE_START);
	CALLS(m, "guestType:", device, AVMWARE_GUEST_ID);
	CALLS(m, "lock:", device, AVMWARE_LOCK, AVMWARE_BATCHED_LOCK, AVMWARE_BATCHED_2M_LOCK);
	CALLS(m, "unlock:", device, AVMWARE_UNLOCK, AVMWARE_BATCHED_UNLOCK,
	      AVMWARE_BATCHED_2M_UNLOCK);
	CALLS(m, "target:", device, AVMWARE_GET_TARGET);
	show_allocs(m, "primNoSleepAlloc:", counters[AERO_ALLOC_NOSLEEP],
		    counters[AERO_ALLOC_NOSLEEP_FAILED]);
	show_allocs(m, "primCanSleepAlloc:", counters[AERO_ALLOC_SLEEP],
		    counters[AERO_ALLOC_SLEEP_FAILED]);
	show_count(m, "primFree:", counters[AERO_DEFLATED_PAGES]);
	show_count(m, "errAlloc:", counters[AERO_REFUSED_ENTRIES]);
	show_count(m, "errFree:", counters[AERO_KEPT_ENTRIES]);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(vmmemctl);

/**
 * avmware_vmmemctl_create() - make the file
 * @device: with its balloon
 *
 * Failure is not an error, as usual with debugfs.
 *
 * Return: for debugfs_remove(), which waits for the file's readers.
 */
struct dentry *avmware_vmmemctl_create(struct avmware *device)
{
	return debugfs_create_file("vmmemctl", 0400, NULL, device, &vmmemctl_fops);
}
