// SPDX-License-Identifier: GPL-2.0-only
/* Tests of the session and its referee: each rule kept, each foul seen, on memory of a test's own. */
#include "lab/vmware/session.h"

#include <stdlib.h>
#include <string.h>

#include "policy/check.h"

#define NR_PFNS 2048
#define BATCH_PFN 1u
#define ALL 0x3eu

static uint8_t ram[NR_PFNS << AVMWARE_PAGE_SHIFT];

static void read_ram(uint64_t address, void *data, size_t size)
{
	memcpy(data, ram + address, size);
}

static void write_ram(uint64_t address, const void *data, size_t size)
{
	memcpy(ram + address, data, size);
}

static const struct memory memory = { read_ram, write_ram, NR_PFNS };
static struct session session;

static struct call last;

static uint32_t call(unsigned int command, uint64_t arg1, uint32_t arg2)
{
	last = (struct call){ .command = (uint16_t)command, .arg1 = arg1, .arg2 = arg2 };
	return session_call(&session, &last);
}

static uint64_t fouls(void)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < NR_FOULS; i++)
		sum += session.referee.fouls[i];
	return sum;
}

/* Begins anew, with a session of all capabilities. */
static void begin(void)
{
	referee_exit(&session.referee);
	session = (struct session){ .offered = ALL };
	if (!referee_init(&session.referee, &memory, true))
		abort();
	CHECK_EQ(call(AVMWARE_START, ALL, 0), AVMWARE_OK_CAPABILITIES);
	CHECK_EQ(last.capabilities, ALL);
}

static void plan(const char *text)
{
	CHECK(fault_parse(text, &session.plan));
}

/* Sends a batch; the entries' statuses are in @statuses. */
static uint32_t batch(unsigned int command, const uint64_t *pfns, uint32_t nr, uint32_t *statuses)
{
	uint64_t *entries = (uint64_t *)(void *)(ram + (BATCH_PFN << AVMWARE_PAGE_SHIFT));
	uint32_t status;

	for (uint32_t i = 0; i < nr; i++)
		entries[i] = pfns[i] << AVMWARE_PAGE_SHIFT;
	status = call(command, BATCH_PFN, nr);
	for (uint32_t i = 0; i < nr; i++)
		statuses[i] = entries[i] & AVMWARE_ENTRY_STATUS;
	return status;
}

static void test_start(void)
{
	static const struct {
		uint32_t offered, wanted;
		bool forced;
		uint32_t status, capabilities;
	} rows[] = {
		{ ALL, ALL, false, AVMWARE_OK_CAPABILITIES, ALL },
		{ ALL, AVMWARE_BASIC, false, AVMWARE_OK_CAPABILITIES, AVMWARE_BASIC },
		{ ALL, 0, false, AVMWARE_OK_CAPABILITIES, 0 },
		{ AVMWARE_BASIC, ALL, false, AVMWARE_OK, 0 },
		{ 0xffffffff, AVMWARE_BASIC, true, AVMWARE_OK_CAPABILITIES, 0xffffffff },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		begin();
		session.offered = rows[i].offered;
		session.forced = rows[i].forced;
		CHECK_EQ(call(AVMWARE_START, rows[i].wanted, 0), rows[i].status);
		CHECK_EQ(last.capabilities, rows[i].capabilities);
	}
	CHECK_EQ(fouls(), 0);
}

static void test_lock_and_unlock(void)
{
	begin();
	schedule_set(&session.schedule, 77);
	CHECK_EQ(call(AVMWARE_GUEST_ID, AVMWARE_GUEST_LINUX, 0), AVMWARE_OK);
	CHECK_EQ(call(AVMWARE_GET_TARGET, NR_PFNS, 0), AVMWARE_OK);
	CHECK_EQ(last.result, 77);
	CHECK_EQ(session.limit, NR_PFNS);
	CHECK_EQ(session.guest_id, AVMWARE_GUEST_LINUX);
	CHECK_EQ(call(AVMWARE_LOCK, 100, 0), AVMWARE_OK);
	CHECK_EQ(last.result, 77);
	CHECK_EQ(session.referee.locked_pages, 1);
	CHECK_EQ(call(AVMWARE_UNLOCK, 100, 0), AVMWARE_OK);
	CHECK_EQ(session.referee.locked_pages, 0);
	CHECK_EQ(call(AVMWARE_LOCK, NR_PFNS - 1, 0), AVMWARE_OK);
	CHECK_EQ(fouls(), 0);
}

