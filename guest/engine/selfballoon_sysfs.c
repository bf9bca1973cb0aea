// SPDX-License-Identifier: GPL-2.0-only
/*
 * sysfs: /sys/class/aerostat/<balloon>/selfballoon/, and the module parameters of the
 * same names that say what is there at first.
 *
 * A value is parsed strictly: what is no number within the range is refused with
 * -EINVAL and changes nothing.
 */
#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "guest/engine/balloon.h"
#include "guest/engine/selfballoon.h"
#include "guest/engine/sysfs.h"

static struct aero_balloon *of_device(struct device *dev)
{
	return dev_get_drvdata(dev);
}

/* The numbers */

struct tunable {
	struct device_attribute attr;
	enum aero_tunable which;
	u32 min, max;
	u32 boot;
};

static int tunable_parse(const struct tunable *tunable, const char *text, u32 *ret_value)
{
	u32 value;

	if (kstrtou32(text, 10, &value) || value < tunable->min || value > tunable->max)
		return -EINVAL;
	*ret_value = value;
	return 0;
}

static ssize_t tunable_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	const struct tunable *tunable = container_of(attr, struct tunable, attr);

	return sysfs_emit(buf, "%u\n", READ_ONCE(of_device(dev)->self.tunable[tunable->which]));
}

static ssize_t tunable_store(struct device *dev, struct device_attribute *attr, const char *buf,
			     size_t count)
{
	const struct tunable *tunable = container_of(attr, struct tunable, attr);
	struct aero_balloon *balloon = of_device(dev);
	u32 value;

	if (tunable_parse(tunable, buf, &value))
		return -EINVAL;
	WRITE_ONCE(balloon->self.tunable[tunable->which], value);
	aero_selfballoon_kick(balloon);
	aero_balloon_kick(balloon); /* The floor may be another one. */
	return count;
}

static int tunable_param_set(const char *text, const struct kernel_param *param)
{
	struct tunable *tunable = param->arg;

	return tunable_parse(tunable, text, &tunable->boot);
}

static const struct kernel_param_ops tunable_param_ops = { .set = tunable_param_set };

#define TUNABLE(_name, _which, _min, _max, _default)                      \
	static struct tunable _name = {                                   \
		.attr = __ATTR(_name, 0644, tunable_show, tunable_store), \
		.which = _which,                                          \
		.min = _min,                                              \
		.max = _max,                                              \
		.boot = _default,                                         \
	};                                                                \
	module_param_cb(_name, &tunable_param_ops, &_name, 0)

TUNABLE(selfballoon_interval, AERO_INTERVAL_S, 1, SELFBALLOON_INTERVAL_MAX_S, 5);
MODULE_PARM_DESC(selfballoon_interval, "Seconds (1-3600) between steps up (default 5)");
TUNABLE(selfballoon_downhysteresis, AERO_DOWNHYSTERESIS, 1, U32_MAX, 8);
MODULE_PARM_DESC(selfballoon_downhysteresis,
		 "One part in so many of what the guest has too much is taken in a step (default 8)");
TUNABLE(selfballoon_uphysteresis, AERO_UPHYSTERESIS, 1, U32_MAX, 1);
MODULE_PARM_DESC(selfballoon_uphysteresis,
		 "One part in so many of what the guest lacks is given in a step (default 1)");
TUNABLE(selfballoon_min_usable_mb, AERO_MIN_USABLE_MB, 0, U32_MAX, 0);
MODULE_PARM_DESC(selfballoon_min_usable_mb,
		 "MiB above the kernel's reserve that are left in any case; 0: by size (default)");
TUNABLE(selfballoon_reserved_mb, AERO_RESERVED_MB, 0, U32_MAX, 0);
MODULE_PARM_DESC(selfballoon_reserved_mb, "MiB to add to what the guest needs (default 0)");

static const struct tunable *const tunables[AERO_NR_TUNABLES] = {
	[AERO_INTERVAL_S] = &selfballoon_interval,
	[AERO_DOWNHYSTERESIS] = &selfballoon_downhysteresis,
	[AERO_UPHYSTERESIS] = &selfballoon_uphysteresis,
	[AERO_MIN_USABLE_MB] = &selfballoon_min_usable_mb,
	[AERO_RESERVED_MB] = &selfballoon_reserved_mb,
};

/* The switch */

