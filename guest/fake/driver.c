// SPDX-License-Identifier: GPL-2.0-only
/*
 * aerostat_fake.ko: a balloon of an imaginary host, for tests only.
 *
 * It is driven through /sys/kernel/debug/aerostat_fake/:
 *
 *	host_target_kb	the host's target (write), rounded down to pages
 *	host_target_pages	the same in pages: any 64 bits
 *	fault		what goes wrong from now on; see fault.h for the words
 *	luck		a seed: from now on chance decides what goes wrong; 0 ends that (write);
 *			see luck.c
 *	host_reset	1: the host forgets everything now (write)
 *	referee		what the host saw; see host.h
 *
 * Loading it takes memory from the guest that nobody gets. Never load it outside of a test.
 */
#include <linux/debugfs.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "guest/fake/device.h"
#include "guest/fake/wire.h"

#define BATCH_PAGES_MAX 65536
#define BATCH_BLOCKS_MAX 128
#define ANSWER_TIMEOUT_MAX_MS 60000
/* Longer than any plan that makes sense. */
#define FAULT_TEXT_MAX 256

static unsigned int batch_pages = 1024;
module_param(batch_pages, uint, 0444);
MODULE_PARM_DESC(batch_pages, "Most pages in one batch, 1-65536 (default 1024)");

static unsigned int batch_blocks = 32;
module_param(batch_blocks, uint, 0444);
MODULE_PARM_DESC(batch_blocks, "Most blocks in one batch, 0-128; 0: no blocks (default 32)");

static unsigned int answer_timeout_ms = 1000;
module_param(answer_timeout_ms, uint, 0444);
MODULE_PARM_DESC(answer_timeout_ms, "How long to wait for a mute host, 0-60000 (default 1000)");

static unsigned int pattern_bytes;
module_param(pattern_bytes, uint, 0444);
MODULE_PARM_DESC(pattern_bytes, "Bytes of each page to watch while the host has it, 0-4096, by 8 (default 0)");

static bool controls_host;
module_param(controls_host, bool, 0444);
MODULE_PARM_DESC(controls_host, "Pretend that this guest is the one that controls the host (default N)");

static struct afake fake;
static struct dentry *debugfs;

