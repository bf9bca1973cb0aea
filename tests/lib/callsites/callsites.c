// SPDX-License-Identifier: GPL-2.0-only
/*
 * callsites.ko: makes the kernel's memory run out at chosen calls of places in a module, for tests only.
 *
 * Theory of operation
 *
 * A module under test has its undefined symbols renamed, so that a call of kmalloc_trace()
 * comes to callsites_kmalloc_trace() here. That finds out where it was called from, and calls the
 * function itself. If this is a call that was planned to fail, then every allocation that the
 * task attempts before the function returns fails, by the kernel's own fault injection
 * (failslab and fail_page_alloc, told to look at task-filter). So any function that allocates
 * fails in its own way, whatever it is, in whatever task, and although it was asked not to
 * warn. All other calls just have the kernel count their attempts to allocate.
 *
 * symbols.h has a line CALLSITE(name) for each of those functions. Their prototypes do not matter as
 * long as six registers hold the arguments.
 *
 * /sys/kernel/debug/callsites/:
 *
 *	plan	PLACE N TIMES: the Nth call from PLACE fails, counted from now, and those after it, TIMES in
 *		all; forgets what was seen, and what was planned before (write). A place is
 *		function+0xoffset of what the call returns to. A line for each; "none 0 0" plans
 *		nothing.
 *	seen	PLACE/SIZE [MODULE] FUNCTION CALLS ALLOCATING FAILED, a line for each place: how many calls
 *		there were, how many tried to allocate, how many failed as planned
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/kallsyms.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#define PLACES_MAX 128
#define PLANS_MAX 2
#define TEXT_MAX 256
/* More than any call attempts. */
#define COUNTING (1U << 30)

/* A place that called a function; @address is where the call returns to. */
struct place {
	unsigned long address;
	const char *function;
	unsigned long calls, allocating, failed;
	char name[KSYM_SYMBOL_LEN];
};

/* Calls number @first and following, @times of them, from the place called @name. */
struct plan {
	char name[TEXT_MAX];
	unsigned long first, times;
};

/* One call on its way, and what it keeps of the task. */
struct call {
	struct place *place;
	bool fails;
	unsigned int fail_nth;
	int make_it_fail;
};

static DEFINE_SPINLOCK(lock); /* protects all below */
static struct place places[PLACES_MAX];
static unsigned int nr_places;
static unsigned int generation; /* of what was seen */
static struct plan plans[PLANS_MAX];
static unsigned int nr_plans;

static struct dentry *debugfs;

static struct place *find_place(unsigned long address, const char *function)
{
	unsigned int i;

	for (i = 0; i < nr_places; i++)
		if (places[i].address == address)
			return &places[i];
	if (WARN_ON_ONCE(nr_places == PLACES_MAX))
		return NULL;
	places[nr_places] = (struct place){ .address = address, .function = function };
	sprint_symbol(places[nr_places].name, address);
	return &places[nr_places++];
}

static bool is_planned(const struct place *place)
{
	const struct plan *plan;

	for (plan = plans; plan < plans + nr_plans; plan++) {
		size_t len = strlen(plan->name);

		if (place->calls - plan->first < plan->times &&
		    !strncmp(place->name, plan->name, len) && place->name[len] == '/')
			return true;
	}
	return false;
}

static struct call begin(unsigned long address, const char *function)
{
	struct call call = {};
	unsigned long flags;

	if (!in_task())
		return call;
	spin_lock_irqsave(&lock, flags);
	call.place = find_place(address, function);
	if (call.place) {
		call.place->calls++;
		call.fails = is_planned(call.place);
	}
	spin_unlock_irqrestore(&lock, flags);

	call.fail_nth = current->fail_nth;
	call.make_it_fail = current->make_it_fail;
	WRITE_ONCE(current->fail_nth, call.fails ? 1 : COUNTING);
	current->make_it_fail = call.fails;
	return call;
}

static void end(const struct call *call, unsigned int before)
{
	bool allocating = current->fail_nth != (call->fails ? 1 : COUNTING);
	unsigned long flags;

	if (!in_task())
		return;
	WRITE_ONCE(current->fail_nth, call->fail_nth);
	current->make_it_fail = call->make_it_fail;

	spin_lock_irqsave(&lock, flags);
	if (call->place && before == generation) {
		call->place->allocating += allocating;
		call->place->failed += call->fails && allocating;
	}
	spin_unlock_irqrestore(&lock, flags);
}

typedef unsigned long word;

#define CALLSITE(function)                                                         \
	word real_##function(word, word, word, word, word, word) asm(#function);   \
	word callsites_##function(word a, word b, word c, word d, word e, word f); \
	word callsites_##function(word a, word b, word c, word d, word e, word f)  \
	{                                                                          \
		unsigned int before = READ_ONCE(generation);                       \
		struct call call = begin(_RET_IP_, #function);                     \
		word ret = real_##function(a, b, c, d, e, f);                      \
                                                                                   \
		end(&call, before);                                                \
		return ret;                                                        \
	}                                                                          \
	EXPORT_SYMBOL_GPL(callsites_##function);

#include "symbols.h"

/* Takes the text apart, line by line. Returns the number of plans, or an error. */
static int parse(char *text, struct plan *ret_plans)
{
	unsigned int nr = 0;
	char *line;

	while ((line = strsep(&text, "\n"))) {
		struct plan *plan = &ret_plans[nr];

		if (!*line)
			continue;
		if (nr++ == PLANS_MAX ||
		    sscanf(line, "%255s %lu %lu", plan->name, &plan->first, &plan->times) != 3)
			return -EINVAL;
	}
	return nr;
}

static ssize_t plan_write(struct file *file, const char __user *buffer, size_t count, loff_t *at)
{
	static struct plan parsed[PLANS_MAX]; /* protected by the one test that writes */
	char text[TEXT_MAX] = {};
	int nr;

	if (count >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, buffer, count))
		return -EFAULT;
	nr = parse(text, parsed);
	if (nr < 0)
		return nr;
	spin_lock_irq(&lock);
	memcpy(plans, parsed, sizeof(plans));
	nr_plans = nr;
	nr_places = 0;
	WRITE_ONCE(generation, generation + 1);
	spin_unlock_irq(&lock);
	return count;
}

static const struct file_operations plan_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = plan_write,
};

static int seen_show(struct seq_file *m, void *unused)
{
	unsigned int i;

	spin_lock_irq(&lock);
	for (i = 0; i < nr_places; i++)
		seq_printf(m, "%s %s %lu %lu %lu\n", places[i].name, places[i].function,
			   places[i].calls, places[i].allocating, places[i].failed);
	spin_unlock_irq(&lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(seen);

static int __init callsites_init(void)
{
	debugfs = debugfs_create_dir("callsites", NULL);
	debugfs_create_file("plan", 0200, debugfs, NULL, &plan_fops);
	debugfs_create_file("seen", 0400, debugfs, NULL, &seen_fops);
	return 0;
}
module_init(callsites_init);

static void __exit callsites_exit(void)
{
	debugfs_remove(debugfs);
}
module_exit(callsites_exit);

MODULE_DESCRIPTION("Makes memory run out at chosen calls (tests only)");
MODULE_LICENSE("GPL");
