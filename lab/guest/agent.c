// SPDX-License-Identifier: GPL-2.0-only
/*
 * PID 1 of a lab guest: loads modules, then runs the host's commands that arrive on a port.
 *
 * Theory of operation
 *
 * Frames go both ways on the second serial port, or on the terminal that aerolab.channel= on the
 * kernel's command line names: magic, type, job number (16 bits), length of the
 * payload (32 bits, all little endian), payload. An emulated port loses nothing, so there are no
 * checksums; a wrong magic byte ends the agent, which the kernel turns into a panic.
 *
 *   host to guest   RUN shell command | LOOK patterns of paths, one a line | WRITE path, NUL, text |
 *                   KILL (the job's process group) | POWEROFF | REBOOT | KEXEC | GO_ON nonce
 *   guest to host   READY nonce, newline, errors of the module loader | OUTPUT bytes |
 *                   EXIT status (32 bits) | GOODBYE nonce
 *
 * The nonce comes from the kernel command line (aerolab.nonce=), so that nothing left over from
 * another boot counts as a sign of life. A job is over when its shell exits; processes that it left
 * behind in the background live on, and what they write is read and dropped so that they never
 * block or die of SIGPIPE.
 *
 * To LOOK and to WRITE take no process, which costs an emulated processor more than the files: a thread
 * does, one after the other, and these jobs cannot be killed. The output of LOOK is, for each file, the
 * last part of its path and its content, a NUL after either. WRITE is one write(2).
 *
 * The machine may have been switched on for a guest that hibernated on the disk that the kernel's
 * command line names (resume=). The kernel looks there by itself only before the agent runs, when
 * there is no driver for the disk; so the agent has it look again, once there is one.
 *
 * To boot takes longer than most commands. So a machine can be saved when its agent runs, and others begin as it was.
 * An agent that finds nothing to load says READY without a nonce, and waits, to be saved, for GO_ON; then what this
 * guest shall have comes, as an archive, from where the firmware gets its data (fw_cfg).
 *
 * Left out on purpose: standard input of jobs, time limits (the host has the clock and sends KILL).
 */
#define _GNU_SOURCE
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum frame_type {
	FRAME_RUN = 'r',
	FRAME_LOOK = 'l',
	FRAME_WRITE = 'w',
	FRAME_KILL = 'k',
	FRAME_POWEROFF = 'q',
	FRAME_REBOOT = 'b',
	FRAME_KEXEC = 'e',
	FRAME_GO_ON = 'g',
	FRAME_READY = 'R',
	FRAME_OUTPUT = 'O',
	FRAME_EXIT = 'X',
	FRAME_GOODBYE = 'G',
};

#define FRAME_MAGIC 0xae
#define COMMAND_MAX (1u << 20)
#define JOBS_MAX 64

struct frame_header {
	uint8_t magic;
	uint8_t type;
	uint16_t job;
	uint32_t length;
} __attribute__((packed));

/* A free slot has neither a process nor a pipe. */
struct job {
	uint16_t number;
	pid_t pid; /* 0 once the shell has exited */
	int output; /* -1 once every writer has closed it */
};

/* A job of the thread that sees to files. */
struct file_job {
	char *payload; /* with a NUL after it; to be freed */
	uint32_t length;
	uint16_t number;
	uint8_t type;
};

static struct job jobs[JOBS_MAX];
static int channel = -1;
static pthread_mutex_t sending = PTHREAD_MUTEX_INITIALIZER; /* frames go out whole */
static int file_jobs[2]; /* a pipe of struct file_job */
static char nonce[64];
static char channel_path[64] = "/dev/ttyS1";
static char command_line[4096];
static char resume_device[64]; /* empty: none, or it was looked at */
static char module_errors[1024];

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "agent: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void write_all(const void *data, size_t length)
{
	const char *at = data;

	while (length) {
		ssize_t done = write(channel, at, length);

		if (done < 0 && errno != EINTR)
			die("write to the host");
		if (done > 0) {
			at += done;
			length -= done;
		}
	}
}

