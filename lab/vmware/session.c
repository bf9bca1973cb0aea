// SPDX-License-Identifier: GPL-2.0-only
/*
 * The conversation with the guest's balloon driver: one command after the other.
 *
 * Theory of operation
 *
 * START begins a session and makes the host forget what it had. Without a session every
 * other command is answered "reset"; the driver may hear that once, then it has to START.
 * A capability is a bit that START grants, and that commands need.
 *
 * For each command, and for each entry of it, the plan is asked first. A status that says
 * what the host has ("locked" to a lock, "unlocked" to an unlock) is made true, since a
 * host that lies about that leaves no right thing to do.
 */
#include "lab/vmware/session.h"

#include <stddef.h>
#include <time.h>

/* What means nothing in a result of 32 bits. */
#define NONSENSE 0xdeadbeef00000000ull

struct entry_kind {
	bool lock;
	bool block;
};

/* The capability that a command needs; 0: none. */
static uint32_t needs(unsigned int command)
{
	switch (command) {
	case AVMWARE_LOCK:
	case AVMWARE_UNLOCK:
		return AVMWARE_BASIC;
	case AVMWARE_BATCHED_LOCK:
	case AVMWARE_BATCHED_UNLOCK:
		return AVMWARE_BATCHED;
	case AVMWARE_BATCHED_2M_LOCK:
	case AVMWARE_BATCHED_2M_UNLOCK:
		return AVMWARE_BATCHED_2M;
	case AVMWARE_DOORBELL_SET:
		return AVMWARE_SIGNALED_WAKEUP;
	}
	return 0;
}

/* session_reset() - the host forgets everything, and tells with its next answer */
void session_reset(struct session *session)
{
	referee_forget(&session->referee);
	session->up = false;
	session->told = false;
	session->granted = 0;
}

static uint32_t answer_reset(struct session *session)
{
	if (session->told)
		referee_foul(&session->referee, FOUL_AFTER_RESET);
	session->told = true;
	return AVMWARE_RESET;
}

static uint32_t start(struct session *session, struct call *call, bool old)
{
	uint32_t wanted = (uint32_t)call->arg1;

	session_reset(session);
	session->up = true;
	if (old || session->offered == AVMWARE_BASIC) {
		session->granted = AVMWARE_BASIC;
		return AVMWARE_OK;
	}
	session->granted = session->forced ? session->offered : session->offered & wanted;
	call->capabilities = session->granted;
	return AVMWARE_OK_CAPABILITIES;
}

static uint64_t target(const struct session *session)
{
	uint64_t pages = session->schedule.target;

	if (session->granted & AVMWARE_64_BIT_TARGET)
		return pages;
	return (uint32_t)pages | (session->scramble ? NONSENSE : 0);
}

static uint32_t run_entry(struct session *session, uint64_t pfn, struct entry_kind kind)
{
	struct referee *referee = &session->referee;
	unsigned int page_op = kind.lock ? FAULT_LOCK_PAGE : FAULT_UNLOCK_PAGE;
	unsigned int block_op = kind.lock ? FAULT_LOCK_BLOCK : FAULT_UNLOCK_BLOCK;
	uint32_t status;
	bool faulty = fault_next(&session->plan, kind.block ? block_op : page_op, &status);

	if (faulty && status != (kind.lock ? AVMWARE_LOCKED : AVMWARE_UNLOCKED))
		return status;
	if (kind.lock)
		return referee_lock(referee, pfn, kind.block) ?:
			       faulty			      ? AVMWARE_LOCKED :
								AVMWARE_OK;
	return referee_unlock(referee, pfn, kind.block) ?: faulty ? AVMWARE_UNLOCKED : AVMWARE_OK;
}

/* Numbers of other pages, such as a driver must not believe. */
static uint64_t scrambled(uint64_t entry)
{
	return (entry * 0x9e3779b97f4a7c15ull + 0x123456789000ull) &
	       ~(uint64_t)AVMWARE_ENTRY_STATUS;
}

