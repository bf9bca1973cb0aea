// SPDX-License-Identifier: GPL-2.0-only
/*
 * aerostat_device.ko: a virtio balloon device inside the guest that misbehaves, for tests only.
 *
 * Its shape is given by parameters, which a driver meets when it is loaded the next time.
 * It is driven through /sys/kernel/debug/aerostat_device/:
 *
 *	num_pages	the target, any 32 bits; tells the driver (write)
 *	hint_command	the configuration space's free_page_hint_cmd_id; likewise
 *	asleep		1 puts the device to sleep as the guest's suspend would, 0 wakes it (write)
 *	plan		what goes wrong from now on; see plan.c for the words (write)
 *	act		what goes wrong now (write)
 *	fuzz		SEED ROUND OPERATIONS (write): chance decides what goes wrong, until so many
 *			things did; see rounds.c; what came of it (read)
 *	referee		what the device was given, and the driver's fouls; see book.h
 *
 * Memory that the device is given stays where it is. Never load it outside of a test.
 */
#include <linux/completion.h>
#include <linux/debug_locks.h>
#include <linux/debugfs.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/virtio_config.h>
#include <linux/virtio_ids.h>
#include <linux/vmalloc.h>

#include "guest/device/device.h"
#include "guest/device/rounds.h"
#include "guest/device/serve.h"
#include "guest/fake/ram.h"
#include "guest/fake/words.h"

/* Longer than any plan that makes sense. */
#define TEXT_MAX 512
/* All that balloon devices have, and what QEMU's have of the transport's. */
#define FEATURES_DEFAULT                                                             \
	(0x3f | BIT_ULL(VIRTIO_F_VERSION_1) | BIT_ULL(VIRTIO_RING_F_INDIRECT_DESC) | \
	 BIT_ULL(VIRTIO_RING_F_EVENT_IDX))

static struct adev_shape shape = {
	.features = FEATURES_DEFAULT,
	.queue_sizes = { 128, 128, 128, 128, 32 },
	.config_bytes = 16,
};
module_param_named(features, shape.features, ullong, 0644);
MODULE_PARM_DESC(features, "Features offered, a bit each (default: all but proposals)");
module_param_array_named(queue_sizes, shape.queue_sizes, ushort, NULL, 0644);
MODULE_PARM_DESC(queue_sizes,
		 "Entries of inflate,deflate,stats,hint,report queue; 0: missing (default 128,...,32)");
module_param_named(config_bytes, shape.config_bytes, uint, 0644);
MODULE_PARM_DESC(config_bytes, "Size of the configuration space (default 16)");
module_param_named(find_error, shape.find_error, uint, 0644);
MODULE_PARM_DESC(find_error, "errno with which the queues cannot be set up; 0: they can (default)");

static bool pattern;
module_param(pattern, bool, 0444);
MODULE_PARM_DESC(pattern, "Look for writes to memory that the device has (default N; slow)");

static bool lockdep = true;
module_param(lockdep, bool, 0444);
MODULE_PARM_DESC(lockdep, "Leave the kernel's look at its locks on, where it has one (default Y)");

static struct adev device;
static struct device *parent;
static struct dentry *debugfs;
static DECLARE_COMPLETION(released);

static int set_and_tell(u32 *field, u64 value)
{
	static const struct plan_act tell = {
		.kinds = 1U << PLAN_CHANGE,
		.numbers[PLAN_CHANGE] = 1,
	};

	if (value > U32_MAX)
		return -EINVAL;
	mutex_lock(&device.lock);
	*field = value;
	adev_serve_act(&device, PLAN_INFLATE, &tell);
	mutex_unlock(&device.lock);
	return 0;
}

static int num_pages_set(void *unused, u64 value)
{
	return set_and_tell(&device.num_pages, value);
}
DEFINE_DEBUGFS_ATTRIBUTE(num_pages_fops, NULL, num_pages_set, "%llu\n");

static int hint_command_set(void *unused, u64 value)
{
	return set_and_tell(&device.command, value);
}
DEFINE_DEBUGFS_ATTRIBUTE(hint_command_fops, NULL, hint_command_set, "%llu\n");