static void read_all(void *data, size_t length)
{
	char *at = data;

	while (length) {
		ssize_t done = read(channel, at, length);

		if (done == 0 || (done < 0 && errno != EINTR))
			die("read from the host");
		if (done > 0) {
			at += done;
			length -= done;
		}
	}
}

static void send_frame(enum frame_type type, uint16_t job, const void *data, uint32_t length)
{
	struct frame_header header = { FRAME_MAGIC, type, job, length };

	pthread_mutex_lock(&sending);
	write_all(&header, sizeof(header));
	write_all(data, length);
	pthread_mutex_unlock(&sending);
}

static void mount_one(const char *type, const char *where)
{
	mkdir(where, 0755);
	if (mount(type, where, type, 0, NULL) && errno != EBUSY)
		fprintf(stderr, "agent: mount %s: %s\n", where, strerror(errno));
}

static void mount_all(void)
{
	mount_one("proc", "/proc");
	mount_one("sysfs", "/sys");
	mount_one("devtmpfs", "/dev");
	mount_one("debugfs", "/sys/kernel/debug");
	mount_one("tracefs", "/sys/kernel/tracing");
	mount_one("cgroup2", "/sys/fs/cgroup");
}

/* The value of "name=" on the kernel's command line, or nothing. */
static void read_parameter(const char *name, char value[64])
{
	const char *at = strstr(command_line, name);

	if (at)
		sscanf(at + strlen(name), "%63s", value);
}

static void read_command_line(void)
{
	FILE *file = fopen("/proc/cmdline", "r");

	if (!file || !fgets(command_line, sizeof(command_line), file))
		die("/proc/cmdline");
	fclose(file);
	command_line[strcspn(command_line, "\n")] = '\0';
	read_parameter("aerolab.nonce=", nonce);
	read_parameter("aerolab.channel=", channel_path);
	read_parameter(" resume=", resume_device);
}

/* Open without waiting for a carrier, then make the port a plain stream of bytes. */
static void open_channel(void)
{
	struct termios mode;

	channel = open(channel_path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (channel < 0 || tcgetattr(channel, &mode))
		die(channel_path);
	cfmakeraw(&mode);
	cfsetspeed(&mode, B115200);
	mode.c_cflag |= CREAD | CLOCAL;
	if (tcsetattr(channel, TCSANOW, &mode))
		die("tcsetattr");
	fcntl(channel, F_SETFL, 0);
}

static void load_module(const char *name, const char *args)
{
	char error[128], path[128];
	int file;

	snprintf(path, sizeof(path), "/modules/%.64s.ko", name);
	file = open(path, O_RDONLY | O_CLOEXEC);
	if (file < 0 || syscall(SYS_finit_module, file, args, 0)) {
		snprintf(error, sizeof(error), "%.64s: %.50s\n", name, strerror(errno));
		if (strlen(module_errors) + strlen(error) < sizeof(module_errors))
			strcat(module_errors, error);
	}
	if (file >= 0)
		close(file);
}

/* Does not return if a guest hibernated on the disk: this kernel ends then, and that one goes on. */
static void resume_hibernated(void)
{
	FILE *file;
	struct stat disk;

	if (!*resume_device || stat(resume_device, &disk))
		return;
	file = fopen("/sys/power/resume", "w");
	if (!file || fprintf(file, "%u:%u", major(disk.st_rdev), minor(disk.st_rdev)) < 0 ||
	    fclose(file))
		die("/sys/power/resume");
	*resume_device = '\0';
}

/* Where QEMU's firmware finds files: docs/specs/fw_cfg of QEMU. */
#define FW_CFG_SELECT 0x510
#define FW_CFG_DATA 0x511
#define FW_CFG_FILES 0x19
#define FW_CFG_ARCHIVE "opt/org.aerostat/archive"

#define CPIO_HEADER_BYTES 110

struct fw_cfg_file {
	uint32_t size; /* this and the next big endian */
	uint16_t select;
	uint16_t reserved;
	char name[56];
};

static void *read_archive(size_t *ret_length)
{
	struct fw_cfg_file file = { 0 };
	uint32_t files;
	void *archive;

	if (ioperm(FW_CFG_SELECT, 2, 1))
		die("ioperm");
	outw(FW_CFG_FILES, FW_CFG_SELECT);
	insb(FW_CFG_DATA, &files, sizeof(files));
	for (files = be32toh(files); files; files--) {
		insb(FW_CFG_DATA, &file, sizeof(file));
		if (!strcmp(file.name, FW_CFG_ARCHIVE))
			break;
	}
	errno = ENOENT;
	*ret_length = be32toh(file.size);
	archive = files ? malloc(*ret_length) : NULL;
	if (!archive)
		die("archive");
	outw(be16toh(file.select), FW_CFG_SELECT);
	insb(FW_CFG_DATA, archive, *ret_length);
	return archive;
}

static void unpack_one(const char *name, mode_t mode, const char *data, size_t length)
{
	int file;

	if (S_ISDIR(mode)) {
		if (mkdir(name, mode & 07777) && errno != EEXIST)
			die(name);
		return;
	}
	file = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode & 07777);
	if (!S_ISREG(mode) || file < 0 || write(file, data, length) != (ssize_t)length ||
	    close(file))
		die(name);
}

