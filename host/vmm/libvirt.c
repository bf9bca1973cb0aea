// SPDX-License-Identifier: GPL-2.0-only
/*
 * The back end for VMs of libvirt: QEMU, Xen and whatever else it knows.
 *
 * Theory of operation
 *
 * libvirt's calls block, each for as long as its daemon or the VM's monitor takes. So they are made by workers
 * (worker.c), one at a time for each VM and one for the list of VMs; a VM that hangs keeps its own call waiting and no
 * other. All that is remembered belongs to the main loop's thread: a job takes along what it needs, and finds out
 * when it is done whether somebody is left who wants to know.
 *
 *   list: connect, if there is no connection; all VMs that run -> new ones appear, others are gone
 *   VM:   the size that was asked for last, if any; then its size and statistics -> a report
 *
 * A call that takes too long is told as trouble; its VM has no reports meanwhile, and keeps its memory. When
 * the connection breaks, VMs stay, because they most likely still run.
 *
 * Keeping the connection alive is up to libvirt's own event loop, which runs in a thread of its own: a daemon that is gone without
 * a word makes calls fail instead of hang.
 */
#include "libvirt.h"

#include <glib.h>
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>
#include <string.h>

#include "host/vmm/worker.h"

#define KEEPALIVE_SECONDS 5
#define KEEPALIVE_COUNT 3
#define KIB 1024

/**
 * struct domain - one VM
 * @vm: what the receiver sees
 * @backend: whose it is
 * @handle: libvirt's
 * @id: of this run of it
 * @job: the call under way, or NULL
 * @deadline: of that one, or 0
 * @timer: for the next one, or 0
 * @want_bytes: a size to ask for, 0: none
 * @told_period: libvirt knows how often to ask the guest
 * @appeared: the receiver knows it
 * @trouble: what was told last
 */
struct domain {
	struct vmm_vm vm;
	struct libvirt *backend;
	virDomainPtr handle;
	int id;
	struct poll *job;
	guint deadline;
	guint timer;
	u64 want_bytes;
	bool told_period;
	bool appeared;
	char *trouble;
};

/**
 * struct libvirt - the back end
 * @config: the caller's
 * @events, @data: the receiver
 * @domains: {name: struct domain}
 * @connection: or NULL
 * @job: the list under way, or NULL
 * @deadline: of that one, or 0
 * @timer: for the next one, or 0
 * @listed: there was a list once, or it is known why not
 * @trouble: what was told last
 */
struct libvirt {
	const struct libvirt_config *config;
	const struct vmm_events *events;
	void *data;
	GHashTable *domains;
	virConnectPtr connection;
	struct list *job;
	guint deadline;
	guint timer;
	bool listed;
	char *trouble;
};

/* struct list - a look for VMs that run; @backend is NULL if nobody wants to know any more */
struct list {
	struct worker_job job;
	struct libvirt *backend;
	char *uri;
	virConnectPtr connection;
	virDomainPtr *handles;
	int count;
	char *error;
};

/* struct poll - a call about one VM; @domain is NULL if nobody wants to know any more */
struct poll {
	struct worker_job job;
	struct domain *domain;
	virDomainPtr handle;
	u64 want_bytes;
	u32 period_s; /* 0: is told already */
	struct report report;
	bool known;
	char *error;
};

static gboolean on_list_timer(void *data);
static gboolean on_poll_timer(void *data);

static char *last_error(void)
{
	const char *message = virGetLastErrorMessage();

	return g_strdup(message ? message : "an unknown error");
}

/* tell() - tell about trouble, or with NULL that there is none, once. */
static void tell(const struct libvirt *b, const char *name, char **trouble, const char *what)
{
	if (!g_strcmp0(*trouble, what))
		return;
	g_free(*trouble);
	*trouble = g_strdup(what);
	if (what)
		b->events->trouble(b->data, name, what);
}

/* One VM. */

