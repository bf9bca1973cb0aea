/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For mm/kmemleak.c alone. For each word of all of the kernel's memory it calls three small functions; to an emulator
 * calls are dear, and most of a search is spent on these. Here they are inlined, and do what they did.
 */
#ifndef LAB_QUICK_LEAK_SEARCH_H
#define LAB_QUICK_LEAK_SEARCH_H

#include <linux/kasan.h>
#include <linux/sched.h>

#include "quiet-locks.h"

#ifdef CONFIG_KASAN_GENERIC
#define kasan_disable_current() ((void)current->kasan_depth--)
#define kasan_enable_current() ((void)current->kasan_depth++)
#endif

static __always_inline int scan_should_stop(void);

#endif /* LAB_QUICK_LEAK_SEARCH_H */