#ifdef CONFIG_PM_SLEEP
static int asleep_set(void *unused, u64 value)
{
	return value ? virtio_device_freeze(&device.vdev) : virtio_device_restore(&device.vdev);
}
DEFINE_DEBUGFS_ATTRIBUTE(asleep_fops, NULL, asleep_set, "%llu\n");

static void add_asleep(void)
{
	debugfs_create_file_unsafe("asleep", 0200, debugfs, NULL, &asleep_fops);
}
#else
static void add_asleep(void)
{
}
#endif

/* Text that was written, to be freed, or an ERR_PTR. */
static char *written(const char __user *buffer, size_t count)
{
	char *text;

	if (count > TEXT_MAX)
		return ERR_PTR(-EINVAL);
	text = memdup_user_nul(buffer, count);
	if (!IS_ERR(text) && strlen(text) != count) {
		kfree(text);
		return ERR_PTR(-EINVAL);
	}
	return text;
}

static ssize_t plan_write(struct file *file, const char __user *buffer, size_t count,
			  loff_t *position)
{
	char *text = written(buffer, count);
	struct plan plan;
	bool good;

	if (IS_ERR(text))
		return PTR_ERR(text);
	good = plan_parse(text, &plan);
	kfree(text);
	if (!good)
		return -EINVAL;
	mutex_lock(&device.lock);
	device.plan = plan;
	mutex_unlock(&device.lock);
	return count;
}

static const struct file_operations plan_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = plan_write,
};

static ssize_t act_write(struct file *file, const char __user *buffer, size_t count,
			 loff_t *position)
{
	char *text = written(buffer, count);
	enum plan_queue queue;
	struct plan_act act;
	bool good;

	if (IS_ERR(text))
		return PTR_ERR(text);
	good = plan_parse_act(text, &queue, &act);
	kfree(text);
	if (!good)
		return -EINVAL;
	mutex_lock(&device.lock);
	adev_serve_act(&device, queue, &act);
	mutex_unlock(&device.lock);
	return count;
}

static const struct file_operations act_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = act_write,
};

static bool parse_fuzz(const char *text, u64 numbers[3])
{
	unsigned int i;

	for (i = 0; i < 3; i++) {
		words_skip_spaces(&text);
		if (!words_take_number(&text, &numbers[i]) || !words_ends(*text))
			return false;
	}
	return words_end(text);
}

static ssize_t fuzz_write(struct file *file, const char __user *buffer, size_t count,
			  loff_t *position)
{
	char *text = written(buffer, count);
	u64 numbers[3]; /* seed, round, operations */
	bool good;
	int err;

	if (IS_ERR(text))
		return PTR_ERR(text);
	good = parse_fuzz(text, numbers) && numbers[1] <= U32_MAX;
	kfree(text);
	if (!good)
		return -EINVAL;
	err = adev_rounds_run(&device, numbers[0], numbers[1], numbers[2]);
	return err ? err : count;
}

static int fuzz_show(struct seq_file *m, void *unused)
{
	adev_rounds_show(&device, m);
	return 0;
}

static int fuzz_open(struct inode *inode, struct file *file)
{
	return single_open(file, fuzz_show, NULL);
}

static const struct file_operations fuzz_fops = {
	.owner = THIS_MODULE,
	.open = fuzz_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.write = fuzz_write,
	.release = single_release,
};

static void show_queue(struct seq_file *m, const char *name, const struct adev_queue *queue)
{
	seq_printf(m, "got_%s %llu\nkept_%s %u\ninterrupts_%s %llu\nkicks_%s %llu\n", name,
		   queue->buffers, name, queue->nr_pending, name, queue->interrupts, name,
		   (u64)atomic64_read(&queue->kicks));
}

