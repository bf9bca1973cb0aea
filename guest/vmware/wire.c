// SPDX-License-Identifier: GPL-2.0-only
/*
 * The balloon's exchanges in VMware's words.
 *
 * Theory of operation
 *
 * The host takes a page when it is locked, and gives it back when it is unlocked. Without
 * AVMWARE_BATCHED a command carries one page; with it, up to 512 entries, which lie in a
 * page that the host reads and into which it writes a status for each. Blocks have
 * commands of their own, in batches only; without them all is done with single pages.
 *
 * What is read back from the batch page is a status and nothing else: which entry is
 * which page is known from the engine's own batch. A status for the whole batch counts for
 * each entry. Pages that the host has no number for are answered for it.
 *
 *   lock:    ok, locked            taken (the host says that it has it)
 *            not needed, busy      no more for now
 *            anything else         refused
 *   unlock:  ok, unlocked          given back (the host says that it does not have it)
 *            anything else         kept by the host
 *
 * An exchange ends early when the host is busy, wants no more, or has refused REFUSED_MAX
 * entries: about the others nothing was said, and they stay whose they are.
 */
#include "guest/vmware/wire.h"

#include <linux/build_bug.h>
#include <linux/compiler.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include "guest/vmware/device.h"
#include "guest/vmware/entry.h"
#include "guest/vmware/session.h"

static_assert(PAGE_SHIFT == AVMWARE_PAGE_SHIFT);
static_assert(AERO_BLOCK_PAGES == AVMWARE_BLOCK_PAGES);

/* How often a host at rest is asked for its target. */
#define POLL_MS 1000
/* Entries that the host may refuse before an exchange ends. */
#define REFUSED_MAX 16

/* What another status than AVMWARE_OK means, which is "done". */
static enum aero_verdict lock_verdict(u32 status)
{
	switch (status) {
	case AVMWARE_LOCKED:
		return AERO_TAKEN;
	case AVMWARE_NOT_NEEDED:
	case AVMWARE_BUSY:
		return AERO_NOT_NEEDED;
	}
	return AERO_REFUSED;
}

static enum aero_verdict unlock_verdict(u32 status)
{
	return status == AVMWARE_UNLOCKED ? AERO_NOT_NEEDED : AERO_TAKEN;
}

/**
 * struct direction - locking or unlocking
 * @single: the command for one page
 * @batched: the command for a batch, by class
 * @verdict: what another status than AVMWARE_OK means
 * @done: the verdict on an entry that changed hands, as after AVMWARE_OK
 * @left: the verdict on an entry about which nothing was said
 */
struct direction {
	enum avmware_command single;
	enum avmware_command batched[AERO_NR_CLASSES];
	enum aero_verdict (*verdict)(u32 status);
	enum aero_verdict done;
	enum aero_verdict left;
};

static const struct direction lock = {
	.single = AVMWARE_LOCK,
	.batched = { [AERO_PAGE] = AVMWARE_BATCHED_LOCK, [AERO_BLOCK] = AVMWARE_BATCHED_2M_LOCK },
	.verdict = lock_verdict,
	.done = AERO_TAKEN,
	.left = AERO_NOT_NEEDED,
};

static const struct direction unlock = {
	.single = AVMWARE_UNLOCK,
	.batched = { [AERO_PAGE] = AVMWARE_BATCHED_UNLOCK, [AERO_BLOCK] = AVMWARE_BATCHED_2M_UNLOCK },
	.verdict = unlock_verdict,
	.done = AERO_NOT_NEEDED,
	.left = AERO_TAKEN,
};

static enum aero_verdict verdict(const struct direction *direction, u32 status)
{
	return status == AVMWARE_OK ? direction->done : direction->verdict(status);
}

/*
 * Writes an entry for each page from @start on, up to the first one that the host has no number
 * for, or to the end of the batch page. Returns how many.
 */
