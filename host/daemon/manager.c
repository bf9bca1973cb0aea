// SPDX-License-Identifier: GPL-2.0-only
/*
 * The daemon without its process.
 *
 * Theory of operation
 *
 * Reports arrive whenever a VM answers; the fleet learns from each at once. Decisions are made once a second for all
 * VMs together, and at once when a VM becomes short of memory or tasks of the host wait for it. After the start there is none before every VM
 * is known or has failed to answer: memory of those that are not known yet would be given away twice.
 *
 * Without a budget of the operator's, VMs may have what they occupy and what the host has left,
 * less the reserve. That counts what the rest of the host uses, and memory of VMs that is shared
 * (memfd), which Linux does not count as available.
 *
 * A new configuration makes everything start over, which VMs survive as they survive a restart of the
 * daemon: they are adopted as they are.
 */
#include "manager.h"

#include <errno.h>
#include <time.h>

#include "host/daemon/hostmem.h"
#include "host/daemon/journal.h"
#include "host/trace/trace.h"
#include "policy/ratio.h"

#define TICK_MS 1000
/* How often each VM is asked: twice a second few, once a second many. */
#define POLL_MS 500
#define POLL_MANY_MS 1000
#define POLL_MANY_VMS 250
#define LIBVIRT_POLL_MS 1000
#define ANSWER_MS 5000
#define RETRY_MS 2000
#define SCAN_MS 1000
#define GIB (1ULL << 30)

static u64 now_ms(void)
{
	return (u64)g_get_monotonic_time() / 1000;
}

static u64 reserve_bytes(const struct manager *m, u64 total_bytes)
{
	return m->config->reserve_bytes ? m->config->reserve_bytes : max_u64(total_bytes / 20, GIB);
}

/* budget_bytes() - the operator's, or what VMs occupy and what is left */
static u64 budget_bytes(const struct manager *m, const struct pressure_sample *s)
{
	u64 bytes = s->available_bytes;

	if (m->config->budget_bytes)
		return m->config->budget_bytes;
	for (guint i = 0; i < m->fleet->vms->len; i++) {
		const struct vm *vm = g_ptr_array_index(m->fleet->vms, i);

		if (vm->host_bytes != REPORT_UNKNOWN)
			bytes = sat_add_u64(bytes, vm->host_bytes);
	}
	return sat_sub_u64(min_u64(bytes, s->total_bytes), s->reserve_bytes);
}

/*
 * sound_alarm() - nothing that is ours to do helped: run what the operator has for that
 *
 * All that it is told are numbers of the host. Nothing that a guest says leads here or is passed on; all a guest can do is
 * to use its memory.
 */
static void sound_alarm(struct manager *m)
{
	g_autofree char *wanted = NULL, *budget = NULL;
	const char *variables[3] = { 0 };

	if (!m->config->on_alarm || m->config->dry_run)
		return;
	wanted = g_strdup_printf("AEROSTAT_WANTED_BYTES=%llu", m->host.wanted_bytes);
	budget = g_strdup_printf("AEROSTAT_BUDGET_BYTES=%llu", m->host.budget_bytes);
	variables[0] = wanted;
	variables[1] = budget;
	(void)hook_run(m->hook, m->config->on_alarm, variables, now_ms());
}

/* look_at_host() - what it can give now; if it cannot be seen, what the operator says, or nothing */
static void look_at_host(struct manager *m)
{
	struct pressure_sample s;

	m->host.budget_bytes = m->config->budget_bytes;
	if (!hostmem_read(m->proc, &s))
		return;
	s.reserve_bytes = reserve_bytes(m, s.total_bytes);
	if (pressure_update(&m->pressure, &s, now_ms()))
		journal(m->pressure.level == PRESSURE_ALARM ? JOURNAL_ALERT : JOURNAL_NOTICE,
			"the host's memory: %s", pressure_name(m->pressure.level));
	m->host.budget_bytes = budget_bytes(m, &s);
	m->host.pressure = m->pressure.level;
	m->host.wanted_bytes = m->pressure.wanted_bytes;
	if (m->pressure.level == PRESSURE_ALARM)
		sound_alarm(m);
}

/* recorded() - whether what happens has to be told with control_publish() */
static bool recorded(const struct manager *m)
{
	return control_followed(m->control);
}

