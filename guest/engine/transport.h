/* SPDX-License-Identifier: GPL-2.0-only */
/* What the engine and a transport (one hypervisor's protocol) say to each other. */
#ifndef AERO_TRANSPORT_H
#define AERO_TRANSPORT_H

#include <linux/device.h>
#include <linux/mm_types.h>
#include <linux/pgtable.h>
#include <linux/types.h>

#include "guest/engine/range.h"
#include "policy/pace.h"

struct aero_balloon;
struct seq_file;

/**
 * enum aero_class - the two sizes in which memory is held
 * @AERO_PAGE: one guest page (PAGE_SIZE), movable while it is held
 * @AERO_BLOCK: AERO_BLOCK_PAGES physically contiguous, naturally aligned pages
 */
enum aero_class { AERO_PAGE, AERO_BLOCK, AERO_NR_CLASSES };

/* 2 MiB on x86-64: what the page tables, the buddy allocator and the host's huge pages agree on. */
#define AERO_BLOCK_ORDER (PMD_SHIFT - PAGE_SHIFT)
#define AERO_BLOCK_PAGES (1UL << AERO_BLOCK_ORDER)

/* Entries that every batch of the engine has room for. */
#define AERO_BATCH_MIN (2 * AERO_BLOCK_PAGES)

/** aero_class_pages() - guest pages in an entry of @class */
static inline unsigned int aero_class_pages(enum aero_class class)
{
	return class == AERO_BLOCK ? AERO_BLOCK_PAGES : 1;
}

/**
 * enum aero_verdict - the host's answer for one entry of a batch
 * @AERO_TAKEN: the host owns the memory from now on, or goes on to
 * @AERO_REFUSED: not this one; another may do
 * @AERO_NOT_NEEDED: the host wants no more, which ends a cycle of inflation, or does
 *	not need it any more, which is what deflation asks for
 */
enum aero_verdict { AERO_TAKEN, AERO_REFUSED, AERO_NOT_NEEDED };

/**
 * struct aero_batch - entries of one class on their way to or from the host
 * @class: what each entry is
 * @ordered: whether @pages is to be in the order of addresses; constant
 * @nr: entries in use
 * @pages: first page of each entry; if @ordered, ascending by PFN when the engine passes it on
 * @verdicts: the host's answer for each entry; the engine presets AERO_TAKEN for
 *	inflate, AERO_NOT_NEEDED for deflate
 *
 * Belongs to the engine. A transport looks at it during the call, no longer.
 */
struct aero_batch {
	enum aero_class class;
	bool ordered;
	unsigned int nr;
	struct page **pages;
	u8 *verdicts;
};

/**
 * typedef aero_visitor_t - is shown memory that the guest does not use
 * @priv: the transport's
 * @ranges: valid during the call
 * @nr: entries of @ranges, at least 1
 *
 * What is shown stays unused until the visitor returns, which happens within an
 * exchange. See walk.c.
 *
 * Return: 0 to be shown more, a positive number to end the walk, or an error as of
 * @deflate below.
 */
typedef int (*aero_visitor_t)(void *priv, const struct aero_range *ranges, unsigned int nr);

/**
 * struct aero_delegate - the kernel's own balloon driver, where nobody else may hold the memory
 * @size: guest pages that it holds now; any context
 * @go_for: has it go for holding @pages, which it does by itself and in its own time, or
 *	not at all; serialised by the engine, does not sleep
 *
 * Such a driver cannot take back more than the host wishes to leave: it is never asked to.
 * See delegate.c.
 */
struct aero_delegate {
	u64 (*size)(void *priv);
	void (*go_for)(void *priv, u64 pages);
};

