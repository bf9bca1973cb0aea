/* SPDX-License-Identifier: GPL-2.0-only */
/* Tracepoints of the engine: aerostat:* in tracefs. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM aerostat

#if !defined(AERO_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define AERO_TRACE_H

#include <linux/tracepoint.h>

#include "guest/engine/balloon.h"

/* It does not know the layout that TRACE_EVENT() is written in. */
/* clang-format off */

#define show_class(class) __print_symbolic(class, { AERO_PAGE, "page" }, { AERO_BLOCK, "block" })

TRACE_EVENT(aero_target,
	TP_PROTO(const struct aero_balloon *balloon, const struct target_result *target),
	TP_ARGS(balloon, target),
	TP_STRUCT__entry(
		__array(char, name, AERO_NAME_MAX)
		__field(u64, pages)
		__field(u64, size)
		__field(int, reason)
	),
	TP_fast_assign(
		strscpy(__entry->name, balloon->name, AERO_NAME_MAX);
		__entry->pages = target->pages;
		__entry->size = aero_pool_size(&balloon->pool);
		__entry->reason = target->reason;
	),
	TP_printk("%s target=%llu size=%llu reason=%s", __entry->name, __entry->pages,
		  __entry->size,
		  __print_symbolic(__entry->reason, { TARGET_HOST, "host" }, { TARGET_SELF, "self" },
				   { TARGET_FLOOR, "floor" }, { TARGET_MARGIN, "margin" },
				   { TARGET_HOLDOFF, "holdoff" }))
);

TRACE_EVENT(aero_inflate,
	TP_PROTO(const struct aero_balloon *balloon, int class, unsigned int offered, u64 taken_pages),
	TP_ARGS(balloon, class, offered, taken_pages),
	TP_STRUCT__entry(
		__array(char, name, AERO_NAME_MAX)
		__field(int, class)
		__field(unsigned int, offered)
		__field(u64, taken_pages)
	),
	TP_fast_assign(
		strscpy(__entry->name, balloon->name, AERO_NAME_MAX);
		__entry->class = class;
		__entry->offered = offered;
		__entry->taken_pages = taken_pages;
	),
	TP_printk("%s class=%s offered=%u taken_pages=%llu", __entry->name,
		  show_class(__entry->class), __entry->offered, __entry->taken_pages)
);

TRACE_EVENT(aero_deflate,
	TP_PROTO(const struct aero_balloon *balloon, int class, unsigned int given),
	TP_ARGS(balloon, class, given),
	TP_STRUCT__entry(
		__array(char, name, AERO_NAME_MAX)
		__field(int, class)
		__field(unsigned int, given)
	),
	TP_fast_assign(
		strscpy(__entry->name, balloon->name, AERO_NAME_MAX);
		__entry->class = class;
		__entry->given = given;
	),
	TP_printk("%s class=%s given=%u", __entry->name, show_class(__entry->class),
		  __entry->given)
);

TRACE_EVENT(aero_migrate,
	TP_PROTO(const struct aero_balloon *balloon, unsigned long old_pfn, unsigned long new_pfn,
		 int err),
	TP_ARGS(balloon, old_pfn, new_pfn, err),
	TP_STRUCT__entry(
		__array(char, name, AERO_NAME_MAX)
		__field(unsigned long, old_pfn)
		__field(unsigned long, new_pfn)
		__field(int, err)
	),
	TP_fast_assign(
		strscpy(__entry->name, balloon->name, AERO_NAME_MAX);
		__entry->old_pfn = old_pfn;
		__entry->new_pfn = new_pfn;
		__entry->err = err;
	),
	TP_printk("%s old_pfn=0x%lx new_pfn=0x%lx err=%d", __entry->name, __entry->old_pfn,
		  __entry->new_pfn, __entry->err)
);

