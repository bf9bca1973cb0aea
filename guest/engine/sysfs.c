// SPDX-License-Identifier: GPL-2.0-only
/*
 * sysfs: /sys/class/aerostat/<balloon>/.
 *
 * Everybody reads, root writes. All sizes are KiB of ballooned memory, except
 * floor_kb, which is what must be left to the guest. A write is parsed strictly
 * and refused with -EINVAL as a whole, changing nothing.
 */
#include "guest/engine/sysfs.h"

#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/math.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "guest/engine/balloon.h"
#include "guest/engine/meminfo.h"
#include "guest/engine/target.h"
#include "guest/engine/walk.h"

#define KB_SHIFT (PAGE_SHIFT - 10)

static struct aero_balloon *of_device(struct device *dev)
{
	return dev_get_drvdata(dev);
}

static ssize_t show_pages_as_kb(char *buf, u64 pages)
{
	return sysfs_emit(buf, "%llu\n", pages << KB_SHIFT);
}

/**
 * aero_sysfs_parse_kb() - read a size that somebody wrote
 * @balloon: the balloon
 * @buf: a number of KiB, at most the guest's RAM
 * @ret_pages: guest pages, rounded up
 *
 * Return: 0 or -EINVAL.
 */
int aero_sysfs_parse_kb(const struct aero_balloon *balloon, const char *buf, u64 *ret_pages)
{
	u64 kb, pages;

	if (kstrtou64(buf, 10, &kb))
		return -EINVAL;
	pages = (kb >> KB_SHIFT) + !!(kb & ((1 << KB_SHIFT) - 1));
	if (pages > aero_target_ram_pages(balloon))
		return -EINVAL;
	*ret_pages = pages;
	return 0;
}

static ssize_t target_kb_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return show_pages_as_kb(buf, READ_ONCE(of_device(dev)->target.pages));
}
static DEVICE_ATTR_RO(target_kb);

static ssize_t size_kb_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return show_pages_as_kb(buf, aero_pool_size(&of_device(dev)->pool));
}
static DEVICE_ATTR_RO(size_kb);

/* The host's wish as it came: it may exceed what can be shown in KiB. */
static ssize_t host_target_kb_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	u64 pages = READ_ONCE(of_device(dev)->host_target_pages);

	return show_pages_as_kb(buf, min(pages, U64_MAX >> KB_SHIFT));
}
static DEVICE_ATTR_RO(host_target_kb);

static ssize_t self_target_kb_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return show_pages_as_kb(buf, READ_ONCE(of_device(dev)->self_target_pages));
}

static ssize_t self_target_kb_store(struct device *dev, struct device_attribute *attr,
				    const char *buf, size_t count)
{
	struct aero_balloon *balloon = of_device(dev);
	u64 pages;
	int err = aero_sysfs_parse_kb(balloon, buf, &pages);

	if (!err)
		err = aero_selfballoon_set_fixed(balloon, pages);
	return err ? err : count;
}
static DEVICE_ATTR_RW(self_target_kb);

static ssize_t floor_kb_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return show_pages_as_kb(buf, aero_target_floor_pages(of_device(dev)));
}

/* "auto", or not less than what the kernel keeps for itself anyway. */
static ssize_t floor_kb_store(struct device *dev, struct device_attribute *attr, const char *buf,
			      size_t count)
{
	struct aero_balloon *balloon = of_device(dev);
	u64 pages = 0;

	if (!sysfs_streq(buf, "auto") &&
	    (aero_sysfs_parse_kb(balloon, buf, &pages) || pages <= aero_meminfo_reserve_pages()))
		return -EINVAL;
	WRITE_ONCE(balloon->floor_pages, pages);
	aero_balloon_kick(balloon);
	return count;
}
static DEVICE_ATTR_RW(floor_kb);

static ssize_t blocks_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%ld\n", atomic_long_read(&of_device(dev)->pool.nr_blocks));
}
static DEVICE_ATTR_RO(blocks);

static ssize_t pages_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	const struct aero_pool *pool = &of_device(dev)->pool;

	if (pool->delegate)
		return sysfs_emit(buf, "%llu\n", aero_pool_size(pool));
	return sysfs_emit(buf, "%ld\n", atomic_long_read(&pool->nr_pages));
}
static DEVICE_ATTR_RO(pages);

static ssize_t state_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", aero_state_name(READ_ONCE(of_device(dev)->state)));
}
static DEVICE_ATTR_RO(state);

static ssize_t reason_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  target_reason_name(READ_ONCE(of_device(dev)->target.reason)));
}
static DEVICE_ATTR_RO(reason);

static ssize_t transport_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", of_device(dev)->transport->name);
}
static DEVICE_ATTR_RO(transport);

/* "1" tells the host once more of the blocks that it may have. */
static ssize_t rereport_store(struct device *dev, struct device_attribute *attr, const char *buf,
			      size_t count)
{
	struct aero_balloon *balloon = of_device(dev);
	int err;

	if (!sysfs_streq(buf, "1"))
		return -EINVAL;
	if (!balloon->transport->rereport)
		return -EOPNOTSUPP;
	err = aero_walk_blocks(balloon, balloon->transport->rereport);
	return err ? err : count;
}
static DEVICE_ATTR_WO(rereport);

/* clang-format off */
static struct attribute *aerostat_attrs[] = {
	&dev_attr_target_kb.attr,
	&dev_attr_size_kb.attr,
	&dev_attr_host_target_kb.attr,
	&dev_attr_self_target_kb.attr,
	&dev_attr_floor_kb.attr,
	&dev_attr_blocks.attr,
	&dev_attr_pages.attr,
	&dev_attr_state.attr,
	&dev_attr_reason.attr,
	&dev_attr_transport.attr,
	&dev_attr_rereport.attr,
	NULL,
};
/* clang-format on */

static const struct attribute_group aerostat_group = {
	.attrs = aerostat_attrs,
};

static const struct attribute_group *aerostat_groups[] = {
	&aerostat_group,
	&aero_selfballoon_group,
	NULL,
};

/*
 * The machine goes down, and the transport's device next. Nothing is given back: what
 * runs on the machine afterwards finds a device that was reset, and all memory.
 */
static int shutdown(struct device *dev)
{
	aero_balloon_set_state(of_device(dev), AERO_STOPPED);
	return 0;
}

static struct class aerostat_class = {
	.name = "aerostat",
	.dev_groups = aerostat_groups,
	.shutdown_pre = shutdown,
};

/** aero_sysfs_init() - register the class */
int aero_sysfs_init(void)
{
	return class_register(&aerostat_class);
}

/** aero_sysfs_exit() - unregister the class */
void aero_sysfs_exit(void)
{
	class_unregister(&aerostat_class);
}

/**
 * aero_sysfs_add() - make a balloon's device
 * @balloon: otherwise complete; its dev is written
 * @parent: the transport's device, or NULL
 * @name: unique among balloons
 *
 * Return: 0 or a negative errno.
 */
int aero_sysfs_add(struct aero_balloon *balloon, struct device *parent, const char *name)
{
	struct device *dev = device_create(&aerostat_class, parent, MKDEV(0, 0), balloon, "%s",
					   name);

	if (IS_ERR(dev))
		return PTR_ERR(dev);
	balloon->dev = dev;
	return 0;
}

/**
 * aero_sysfs_remove() - unregister a balloon's device; waits for its readers
 * @balloon: the balloon
 */
void aero_sysfs_remove(struct aero_balloon *balloon)
{
	device_unregister(balloon->dev);
}
