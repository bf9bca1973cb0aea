// SPDX-License-Identifier: GPL-2.0-only
/*
 * backdoor: speaks VMware's balloon protocol from a process, rule by rule or against the rules.
 *
 *   backdoor STEP...
 *
 * Each step prints the host's status in decimal, one a line. Pages are the tool's own and numbered
 * from 0; @N is page N's real number, %N that of the Nth 2 MiB block.
 *
 *   start:CAPABILITIES              START; prints the status, a space and what was granted
 *   call:COMMAND:ARGUMENT[:ARGUMENT]   any command
 *   batch:COMMAND:ARGUMENT,...      a batched command, with these entries
 *   write:N                         write to page N (prints nothing)
 *
 * It needs the machine to itself: a balloon driver that is loaded would be confused.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mman.h>
#include <unistd.h>

#define PORT 0x5670
#define MAGIC 0x456c6d6f
#define START 0
#define PAGE_BYTES 4096ul
#define BLOCK_BYTES (2ul << 20)
#define NR_PAGES 16
#define NR_BLOCKS 2
#define BATCH_ENTRIES 512

struct answer {
	uint32_t status;
	uint32_t capabilities;
};

static char *pages, *blocks;
static uint64_t *batch;

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "backdoor: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void __attribute__((noreturn)) refuse(const char *step)
{
	errno = EINVAL;
	die(step);
}

static struct answer call(uint32_t command, uint64_t arg1, uint64_t arg2)
{
	uint32_t status, capabilities = command;
	uint64_t port = PORT;

	__asm__ volatile("inl %%dx, %%eax"
			 : "=a"(status), "+c"(capabilities), "+b"(arg1), "+S"(arg2), "+d"(port)
			 : "0"(MAGIC)
			 : "memory");
	return (struct answer){ status, capabilities };
}

/* Memory that stays where it is, in 2 MiB pages where @huge. */
static char *reserve(size_t bytes, int huge)
{
	char *at = mmap(NULL, bytes + BLOCK_BYTES, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		die("mmap");
	at = (char *)(((uintptr_t)at + BLOCK_BYTES - 1) & ~(BLOCK_BYTES - 1));
	if (madvise(at, bytes, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE))
		die("madvise");
	memset(at, 0, bytes);
	if (mlock(at, bytes))
		die("mlock");
	return at;
}

/* The number of the page that is behind @at. */
static uint64_t pfn_of(const char *at)
{
	uint64_t entry;
	int map = open("/proc/self/pagemap", O_RDONLY);

	if (map < 0 || pread(map, &entry, sizeof(entry),
			     (off_t)((uintptr_t)at / PAGE_BYTES * sizeof(entry))) != sizeof(entry))
		die("/proc/self/pagemap");
	close(map);
	return entry & ((1ull << 55) - 1);
}

static uint64_t take_number(const char **at, const char *step)
{
	char *end;
	uint64_t number;

	if (**at < '0' || **at > '9')
		refuse(step);
	errno = 0;
	number = strtoull(*at, &end, 0);
	if (errno)
		refuse(step);
	*at = end;
	return number;
}

static uint64_t take_argument(const char **at, const char *step)
{
	char kind = **at;
	uint64_t number;

	if (kind != '@' && kind != '%')
		return take_number(at, step);
	++*at;
	number = take_number(at, step);
	if (number >= (kind == '@' ? NR_PAGES : NR_BLOCKS))
		refuse(step);
	return pfn_of(kind == '@' ? pages + number * PAGE_BYTES : blocks + number * BLOCK_BYTES);
}

static void expect(const char **at, char c, const char *step)
{
	if (**at != c)
		refuse(step);
	++*at;
}

static void step_start(const char *at, const char *step)
{
	uint64_t wanted = take_number(&at, step);
	struct answer answer = call(START, wanted, 0);

	printf("%u %u\n", answer.status, answer.capabilities);
}

static void step_call(const char *at, const char *step)
{
	uint32_t command = (uint32_t)take_number(&at, step);
	uint64_t arg1, arg2 = 0;

	expect(&at, ':', step);
	arg1 = take_argument(&at, step);
	if (*at) {
		expect(&at, ':', step);
		arg2 = take_argument(&at, step);
	}
	printf("%u\n", call(command, arg1, arg2).status);
}

/* Prints the command's status, and after spaces those of its entries. */
static void step_batch(const char *at, const char *step)
{
	uint32_t command = (uint32_t)take_number(&at, step);
	uint32_t nr = 0;

	do {
		at++; /* first the colon, then commas */
		if (nr == BATCH_ENTRIES)
			refuse(step);
		batch[nr++] = take_argument(&at, step) * PAGE_BYTES;
	} while (*at == ',');
	printf("%u", call(command, pfn_of((char *)batch), nr).status);
	for (uint32_t i = 0; i < nr; i++)
		printf(" %u", (unsigned int)(batch[i] & 0x1f));
	printf("\n");
}

static void step_write(const char *at, const char *step)
{
	uint64_t number = take_number(&at, step);

	if (number >= NR_PAGES)
		refuse(step);
	pages[number * PAGE_BYTES + 123] ^= 1;
}

static const struct {
	const char *name;
	void (*run)(const char *at, const char *step);
} steps[] = {
	{ "start:", step_start },
	{ "call:", step_call },
	{ "batch:", step_batch },
	{ "write:", step_write },
};

static void run(const char *step)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (strncmp(step, steps[i].name, strlen(steps[i].name)))
			continue;
		steps[i].run(step + strlen(steps[i].name), step);
		return;
	}
	refuse(step);
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: backdoor STEP...\n");
		return 2;
	}
	if (iopl(3))
		die("iopl");
	pages = reserve(NR_PAGES * PAGE_BYTES, 0);
	batch = (uint64_t *)(void *)reserve(PAGE_BYTES, 0);
	blocks = reserve(NR_BLOCKS * BLOCK_BYTES, 1);
	for (int i = 1; i < argc; i++)
		run(argv[i]);
	return 0;
}
