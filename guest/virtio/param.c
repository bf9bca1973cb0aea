// SPDX-License-Identifier: GPL-2.0-only
/* Module parameters: parsed strictly, a wrong value changes nothing and is -EINVAL. */
#include "guest/virtio/param.h"

#include <linux/jiffies.h>
#include <linux/kstrtox.h>
#include <linux/moduleparam.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "guest/virtio/stats.h"

struct bounded {
	unsigned int min, max;
	unsigned int value;
};

/* Parses a number within the parameter's range; anything else changes nothing. */
static int bounded_set(const char *value, const struct kernel_param *param)
{
	struct bounded *bounded = param->arg;
	unsigned int number;

	if (kstrtouint(value, 10, &number) || number < bounded->min || number > bounded->max)
		return -EINVAL;
	WRITE_ONCE(bounded->value, number);
	return 0;
}

static int bounded_get(char *buffer, const struct kernel_param *param)
{
	const struct bounded *bounded = param->arg;

	return sysfs_emit(buffer, "%u\n", READ_ONCE(bounded->value));
}

static const struct kernel_param_ops bounded_ops = {
	.set = bounded_set,
	.get = bounded_get,
};

static const char *const reporting_names[] = { "auto", "off" };
static int reporting_inflate; /* index into reporting_names */

static int reporting_set(const char *value, const struct kernel_param *param)
{
	int index = __sysfs_match_string(reporting_names, ARRAY_SIZE(reporting_names), value);

	if (index < 0)
		return -EINVAL;
	WRITE_ONCE(reporting_inflate, index);
	return 0;
}

static int reporting_get(char *buffer, const struct kernel_param *param)
{
	return sysfs_emit(buffer, "%s\n", reporting_names[READ_ONCE(reporting_inflate)]);
}

static const struct kernel_param_ops reporting_ops = {
	.set = reporting_set,
	.get = reporting_get,
};
module_param_cb(reporting_inflate, &reporting_ops, NULL, 0444);
MODULE_PARM_DESC(reporting_inflate,
		 "Hand 2 MiB blocks over the reporting queue where the device has one: auto (default) or off");

static struct bounded answer_timeout_s = { .min = 1, .max = 600, .value = 30 };
module_param_cb(answer_timeout_s, &bounded_ops, &answer_timeout_s, 0644);
MODULE_PARM_DESC(answer_timeout_s,
		 "Seconds (1-600) after which a device that does not answer is given up (default 30)");

static struct bounded stats_max_tag = { .min = 0,
					.max = AVIRTIO_NR_TAGS - 1,
					.value = AVIRTIO_NR_TAGS - 1 };
module_param_cb(stats_max_tag, &bounded_ops, &stats_max_tag, 0444);
MODULE_PARM_DESC(stats_max_tag,
		 "Greatest statistics tag (0-15) sent to the host; some hosts choke on new ones (default 15)");

static bool free_page_reporting = true;
module_param(free_page_reporting, bool, 0444);
MODULE_PARM_DESC(free_page_reporting,
		 "Report the guest's free memory where the device has a queue for it (default Y)");

/** avirtio_param_free_page_reporting() - whether to report the guest's free memory */
bool avirtio_param_free_page_reporting(void)
{
	return READ_ONCE(free_page_reporting);
}

/** avirtio_param_reporting_inflate() - whether blocks may go over the reporting queue */
bool avirtio_param_reporting_inflate(void)
{
	return READ_ONCE(reporting_inflate) == 0;
}

/** avirtio_param_timeout_jiffies() - how long the device may take to use what it was sent */
unsigned long avirtio_param_timeout_jiffies(void)
{
	return READ_ONCE(answer_timeout_s.value) * HZ;
}

/** avirtio_param_stats_max_tag() - greatest statistics tag to send */
unsigned int avirtio_param_stats_max_tag(void)
{
	return READ_ONCE(stats_max_tag.value);
}