static void test_batches(void)
{
	static const uint64_t pages[] = { 3, 4, 2047 }, blocks[] = { 512, 1024 };
	uint32_t statuses[3];

	begin();
	CHECK_EQ(batch(AVMWARE_BATCHED_LOCK, pages, 3, statuses), AVMWARE_OK);
	CHECK(!statuses[0] && !statuses[1] && !statuses[2]);
	CHECK_EQ(batch(AVMWARE_BATCHED_2M_LOCK, blocks, 2, statuses), AVMWARE_OK);
	CHECK_EQ(session.referee.locked_pages, 3);
	CHECK_EQ(session.referee.locked_blocks, 2);
	CHECK_EQ(batch(AVMWARE_BATCHED_UNLOCK, pages, 3, statuses), AVMWARE_OK);
	CHECK_EQ(batch(AVMWARE_BATCHED_2M_UNLOCK, blocks, 2, statuses), AVMWARE_OK);
	CHECK_EQ(session.referee.locked_pages + session.referee.locked_blocks, 0);
	CHECK_EQ(fouls(), 0);
}

static void expect_foul(enum foul foul, const char *what)
{
	check_row = what;
	CHECK_EQ(session.referee.fouls[foul], 1);
	CHECK_EQ(fouls(), 1);
	check_row = NULL;
	begin();
}

static void test_fouls(void)
{
	static const uint64_t block = 512, odd = 513, page = 600, last_block = NR_PFNS;
	uint32_t status;

	begin();
	call(AVMWARE_LOCK, 9, 0);
	CHECK_EQ(call(AVMWARE_LOCK, 9, 0), AVMWARE_LOCKED);
	expect_foul(FOUL_DOUBLE_LOCK, "a page twice");

	call(AVMWARE_LOCK, page, 0);
	batch(AVMWARE_BATCHED_2M_LOCK, &block, 1, &status);
	CHECK_EQ(status, AVMWARE_LOCKED);
	expect_foul(FOUL_DOUBLE_LOCK, "a block with a page that the host has");

	CHECK_EQ(call(AVMWARE_UNLOCK, 9, 0), AVMWARE_UNLOCKED);
	expect_foul(FOUL_NOT_LOCKED, "a page that the host does not have");

	batch(AVMWARE_BATCHED_2M_LOCK, &block, 1, &status);
	CHECK_EQ(call(AVMWARE_UNLOCK, page, 0), AVMWARE_INVALID_PAGE);
	expect_foul(FOUL_WRONG_SIZE, "a page out of a block");

	call(AVMWARE_LOCK, page, 0);
	batch(AVMWARE_BATCHED_2M_UNLOCK, &block, 1, &status);
	CHECK_EQ(status, AVMWARE_INVALID_PAGE);
	expect_foul(FOUL_WRONG_SIZE, "a page as a block");

	call(AVMWARE_LOCK, 9, 0);
	ram[(9 << AVMWARE_PAGE_SHIFT) + 4095] ^= 1;
	CHECK_EQ(call(AVMWARE_UNLOCK, 9, 0), AVMWARE_OK);
	expect_foul(FOUL_SCRIBBLED, "a bit of a page");

	batch(AVMWARE_BATCHED_2M_LOCK, &block, 1, &status);
	ram[1023 << AVMWARE_PAGE_SHIFT] ^= 1;
	batch(AVMWARE_BATCHED_2M_UNLOCK, &block, 1, &status);
	expect_foul(FOUL_SCRIBBLED, "the last page of a block");

	CHECK_EQ(call(AVMWARE_LOCK, NR_PFNS, 0), AVMWARE_INVALID_PAGE);
	expect_foul(FOUL_OUTSIDE, "a page behind the last one");
	batch(AVMWARE_BATCHED_2M_LOCK, &odd, 1, &status);
	expect_foul(FOUL_OUTSIDE, "a block that is not aligned");
	batch(AVMWARE_BATCHED_2M_LOCK, &last_block, 1, &status);
	expect_foul(FOUL_OUTSIDE, "a block behind the last one");

	call(AVMWARE_BATCHED_LOCK, BATCH_PFN, 0);
	expect_foul(FOUL_BAD_BATCH, "no entry");
	call(AVMWARE_BATCHED_LOCK, BATCH_PFN, 513);
	expect_foul(FOUL_BAD_BATCH, "too many entries");
	call(AVMWARE_BATCHED_LOCK, NR_PFNS, 1);
	expect_foul(FOUL_BAD_BATCH, "a batch page behind the last one");

	call(AVMWARE_START, AVMWARE_BATCHED, 0);
	CHECK_EQ(call(AVMWARE_LOCK, 9, 0), AVMWARE_INVALID_COMMAND);
	expect_foul(FOUL_NOT_GRANTED, "LOCK without BASIC");
}

