// SPDX-License-Identifier: GPL-2.0-only
/*
 * The daemon's work: keeps swap on and brings back what is stale in it.
 *
 * Theory of operation
 *
 * In each interval the shrinker looks at /proc/swaps and /proc/meminfo, switches on what
 * is off, asks policy/selfshrink, and has a segment emptied when that says so; when it
 * is done, it looks again and asks whether another one may follow at once. There is
 * never more than one on its way: that process is either there or not.
 *
 * While a segment is being emptied, memory is looked at several times a second. When
 * demand has taken it, the segment stays as it is. The kernel may refuse (swapoff() first
 * asks whether all of the segment could be held, by the rules for overcommitment) or kill
 * that process: both are refusals to policy/selfshrink, which waits before it tries again.
 *
 * Nothing is done at the end: swap stays on, and the next daemon finds it. Memory is
 * locked, and hardly any is allocated after the start: a timer for each emptying, and
 * what libsystemd needs for a message.
 */
#include "guest/swapd/shrinker.h"

#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "guest/swapd/emptying.h"
#include "guest/swapd/engine.h"
#include "guest/swapd/log.h"
#include "guest/swapd/meminfo.h"
#include "guest/swapd/segments.h"
#include "guest/swapd/status.h"
#include "policy/selfshrink.h"

#define PAGE_KB 4
#define WATCH_MS 200

/* The engine forgets after a minute what it was told; intervals may be longer than that. */
#define REMIND_S 20

/* Of RAM, what stays available if the configuration does not say. */
#define RESERVE_FRACTION 16

/**
 * struct shrinker - the daemon
 * @config: its configuration
 * @mode: how it runs
 * @loop: what it waits in
 * @signals: descriptor that SIGTERM, SIGINT and SIGCHLD are read from
 * @policy: when to bring back how much
 * @segments: as last seen
 * @meminfo: as last seen
 * @reserve_kb: memory that stays available
 * @state: what it is doing, in a word
 * @return_kb: swapped memory on its way back
 * @returned_kb: memory that came back since the start
 * @emptied: how often a segment was emptied
 * @refused: how often that failed or was given up
 * @emptying: the process that empties a segment; 0: there is none
 * @index: that segment
 * @chosen_kb: what it held
 * @watch: the timer that looks at memory meanwhile
 * @stopping: it was asked to end
 * @deaf: the engine refused to listen, and the administrator was told
 * @status: for main()
 */
struct shrinker {
	const struct config *config;
	struct shrinker_mode mode;
	GMainLoop *loop;
	int signals;
	struct selfshrink policy;
	struct segments segments;
	struct meminfo meminfo;
	u64 reserve_kb;
	const char *state;
	u64 return_kb;
	u64 returned_kb;
	u64 emptied;
	u64 refused;
	pid_t emptying;
	u32 index;
	u64 chosen_kb;
	guint watch;
	bool stopping;
	bool deaf;
	int status;
};

/* Takes in what the kernel says; false if that cannot be read, which is said. */
static bool look(struct shrinker *s)
{
	static struct swaps swaps;
	int error = swaps_read(&swaps);

	if (!error)
		error = segments_refresh(&s->segments, &swaps);
	if (!error)
		error = meminfo_read(&s->meminfo);
	if (error)
		log_error("cannot read /proc/swaps or /proc/meminfo: %s", g_strerror(-error));
	return !error;
}

/*
 * What comes back needs room besides the reserve, which may be more than the balloon leaves by
 * itself. The engine takes no number greater than RAM, or of parts of pages.
 */
static u64 announced_kb(const struct shrinker *s)
{
	if (!s->return_kb)
		return 0;
	return min_u64(s->return_kb + s->reserve_kb, s->meminfo.total_kb) / PAGE_KB * PAGE_KB;
}

static void announce(struct shrinker *s)
{
	int told = engine_announce(ENGINE_CLASS, announced_kb(s));

	if (told < 0 && !s->deaf)
		log_warning("cannot tell the balloon what comes back: %s", g_strerror(-told));
	s->deaf = told < 0;
}

static gboolean remind(gpointer data)
{
	struct shrinker *s = data;

	if (s->return_kb && !s->mode.dry_run)
		announce(s);
	return G_SOURCE_CONTINUE;
}

