// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is known about a host and its VMs, for Prometheus: its text format, version 0.0.4.
 *
 * Theory of operation
 *
 * All samples of a metric stand together, so each metric is one pass over the VMs. What is unknown is left out:
 * there is no number for it that is not wrong. Counters of a VM begin anew when it does, which
 * Prometheus knows how to deal with.
 */
#include "metrics.h"

/**
 * struct gauge - a number that each VM may have
 * @name: behind aerostat_vm_
 * @help: what it is
 * @value: of a VM that was seen; an amount of memory, U64_MAX if it is unknown
 */
struct gauge {
	const char *name;
	const char *help;
	u64 (*value)(const struct vm *vm);
};

static u64 size_bytes(const struct vm *vm)
{
	return vm->size_bytes;
}

static u64 asked_bytes(const struct vm *vm)
{
	return vm->asked_bytes;
}

static u64 target_bytes(const struct vm *vm)
{
	return vm->target_bytes;
}

static u64 ideal_bytes(const struct vm *vm)
{
	return vm->ideal_bytes;
}

static u64 host_bytes(const struct vm *vm)
{
	return vm->host_bytes;
}

static u64 used_bytes(const struct vm *vm)
{
	return vm->demand.known ? vm->demand.used_bytes : REPORT_UNKNOWN;
}

static u64 available_bytes(const struct vm *vm)
{
	return vm->stats.known ? vm->stats.last.available_bytes : REPORT_UNKNOWN;
}

static u64 demand_bytes(const struct vm *vm)
{
	return vm->demand.known ? vm->demand.bytes : REPORT_UNKNOWN;
}

static u64 debt_bytes(const struct vm *vm)
{
	return vm->demand.known ? vm->demand.debt_bytes : REPORT_UNKNOWN;
}

static u64 reserve_bytes(const struct vm *vm)
{
	return vm->demand.known ? vm->demand.reserve_bytes : REPORT_UNKNOWN;
}

static const struct gauge gauges[] = {
	{ "size_bytes", "Memory that the balloon leaves the VM.", size_bytes },
	{ "asked_bytes", "The size that it was asked for last.", asked_bytes },
	{ "target_bytes", "The size that was decided upon.", target_bytes },
	{ "ideal_bytes", "The size that it would have if moving cost nothing.", ideal_bytes },
	{ "min_bytes", "It never gets less.", vm_min_bytes },
	{ "max_bytes", "It never gets more.", vm_max_bytes },
	{ "host_bytes", "Host memory that it occupies.", host_bytes },
	{ "used_bytes", "Memory in use, as its statistics have it.", used_bytes },
	{ "available_bytes", "Memory that it has and does not use.", available_bytes },
	{ "demand_bytes", "Memory that it needs.", demand_bytes },
	{ "debt_bytes", "Memory that it did without by swapping and waiting.", debt_bytes },
	{ "reserve_bytes", "What it should have beyond its need.", reserve_bytes },
};

/* begin() - the head of a metric */
static void begin(GString *out, const char *name, const char *type, const char *help)
{
	g_string_append_printf(out, "# HELP aerostat_%s %s\n# TYPE aerostat_%s %s\n", name, help,
			       name, type);
}

/* label() - the value of a label, which may be any text */
static void label(GString *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\\' || *text == '"')
			g_string_append_c(out, '\\');
		if (*text == '\n')
			g_string_append(out, "\\n");
		else
			g_string_append_c(out, *text);
	}
}

/* head() - a sample of a VM without its value; @what and @word are a second label, or NULL */
static void head(GString *out, const char *name, const struct vm *vm, const char *what,
		 const char *word)
{
	g_string_append_printf(out, "aerostat_vm_%s{vm=\"", name);
	label(out, vm->name);
	if (what)
		g_string_append_printf(out, "\",%s=\"%s", what, word);
	g_string_append(out, "\"} ");
}

static void sample(GString *out, const char *name, const struct vm *vm, const char *what,
		   const char *word, u64 value)
{
	head(out, name, vm, what, word);
	g_string_append_printf(out, "%llu\n", value);
}

/* age() - how old its statistics are, if there are any */
static void age(GString *out, const struct vm *vm, u64 now_ms)
{
	u64 ms = sat_sub_u64(now_ms, vm->stats.changed_ms);

	if (!vm->stats.known)
		return;
	head(out, "statistics_age_seconds", vm, NULL, NULL);
	g_string_append_printf(out, "%llu.%03llu\n", ms / 1000, ms % 1000);
}

static void single(GString *out, const char *name, const char *type, const char *help, u64 value)
{
	begin(out, name, type, help);
	g_string_append_printf(out, "aerostat_%s %llu\n", name, value);
}