/* take_stat() - one of a guest's statistics. Where libvirt has kibibytes, 0 kB are as good as any. */
static void take_stat(struct report *r, const virDomainMemoryStatStruct *stat)
{
	u64 bytes = stat->val > REPORT_UNKNOWN / KIB ? REPORT_UNKNOWN : (u64)stat->val * KIB;

	switch (stat->tag) {
	case VIR_DOMAIN_MEMORY_STAT_ACTUAL_BALLOON:
		r->size_bytes = bytes;
		break;
	case VIR_DOMAIN_MEMORY_STAT_RSS:
		r->host_bytes = bytes;
		break;
	case VIR_DOMAIN_MEMORY_STAT_AVAILABLE: /* which is libvirt's word for the total */
		r->stats.total_bytes = bytes;
		break;
	case VIR_DOMAIN_MEMORY_STAT_UNUSED:
		r->stats.free_bytes = bytes;
		break;
	case VIR_DOMAIN_MEMORY_STAT_USABLE:
		r->stats.available_bytes = bytes;
		break;
	case VIR_DOMAIN_MEMORY_STAT_DISK_CACHES:
		r->stats.caches_bytes = bytes;
		break;
	case VIR_DOMAIN_MEMORY_STAT_SWAP_OUT:
		r->stats.swapped_out_bytes = bytes;
		break;
	case VIR_DOMAIN_MEMORY_STAT_MAJOR_FAULT:
		r->stats.major_faults = stat->val;
		break;
	case VIR_DOMAIN_MEMORY_STAT_LAST_UPDATE:
		r->stats.updated_s = stat->val;
		break;
	default:
		break;
	}
}

/* ask_about() - fill in the report; false: libvirt does not tell */
static bool ask_about(virDomainPtr handle, struct report *r)
{
	virDomainMemoryStatStruct stats[VIR_DOMAIN_MEMORY_STAT_NR];
	unsigned long max_kb = virDomainGetMaxMemory(handle);
	int count = virDomainMemoryStats(handle, stats, G_N_ELEMENTS(stats), 0);

	*r = (struct report){
		.max_bytes = (u64)max_kb * KIB,
		.size_bytes = REPORT_UNKNOWN,
		.host_bytes = REPORT_UNKNOWN,
		.stats = {
			.total_bytes = REPORT_UNKNOWN,
			.free_bytes = REPORT_UNKNOWN,
			.available_bytes = REPORT_UNKNOWN,
			.caches_bytes = REPORT_UNKNOWN,
			.swapped_out_bytes = REPORT_UNKNOWN,
			.major_faults = REPORT_UNKNOWN,
			.stalls = REPORT_UNKNOWN,
			.oom_kills = REPORT_UNKNOWN,
		},
	};
	if (!max_kb || count < 0)
		return false;
	for (int i = 0; i < count; i++)
		take_stat(r, &stats[i]);
	return r->size_bytes != REPORT_UNKNOWN;
}

static void poll_work(struct worker_job *job)
{
	struct poll *poll = (struct poll *)job;

	virResetLastError();
	if (poll->want_bytes &&
	    virDomainSetMemoryFlags(poll->handle, (unsigned long)(poll->want_bytes / KIB),
				    VIR_DOMAIN_AFFECT_LIVE))
		poll->error = last_error();
	/* One that refuses shows old statistics, and that is seen. */
	if (poll->period_s)
		(void)virDomainSetMemoryStatsPeriod(poll->handle, (int)poll->period_s,
						    VIR_DOMAIN_AFFECT_LIVE);
	virResetLastError();
	poll->known = ask_about(poll->handle, &poll->report);
	if (!poll->known && !poll->error)
		poll->error = virGetLastError() ? last_error() : g_strdup("its size is unknown");
}

static void take_poll(struct domain *d, const struct poll *poll)
{
	const struct libvirt *b = d->backend;

	tell(b, d->vm.name, &d->trouble, poll->error);
	if (!poll->known)
		return;
	if (!d->appeared) {
		d->appeared = true;
		b->events->appeared(b->data, &d->vm);
	}
	b->events->reported(b->data, &d->vm, &poll->report);
}

static void poll_done(struct worker_job *job)
{
	struct poll *poll = (struct poll *)job;
	struct domain *d = poll->domain;

	if (d) {
		d->job = NULL;
		d->vm.underway = d->want_bytes ? 1 : 0;
		g_clear_handle_id(&d->deadline, g_source_remove);
		d->timer = g_timeout_add(d->want_bytes ? 0 : d->backend->config->poll_ms,
					 on_poll_timer, d);
		take_poll(d, poll);
	}
	virDomainFree(poll->handle);
	g_free(poll->error);
	g_free(poll);
}