/**
 * struct aero_transport - one hypervisor's protocol
 * @name: for sysfs and messages
 * @limits: pages a cycle and pauses; see policy/pace.h
 * @deflate_on_oom: the host agrees that the guest takes memory back when it has none
 *	left; what is held then still counts as the guest's memory
 * @controls_host: the guest is the one that hands out the host's memory (Xen's control
 *	domain): it must not decide on its own size
 * @ordered: batches are wanted in the order of addresses, which costs sorting them
 * @batch_max: most entries in one batch, by class; 0 = the class is not spoken
 *	(AERO_PAGE must be). Constant, except that @restart may change it up to AERO_BATCH_MIN
 * @delegate: the kernel has a driver of its own that holds the memory; NULL elsewhere. With
 *	it, @batch_max, @inflate, @deflate, @migrate and @restart are left out
 * @inflate: offer @batch to the host and write a verdict for each entry
 * @deflate: ask the host for all of @batch back; 0 means that the guest may use it but
 *	for the entries with the verdict AERO_TAKEN, which the host keeps
 * @migrate: take @newpage instead of @page
 * @get_target: ask the host for its target in guest pages, at the beginning of each
 *	cycle; optional, for hosts that do not tell by themselves
 * @poll_ms: how long a balloon at rest waits before it asks again, or looks after its
 *	@delegate; 0 without either
 * @report_size: the balloon holds @pages guest pages now
 * @restart: begin the conversation anew after the host has reset it; optional
 *	for a transport that never returns -ECONNRESET
 * @finish: end the conversation so that the host forgets everything, or leave the
 *	@delegate to itself; optional. Where it fails or is missing, all memory is asked back
 *	instead
 * @rereport: tell the host once more that it may have these blocks, which are held, in
 *	case it lost that; optional
 * @show: the transport's own counters, for debugfs; optional
 *
 * The engine serialises all but @show of one balloon. They run in process context, may
 * sleep, and must return within a bounded time whatever the host does. None may allocate
 * memory in a way that can wait for migration; @migrate is called with both pages locked.
 *
 * Errors of @get_target, @inflate, @deflate, @restart (and of @finish any):
 *	-EBUSY		nothing was said or the host was busy: nothing changed, try later
 *	-ECONNRESET	the host forgot everything: drop all silently, then @restart
 *	other		the host cannot be talked to any more (the state of the
 *			batch's entries is unknown): the balloon is broken
 * @migrate returns 0, or -EAGAIN or -EBUSY when nothing changed, or -ENOENT when
 * @page went back to the guest but @newpage was not taken.
 */
struct aero_transport {
	const char *name;
	struct pace_limits limits;
	bool deflate_on_oom;
	bool controls_host;
	bool ordered;
	unsigned int batch_max[AERO_NR_CLASSES];
	unsigned int poll_ms;
	const struct aero_delegate *delegate;
	int (*get_target)(void *priv, u64 *ret_pages);
	int (*inflate)(void *priv, struct aero_batch *batch);
	int (*deflate)(void *priv, struct aero_batch *batch);
	int (*migrate)(void *priv, struct page *newpage, struct page *page);
	void (*report_size)(void *priv, u64 pages);
	int (*restart)(void *priv);
	int (*finish)(void *priv);
	aero_visitor_t rereport;
	void (*show)(void *priv, struct seq_file *m);
};

struct aero_balloon *aero_balloon_create(const struct aero_transport *transport, void *priv,
					 struct device *parent, const char *name);
void aero_balloon_start(struct aero_balloon *balloon);
void aero_balloon_stop(struct aero_balloon *balloon);
void aero_balloon_drop(struct aero_balloon *balloon);
void aero_balloon_destroy(struct aero_balloon *balloon);

void aero_balloon_set_host_target(struct aero_balloon *balloon, u64 pages);
void aero_balloon_host_reset(struct aero_balloon *balloon);
void aero_balloon_kick(struct aero_balloon *balloon);
bool aero_balloon_begin_exchange(struct aero_balloon *balloon);
void aero_balloon_end_exchange(struct aero_balloon *balloon, int err, const char *what);
void aero_balloon_break(struct aero_balloon *balloon, const char *why);

int aero_balloon_walk_held(struct aero_balloon *balloon, aero_visitor_t visit);
int aero_balloon_walk_free(struct aero_balloon *balloon, aero_visitor_t visit);

#endif /* AERO_TRANSPORT_H */
