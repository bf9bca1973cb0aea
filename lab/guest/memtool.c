// SPDX-License-Identifier: GPL-2.0-only
/*
 * memtool: uses, holds, fragments and denies the memory of a lab guest.
 *
 *   memtool touch MIB               write to MIB of memory, then give it back
 *   memtool hold MIB [SECONDS]      leave a process behind that holds MIB; prints its PID when it does
 *   memtool commit MIB USED_MIB     leave a process behind that reserves MIB, so that the kernel counts it
 *                                   as committed, and uses USED_MIB of it; prints its PID when it does
 *   memtool fragment PERCENT [anon|unmovable]
 *                                   spoil PERCENT of the free 2 MiB blocks with a single used page
 *                                   each, held by a process left behind; prints its PID
 *   memtool churn MIB SECONDS       write to and read back pages of MIB of memory that is taken and
 *                                   given back all the time; fails if any content was lost
 *   memtool hugepages               print how many 2 MiB pages the kernel can form now
 *   memtool starve N FILE TEXT      write TEXT to FILE while the Nth allocation of this task fails; fails
 *                                   if the write does; prints "starved", or "spared" if there
 *                                   were less than N (for kernels with fault injection)
 *
 * Pages held as "anon" can be moved out of the way by compaction, "unmovable" ones (buffers of
 * pipes) cannot.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE_BYTES 4096ul
#define BLOCK_BYTES (2ul << 20)
#define BLOCK_PAGES (BLOCK_BYTES / PAGE_BYTES)
#define PIPE_BYTES (1ul << 20)

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "memtool: %s: %s\n", what, strerror(errno));
	exit(1);
}

static unsigned long parse_number(const char *text, unsigned long max)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (errno || end == text || *end || value > max) {
		errno = EINVAL;
		die(text);
	}
	return value;
}

/* Address space aligned to 2 MiB; the slack before and after is never touched. */
static char *reserve(size_t bytes)
{
	char *at = mmap(NULL, bytes + BLOCK_BYTES, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (at == MAP_FAILED)
		die("mmap");
	return (char *)(((unsigned long)at + BLOCK_BYTES - 1) & ~(BLOCK_BYTES - 1));
}

static void touch_pages(char *at, size_t bytes)
{
	for (size_t i = 0; i < bytes; i += PAGE_BYTES)
		((volatile char *)at)[i] = 1;
}

static int touch(size_t mib)
{
	char *at = reserve(mib << 20);

	touch_pages(at, mib << 20);
	return 0;
}

/*
 * Runs @prepare in a new process that then sleeps for @seconds (0: until it is killed), and
 * prints its PID once it has prepared. Returns the exit status for main.
 */
static int leave_behind(void (*prepare)(unsigned long a, unsigned long b), unsigned long a,
			unsigned long b, unsigned long seconds)
{
	int ready[2];
	pid_t pid;
	char token;

	if (pipe(ready))
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		close(ready[0]);
		prepare(a, b);
		setsid();
		if (write(ready[1], "r", 1) != 1)
			die("write");
		close(ready[1]);
		close(1);
		close(2);
		if (seconds)
			sleep(seconds);
		else
			for (;;)
				pause();
		_exit(0);
	}
	close(ready[1]);
	if (read(ready[0], &token, 1) != 1) {
		waitpid(pid, NULL, 0);
		errno = ENOMEM;
		die("the process that should hold the memory died");
	}
	printf("%d\n", pid);
	return 0;
}

static void hold(unsigned long mib, unsigned long unused)
{
	(void)unused;
	touch_pages(reserve(mib << 20), mib << 20);
}

static void commit(unsigned long mib, unsigned long used_mib)
{
	char *at = mmap(NULL, mib << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			0);

	if (at == MAP_FAILED)
		die("mmap");
	touch_pages(at, used_mib << 20);
}

/* What belongs into a page: no two pages, and no two rounds, have the same. */
static void fill_page(unsigned long *page, unsigned long seed)
{
	for (size_t i = 0; i < PAGE_BYTES / sizeof(*page); i++)
		page[i] = seed * 0x9e3779b97f4a7c15ul + i;
}

static bool page_is_whole(const unsigned long *page, unsigned long seed)
{
	for (size_t i = 0; i < PAGE_BYTES / sizeof(*page); i++)
		if (page[i] != seed * 0x9e3779b97f4a7c15ul + i)
			return false;
	return true;
}

