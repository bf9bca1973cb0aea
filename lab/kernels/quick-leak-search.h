/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For mm/kmemleak.c alone. For each word of all of the kernel's memory it calls three small functions; to an emulator
 * calls are dear, and most of a search is spent on these. Here they are inlined, and do what they did.
 *
 * For each page and for each object it takes a lock, and for each allocation two. lockdep watches our locks, not these:
 * they are taken without it.
 */
#ifndef LAB_QUICK_LEAK_SEARCH_H
#define LAB_QUICK_LEAK_SEARCH_H

#include <linux/kasan.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#undef pr_fmt

#ifdef CONFIG_KASAN_GENERIC
#define kasan_disable_current() ((void)current->kasan_depth--)
#define kasan_enable_current() ((void)current->kasan_depth++)
#endif

#undef raw_spin_lock_init
#undef raw_spin_lock_irq
#undef raw_spin_unlock_irq
#undef raw_spin_lock_irqsave
#undef raw_spin_unlock_irqrestore
#undef raw_spin_lock_nested
#undef raw_spin_unlock

#define raw_spin_lock_init(lock) (*(lock) = __RAW_SPIN_LOCK_UNLOCKED(*(lock)))
#define raw_spin_lock_irq(lock)                    \
	do {                                       \
		local_irq_disable();               \
		arch_spin_lock(&(lock)->raw_lock); \
	} while (0)
#define raw_spin_unlock_irq(lock)                    \
	do {                                         \
		arch_spin_unlock(&(lock)->raw_lock); \
		local_irq_enable();                  \
	} while (0)
#define raw_spin_lock_irqsave(lock, flags)         \
	do {                                       \
		local_irq_save(flags);             \
		arch_spin_lock(&(lock)->raw_lock); \
	} while (0)
#define raw_spin_unlock_irqrestore(lock, flags)      \
	do {                                         \
		arch_spin_unlock(&(lock)->raw_lock); \
		local_irq_restore(flags);            \
	} while (0)
/* Within one of those. */
#define raw_spin_lock_nested(lock, subclass) arch_spin_lock(&(lock)->raw_lock)
#define raw_spin_unlock(lock) arch_spin_unlock(&(lock)->raw_lock)

static __always_inline int scan_should_stop(void);

#endif /* LAB_QUICK_LEAK_SEARCH_H */