static unsigned int write_entries(const struct avmware *device, const struct aero_batch *batch,
				  unsigned int start)
{
	unsigned int max = min_t(unsigned int, batch->nr - start, AVMWARE_BATCH_ENTRIES);
	unsigned int entry_pages = aero_class_pages(batch->class);
	struct page **pages = batch->pages + start;
	u32 capabilities = device->capabilities;
	u64 *entries = device->batch;
	unsigned int nr;

	for (nr = 0; nr < max; nr++) {
		u64 pfn = page_to_pfn(pages[nr]);

		if (!avmware_pages_fit(pfn, entry_pages, capabilities))
			break;
		entries[nr] = avmware_entry(pfn);
	}
	return nr;
}

static void read_verdicts(const struct avmware *device, const struct direction *direction,
			  u8 *verdicts, unsigned int nr)
{
	const u64 *entries = device->batch;
	unsigned int i;

	for (i = 0; i < nr; i++)
		verdicts[i] = verdict(direction, avmware_entry_status(READ_ONCE(entries[i])));
}

/* Sends a command. Returns its status, or -ECONNRESET. */
static s64 send(struct avmware *device, enum avmware_command command, u64 arg1, u32 arg2)
{
	struct avmware_answer answer = avmware_call(device, command, arg1, arg2);

	if (answer.status == AVMWARE_RESET)
		return avmware_session_lost(device);
	if (answer.status == AVMWARE_OK)
		avmware_session_see_target(device, answer.result);
	return answer.status;
}

/* The entry at @start, by a command of its own. Returns 1, or -ECONNRESET. */
static int run_single(struct avmware *device, const struct direction *direction,
		      struct aero_batch *batch, unsigned int start)
{
	u64 pfn = page_to_pfn(batch->pages[start]);
	s64 status = AVMWARE_INVALID_PAGE;

	if (avmware_pages_fit(pfn, 1, device->capabilities))
		status = send(device, direction->single, pfn, 0);
	if (status < 0)
		return status;
	batch->verdicts[start] = verdict(direction, status);
	return 1;
}

/* Entries from @start on, one command for all. Returns how many, or -ECONNRESET. */
static int run_batch(struct avmware *device, const struct direction *direction,
		     struct aero_batch *batch, unsigned int start)
{
	unsigned int nr = write_entries(device, batch, start);
	s64 status = AVMWARE_INVALID_PAGE;

	if (nr)
		status = send(device, direction->batched[batch->class],
			      page_to_pfn(virt_to_page(device->batch)), nr);
	if (status < 0)
		return status;
	nr = max(nr, 1U);
	if (status == AVMWARE_OK)
		read_verdicts(device, direction, batch->verdicts + start, nr);
	else
		memset(batch->verdicts + start, verdict(direction, status), nr);
	return nr;
}

/* Counts entries that did not change hands; returns false if it is no use to go on. */
static bool go_on(const struct direction *direction, const u8 *verdicts, unsigned int nr,
		  unsigned int *refused)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (verdicts[i] == direction->done)
			continue;
		if (verdicts[i] == AERO_NOT_NEEDED || ++*refused >= REFUSED_MAX)
			return false;
	}
	return true;
}

/* All of a batch, of any size. Returns 0 or -ECONNRESET. */
static int run(struct avmware *device, const struct direction *direction, struct aero_batch *batch)
{
	bool batched = batch->class == AERO_BLOCK || device->capabilities & AVMWARE_BATCHED;
	unsigned int refused = 0;
	unsigned int start;
	int nr;

	if (!device->capabilities)
		return -ECONNRESET;
	memset(batch->verdicts, direction->left, batch->nr);
	for (start = 0; start < batch->nr; start += nr) {
		if (batched)
			nr = run_batch(device, direction, batch, start);
		else
			nr = run_single(device, direction, batch, start);
		if (nr < 0)
			return nr;
		if (!go_on(direction, batch->verdicts + start, nr, &refused))
			break;
	}
	return 0;
}

static int avmware_inflate(void *priv, struct aero_batch *batch)
{
	return run(priv, &lock, batch);
}

static int avmware_deflate(void *priv, struct aero_batch *batch)
{
	return run(priv, &unlock, batch);
}

/* One page. Returns whether it changed hands, or -ECONNRESET. */
static int run_one(struct avmware *device, const struct direction *direction, struct page *page)
{
	u8 verdict;
	struct aero_batch batch = {
		.class = AERO_PAGE, .nr = 1, .pages = &page, .verdicts = &verdict
	};
	int err = run(device, direction, &batch);

	return err ?: verdict == direction->done;
}