static int referee_show(struct seq_file *m, void *unused)
{
	unsigned int i;

	mutex_lock(&device.lock);
	for (i = 0; i < BOOK_NR_FOULS; i++)
		seq_printf(m, "%s %llu\n", book_foul_name(i), device.book.fouls[i]);
	seq_printf(m, "fouls %llu\n", book_fouls(&device.book));
	seq_printf(m, "held_pages %llu\ntold_pages %llu\n", device.book.held_pfns,
		   (u64)device.actual >> (PAGE_SHIFT - BOOK_PFN_SHIFT));
	seq_printf(m, "reported_pages %llu\nhinted_pages %llu\nhinting %d\n", device.reported_pfns,
		   device.hinted_pfns, device.book.hinting);
	seq_printf(m, "reads_config %llu\nwrites_config %llu\n", device.config_reads,
		   device.config_writes);
	seq_printf(m, "status %u\nresets %u\n", device.status, device.resets);
	for (i = 0; i < PLAN_NR_QUEUES; i++)
		show_queue(m, plan_queue_name(i), &device.queues[i]);
	mutex_unlock(&device.lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(referee);

static void add_debugfs(void)
{
	debugfs = debugfs_create_dir("aerostat_device", NULL);
	debugfs_create_file_unsafe("num_pages", 0200, debugfs, NULL, &num_pages_fops);
	debugfs_create_file_unsafe("hint_command", 0200, debugfs, NULL, &hint_command_fops);
	add_asleep();
	debugfs_create_file("plan", 0200, debugfs, NULL, &plan_fops);
	debugfs_create_file("act", 0200, debugfs, NULL, &act_fops);
	debugfs_create_file("fuzz", 0600, debugfs, NULL, &fuzz_fops);
	debugfs_create_file("referee", 0400, debugfs, NULL, &referee_fops);
}

static void release(struct device *dev)
{
	complete(&released);
}

static int init_book(struct book *book)
{
	book->nr_pfns = (u64)ram_end_pfn() << (PAGE_SHIFT - BOOK_PFN_SHIFT);
	book->held = vzalloc(BITS_TO_BYTES(ALIGN(book->nr_pfns, 64)));
	return book->held ? 0 : -ENOMEM;
}

static int init_device(void)
{
	mutex_init(&device.lock);
	adev_rounds_init(&device.rounds);
	init_waitqueue_head(&device.reset_wait);
	INIT_WORK(&device.work, adev_serve_work);
	device.shape = &shape;
	device.pattern = pattern;
	device.vdev.id.device = VIRTIO_ID_BALLOON;
	device.vdev.id.vendor = VIRTIO_DEV_ANY_ID;
	device.vdev.config = &adev_config_ops;
	device.vdev.dev.parent = parent;
	device.vdev.dev.release = release;
	/* Not freezable: a device goes on while its driver is being suspended. */
	device.wq = alloc_ordered_workqueue("aerostat_device", WQ_MEM_RECLAIM);
	return device.wq ? 0 : -ENOMEM;
}

static int __init adev_init(void)
{
	int err = init_book(&device.book);

	if (err)
		return err;
	if (!lockdep)
		debug_locks_off();
	parent = root_device_register("aerostat_device");
	if (IS_ERR(parent)) {
		err = PTR_ERR(parent);
		goto err_book;
	}
	err = init_device();
	if (err)
		goto err_parent;
	add_debugfs();
	err = register_virtio_device(&device.vdev);
	if (err)
		goto err_debugfs;
	return 0;

err_debugfs:
	debugfs_remove(debugfs);
	put_device(&device.vdev.dev);
	wait_for_completion(&released);
	destroy_workqueue(device.wq);
err_parent:
	root_device_unregister(parent);
err_book:
	vfree(device.book.held);
	return err;
}
module_init(adev_init);

/* Unplugs the device. The last line tells a test what the driver left behind. */
static void __exit adev_exit(void)
{
	debugfs_remove(debugfs);
	unregister_virtio_device(&device.vdev);
	wait_for_completion(&released);
	pr_info("aerostat_device: unloaded: held_pages %llu fouls %llu\n", device.book.held_pfns,
		book_fouls(&device.book));
	destroy_workqueue(device.wq);
	vfree(device.book.held);
	root_device_unregister(parent);
}
module_exit(adev_exit);

MODULE_DESCRIPTION("virtio balloon device that misbehaves (tests only)");
MODULE_LICENSE("GPL");
