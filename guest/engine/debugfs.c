// SPDX-License-Identifier: GPL-2.0-only
/* debugfs: aerostat/<balloon>/counters. For people and tests; not an interface to rely on. */
#include "guest/engine/debugfs.h"

#include <linux/debugfs.h>
#include <linux/seq_file.h>

#include "guest/engine/balloon.h"

static struct dentry *root;

static int counters_show(struct seq_file *m, void *unused)
{
	struct aero_balloon *balloon = m->private;
	enum aero_counter which;

	for (which = 0; which < AERO_NR_COUNTERS; which++)
		seq_printf(m, "%s %llu\n", aero_counter_name(which),
			   (u64)atomic64_read(&balloon->counters.value[which]));
	seq_printf(m, "limbo_pages %ld\n", atomic_long_read(&balloon->pool.nr_limbo));
	if (balloon->transport->show)
		balloon->transport->show(balloon->priv, m);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(counters);

/** aero_debugfs_init() - make the directory of all balloons */
void aero_debugfs_init(void)
{
	root = debugfs_create_dir("aerostat", NULL);
}

/** aero_debugfs_exit() - remove it */
void aero_debugfs_exit(void)
{
	debugfs_remove(root);
}

/**
 * aero_debugfs_add() - make a balloon's directory
 * @balloon: with its device
 *
 * Failure is not an error, as usual with debugfs.
 */
void aero_debugfs_add(struct aero_balloon *balloon)
{
	balloon->debugfs = debugfs_create_dir(dev_name(balloon->dev), root);
	debugfs_create_file("counters", 0400, balloon->debugfs, balloon, &counters_fops);
}

/**
 * aero_debugfs_remove() - remove a balloon's directory; waits for its readers
 * @balloon: the balloon
 */
void aero_debugfs_remove(struct aero_balloon *balloon)
{
	debugfs_remove(balloon->debugfs);
}