static void tell(struct shrinker *s)
{
	struct status status = {
		.state = s->state,
		.segments = &s->segments,
		.available_kb = s->meminfo.available_kb,
		.reserve_kb = s->reserve_kb,
		.return_kb = s->return_kb,
		.returned_kb = s->returned_kb,
		.emptied = s->emptied,
		.refused = s->refused,
	};
	int error;

	if (s->mode.dry_run)
		return;
	announce(s);
	error = status_write(&status, STATUS_PATH);
	if (error)
		log_warning("%s: %s", STATUS_PATH, g_strerror(-error));
	sd_notifyf(0, "STATUS=%s: %llu MiB in %u of %u segments, %llu MiB brought back so far",
		   s->state, segments_used_kb(&s->segments) >> 10, segments_on(&s->segments),
		   s->segments.count, s->returned_kb >> 10);
}

static void enter(struct shrinker *s, const char *state, u64 return_kb)
{
	s->state = state;
	s->return_kb = return_kb;
	tell(s);
}

static void switch_on(struct shrinker *s)
{
	for (u32 i = 0; i < s->segments.count && !s->mode.dry_run; i++)
		if (!s->segments.at[i].on)
			segments_switch_on(&s->segments, i);
}

static gboolean watch_memory(gpointer data)
{
	struct shrinker *s = data;

	if (meminfo_read(&s->meminfo))
		return G_SOURCE_CONTINUE;
	if (s->stopping ||
	    selfshrink_must_stop(s->meminfo.available_kb / PAGE_KB, s->reserve_kb / PAGE_KB))
		emptying_stop(s->emptying);
	return G_SOURCE_CONTINUE;
}

static void refused(struct shrinker *s, const char *why)
{
	log_warning("%s stays as it is: %s", s->segments.at[s->index].path, why);
	s->refused++;
	if (s->mode.once)
		s->status = -1;
	selfshrink_refused(&s->policy);
}

/* Has the chosen segment emptied; false if nothing was started. */
static bool start_emptying(struct shrinker *s)
{
	const struct segment *segment = &s->segments.at[s->index];
	pid_t pid;

	if (s->mode.dry_run) {
		log_info("would bring %llu KiB back from %s", s->chosen_kb, segment->path);
		selfshrink_refused(&s->policy);
		return false;
	}
	pid = emptying_start(segment->path, s->segments.swapon_flags);
	if (pid < 0) {
		refused(s, g_strerror(-pid));
		return false;
	}
	s->emptying = pid;
	s->watch = g_timeout_add(WATCH_MS, watch_memory, s);
	return true;
}

/* Asks what to do now, and does it. */
static void act(struct shrinker *s)
{
	struct selfshrink_segment views[SEGMENTS_MAX];
	struct selfshrink_choice choice;
	u64 room_pages = selfshrink_room_pages(s->meminfo.available_kb / PAGE_KB,
					       s->reserve_kb / PAGE_KB);

	if (!s->config->selfshrinking) {
		enter(s, "off", 0);
		return;
	}
	for (u32 i = 0; i < s->segments.count; i++)
		views[i] = (struct selfshrink_segment){
			.used_pages = s->segments.at[i].used_kb / PAGE_KB,
			.emptied = s->segments.at[i].emptied,
		};
	choice = selfshrink_choose(&s->policy, views, s->segments.count, room_pages);
	if (choice.verdict == SELFSHRINK_EMPTY) {
		s->index = choice.index;
		s->chosen_kb = choice.return_pages * PAGE_KB;
		if (!start_emptying(s))
			choice = (struct selfshrink_choice){ .verdict = SELFSHRINK_COUNTDOWN };
	}
	enter(s, selfshrink_verdict_name(choice.verdict), choice.return_pages * PAGE_KB);
}

/* Ends the run when all is done that this mode is for. */
static void end_if_done(struct shrinker *s)
{
	if (!s->emptying && (s->mode.once || s->stopping))
		g_main_loop_quit(s->loop);
}

static gboolean on_interval(gpointer data)
{
	struct shrinker *s = data;

	if (!look(s))
		return G_SOURCE_CONTINUE;
	if (s->emptying) {
		enter(s, s->state, s->segments.at[s->index].used_kb);
		return G_SOURCE_CONTINUE;
	}
	switch_on(s);
	selfshrink_interval(&s->policy, segments_used_kb(&s->segments) / PAGE_KB);
	act(s);
	return G_SOURCE_CONTINUE;
}

static void took_back(struct shrinker *s)
{
	log_info("brought %llu KiB back from %s", s->chosen_kb, s->segments.at[s->index].path);
	s->segments.at[s->index].emptied = ++s->emptied;
	s->returned_kb += s->chosen_kb;
	selfshrink_returned(&s->policy, s->chosen_kb / PAGE_KB);
}