/* A few MiB at a time are given back and filled anew; all of it is looked at in each round. */
static int churn(size_t mib, unsigned long seconds)
{
	const size_t chunk = 4 << 20, bytes = (mib << 20) / chunk * chunk;
	char *at = reserve(bytes);
	time_t end = time(NULL) + (time_t)seconds;
	unsigned long rounds = 0;

	for (; time(NULL) < end; rounds++) {
		for (size_t i = 0; i < bytes; i += PAGE_BYTES) {
			unsigned long *page = (unsigned long *)(at + i);

			if (rounds && !page_is_whole(page, (rounds - 1) << 32 | i)) {
				printf("lost: page %zu in round %lu\n", i / PAGE_BYTES, rounds);
				return 1;
			}
			if (i % chunk == chunk - PAGE_BYTES)
				madvise(at + i + PAGE_BYTES - chunk, chunk, MADV_DONTNEED);
		}
		for (size_t i = 0; i < bytes; i += PAGE_BYTES)
			fill_page((unsigned long *)(at + i), rounds << 32 | i);
	}
	printf("%lu rounds\n", rounds);
	return 0;
}

/* The first number after @name in @path, summed over all lines that have it when @all. */
static unsigned long read_sum(const char *path, const char *name, bool all)
{
	FILE *file = fopen(path, "r");
	unsigned long sum = 0, value;
	char line[256];

	if (!file)
		die(path);
	while (fgets(line, sizeof(line), file)) {
		char *at = line + strspn(line, " ");

		if (strncmp(at, name, strlen(name)) ||
		    sscanf(at + strlen(name), " %lu", &value) != 1)
			continue;
		sum += value;
		if (!all)
			break;
	}
	fclose(file);
	return sum;
}

static unsigned long free_kb(void)
{
	return read_sum("/proc/meminfo", "MemFree:", false);
}

/*
 * A little more than the zones' high watermarks: below, the kernel would reclaim, and kill. It raises
 * them as memory gets fragmented, so this is asked for again and again.
 */
static unsigned long spare_kb(void)
{
	return read_sum("/proc/zoneinfo", "high", true) * 4 + 8192 + BLOCK_BYTES / 1024;
}

/* Takes free memory block by block while there is some to spare. Returns the number of blocks. */
static size_t fill_memory(char *at, size_t max_blocks)
{
	size_t blocks = 0;

	while (blocks < max_blocks && free_kb() > spare_kb())
		touch_pages(at + blocks++ * BLOCK_BYTES, BLOCK_BYTES);
	return blocks;
}

/* Whether block number @i is among the @percent that are to be spoiled, spread evenly. */
static bool is_spoiled(size_t i, unsigned long percent)
{
	return (i + 1) * percent / 100 != i * percent / 100;
}

/* Pipes that nobody reads: each page written to one stays where it is until its pipe is closed. */
struct pipes {
	int writable; /* of the last one; -1 when there is none */
	size_t pages; /* in the last one */
	size_t nr_ends;
	int ends[1 << 14];
};

static void open_pipe(struct pipes *pipes)
{
	int ends[2];

	errno = EMFILE;
	if (pipes->nr_ends + 2 > sizeof(pipes->ends) / sizeof(pipes->ends[0]))
		die("too much memory to fragment");
	if (pipe2(ends, O_NONBLOCK) || fcntl(ends[1], F_SETPIPE_SZ, PIPE_BYTES) < 0)
		die("pipe");
	pipes->ends[pipes->nr_ends++] = ends[0];
	pipes->ends[pipes->nr_ends++] = ends[1];
	pipes->writable = ends[1];
	pipes->pages = 0;
}

static void put_page(struct pipes *pipes)
{
	static char page[PAGE_BYTES];

	if (!pipes->nr_ends || pipes->pages == PIPE_BYTES / PAGE_BYTES)
		open_pipe(pipes);
	if (write(pipes->writable, page, sizeof(page)) != sizeof(page))
		die("write to a pipe");
	pipes->pages++;
}

static void close_pipes(struct pipes *pipes)
{
	while (pipes->nr_ends)
		close(pipes->ends[--pipes->nr_ends]);
}

/*
 * All memory is put into pipes, in the order in which the kernel hands it out, which is block by
 * block. Two pages for each block to be spoiled go into pipes that stay open.
 */
