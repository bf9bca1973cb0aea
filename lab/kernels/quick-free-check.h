/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For lib/debugobjects.c alone, which looks at each page that is freed whether a timer or a work is still active in it:
 * a third of what freeing memory costs, and most of that is lockdep's. Here it does not even hear of interrupts that
 * are off: nothing that asks for that is called meanwhile.
 */
#ifndef LAB_QUICK_FREE_CHECK_H
#define LAB_QUICK_FREE_CHECK_H

#include "quiet-locks.h"

#undef raw_spin_lock_irqsave
#undef raw_spin_trylock_irqsave
#undef raw_spin_unlock_irqrestore

#define raw_spin_lock_irqsave(lock, flags) \
	do {                               \
		raw_local_irq_save(flags); \
		raw_spin_lock(lock);       \
	} while (0)
#define raw_spin_trylock_irqsave(lock, flags)               \
	({                                                  \
		bool got;                                   \
                                                            \
		raw_local_irq_save(flags);                  \
		got = arch_spin_trylock(&(lock)->raw_lock); \
		if (!got)                                   \
			raw_local_irq_restore(flags);       \
		got;                                        \
	})
#define raw_spin_unlock_irqrestore(lock, flags) \
	do {                                    \
		raw_spin_unlock(lock);          \
		raw_local_irq_restore(flags);   \
	} while (0)

#endif /* LAB_QUICK_FREE_CHECK_H */