TRACE_EVENT(aero_oom,
	TP_PROTO(const struct aero_balloon *balloon, u64 wanted_pages, u64 given_pages),
	TP_ARGS(balloon, wanted_pages, given_pages),
	TP_STRUCT__entry(
		__array(char, name, AERO_NAME_MAX)
		__field(u64, wanted_pages)
		__field(u64, given_pages)
	),
	TP_fast_assign(
		strscpy(__entry->name, balloon->name, AERO_NAME_MAX);
		__entry->wanted_pages = wanted_pages;
		__entry->given_pages = given_pages;
	),
	TP_printk("%s wanted_pages=%llu given_pages=%llu", __entry->name,
		  __entry->wanted_pages, __entry->given_pages)
);

TRACE_EVENT(aero_selfballoon,
	TP_PROTO(const struct aero_balloon *balloon, const struct selfballoon_sample *sample,
		 u64 wish_pages),
	TP_ARGS(balloon, sample, wish_pages),
	TP_STRUCT__entry(
		__array(char, name, AERO_NAME_MAX)
		__field(u64, wish)
		__field(u64, committed)
		__field(u64, available)
		__field(u64, free)
		__field(u64, refaults)
		__field(u64, major_faults)
		__field(u64, stalls)
		__field(u64, scanned)
		__field(bool, may_grow)
		__field(bool, settled)
		__field(bool, moving)
	),
	TP_fast_assign(
		strscpy(__entry->name, balloon->name, AERO_NAME_MAX);
		__entry->wish = wish_pages;
		__entry->committed = sample->committed_pages;
		__entry->available = sample->available_pages;
		__entry->free = sample->free_pages;
		__entry->refaults = sample->refaults;
		__entry->major_faults = sample->major_faults;
		__entry->stalls = sample->alloc_stalls;
		__entry->scanned = sample->direct_scanned_pages;
		__entry->may_grow = sample->may_grow;
		__entry->settled = sample->settled;
		__entry->moving = sample->moving;
	),
	TP_printk("%s wish=%llu committed=%llu available=%llu free=%llu refaults=%llu major_faults=%llu stalls=%llu scanned=%llu may_grow=%d settled=%d moving=%d",
		  __entry->name, __entry->wish, __entry->committed, __entry->available,
		  __entry->free, __entry->refaults, __entry->major_faults, __entry->stalls,
		  __entry->scanned, __entry->may_grow, __entry->settled, __entry->moving)
);

TRACE_EVENT(aero_pace,
	TP_PROTO(const struct aero_balloon *balloon, u64 done_pages, unsigned int pause_ms),
	TP_ARGS(balloon, done_pages, pause_ms),
	TP_STRUCT__entry(
		__array(char, name, AERO_NAME_MAX)
		__field(u64, done_pages)
		__field(unsigned int, slow_left)
		__field(unsigned int, sleep_pages)
		__field(unsigned int, free_pages)
		__field(unsigned int, pause_ms)
	),
	TP_fast_assign(
		strscpy(__entry->name, balloon->name, AERO_NAME_MAX);
		__entry->done_pages = done_pages;
		__entry->slow_left = balloon->pace.slow_left;
		__entry->sleep_pages = balloon->pace.sleep_pages;
		__entry->free_pages = balloon->pace.free_pages;
		__entry->pause_ms = pause_ms;
	),
	TP_printk("%s done=%llu slow_left=%u sleep_rate=%u free_rate=%u pause_ms=%u",
		  __entry->name, __entry->done_pages, __entry->slow_left, __entry->sleep_pages,
		  __entry->free_pages, __entry->pause_ms)
);

TRACE_EVENT(aero_state,
	TP_PROTO(const struct aero_balloon *balloon, int from, int to),
	TP_ARGS(balloon, from, to),
	TP_STRUCT__entry(
		__array(char, name, AERO_NAME_MAX)
		__field(int, from)
		__field(int, to)
	),
	TP_fast_assign(
		strscpy(__entry->name, balloon->name, AERO_NAME_MAX);
		__entry->from = from;
		__entry->to = to;
	),
	TP_printk("%s from=%d to=%d", __entry->name, __entry->from, __entry->to)
);

/* clang-format on */

#endif /* AERO_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