static uint32_t run_batch(struct session *session, const struct call *call, struct entry_kind kind)
{
	const struct memory *memory = session->referee.memory;
	uint64_t entries[AVMWARE_BATCH_ENTRIES];

	if (!call->arg2 || call->arg2 > AVMWARE_BATCH_ENTRIES || call->arg1 >= memory->nr_pfns) {
		referee_foul(&session->referee, FOUL_BAD_BATCH);
		return AVMWARE_INVALID_PAGE;
	}
	memory->read(call->arg1 << AVMWARE_PAGE_SHIFT, entries, sizeof(entries));
	for (uint32_t i = 0; i < call->arg2; i++) {
		uint32_t status = run_entry(session, entries[i] >> AVMWARE_PAGE_SHIFT, kind);

		if (session->scramble)
			entries[i] = scrambled(entries[i]);
		entries[i] = (entries[i] & ~(uint64_t)AVMWARE_ENTRY_STATUS) | status;
	}
	memory->write(call->arg1 << AVMWARE_PAGE_SHIFT, entries, sizeof(entries));
	return AVMWARE_OK;
}

static uint32_t run(struct session *session, const struct call *call)
{
	struct entry_kind kind = { .lock = call->command == AVMWARE_LOCK ||
					   call->command == AVMWARE_BATCHED_LOCK ||
					   call->command == AVMWARE_BATCHED_2M_LOCK,
				   .block = needs(call->command) == AVMWARE_BATCHED_2M };

	switch (call->command) {
	case AVMWARE_GET_TARGET:
		session->limit = call->arg1;
		schedule_next(&session->schedule);
		return AVMWARE_OK;
	case AVMWARE_LOCK:
	case AVMWARE_UNLOCK:
		return run_entry(session, call->arg1, kind);
	case AVMWARE_GUEST_ID:
		session->guest_id = call->arg1;
		return AVMWARE_OK;
	case AVMWARE_BATCHED_LOCK:
	case AVMWARE_BATCHED_UNLOCK:
	case AVMWARE_BATCHED_2M_LOCK:
	case AVMWARE_BATCHED_2M_UNLOCK:
		return run_batch(session, call, kind);
	case AVMWARE_DOORBELL_SET:
		session->doorbell[0] = call->arg1;
		session->doorbell[1] = call->arg2;
		return AVMWARE_OK;
	}
	return AVMWARE_INVALID_COMMAND;
}

/* "ok" is the answer of a host that knows nothing of capabilities. */
static uint32_t call_start(struct session *session, struct call *call)
{
	uint32_t status;
	bool faulty = fault_next(&session->plan, AVMWARE_START, &status);

	if (!faulty || status == AVMWARE_OK)
		return start(session, call, faulty);
	if (status == AVMWARE_RESET)
		session_reset(session);
	return status;
}

static uint32_t call_other(struct session *session, struct call *call)
{
	uint32_t status;

	if (!session->up)
		return answer_reset(session);
	if ((session->granted & needs(call->command)) != needs(call->command)) {
		referee_foul(&session->referee, FOUL_NOT_GRANTED);
		return AVMWARE_INVALID_COMMAND;
	}
	if (fault_next(&session->plan, call->command, &status) && status != AVMWARE_OK) {
		if (status != AVMWARE_RESET)
			return status;
		session_reset(session);
		return answer_reset(session);
	}
	return run(session, call);
}

static uint64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* Takes the time that the driver needs for a target, without that until it asks. */
static void take_time(struct session *session, uint64_t told)
{
	const struct referee *referee = &session->referee;

	if (!session->told_us || told != session->told_pages) {
		session->told_pages = told;
		session->told_us = now_us();
		session->took_us = 0;
	}
	if (!session->took_us &&
	    referee->locked_pages + referee->locked_blocks * AVMWARE_BLOCK_PAGES == told)
		session->took_us = now_us() - session->told_us + 1;
}

/* session_call() - run a command; its status. All of @call but its arguments is written. */
uint32_t session_call(struct session *session, struct call *call)
{
	uint32_t status;

	if (call->command >= AVMWARE_NR_COMMANDS || !fault_op_name(call->command)) {
		session->calls[AVMWARE_NR_COMMANDS]++;
		return AVMWARE_INVALID_COMMAND;
	}
	session->calls[call->command]++;
	call->result = call->arg1;
	call->capabilities = 0;
	if (call->command == AVMWARE_START)
		return call_start(session, call);
	status = call_other(session, call);
	if (call->command <= AVMWARE_BATCHED_2M_UNLOCK && call->command != AVMWARE_GUEST_ID) {
		call->result = target(session);
		take_time(session, call->result);
	}
	return status;
}
