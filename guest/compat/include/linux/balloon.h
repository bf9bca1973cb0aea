/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * <linux/balloon.h> for kernels before 7.0: the later balloon core on top of the earlier one.
 *
 * The later core counts managed pages itself, and its migrate callback only talks
 * to the host: inserting the new page and finalising the old one is the core's
 * work. Here a wrapper around struct balloon_dev_info does that work.
 */
#ifdef AERO_HAVE_LINUX_BALLOON_H
#include_next <linux/balloon.h>
#else
#ifndef AERO_COMPAT_LINUX_BALLOON_H
#define AERO_COMPAT_LINUX_BALLOON_H

#include <linux/balloon_compaction.h>
#include <linux/mm.h>
#include <linux/vmstat.h>

struct aero_compat_balloon {
	struct balloon_dev_info base;
	int (*migratepage)(struct aero_compat_balloon *balloon, struct page *newpage,
			   struct page *page, enum migrate_mode mode);
	bool adjust_managed_page_count;
};

static inline void aero_compat_balloon_adjust(const struct aero_compat_balloon *balloon,
					      struct page *page, long by)
{
	if (balloon->adjust_managed_page_count)
		adjust_managed_page_count(page, by);
}

/* Both pages are locked; the core holds a reference of its own to the old one. */
static inline int aero_compat_balloon_migrate(struct balloon_dev_info *base, struct page *newpage,
					      struct page *page, enum migrate_mode mode)
{
	struct aero_compat_balloon *balloon = container_of(base, struct aero_compat_balloon, base);
	unsigned long flags;
	int err = balloon->migratepage(balloon, newpage, page, mode);

	if (err && err != -ENOENT)
		return err;
	spin_lock_irqsave(&base->pages_lock, flags);
	if (!err) {
		get_page(newpage);
		balloon_page_insert(base, newpage);
		__count_vm_event(BALLOON_MIGRATE);
		aero_compat_balloon_adjust(balloon, newpage, -1);
	} else {
		__count_vm_event(BALLOON_DEFLATE);
	}
	base->isolated_pages--;
	spin_unlock_irqrestore(&base->pages_lock, flags);

	aero_compat_balloon_adjust(balloon, page, 1);
	balloon_page_finalize(page);
	put_page(page);
	/* After -ENOENT the old page was freed; the migration core only needs to know that. */
	return MIGRATEPAGE_SUCCESS;
}

static inline void aero_compat_balloon_init(struct aero_compat_balloon *balloon)
{
	balloon_devinfo_init(&balloon->base);
	balloon->base.migratepage = aero_compat_balloon_migrate;
	balloon->migratepage = NULL;
	balloon->adjust_managed_page_count = false;
}

static inline size_t aero_compat_balloon_enqueue(struct aero_compat_balloon *balloon,
						 struct list_head *pages)
{
	struct page *page;

	list_for_each_entry(page, pages, lru)
		aero_compat_balloon_adjust(balloon, page, -1);
	return balloon_page_list_enqueue(&balloon->base, pages);
}

static inline size_t aero_compat_balloon_dequeue(struct aero_compat_balloon *balloon,
						 struct list_head *pages, size_t nr)
{
	struct page *page;
	size_t got = balloon_page_list_dequeue(&balloon->base, pages, nr);

	list_for_each_entry(page, pages, lru)
		aero_compat_balloon_adjust(balloon, page, 1);
	return got;
}

#define balloon_dev_info aero_compat_balloon
#define balloon_devinfo_init aero_compat_balloon_init
#define balloon_page_list_enqueue aero_compat_balloon_enqueue
#define balloon_page_list_dequeue aero_compat_balloon_dequeue

#endif /* AERO_COMPAT_LINUX_BALLOON_H */
#endif /* AERO_HAVE_LINUX_BALLOON_H */