static const char *const mode_names[AERO_NR_SELFBALLOONING] = {
	[AERO_SELF_OFF] = "0",
	[AERO_SELF_ON] = "1",
	[AERO_SELF_FORCED] = "force",
};

static ssize_t selfballooning_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", mode_names[READ_ONCE(of_device(dev)->self.mode)]);
}

static ssize_t selfballooning_store(struct device *dev, struct device_attribute *attr,
				    const char *buf, size_t count)
{
	int mode = __sysfs_match_string(mode_names, ARRAY_SIZE(mode_names), buf);
	int err = mode < 0 ? mode : aero_selfballoon_switch(of_device(dev), mode);

	return err ? err : count;
}
static DEVICE_ATTR_RW(selfballooning);

static int boot_mode;

static int mode_param_set(const char *text, const struct kernel_param *param)
{
	int mode = __sysfs_match_string(mode_names, ARRAY_SIZE(mode_names), text);

	if (mode < 0)
		return mode;
	boot_mode = mode;
	return 0;
}

static const struct kernel_param_ops mode_param_ops = { .set = mode_param_set };
module_param_cb(selfballooning, &mode_param_ops, NULL, 0);
MODULE_PARM_DESC(selfballooning,
		 "The guest decides on its size: 0 (default), 1 (while there is free swap), force");

/* The policy */

static int parse_policy(const char *text)
{
	int policy;

	for (policy = 0; policy < SELFBALLOON_NR_POLICIES; policy++)
		if (sysfs_streq(text, selfballoon_policy_name(policy)))
			return policy;
	return -EINVAL;
}

static ssize_t policy_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n",
			  selfballoon_policy_name(READ_ONCE(of_device(dev)->self.policy)));
}

static ssize_t policy_store(struct device *dev, struct device_attribute *attr, const char *buf,
			    size_t count)
{
	struct aero_balloon *balloon = of_device(dev);
	int policy = parse_policy(buf);

	if (policy < 0)
		return policy;
	WRITE_ONCE(balloon->self.policy, policy);
	aero_selfballoon_kick(balloon);
	return count;
}
static DEVICE_ATTR_RW(policy);

static int boot_policy;

static int policy_param_set(const char *text, const struct kernel_param *param)
{
	int policy = parse_policy(text);

	if (policy < 0)
		return policy;
	boot_policy = policy;
	return 0;
}

static const struct kernel_param_ops policy_param_ops = { .set = policy_param_set };
module_param_cb(selfballoon_policy, &policy_param_ops, NULL, 0);
MODULE_PARM_DESC(selfballoon_policy,
		 "What self-ballooning goes by: committed (default) or workingset");

/* What returns from swap */

static ssize_t swap_return_kb_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%llu\n",
			  aero_selfballoon_return_pages(of_device(dev)) << (PAGE_SHIFT - 10));
}

static ssize_t swap_return_kb_store(struct device *dev, struct device_attribute *attr,
				    const char *buf, size_t count)
{
	struct aero_balloon *balloon = of_device(dev);
	u64 pages;
	int err = aero_sysfs_parse_kb(balloon, buf, &pages);

	if (err)
		return err;
	aero_selfballoon_set_return(balloon, pages);
	return count;
}
static DEVICE_ATTR_RW(swap_return_kb);

static struct attribute *selfballoon_attrs[] = {
	&dev_attr_selfballooning.attr,
	&dev_attr_policy.attr,
	&selfballoon_interval.attr.attr,
	&selfballoon_downhysteresis.attr.attr,
	&selfballoon_uphysteresis.attr.attr,
	&selfballoon_min_usable_mb.attr.attr,
	&selfballoon_reserved_mb.attr.attr,
	&dev_attr_swap_return_kb.attr,
	NULL,
};

const struct attribute_group aero_selfballoon_group = {
	.name = "selfballoon",
	.attrs = selfballoon_attrs,
};

/**
 * aero_selfballoon_boot() - what the module's parameters say
 * @self: its tunables and policy are set
 *
 * Return: the switch's position.
 */
enum aero_selfballooning aero_selfballoon_boot(struct aero_selfballoon *self)
{
	unsigned int i;

	for (i = 0; i < AERO_NR_TUNABLES; i++)
		self->tunable[i] = tunables[i]->boot;
	self->policy = boot_policy;
	return boot_mode;
}
