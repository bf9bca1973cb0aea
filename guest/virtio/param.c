// SPDX-License-Identifier: GPL-2.0-only
/* Module parameters: parsed strictly, a wrong value changes nothing and is -EINVAL. */
#include "guest/virtio/param.h"

#include <linux/jiffies.h>
#include <linux/kstrtox.h>
#include <linux/moduleparam.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#define TIMEOUT_MIN_S 1
#define TIMEOUT_MAX_S 600

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

static unsigned int answer_timeout_s = 30;

static int timeout_set(const char *value, const struct kernel_param *param)
{
	unsigned int seconds;

	if (kstrtouint(value, 10, &seconds) || seconds < TIMEOUT_MIN_S || seconds > TIMEOUT_MAX_S)
		return -EINVAL;
	WRITE_ONCE(answer_timeout_s, seconds);
	return 0;
}

static const struct kernel_param_ops timeout_ops = {
	.set = timeout_set,
	.get = param_get_uint,
};
module_param_cb(answer_timeout_s, &timeout_ops, &answer_timeout_s, 0644);
MODULE_PARM_DESC(answer_timeout_s,
		 "Seconds (1-600) after which a device that does not answer is given up (default 30)");

/** avirtio_param_reporting_inflate() - whether blocks may go over the reporting queue */
bool avirtio_param_reporting_inflate(void)
{
	return READ_ONCE(reporting_inflate) == 0;
}

/** avirtio_param_timeout_jiffies() - how long the device may take to use what it was sent */
unsigned long avirtio_param_timeout_jiffies(void)
{
	return READ_ONCE(answer_timeout_s) * HZ;
}