/* Directories and files; lab/aerolab/cpio.py writes the format. */
static void unpack(const char *at, size_t length)
{
	const char *end = at + length;
	unsigned int mode, size, name_size;

	while (end - at > CPIO_HEADER_BYTES &&
	       sscanf(at, "070701%*8x%8x%*8x%*8x%*8x%*8x%8x%*8x%*8x%*8x%*8x%8x", &mode, &size,
		      &name_size) == 3) {
		const char *name = at + CPIO_HEADER_BYTES;
		const char *data = at + ((CPIO_HEADER_BYTES + name_size + 3) & ~3u);

		if (!strcmp(name, "TRAILER!!!"))
			return;
		if (end - data < (ssize_t)size)
			break;
		unpack_one(name, mode, data, size);
		at = data + ((size + 3) & ~3u);
	}
	errno = EINVAL;
	die("archive");
}

/* Here the machine may be saved. */
static void wait_to_go_on(void)
{
	struct frame_header header;
	size_t length;
	void *archive;

	send_frame(FRAME_READY, 0, "\n", 1);
	read_all(&header, sizeof(header));
	errno = EPROTO;
	if (header.magic != FRAME_MAGIC || header.type != FRAME_GO_ON ||
	    header.length >= sizeof(nonce))
		die("frame");
	read_all(nonce, header.length);
	archive = read_archive(&length);
	unpack(archive, length);
	free(archive);
}

/* /modules/list has a line for each module, in order: its name, a space, its parameters. */
static void load_modules(void)
{
	char line[1024];
	FILE *list = fopen("/modules/list", "r");

	if (!list)
		return;
	while (fgets(line, sizeof(line), list)) {
		char *args = line + strcspn(line, " \n");

		line[strcspn(line, "\n")] = '\0';
		if (*args)
			*args++ = '\0';
		if (*line)
			load_module(line, args);
		resume_hibernated();
	}
	fclose(list);
}

static struct job *find_job(uint16_t number)
{
	for (struct job *job = jobs; job < jobs + JOBS_MAX; job++)
		if (job->pid && job->number == number)
			return job;
	return NULL;
}

static struct job *free_job(void)
{
	for (struct job *job = jobs; job < jobs + JOBS_MAX; job++)
		if (!job->pid && job->output < 0)
			return job;
	return NULL;
}

static void send_exit(uint16_t number, uint32_t status)
{
	send_frame(FRAME_EXIT, number, &status, sizeof(status));
}

static void send_failure(uint16_t number, const char *what)
{
	char text[128];
	int length = snprintf(text, sizeof(text), "agent: %s: %s\n", what, strerror(errno));

	send_frame(FRAME_OUTPUT, number, text, length);
	send_exit(number, 126);
}

static bool print_file(FILE *output, const char *path)
{
	char part[4096];
	size_t length;
	FILE *file = fopen(path, "r");
	bool whole;

	if (!file)
		return false;
	fprintf(output, "%s%c", basename(path), '\0');
	while ((length = fread(part, 1, sizeof(part), file)))
		fwrite(part, 1, length, output);
	fputc('\0', output);
	whole = !ferror(file);
	return !fclose(file) && whole;
}