/*
 * The old page first: a host that wants no more would not take the new one. If it does not
 * take it afterwards, then the balloon is smaller by a page, and the next cycle sees to that.
 */
static int avmware_migrate(void *priv, struct page *newpage, struct page *page)
{
	struct avmware *device = priv;
	int done = run_one(device, &unlock, page);

	if (done > 0) {
		done = run_one(device, &lock, newpage);
		if (done > 0)
			return 0;
		if (done < 0)
			aero_balloon_host_reset(device->balloon);
		return -ENOENT;
	}
	if (done < 0)
		aero_balloon_host_reset(device->balloon);
	return -EAGAIN;
}

static int avmware_get_target(void *priv, u64 *ret_pages)
{
	return avmware_session_get_target(priv, ret_pages);
}

static int avmware_restart(void *priv)
{
	return avmware_session_start(priv);
}

static int avmware_finish(void *priv)
{
	return avmware_session_finish(priv);
}

/* The host has counted itself what was locked and unlocked. */
static void avmware_report_size(void *priv, u64 pages)
{
}

static void avmware_show(void *priv, struct seq_file *m)
{
	static const char *const names[AVMWARE_NR_COMMANDS] = {
		[AVMWARE_START] = "start",
		[AVMWARE_GET_TARGET] = "get_target",
		[AVMWARE_LOCK] = "lock",
		[AVMWARE_UNLOCK] = "unlock",
		[AVMWARE_GUEST_ID] = "guest_id",
		[AVMWARE_BATCHED_LOCK] = "batched_lock",
		[AVMWARE_BATCHED_UNLOCK] = "batched_unlock",
		[AVMWARE_BATCHED_2M_LOCK] = "batched_2m_lock",
		[AVMWARE_BATCHED_2M_UNLOCK] = "batched_2m_unlock",
		[AVMWARE_DOORBELL_SET] = "doorbell_set",
	};
	struct avmware *device = priv;
	unsigned int i;

	seq_printf(m, "capabilities %u\n", READ_ONCE(device->capabilities));
	for (i = 0; i < AVMWARE_NR_COMMANDS; i++)
		if (names[i])
			seq_printf(m, "%s_calls %llu\n%s_failed %llu\n", names[i],
				   READ_ONCE(device->calls[i].made), names[i],
				   READ_ONCE(device->calls[i].failed));
}

/*
 * VMware's own driver's rates were made for one command a page. With batches, and while memory is
 * plentiful, a cycle may fill one, even with blocks; under pressure all is the same.
 */
static struct pace_limits limits_for(u32 capabilities)
{
	struct pace_limits limits = pace_limits_r3;

	if (capabilities & AVMWARE_BATCHED) {
		limits.nosleep_pages = AVMWARE_BATCH_ENTRIES * AVMWARE_BLOCK_PAGES;
		limits.free_max_pages = AVMWARE_BATCH_ENTRIES * AVMWARE_BLOCK_PAGES;
	}
	return limits;
}

/**
 * avmware_wire_init() - fill in what the engine is told of this transport
 * @device: its session was started if the host wanted to; what it granted decides the pace
 */
void avmware_wire_init(struct avmware *device)
{
	bool blocks = device->capabilities & AVMWARE_BATCHED_2M;

	device->transport = (struct aero_transport){
		.name = "vmware",
		.limits = limits_for(device->capabilities),
		/* The target is a wish: the guest may unlock what it needs at any time. */
		.deflate_on_oom = true,
		.batch_max = {
			[AERO_PAGE] = AVMWARE_BATCH_ENTRIES,
			[AERO_BLOCK] = blocks ? AVMWARE_BATCH_ENTRIES : 0,
		},
		.poll_ms = POLL_MS,
		.get_target = avmware_get_target,
		.inflate = avmware_inflate,
		.deflate = avmware_deflate,
		.migrate = avmware_migrate,
		.report_size = avmware_report_size,
		.restart = avmware_restart,
		.finish = avmware_finish,
		.show = avmware_show,
	};
}