static void fragment_unmovable(unsigned long percent)
{
	static struct pipes kept, filler;
	struct rlimit limit = { 1 << 16, 1 << 16 };

	setrlimit(RLIMIT_NOFILE, &limit);
	for (size_t i = 0; i % 64 || free_kb() > spare_kb(); i++) {
		bool keep = i % (BLOCK_PAGES / 2) == 0 && is_spoiled(i / BLOCK_PAGES, percent);

		put_page(keep ? &kept : &filler);
	}
	close_pipes(&filler);
}

/* All memory is taken first, then given back but for a page in each block to be spoiled. */
static void fragment_anon(unsigned long percent)
{
	size_t max_blocks = free_kb() / 1024 / 2;
	char *at = reserve(max_blocks * BLOCK_BYTES);
	size_t blocks;

	madvise(at, max_blocks * BLOCK_BYTES, MADV_NOHUGEPAGE);
	blocks = fill_memory(at, max_blocks);
	for (size_t i = 0; i < blocks; i++) {
		size_t keep = is_spoiled(i, percent) ? PAGE_BYTES : 0;

		madvise(at + i * BLOCK_BYTES + keep, BLOCK_BYTES - keep, MADV_DONTNEED);
	}
}

static void fragment(unsigned long percent, unsigned long unmovable)
{
	if (unmovable)
		fragment_unmovable(percent);
	else
		fragment_anon(percent);
}

static void write_number(const char *path, unsigned long value)
{
	FILE *file = fopen(path, "w");

	if (!file || fprintf(file, "%lu\n", value) < 0 || fclose(file))
		die(path);
}

/* The pool of huge pages is grown as far as it goes, then set back. */
static int hugepages(void)
{
	const char *path = "/proc/sys/vm/nr_hugepages";
	unsigned long before = read_sum(path, "", false);
	unsigned long after;

	write_number(path, before + free_kb() / 2048 + 1);
	after = read_sum(path, "", false);
	write_number(path, before);
	printf("%lu\n", after - before);
	return 0;
}

static int starve(unsigned long n, const char *path, const char *text)
{
	static const char fail_nth[] = "/proc/thread-self/fail-nth";
	int file = open(path, O_WRONLY);
	int faults = open(fail_nth, O_RDWR);
	char left[16] = "";
	char number[16];
	int error = 0;

	if (file < 0)
		die(path);
	snprintf(number, sizeof(number), "%lu", n);
	if (faults < 0 || write(faults, number, strlen(number)) < 0)
		die(fail_nth);
	if (write(file, text, strlen(text)) < 0)
		error = errno;
	if (pread(faults, left, sizeof(left) - 1, 0) <= 0 || write(faults, "0", 1) != 1)
		die(fail_nth);
	puts(strcmp(left, "0\n") ? "spared" : "starved");
	if (error)
		puts(strerror(error));
	return error != 0;
}

static int usage(void)
{
	fprintf(stderr, "usage: memtool touch MIB | hold MIB [SECONDS] | commit MIB USED_MIB | "
			"churn MIB SECONDS | fragment PERCENT [anon|unmovable] | hugepages | "
			"starve N FILE TEXT\n");
	return 2;
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (!strcmp(verb, "touch") && argc == 3)
		return touch(parse_number(argv[2], 1 << 20));
	if (!strcmp(verb, "hold") && (argc == 3 || argc == 4))
		return leave_behind(hold, parse_number(argv[2], 1 << 20), 0,
				    argc == 4 ? parse_number(argv[3], 1 << 20) : 0);
	if (!strcmp(verb, "commit") && argc == 4) {
		unsigned long mib = parse_number(argv[2], 1 << 20);

		return leave_behind(commit, mib, parse_number(argv[3], mib), 0);
	}
	if (!strcmp(verb, "churn") && argc == 4)
		return churn(parse_number(argv[2], 1 << 20), parse_number(argv[3], 1 << 20));
	if (!strcmp(verb, "fragment") && (argc == 3 || argc == 4)) {
		bool unmovable = argc == 4 && !strcmp(argv[3], "unmovable");

		if (argc == 4 && !unmovable && strcmp(argv[3], "anon"))
			return usage();
		return leave_behind(fragment, parse_number(argv[2], 100), unmovable, 0);
	}
	if (!strcmp(verb, "hugepages") && argc == 2)
		return hugepages();
	if (!strcmp(verb, "starve") && argc == 5)
		return starve(parse_number(argv[2], UINT_MAX), argv[3], argv[4]);
	return usage();
}