static gboolean on_poll_deadline(void *data)
{
	struct domain *d = data;

	d->deadline = 0;
	tell(d->backend, d->vm.name, &d->trouble, "libvirt does not answer about it");
	return G_SOURCE_REMOVE;
}

/* start_poll() - make the next call, if none is under way. */
static void start_poll(struct domain *d)
{
	const struct libvirt_config *config = d->backend->config;
	struct poll *poll;

	if (d->job)
		return;
	g_clear_handle_id(&d->timer, g_source_remove);
	poll = g_new0(struct poll, 1);
	poll->job = (struct worker_job){ .work = poll_work, .done = poll_done };
	poll->domain = d;
	poll->handle = d->handle;
	virDomainRef(poll->handle);
	poll->want_bytes = d->want_bytes;
	poll->period_s = d->told_period ? 0 : config->period_s;
	d->want_bytes = 0;
	d->told_period = true;
	d->job = poll;
	d->deadline = g_timeout_add(config->answer_ms, on_poll_deadline, d);
	worker_start(&poll->job);
}

static gboolean on_poll_timer(void *data)
{
	struct domain *d = data;

	d->timer = 0;
	start_poll(d);
	return G_SOURCE_REMOVE;
}

/* resize() - a call that is under way is not waited for; the next one begins with this size. */
static void resize(struct vmm_vm *vm, u64 bytes)
{
	struct domain *d = (struct domain *)vm;

	d->want_bytes = bytes;
	d->vm.underway = 1;
	start_poll(d);
}

static void domain_free(void *data)
{
	struct domain *d = data;

	if (d->job)
		d->job->domain = NULL;
	g_clear_handle_id(&d->timer, g_source_remove);
	g_clear_handle_id(&d->deadline, g_source_remove);
	virDomainFree(d->handle);
	g_free(d->vm.name);
	g_free(d->trouble);
	g_free(d);
}

/* The list of VMs. */

static void list_work(struct worker_job *job)
{
	struct list *list = (struct list *)job;

	virResetLastError();
	if (list->connection && virConnectIsAlive(list->connection) != 1) {
		virConnectClose(list->connection);
		list->connection = NULL;
	}
	if (!list->connection) {
		list->connection = virConnectOpen(list->uri);
		/* Drivers that run in this process have nobody to keep alive. */
		if (list->connection)
			(void)virConnectSetKeepAlive(list->connection, KEEPALIVE_SECONDS,
						     KEEPALIVE_COUNT);
		virResetLastError();
	}
	list->count = list->connection ? virConnectListAllDomains(list->connection, &list->handles,
								  VIR_CONNECT_LIST_DOMAINS_ACTIVE) :
					 -1;
	if (list->count < 0)
		list->error = list->connection ? last_error() : g_strdup("no connection");
}

/* meet() - a VM is in the list. */
static void meet(struct libvirt *b, virDomainPtr handle)
{
	const char *name = virDomainGetName(handle);
	struct domain *d;

	virDomainRef(handle);
	d = g_hash_table_lookup(b->domains, name);
	if (d) {
		/* Perhaps of another connection than the one before. */
		virDomainFree(d->handle);
		d->handle = handle;
		return;
	}
	d = g_new0(struct domain, 1);
	d->vm.name = g_strdup(name);
	d->vm.resize = resize;
	d->backend = b;
	d->handle = handle;
	d->id = (int)virDomainGetID(handle);
	g_hash_table_insert(b->domains, d->vm.name, d);
	start_poll(d);
}

/* controls_host() - whether it is Xen's control domain, where we may run ourselves: no VM has its id. */
static bool controls_host(virDomainPtr handle)
{
	return virDomainGetID(handle) == 0;
}

/* runs() - whether the same run of @d is in the list */
static bool runs(const struct domain *d, const struct list *list)
{
	for (int i = 0; i < list->count; i++)
		if (!strcmp(virDomainGetName(list->handles[i]), d->vm.name))
			return (int)virDomainGetID(list->handles[i]) == d->id;
	return false;
}