static int host_target_kb_set(void *unused, u64 kb)
{
	aero_balloon_set_host_target(fake.balloon, kb >> (PAGE_SHIFT - 10));
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(host_target_kb_fops, NULL, host_target_kb_set, "%llu\n");

static int host_target_pages_set(void *unused, u64 pages)
{
	aero_balloon_set_host_target(fake.balloon, pages);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(host_target_pages_fops, NULL, host_target_pages_set, "%llu\n");

static int host_reset_set(void *unused, u64 value)
{
	if (value != 1)
		return -EINVAL;
	afake_wire_reset(&fake);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(host_reset_fops, NULL, host_reset_set, "%llu\n");

static ssize_t fault_write(struct file *file, const char __user *buffer, size_t count,
			   loff_t *position)
{
	struct fault_plan plan;
	char *text;
	bool good;

	if (count > FAULT_TEXT_MAX)
		return -EINVAL;
	text = memdup_user_nul(buffer, count);
	if (IS_ERR(text))
		return PTR_ERR(text);
	good = strlen(text) == count && fault_parse(text, &plan);
	kfree(text);
	if (!good)
		return -EINVAL;
	mutex_lock(&fake.lock);
	fake.plan = plan;
	mutex_unlock(&fake.lock);
	return count;
}

static const struct file_operations fault_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = fault_write,
};

static int luck_set(void *unused, u64 seed)
{
	mutex_lock(&fake.lock);
	if (seed)
		luck_start(&fake.luck, seed);
	else
		fake.luck.rules = false;
	mutex_unlock(&fake.lock);
	return 0;
}
DEFINE_DEBUGFS_ATTRIBUTE(luck_fops, NULL, luck_set, "%llu\n");

/* Chance does not forget what it decided when it no longer rules. */
static void show_luck(struct seq_file *m, const struct luck *luck)
{
	static const char *const calls[FAULT_NR_CALLS] = {
		[FAULT_CALL_FINE] = "fine",   [FAULT_CALL_BUSY] = "busy",
		[FAULT_CALL_AGAIN] = "again", [FAULT_CALL_GONE] = "gone",
		[FAULT_CALL_RESET] = "reset", [FAULT_CALL_DEAD] = "dead",
		[FAULT_CALL_MUTE] = "mute",   [FAULT_CALL_ALLOCATE] = "allocate",
	};
	static const char *const entries[FAULT_NR_ENTRIES] = {
		[FAULT_ENTRY_TAKE] = "taken",
		[FAULT_ENTRY_REFUSE] = "refused",
		[FAULT_ENTRY_NOT_NEEDED] = "not_needed",
	};
	unsigned int i;

	for (i = 0; i < FAULT_NR_CALLS; i++)
		seq_printf(m, "luck_call_%s %llu\n", calls[i], luck->ended[i]);
	for (i = 0; i < FAULT_NR_ENTRIES; i++)
		seq_printf(m, "luck_entry_%s %llu\n", entries[i], luck->judged[i]);
}

static int referee_show(struct seq_file *m, void *unused)
{
	unsigned int op;

	mutex_lock(&fake.lock);
	afake_host_show(&fake.host, m);
	for (op = 0; op < FAULT_NR_OPS; op++)
		seq_printf(m, "calls_%s %llu\n", fault_op_name(op), fake.calls[op]);
	show_luck(m, &fake.luck);
	mutex_unlock(&fake.lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(referee);

static void add_debugfs(void)
{
	debugfs = debugfs_create_dir("aerostat_fake", NULL);
	debugfs_create_file_unsafe("host_target_kb", 0200, debugfs, NULL, &host_target_kb_fops);
	debugfs_create_file_unsafe("host_target_pages", 0200, debugfs, NULL,
				   &host_target_pages_fops);
	debugfs_create_file_unsafe("host_reset", 0200, debugfs, NULL, &host_reset_fops);
	debugfs_create_file_unsafe("luck", 0200, debugfs, NULL, &luck_fops);
	debugfs_create_file("fault", 0200, debugfs, NULL, &fault_fops);
	debugfs_create_file("referee", 0400, debugfs, NULL, &referee_fops);
}

static bool params_make_sense(void)
{
	return batch_pages && batch_pages <= BATCH_PAGES_MAX && batch_blocks <= BATCH_BLOCKS_MAX &&
	       answer_timeout_ms <= ANSWER_TIMEOUT_MAX_MS && pattern_bytes <= PAGE_SIZE &&
	       pattern_bytes % 8 == 0;
}

static int __init afake_init(void)
{
	int err;

	if (!params_make_sense())
		return -EINVAL;
	mutex_init(&fake.lock);
	fake.answer_timeout_ms = answer_timeout_ms;
	err = afake_host_init(&fake.host, pattern_bytes);
	if (err)
		return err;
	afake_wire_init(&fake, batch_pages, batch_blocks);
	fake.transport.controls_host = controls_host;
	fake.balloon = aero_balloon_create(&fake.transport, &fake, NULL, "fake0");
	if (IS_ERR(fake.balloon)) {
		afake_host_exit(&fake.host);
		return PTR_ERR(fake.balloon);
	}
	add_debugfs();
	aero_balloon_start(fake.balloon);
	return 0;
}
module_init(afake_init);

/* The last line tells a test what the engine left behind, when debugfs cannot any more. */
static void __exit afake_exit(void)
{
	u64 fouls = 0;
	unsigned int i;

	debugfs_remove(debugfs);
	aero_balloon_stop(fake.balloon);
	for (i = 0; i < AFAKE_NR_FOULS; i++)
		fouls += fake.host.fouls[i];
	pr_info("aerostat_fake: unloaded: held_pages %llu fouls %llu\n", fake.host.held_pages,
		fouls);
	afake_host_forget(&fake.host);
	aero_balloon_drop(fake.balloon);
	aero_balloon_destroy(fake.balloon);
	afake_host_exit(&fake.host);
}
module_exit(afake_exit);

MODULE_DESCRIPTION("Imaginary transport of the memory balloon engine, injects faults (tests only)");
MODULE_LICENSE("GPL");