static const char *describe(int result)
{
	switch (result) {
	case -EINTR:
		return "stopped, because memory was needed";
	case -ENOMEM:
		return "the kernel says that memory cannot hold it";
	default:
		return g_strerror(-result);
	}
}

static void on_child(struct shrinker *s)
{
	int result;

	if (!s->emptying || !emptying_over(s->emptying, &result))
		return;
	g_clear_handle_id(&s->watch, g_source_remove);
	s->emptying = 0;
	if (!result)
		took_back(s);
	else if (!s->stopping)
		refused(s, describe(result));
	if (!look(s))
		return;
	switch_on(s);
	if (!s->stopping && !s->mode.once)
		act(s);
}

static gboolean on_signal(gint descriptor, GIOCondition condition G_GNUC_UNUSED, gpointer data)
{
	struct shrinker *s = data;
	struct signalfd_siginfo info;

	if (read(descriptor, &info, sizeof(info)) != sizeof(info))
		return G_SOURCE_CONTINUE;
	if (info.ssi_signo != SIGCHLD) {
		s->stopping = true;
		sd_notify(0, "STOPPING=1");
		if (s->emptying)
			emptying_stop(s->emptying);
	}
	on_child(s);
	end_if_done(s);
	return G_SOURCE_CONTINUE;
}

/* From here on, signals come from a descriptor: nothing is interrupted by them. */
static void open_signals(struct shrinker *s)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	s->signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->signals < 0)
		log_error("signals: %s", g_strerror(errno));
}

/* Makes what is missing, and switches it on. */
static void prepare(struct shrinker *s)
{
	for (u32 i = 0; i < s->segments.count; i++) {
		g_autoptr(GError) error = NULL;

		if (s->segments.at[i].on)
			continue;
		if (s->mode.dry_run)
			log_info("would switch on %s, of %llu MiB", s->segments.at[i].path,
				 s->segments.bytes >> 20);
		else if (segments_prepare(&s->segments, i, &error))
			segments_switch_on(&s->segments, i);
		else
			log_error("%s", error->message);
	}
}

static bool start(struct shrinker *s)
{
	struct selfshrink_limits limits = {
		.inertia = s->config->inertia,
		.hysteresis = s->config->hysteresis,
	};
	g_autoptr(GError) error = NULL;
	u64 ram_bytes;
	u32 adopted;

	if (!selfshrink_init(&s->policy, &limits) || meminfo_read(&s->meminfo))
		return false;
	ram_bytes = s->meminfo.total_kb << 10;
	s->reserve_kb = s->config->reserve_bytes == CONFIG_SIZE_WORD ?
				s->meminfo.total_kb / RESERVE_FRACTION :
				s->config->reserve_bytes >> 10;
	if (!segments_init(&s->segments, s->config, ram_bytes, !s->mode.dry_run, &error)) {
		log_error("%s", error->message);
		return false;
	}
	if (!look(s))
		return false;
	adopted = segments_on(&s->segments);
	prepare(s);
	if (!look(s))
		return false;
	log_info("%u of %u segments are on, %u of them were before", segments_on(&s->segments),
		 s->segments.count, adopted);
	return segments_on(&s->segments) || s->mode.dry_run;
}

static void run_loop(struct shrinker *s)
{
	s->loop = g_main_loop_new(NULL, FALSE);
	g_unix_fd_add(s->signals, G_IO_IN, on_signal, s);
	g_timeout_add_seconds(s->config->interval_s, on_interval, s);
	g_timeout_add_seconds(REMIND_S, remind, s);
	sd_notify(0, "READY=1");
	if (s->mode.once)
		selfshrink_hurry(&s->policy);
	act(s);
	if (!s->mode.once || s->emptying)
		g_main_loop_run(s->loop);
	enter(s, "ended", 0);
	g_main_loop_unref(s->loop);
}

/**
 * shrinker_run() - do all of it until a signal asks to end
 * @config: the configuration
 * @mode: how to run
 *
 * Return: 0; or -1, when why was said: there is no swap to work with, or the one segment that was
 * to be emptied could not be.
 */
int shrinker_run(const struct config *config, struct shrinker_mode mode)
{
	static struct shrinker s;

	s = (struct shrinker){ .config = config, .mode = mode, .state = "starting" };
	open_signals(&s);
	if (s.signals < 0)
		return -1;
	if (start(&s))
		run_loop(&s);
	else
		s.status = -1;
	segments_clear(&s.segments);
	close(s.signals);
	return s.status;
}