static void take_list(struct libvirt *b, const struct list *list)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, b->domains);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct domain *d = value;

		if (runs(d, list))
			continue;
		if (d->appeared)
			b->events->gone(b->data, &d->vm);
		g_hash_table_iter_remove(&iter);
	}
	for (int i = 0; i < list->count; i++)
		if (!controls_host(list->handles[i]))
			meet(b, list->handles[i]);
}

static void list_done(struct worker_job *job)
{
	struct list *list = (struct list *)job;
	struct libvirt *b = list->backend;

	if (b) {
		b->job = NULL;
		g_clear_handle_id(&b->deadline, g_source_remove);
		b->listed = true;
		b->connection = list->connection;
		b->timer = g_timeout_add(list->error ? b->config->retry_ms : b->config->poll_ms,
					 on_list_timer, b);
		tell(b, b->config->uri, &b->trouble, list->error);
		if (!list->error)
			take_list(b, list);
	} else if (list->connection) {
		virConnectClose(list->connection);
	}
	for (int i = 0; i < list->count; i++)
		virDomainFree(list->handles[i]);
	free(list->handles); /* libvirt's */
	g_free(list->uri);
	g_free(list->error);
	g_free(list);
}

static gboolean on_list_deadline(void *data)
{
	struct libvirt *b = data;

	b->deadline = 0;
	b->listed = true;
	tell(b, b->config->uri, &b->trouble, "libvirt does not answer");
	return G_SOURCE_REMOVE;
}

static gboolean on_list_timer(void *data)
{
	struct libvirt *b = data;
	struct list *list = g_new0(struct list, 1);

	b->timer = 0;
	list->job = (struct worker_job){ .work = list_work, .done = list_done };
	list->backend = b;
	list->uri = g_strdup(b->config->uri);
	list->connection = b->connection; /* the worker's until it is done */
	b->connection = NULL;
	b->job = list;
	b->deadline = g_timeout_add(b->config->answer_ms, on_list_deadline, b);
	worker_start(&list->job);
	return G_SOURCE_REMOVE;
}

static void *run_events(void *unused)
{
	while (!virEventRunDefaultImpl())
		;
	return unused;
}

/* be_quiet() - libvirt would write errors to standard error by itself. */
static void be_quiet(void *data, virErrorPtr error)
{
	(void)data;
	(void)error;
}

/* prepare() - what has to be done once in a process, before the first connection */
static void prepare(void)
{
	static bool prepared;

	if (prepared)
		return;
	prepared = true;
	virSetErrorFunc(NULL, be_quiet);
	if (!virInitialize() && !virEventRegisterDefaultImpl())
		g_thread_unref(g_thread_new("libvirt-events", run_events, NULL));
}

/**
 * libvirt_new() - start to look for VMs
 * @config: must outlive it
 * @events: whom to tell, not before this returned
 * @data: for @events
 */
struct libvirt *libvirt_new(const struct libvirt_config *config, const struct vmm_events *events,
			    void *data)
{
	struct libvirt *b = g_new0(struct libvirt, 1);

	prepare();
	b->config = config;
	b->events = events;
	b->data = data;
	b->domains = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, domain_free);
	b->timer = g_idle_add(on_list_timer, b);
	return b;
}

/* libvirt_free() - look away from all; nobody is told, and no call is waited for. NULL is fine. */
void libvirt_free(struct libvirt *b)
{
	if (!b)
		return;
	if (b->job)
		b->job->backend = NULL;
	g_clear_handle_id(&b->timer, g_source_remove);
	g_clear_handle_id(&b->deadline, g_source_remove);
	g_hash_table_unref(b->domains);
	if (b->connection)
		virConnectClose(b->connection);
	g_free(b->trouble);
	g_free(b);
}

/* libvirt_settled() - whether all VMs that run are known, or it is known why not */
bool libvirt_settled(const struct libvirt *b)
{
	GHashTableIter iter;
	void *value;

	if (!b->listed)
		return false;
	g_hash_table_iter_init(&iter, b->domains);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		const struct domain *d = value;

		if (!d->appeared && !d->trouble)
			return false;
	}
	return true;
}
