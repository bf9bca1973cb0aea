// SPDX-License-Identifier: GPL-2.0-only
/*
 * mistakes.ko: makes one mistake when it is loaded, for a test of what finds it. insmod fails then
 * (-EAGAIN), so that the module is gone, and can be loaded again for another.
 *
 * What a mistake overwrites lies within memory of the same function's, and does no harm.
 */
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/workqueue.h>

#define OBJECT_BYTES 100
#define RACE_SECONDS 3

static char *mistake = "";
module_param(mistake, charp, 0);
MODULE_PARM_DESC(mistake, "Which one");

static DEFINE_MUTEX(first_lock);
static DEFINE_MUTEX(second_lock);
static DEFINE_SPINLOCK(atomic_lock);
static char global[OBJECT_BYTES];
static char racing[8];
/* What the compiler must not know. */
static volatile unsigned int behind = OBJECT_BYTES;
static volatile unsigned int width = 64;

static void use_freed(void)
{
	char *object = kmalloc(OBJECT_BYTES, GFP_KERNEL);

	kfree(object);
	OPTIMIZER_HIDE_VAR(object);
	if (object)
		READ_ONCE(object[1]);
}

static void use_behind_object(void)
{
	char *object = kmalloc(OBJECT_BYTES, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(object);
	if (object)
		READ_ONCE(object[behind]);
	kfree(object);
}

static void use_behind_global(void)
{
	READ_ONCE(global[behind]);
}

static void use_behind_stack(void)
{
	char text[OBJECT_BYTES] = "";
	char *at = text;

	OPTIMIZER_HIDE_VAR(at);
	READ_ONCE(at[behind]);
}

/* In these two, the kernel's own code does it. */
static void have_stack_overrun(void)
{
	char text[2 * OBJECT_BYTES] = "";
	char small[OBJECT_BYTES] = "";
	char *at = small;

	OPTIMIZER_HIDE_VAR(at);
	snprintf(at, behind + 4, "%*s", behind + 2, text);
}

static void do_nothing(struct work_struct *work)
{
}

static void have_freed_used(void)
{
	char *object = kzalloc(OBJECT_BYTES, GFP_KERNEL);
	char copy[OBJECT_BYTES];

	kfree(object);
	OPTIMIZER_HIDE_VAR(object);
	if (object)
		snprintf(copy, sizeof(copy), "%.8s", object);
}

static void free_active(void)
{
	struct delayed_work *work = kmalloc(sizeof(*work), GFP_KERNEL);

	if (!work)
		return;
	INIT_DELAYED_WORK(work, do_nothing);
	schedule_delayed_work(work, 1000 * HZ);
	kfree(work);
}

static void add_twice(void)
{
	LIST_HEAD(list);
	LIST_HEAD(item);

	list_add(&item, &list);
	list_add(&item, &list);
}

static void shift_too_far(void)
{
	WRITE_ONCE(global[0], 1ul << width);
}

static void sleep_in_atomic(void)
{
	spin_lock(&atomic_lock);
	might_sleep();
	spin_unlock(&atomic_lock);
}

static void lock_both_ways(void)
{
	mutex_lock(&first_lock);
	mutex_lock(&second_lock);
	mutex_unlock(&second_lock);
	mutex_unlock(&first_lock);
	mutex_lock(&second_lock);
	mutex_lock(&first_lock);
	mutex_unlock(&first_lock);
	mutex_unlock(&second_lock);
}

static void leak(void)
{
	char *object = kmalloc(OBJECT_BYTES, GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(object);
}

static int write_racing(void *unused)
{
	while (!kthread_should_stop()) {
		racing[0] ^= 1;
		cond_resched();
	}
	return 0;
}

static noinline void read_racing(void)
{
	global[0] = racing[0];
}

/* Here, too, the kernel's own code does it. */
static noinline void have_racing_read(void)
{
	snprintf(global, sizeof(global), "%.8s", racing);
}

/* Something is read while another task writes it. */
static void race(void (*read)(void))
{
	struct task_struct *writer = kthread_run(write_racing, NULL, "mistakes");
	unsigned long end = jiffies + RACE_SECONDS * HZ;

	if (IS_ERR(writer))
		return;
	while (time_before(jiffies, end)) {
		read();
		cond_resched();
	}
	kthread_stop(writer);
}

static void race_ourselves(void)
{
	race(read_racing);
}

static void race_with_kernel(void)
{
	race(have_racing_read);
}

static const struct {
	const char *name;
	void (*make)(void);
} mistakes[] = {
	{ "use-freed", use_freed },
	{ "use-behind-object", use_behind_object },
	{ "use-behind-global", use_behind_global },
	{ "use-behind-stack", use_behind_stack },
	{ "have-stack-overrun", have_stack_overrun },
	{ "have-freed-used", have_freed_used },
	{ "free-active", free_active },
	{ "add-twice", add_twice },
	{ "shift-too-far", shift_too_far },
	{ "sleep-in-atomic", sleep_in_atomic },
	{ "lock-both-ways", lock_both_ways },
	{ "leak", leak },
	{ "race-ourselves", race_ourselves },
	{ "race-with-kernel", race_with_kernel },
};

static int __init mistakes_init(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
		if (!strcmp(mistakes[i].name, mistake)) {
			mistakes[i].make();
			return -EAGAIN;
		}
	}
	return -EINVAL;
}
module_init(mistakes_init);

MODULE_DESCRIPTION("Mistakes that sanitizers find");
MODULE_LICENSE("GPL");