/* cpu_us() - processor time of this thread: how long it waits for a processor says nothing about what it does */
static u64 cpu_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (u64)t.tv_sec * G_USEC_PER_SEC + (u64)t.tv_nsec / 1000;
}

static void decide(struct manager *m)
{
	u64 start_us = cpu_us(), now = now_ms();

	look_at_host(m);
	m->settled |= qmp_settled(m->qmp) && (!m->libvirt || libvirt_settled(m->libvirt));
	if (!m->host.budget_bytes || !m->settled)
		return;
	if (recorded(m))
		control_publish(m->control, trace_decide(&m->host, now));
	fleet_decide(m->fleet, &m->host, now);
	fleet_act(m->fleet, now);
	m->counts.decisions++;
	m->counts.decisions_us += cpu_us() - start_us;
}

static gboolean on_tick(void *data)
{
	decide(data);
	return G_SOURCE_CONTINUE;
}

static gboolean on_soon(void *data)
{
	struct manager *m = data;

	m->soon = 0;
	decide(m);
	return G_SOURCE_REMOVE;
}

/* decide_soon() - not before all that waits to be done on the main loop is; after manager_release() never */
static void decide_soon(struct manager *m)
{
	if (m->tick && !m->soon)
		m->soon = g_idle_add(on_soon, m);
}

static void on_pressure(void *data)
{
	decide_soon(data);
}

/* watch_pressure() - be called when tasks wait for memory, if the kernel does that */
static void watch_pressure(struct manager *m)
{
	g_autofree char *path = g_build_filename(m->proc, "pressure", "memory", NULL);
	int fd = psi_open(path);

	if (fd >= 0)
		m->psi = psi_new(fd, on_pressure, m);
	else
		journal(JOURNAL_INFO, "%s: %s; the host's memory is looked at once a second", path,
			g_strerror(errno));
}

/* The fleet talks. */

static bool on_send(void *data, const struct vm *vm, u64 bytes)
{
	struct manager *m = data;

	if (recorded(m))
		control_publish(m->control, trace_send(vm, bytes, now_ms()));
	if (m->config->dry_run)
		return false;
	vm->source->resize(vm->source, bytes);
	return true;
}

static void on_notice(void *data, const struct vm *vm, u32 events)
{
	struct manager *m = data;

	if (vm)
		journal_vm(vm, events);
	else
		journal_fleet(m->fleet, events);
}

static const struct fleet_ops fleet_ops = { .send = on_send, .notice = on_notice };

/* pace_polls() - so that the manager's own cost stays small */
static void pace_polls(struct manager *m)
{
	m->qmp_config.qemu.poll_ms = m->fleet->vms->len < POLL_MANY_VMS ? POLL_MS : POLL_MANY_MS;
}

/* The back end talks. */

static void on_appeared(void *data, struct vmm_vm *source)
{
	struct manager *m = data;
	g_autofree char *name = g_strdup(source->name);
	struct vm *vm;

	/* libvirt may have one of the same name as a monitor; people have to be able to tell them apart. */
	while (fleet_find(m->fleet, name)) {
		char *other = g_strconcat(name, "+", NULL);

		g_free(name);
		name = other;
	}
	vm = fleet_add(m->fleet, name, config_vm(m->config, source->name));
	vm->source = source;
	source->user = vm;
	pace_polls(m);
	manager_changed(m, vm);
	journal(JOURNAL_INFO, "%s: appeared", vm->name);
}

static void on_reported(void *data, struct vmm_vm *source, const struct report *r)
{
	struct manager *m = data;
	u64 now = now_ms();

	if (recorded(m))
		control_publish(m->control, trace_report(source->user, r, now));
	if (fleet_observe(m->fleet, source->user, r, now))
		decide_soon(m);
}

static void on_gone(void *data, const struct vmm_vm *source)
{
	struct manager *m = data;

	journal(JOURNAL_INFO, "%s: gone", source->name);
	if (recorded(m))
		control_publish(m->control, trace_gone(source->user, now_ms()));
	fleet_remove(m->fleet, source->user);
	pace_polls(m);
}

static void on_trouble(void *data, const char *name, const char *what)
{
	struct manager *m = data;

	m->counts.troubles++;
	journal(JOURNAL_WARNING, "%s: %s", name, what);
}