/* These two return the job's status. */
static uint32_t look(FILE *output, char *patterns)
{
	glob_t found = { .gl_pathc = 0 };
	int flags = GLOB_NOCHECK;
	uint32_t status = 0;

	for (char *one = strsep(&patterns, "\n"); one; one = strsep(&patterns, "\n")) {
		if (glob(one, flags, NULL, &found))
			status = 126;
		flags |= GLOB_APPEND;
	}
	for (size_t i = 0; !status && i < found.gl_pathc; i++) {
		if (!print_file(output, found.gl_pathv[i])) {
			fprintf(output, "%s: %s\n", found.gl_pathv[i], strerror(errno));
			status = 1;
		}
	}
	globfree(&found);
	return status;
}

static uint32_t write_file(FILE *output, const char *path, size_t length)
{
	const char *text = path + strlen(path) + 1;
	ssize_t text_length = length - (text - path);
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	ssize_t done = -1;

	if (file >= 0) {
		errno = 0;
		done = write(file, text, text_length);
	}
	if (done != text_length)
		fprintf(output, "%s: %s\n", path, errno ? strerror(errno) : "not all was taken");
	if (file >= 0)
		close(file);
	return done != text_length;
}

static void *see_to_files(void *unused)
{
	struct file_job job;

	(void)unused;
	while (read(file_jobs[0], &job, sizeof(job)) == sizeof(job)) {
		char *text = NULL;
		size_t length = 0;
		FILE *output = open_memstream(&text, &length);
		uint32_t status;

		if (!output)
			die("memory");
		status = job.type == FRAME_LOOK ? look(output, job.payload) :
						  write_file(output, job.payload, job.length);
		fclose(output);
		send_frame(FRAME_OUTPUT, job.number, text, length);
		send_exit(job.number, status);
		free(text);
		free(job.payload);
	}
	die("thread for files");
}

static void start_file_thread(void)
{
	pthread_t thread;

	errno = EAGAIN;
	if (pipe2(file_jobs, O_CLOEXEC) || pthread_create(&thread, NULL, see_to_files, NULL))
		die("thread for files");
}

/* A process that shares the agent's memory until it is the shell: to copy that costs more than the shell. */
static int spawn_shell(pid_t *pid, char *command, int output)
{
	char *const words[] = { "sh", "-c", command, NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none;
	int error;

	sigemptyset(&none);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, output, 1);
	posix_spawn_file_actions_adddup2(&files, output, 2);
	error = posix_spawn(pid, "/bin/sh", &files, &attributes, words, environ);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attributes);
	return error;
}

static void start_job(uint16_t number, char *command)
{
	struct job *job = free_job();
	int ends[2], error;
	pid_t pid;

	errno = EAGAIN;
	if (!job || pipe2(ends, O_CLOEXEC)) {
		send_failure(number, "no room for the command");
		return;
	}
	error = spawn_shell(&pid, command, ends[1]);
	close(ends[1]);
	if (error) {
		errno = error;
		send_failure(number, "sh");
		close(ends[0]);
		return;
	}
	*job = (struct job){ .number = number, .pid = pid, .output = ends[0] };
}

/* Passes on at most @length bytes of the job's output, or drops them when the job is over. */
static void forward_output(struct job *job, size_t length)
{
	static char buffer[16384];
	ssize_t got = read(job->output, buffer, length < sizeof(buffer) ? length : sizeof(buffer));

	if (got > 0 && job->pid) {
		send_frame(FRAME_OUTPUT, job->number, buffer, got);
	} else if (got == 0 || (got < 0 && errno != EINTR)) {
		close(job->output);
		job->output = -1;
	}
}

/* What the pipe holds now was written before the exit; more may come from background processes. */
static void drain_output(struct job *job)
{
	int left = 0, more = 0;

	if (job->output < 0 || ioctl(job->output, FIONREAD, &left))
		return;
	while (left > 0 && job->output >= 0) {
		forward_output(job, left);
		if (job->output < 0 || ioctl(job->output, FIONREAD, &more) || !more)
			break;
		left -= left < 16384 ? left : 16384;
	}
}