static void test_reset(void)
{
	begin();
	call(AVMWARE_LOCK, 9, 0);
	session_reset(&session);
	CHECK_EQ(session.referee.locked_pages, 0);
	CHECK_EQ(call(AVMWARE_UNLOCK, 9, 0), AVMWARE_RESET);
	CHECK_EQ(fouls(), 0); /* it could not know */
	CHECK_EQ(call(AVMWARE_GET_TARGET, 9, 0), AVMWARE_RESET);
	expect_foul(FOUL_AFTER_RESET, "going on after a reset");

	plan("lock@2=reset");
	call(AVMWARE_LOCK, 9, 0);
	CHECK_EQ(call(AVMWARE_LOCK, 10, 0), AVMWARE_RESET);
	CHECK_EQ(session.referee.locked_pages, 0);
	CHECK_EQ(call(AVMWARE_START, ALL, 0), AVMWARE_OK_CAPABILITIES);
	CHECK_EQ(call(AVMWARE_LOCK, 9, 0), AVMWARE_OK);
	CHECK_EQ(fouls(), 0);
}

static void test_faults(void)
{
	static const uint64_t pages[] = { 3, 4, 5 };
	uint32_t statuses[3];

	begin();
	plan("lock@1=busy,lock-page@2=pinned,lock-page@3=locked,unlock-page@1=unlocked,batched-lock@1=failure,"
	     "start@1=ok");
	CHECK_EQ(call(AVMWARE_LOCK, 9, 0), AVMWARE_BUSY);
	CHECK_EQ(batch(AVMWARE_BATCHED_LOCK, pages, 3, statuses), AVMWARE_FAILURE);
	CHECK_EQ(session.referee.locked_pages, 0);
	CHECK_EQ(batch(AVMWARE_BATCHED_LOCK, pages, 3, statuses), AVMWARE_OK);
	CHECK_EQ(statuses[0], AVMWARE_OK);
	CHECK_EQ(statuses[1], AVMWARE_PINNED);
	CHECK_EQ(statuses[2], AVMWARE_LOCKED);
	CHECK_EQ(session.referee.locked_pages, 2);
	CHECK_EQ(call(AVMWARE_UNLOCK, 3, 0), AVMWARE_UNLOCKED);
	CHECK_EQ(session.referee.locked_pages, 1);
	CHECK_EQ(call(AVMWARE_START, ALL, 0), AVMWARE_OK);
	CHECK_EQ(session.granted, AVMWARE_BASIC);
	CHECK_EQ(fouls(), 0);
}

static void test_scramble(void)
{
	static const uint64_t page = 5;
	uint64_t entry;
	uint32_t status;

	begin();
	session.scramble = true;
	CHECK_EQ(batch(AVMWARE_BATCHED_LOCK, &page, 1, &status), AVMWARE_OK);
	CHECK_EQ(status, AVMWARE_OK);
	memcpy(&entry, ram + (BATCH_PFN << AVMWARE_PAGE_SHIFT), sizeof(entry));
	CHECK(entry >> AVMWARE_PAGE_SHIFT != page);
	CHECK(referee_has(&session.referee, page, false));
}

static void test_time(void)
{
	begin();
	call(AVMWARE_GET_TARGET, 9, 0);
	CHECK(session.took_us > 0 && session.took_us < 1000000); /* it was there at once */
	schedule_set(&session.schedule, 1);
	call(AVMWARE_GET_TARGET, 9, 0);
	CHECK_EQ(session.took_us, 0);
	call(AVMWARE_LOCK, 9, 0);
	CHECK(session.took_us > 0);
	schedule_set(&session.schedule, 0);
	CHECK(session.took_us > 0); /* nobody was told yet */
	call(AVMWARE_GET_TARGET, 9, 0);
	CHECK_EQ(session.took_us, 0);
}

static void test_unknown_commands(void)
{
	begin();
	CHECK_EQ(call(5, 0, 0), AVMWARE_INVALID_COMMAND);
	CHECK_EQ(call(AVMWARE_NR_COMMANDS, 0, 0), AVMWARE_INVALID_COMMAND);
	CHECK_EQ(call(0xffff, 0, 0), AVMWARE_INVALID_COMMAND);
	CHECK_EQ(session.calls[AVMWARE_NR_COMMANDS], 3);
}

static void test_32_bit_target(void)
{
	begin();
	schedule_set(&session.schedule, 0x100000005ull);
	call(AVMWARE_GET_TARGET, 1, 0);
	CHECK_EQ(last.result, 0x100000005ull);
	call(AVMWARE_START, AVMWARE_BASIC, 0);
	call(AVMWARE_GET_TARGET, 1, 0);
	CHECK_EQ(last.result, 5);
	session.scramble = true;
	call(AVMWARE_GET_TARGET, 1, 0);
	CHECK_EQ((uint32_t)last.result, 5);
	CHECK(last.result != 5);
}

int main(void)
{
	test_start();
	test_lock_and_unlock();
	test_batches();
	test_fouls();
	test_reset();
	test_faults();
	test_scramble();
	test_time();
	test_unknown_commands();
	test_32_bit_target();
	referee_exit(&session.referee);
	return check_status();
}