static const struct vmm_events vmm_events = {
	.appeared = on_appeared,
	.reported = on_reported,
	.gone = on_gone,
	.trouble = on_trouble,
};

static void start(struct manager *m)
{
	m->qmp_config = (struct qmp_config){
		.qemu = {
			.period_s = m->config->period_s,
			.poll_ms = POLL_MS,
			.answer_ms = ANSWER_MS,
			.retry_ms = RETRY_MS,
			.proc = m->proc,
		},
		.directory = m->config->directory,
		.sockets = m->config->sockets,
		.scan_ms = SCAN_MS,
	};
	m->fleet->limits.vm.period_ms = m->config->period_s * 1000;
	m->settled = false;
	m->qmp = qmp_new(&m->qmp_config, &vmm_events, m);
	if (!m->config->libvirt)
		return;
	m->libvirt_config = (struct libvirt_config){
		.uri = m->config->libvirt,
		.period_s = m->config->period_s,
		.poll_ms = LIBVIRT_POLL_MS,
		.answer_ms = ANSWER_MS,
		.retry_ms = RETRY_MS,
	};
	m->libvirt = libvirt_new(&m->libvirt_config, &vmm_events, m);
}

/* forget() - all VMs and where they come from */
static void forget(struct manager *m)
{
	qmp_free(m->qmp);
	libvirt_free(m->libvirt);
	m->qmp = NULL;
	m->libvirt = NULL;
	while (m->fleet->vms->len)
		fleet_remove(m->fleet, g_ptr_array_index(m->fleet->vms, 0));
}

/**
 * manager_new() - start to manage
 * @config: owned by the manager from now on
 * @proc: where procfs is; must outlive the manager
 */
struct manager *manager_new(struct config *config, const char *proc)
{
	struct manager *m = g_new0(struct manager, 1);

	m->config = config;
	m->proc = proc;
	m->fleet = fleet_new(&fleet_limits_default, &fleet_ops, m);
	m->hook = hook_new(&hook_limits_default);
	start(m);
	look_at_host(m);
	watch_pressure(m);
	m->tick = g_timeout_add(TICK_MS, on_tick, m);
	return m;
}

/* manager_free() - stop; VMs stay as they are. NULL is fine. */
void manager_free(struct manager *m)
{
	if (!m)
		return;
	g_clear_handle_id(&m->tick, g_source_remove);
	g_clear_handle_id(&m->soon, g_source_remove);
	psi_free(m->psi);
	qmp_free(m->qmp);
	libvirt_free(m->libvirt);
	hook_free(m->hook);
	fleet_free(m->fleet);
	config_free(m->config);
	g_free(m);
}

/**
 * manager_reload() - go on with another configuration
 * @m: the manager
 * @config: owned by it from now on
 */
void manager_reload(struct manager *m, struct config *config)
{
	struct config *before = m->config;

	forget(m);
	m->config = config;
	start(m);
	config_free(before);
	if (recorded(m))
		control_publish(m->control, trace_start(m->fleet, config->dry_run, now_ms()));
}

/* manager_changed() - @vm is new, or has another configuration: tell those who record. */
void manager_changed(struct manager *m, const struct vm *vm)
{
	if (recorded(m))
		control_publish(m->control, trace_vm(vm, now_ms()));
}

/* manager_release() - decide nothing any more, and ask all VMs to take all their memory. */
void manager_release(struct manager *m)
{
	g_clear_handle_id(&m->tick, g_source_remove);
	g_clear_handle_id(&m->soon, g_source_remove);
	psi_free(m->psi);
	m->psi = NULL;
	for (guint i = 0; i < m->fleet->vms->len; i++) {
		const struct vm *vm = g_ptr_array_index(m->fleet->vms, i);

		if (vm->seen && !vm->config.ignore && !m->config->dry_run)
			vm->source->resize(vm->source, vm->max_bytes);
	}
}

/* manager_released() - whether all that were asked have taken it */
bool manager_released(const struct manager *m)
{
	for (guint i = 0; i < m->fleet->vms->len; i++) {
		const struct vm *vm = g_ptr_array_index(m->fleet->vms, i);

		if (vm->source->underway)
			return false;
	}
	return true;
}
