/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For a file of the kernel's that is a checker itself: it takes its locks without lockdep, which is to watch ours. Checkers
 * take one for each page that is freed and for each object that is made, and lockdep costs more than all that they do.
 */
#ifndef LAB_QUIET_LOCKS_H
#define LAB_QUIET_LOCKS_H

#include <linux/spinlock.h>
#undef pr_fmt /* the file has its own */

#undef raw_spin_lock_init
#undef raw_spin_lock
#undef raw_spin_unlock
#undef raw_spin_lock_nested
#undef raw_spin_lock_irq
#undef raw_spin_unlock_irq
#undef raw_spin_lock_irqsave
#undef raw_spin_unlock_irqrestore

#define raw_spin_lock_init(lock) (*(lock) = __RAW_SPIN_LOCK_UNLOCKED(*(lock)))
/* With interrupts off already. */
#define raw_spin_lock(lock) arch_spin_lock(&(lock)->raw_lock)
#define raw_spin_unlock(lock) arch_spin_unlock(&(lock)->raw_lock)
#define raw_spin_lock_nested(lock, subclass) raw_spin_lock(lock)
#define raw_spin_lock_irq(lock)      \
	do {                         \
		local_irq_disable(); \
		raw_spin_lock(lock); \
	} while (0)
#define raw_spin_unlock_irq(lock)      \
	do {                           \
		raw_spin_unlock(lock); \
		local_irq_enable();    \
	} while (0)
#define raw_spin_lock_irqsave(lock, flags) \
	do {                               \
		local_irq_save(flags);     \
		raw_spin_lock(lock);       \
	} while (0)
#define raw_spin_unlock_irqrestore(lock, flags) \
	do {                                    \
		raw_spin_unlock(lock);          \
		local_irq_restore(flags);       \
	} while (0)

#endif /* LAB_QUIET_LOCKS_H */