static void reap_children(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (struct job *job = jobs; job < jobs + JOBS_MAX; job++) {
			if (job->pid != pid)
				continue;
			drain_output(job);
			job->pid = 0;
			send_exit(job->number,
				  WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
		}
	}
}

/* The kernel that the next boot starts, with this one's command line. */
static void load_kernel(void)
{
	int kernel = open("/boot/vmlinuz", O_RDONLY | O_CLOEXEC);
	int initramfs = open("/boot/initramfs", O_RDONLY | O_CLOEXEC);

	if (syscall(SYS_kexec_file_load, kernel, initramfs, strlen(command_line) + 1, command_line,
		    0))
		die("kexec_file_load");
}

static void __attribute__((noreturn)) leave(int how)
{
	send_frame(FRAME_GOODBYE, 0, nonce, strlen(nonce));
	tcdrain(channel);
	sync();
	reboot(how);
	die("reboot");
}

static void give_to_file_thread(const struct frame_header *header, char *payload)
{
	struct file_job job = { payload, header->length, header->job, header->type };

	if (header->type == FRAME_WRITE && !memchr(payload, '\0', header->length))
		die("frame");
	if (write(file_jobs[1], &job, sizeof(job)) != sizeof(job))
		die("thread for files");
}

static void handle_frame(void)
{
	struct frame_header header;
	struct job *job;
	char *payload;

	read_all(&header, sizeof(header));
	errno = EPROTO;
	if (header.magic != FRAME_MAGIC || header.length > COMMAND_MAX)
		die("frame");
	payload = calloc(1, header.length + 1);
	if (!payload)
		die("frame");
	read_all(payload, header.length);

	switch (header.type) {
	case FRAME_RUN:
		start_job(header.job, payload);
		break;
	case FRAME_LOOK:
	case FRAME_WRITE:
		give_to_file_thread(&header, payload);
		return;
	case FRAME_KILL:
		job = find_job(header.job);
		if (job)
			kill(-job->pid, SIGKILL);
		break;
	case FRAME_POWEROFF:
		leave(RB_POWER_OFF);
	case FRAME_REBOOT:
		leave(RB_AUTOBOOT);
	case FRAME_KEXEC:
		load_kernel();
		leave(RB_KEXEC);
	default:
		errno = EPROTO;
		die("type of frame");
	}
	free(payload);
}

static void serve(int children)
{
	struct pollfd polls[2 + JOBS_MAX] = { { .fd = channel, .events = POLLIN },
					      { .fd = children, .events = POLLIN } };
	struct signalfd_siginfo info;

	for (;;) {
		for (int i = 0; i < JOBS_MAX; i++)
			polls[2 + i] = (struct pollfd){ .fd = jobs[i].output, .events = POLLIN };
		if (poll(polls, 2 + JOBS_MAX, -1) < 0 && errno != EINTR)
			die("poll");
		for (int i = 0; i < JOBS_MAX; i++)
			if (polls[2 + i].revents)
				forward_output(&jobs[i], SIZE_MAX);
		if (polls[1].revents && read(children, &info, sizeof(info)) > 0)
			reap_children();
		if (polls[0].revents)
			handle_frame();
	}
}

int main(void)
{
	char ready[sizeof(nonce) + sizeof(module_errors) + 2];
	sigset_t child;
	int children;

	for (int i = 0; i < JOBS_MAX; i++)
		jobs[i].output = -1;
	mount_all();
	read_command_line();
	open_channel();
	setenv("PATH", "/bin", 1);
	setenv("HOME", "/", 1);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	children = signalfd(-1, &child, SFD_CLOEXEC);
	if (children < 0)
		die("signalfd");
	if (access("/modules/list", F_OK))
		wait_to_go_on();
	load_modules();
	start_file_thread();
	snprintf(ready, sizeof(ready), "%s\n%s", nonce, module_errors);
	send_frame(FRAME_READY, 0, ready, strlen(ready));
	serve(children);
}