static void about_host(GString *out, const struct fleet *f, const struct fleet_host *host)
{
	u64 given = 0;

	for (guint i = 0; i < f->vms->len; i++)
		given = sat_add_u64(given, vm_cost_bytes(g_ptr_array_index(f->vms, i)));
	single(out, "vms", "gauge", "VMs that are known.", f->vms->len);
	single(out, "budget_bytes", "gauge", "Memory for all VMs together.", host->budget_bytes);
	single(out, "given_bytes", "gauge", "What they have of it.", given);
	single(out, "missing_bytes", "gauge", "What the minimums exceed the budget by.",
	       f->split.missing_bytes);
	single(out, "pressure", "gauge", "The host is short: 0 none, 1 hold, 2 take, 3 alarm.",
	       host->pressure);
	single(out, "inert", "gauge", "1: nothing could be managed for a long time.", f->inert);
}

static void about_daemon(GString *out, const struct metrics_daemon *daemon)
{
	single(out, "troubles_total", "counter", "Complaints about monitors of VMs.",
	       daemon->troubles);
	begin(out, "decision_cpu_seconds", "summary",
	      "Rounds of decisions, and their processor time.");
	g_string_append_printf(out, "aerostat_decision_cpu_seconds_sum %llu.%06llu\n",
			       daemon->decisions_us / G_USEC_PER_SEC,
			       daemon->decisions_us % G_USEC_PER_SEC);
	g_string_append_printf(out, "aerostat_decision_cpu_seconds_count %llu\n",
			       daemon->decisions);
}

/* next() - the VM at @i that was seen, or the first behind it; NULL after the last */
static const struct vm *next(const struct fleet *f, guint *i)
{
	while (*i < f->vms->len) {
		const struct vm *vm = g_ptr_array_index(f->vms, (*i)++);

		if (vm->seen)
			return vm;
	}
	return NULL;
}

static void about_memory(GString *out, const struct fleet *f)
{
	for (size_t g = 0; g < G_N_ELEMENTS(gauges); g++) {
		g_autofree char *name = g_strconcat("vm_", gauges[g].name, NULL);
		const struct vm *vm;

		begin(out, name, "gauge", gauges[g].help);
		for (guint i = 0; (vm = next(f, &i));) {
			u64 value = gauges[g].value(vm);

			if (!(value >> 63))
				sample(out, gauges[g].name, vm, NULL, NULL, value);
		}
	}
}

static void about_state(GString *out, const struct fleet *f, u64 now_ms)
{
	const struct vm *vm;

	begin(out, "vm_reason", "gauge", "1 for the reason of its size.");
	for (guint i = 0; (vm = next(f, &i));)
		sample(out, "reason", vm, "reason", vm_reason_name(vm->reason), 1);
	begin(out, "vm_urgent", "gauge", "1: short of memory.");
	for (guint i = 0; (vm = next(f, &i));)
		sample(out, "urgent", vm, NULL, NULL, vm->demand.urgent);
	begin(out, "vm_statistics_fresh", "gauge", "1: its statistics are new enough to act upon.");
	for (guint i = 0; (vm = next(f, &i));)
		sample(out, "statistics_fresh", vm, NULL, NULL,
		       stats_fresh(&vm->stats, now_ms, f->limits.vm.period_ms));
	begin(out, "vm_statistics_age_seconds", "gauge", "Time since its last statistics.");
	for (guint i = 0; (vm = next(f, &i));)
		age(out, vm, now_ms);
}

static void about_counts(GString *out, const struct fleet *f)
{
	const struct vm *vm;

	begin(out, "vm_decisions_total", "counter", "New targets and reasons.");
	for (guint i = 0; (vm = next(f, &i));)
		for (u32 reason = 0; reason < VM_REASONS; reason++)
			if (vm->tally.decisions[reason])
				sample(out, "decisions_total", vm, "reason", vm_reason_name(reason),
				       vm->tally.decisions[reason]);
	begin(out, "vm_events_total", "counter", "What its reports brought to light.");
	for (guint i = 0; (vm = next(f, &i));)
		for (u32 bit = 0; bit < VM_EVENTS; bit++)
			if (vm->tally.events[bit])
				sample(out, "events_total", vm, "event", vm_event_name(bit),
				       vm->tally.events[bit]);
	begin(out, "vm_requests_total", "counter", "Sizes that were asked of it.");
	for (guint i = 0; (vm = next(f, &i));)
		sample(out, "requests_total", vm, NULL, NULL, vm->tally.requests);
	begin(out, "vm_moved_bytes_total", "counter", "Memory that these gave or took.");
	for (guint i = 0; (vm = next(f, &i));)
		sample(out, "moved_bytes_total", vm, NULL, NULL, vm->tally.moved_bytes);
}

/**
 * metrics_text() - everything
 * @f: the VMs
 * @host: what was decided upon last
 * @daemon: its own counts
 * @now_ms: as for fleet_observe()
 *
 * Return: text that becomes the caller's.
 */
char *metrics_text(const struct fleet *f, const struct fleet_host *host,
		   const struct metrics_daemon *daemon, u64 now_ms)
{
	GString *out = g_string_new(NULL);

	about_host(out, f, host);
	about_daemon(out, daemon);
	about_memory(out, f);
	about_state(out, f, now_ms);
	about_counts(out, f);
	return g_string_free(out, FALSE);
}
