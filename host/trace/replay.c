// SPDX-License-Identifier: GPL-2.0-only
/*
 * A recording decided upon again, by the same code that the daemon runs.
 *
 * Theory of operation
 *
 * As recorded: models get the state that they had, then everything that they were told, at the time when they were. What is
 * asked for must be what was asked for then; each difference is counted. That is how a bug that
 * somebody recorded is found, and how a change of the policy shows what it changes.
 *
 * What if: the recording only says what VMs used, and when. Each VM becomes a simulated one (host/vmm/fake.c)
 * that uses the same, swaps where its memory does not suffice, and has a balloon that follows. It begins with the size
 * that it had. What a VM would have used, had it been given more, is not in any recording: where it was short, so is the
 * simulation.
 */
#include "replay.h"

#include "host/vmm/fake.h"
#include "policy/ratio.h"

#define MIB (1ULL << 20)
/* What a simulated VM's kernel takes by itself. */
#define KERNEL_BYTES (64 * MIB)

/**
 * struct player - a VM in the replay
 * @vm: its model, which the fleet owns
 * @fake: stands for it, if it is simulated
 * @at_ms: time of the last report
 * @known: there was one
 * @short_ms: when statistics came that show it short of memory
 * @enough_bytes: the size that ends that; 0: it is not short, or has it
 * @out: for the result
 */
struct player {
	struct vm *vm;
	struct fake fake;
	u64 at_ms;
	bool known;
	u64 short_ms;
	u64 enough_bytes;
	struct replay_vm *out;
};

/* struct sent - a size that was asked for and is not compared yet */
struct sent {
	char *name;
	u64 bytes;
};

/**
 * struct replay - a replay
 * @policy: who decides
 * @config: the operator's wishes instead of the recorded ones, or NULL
 * @fleet: the VMs, between TRACE_START and the next one
 * @players: {name: struct player} of those
 * @sent: struct sent
 * @dry_run: nothing was asked
 * @started: there was a line
 * @start_ms, @now_ms: time of the first line and of the last
 * @result: so far
 */
struct replay {
	enum replay_policy policy;
	const struct config *config;
	struct fleet *fleet;
	GHashTable *players;
	GQueue sent;
	bool dry_run;
	bool started;
	u64 start_ms;
	u64 now_ms;
	struct replay_result result;
};

static void sent_free(void *data)
{
	struct sent *sent = data;

	g_free(sent->name);
	g_free(sent);
}

static void result_vm_free(void *data)
{
	struct replay_vm *vm = data;

	g_free(vm->name);
	g_array_unref(vm->rescues_ms);
	g_free(vm);
}

static bool simulated(const struct replay *p)
{
	return p->policy != REPLAY_RECORDED;
}

static bool on_send(void *data, const struct vm *vm, u64 bytes)
{
	struct replay *p = data;
	struct player *player = g_hash_table_lookup(p->players, vm->name);
	struct sent *sent;

	player->out->requests++;
	player->out->moved_bytes += max_u64(bytes, vm->asked_bytes) -
				    min_u64(bytes, vm->asked_bytes);
	if (simulated(p)) {
		player->fake.target_bytes = bytes;
		return true;
	}
	sent = g_new0(struct sent, 1);
	sent->name = g_strdup(vm->name);
	sent->bytes = bytes;
	g_queue_push_tail(&p->sent, sent);
	return !p->dry_run;
}

static void on_notice(void *data, const struct vm *vm, u32 events)
{
	(void)data;
	(void)vm;
	(void)events;
}

static const struct fleet_ops ops = { .send = on_send, .notice = on_notice };

/* differ() - a request is not as it was recorded. */
static void differ(struct replay *p)
{
	if (!p->result.different++)
		p->result.first_ms = p->now_ms - p->start_ms;
}

/* settle() - no more requests of the last decision will come: those that are left were never asked. */
static void settle(struct replay *p)
{
	while (!g_queue_is_empty(&p->sent)) {
		differ(p);
		sent_free(g_queue_pop_head(&p->sent));
	}
}

/* result_of() - where the result of the VM called @name is, which may have been there before */
static struct replay_vm *result_of(struct replay *p, const char *name)
{
	struct replay_vm *vm;

	for (guint i = 0; i < p->result.vms->len; i++) {
		vm = g_ptr_array_index(p->result.vms, i);
		if (!g_strcmp0(vm->name, name))
			return vm;
	}
	vm = g_new0(struct replay_vm, 1);
	vm->name = g_strdup(name);
	vm->rescues_ms = g_array_new(FALSE, FALSE, sizeof(u64));
	g_ptr_array_add(p->result.vms, vm);
	return vm;
}

/* add() - a VM that was not there */
static struct player *add(struct replay *p, const char *name)
{
	struct player *player = g_new0(struct player, 1);
	const struct vm_config none = { 0 };

	player->vm = fleet_add(p->fleet, name, &none);
	player->out = result_of(p, name);
	g_hash_table_insert(p->players, player->vm->name, player);
	return player;
}

/* take_vm() - a VM, or another configuration for one; what is wrong, or NULL */
static const char *take_vm(struct replay *p, JsonObject *object, const char *name)
{
	struct player *player = g_hash_table_lookup(p->players, name);
	bool is_new = !player;
	struct vm before = { 0 };
	const char *wrong;

	if (is_new)
		player = add(p, name);
	before = *player->vm;
	wrong = trace_restore(object, player->vm);
	if (wrong)
		return wrong;
	if (simulated(p) && !is_new) {
		before.config = player->vm->config;
		*player->vm = before;
	}
	if (p->config)
		player->vm->config = *config_vm(p->config, name);
	return NULL;
}

static const char *take_start(struct replay *p, const struct trace_line *line)
{
	struct fleet_limits limits = fleet_limits_default;

	settle(p);
	g_hash_table_remove_all(p->players);
	fleet_free(p->fleet);
	limits.vm.period_ms = line->period_ms;
	p->fleet = fleet_new(&limits, &ops, p);
	p->dry_run = line->dry_run;
	for (guint i = 0; i < json_array_get_length(line->vms); i++) {
		JsonNode *node = json_array_get_element(line->vms, i);
		const char *name = NULL, *wrong;

		if (JSON_NODE_HOLDS_OBJECT(node))
			name = json_object_get_string_member_with_default(json_node_get_object(
										  node),
									  "name", NULL);
		wrong = name ? take_vm(p, json_node_get_object(node), name) : "a VM without name";
		if (wrong)
			return wrong;
	}
	return NULL;
}

/* available_bytes() - as far as the guest said */
static u64 available_bytes(const struct report *r)
{
	u64 bytes = r->stats.available_bytes;

	if (bytes >> 63)
		bytes = r->stats.free_bytes;
	return bytes >> 63 ? r->size_bytes : min_u64(bytes, r->size_bytes);
}

/* simulate() - what the VM would have reported, had it the size that it has here */
static struct report simulate(struct player *player, const struct report *r, u64 elapsed_ms)
{
	struct fake *fake = &player->fake;

	if (!fake->max_bytes) {
		fake_init(fake, r->max_bytes, 0);
		fake->size_bytes = fake->target_bytes = fake->host_bytes = min_u64(r->size_bytes,
										   r->max_bytes);
	}
	fake->used_bytes = sat_sub_u64(sat_sub_u64(r->size_bytes, available_bytes(r)),
				       KERNEL_BYTES);
	fake_step(fake, elapsed_ms, r->stats.updated_s);
	player->out->unmet_mib_ms += fake_missing_bytes(fake) / MIB * elapsed_ms;
	return fake_report(fake);
}

/* time_rescue() - how long until a VM that became short of memory has enough for what it used then */
static void time_rescue(struct replay *p, struct player *player, bool was_urgent)
{
	const struct vm *vm = player->vm;
	u64 urgent = demand_urgent_bytes(&demand_limits_default, vm->size_bytes, vm->max_bytes);
	u64 took_ms;

	if (!vm->demand.urgent) {
		player->enough_bytes = 0;
	} else if (!was_urgent) {
		player->short_ms = p->now_ms;
		player->enough_bytes = sat_add_u64(vm->demand.used_bytes,
						   demand_recovered_bytes(urgent));
	} else if (player->enough_bytes && vm->size_bytes >= player->enough_bytes) {
		took_ms = p->now_ms - player->short_ms;
		g_array_append_val(player->out->rescues_ms, took_ms);
		player->enough_bytes = 0;
	}
}

static const char *take_report(struct replay *p, const struct trace_line *line)
{
	struct player *player = g_hash_table_lookup(p->players, line->name);
	struct report r = line->report;
	bool was_urgent;
	u64 elapsed_ms;

	if (!player)
		return "a report of a VM that is not there";
	was_urgent = player->vm->demand.urgent;
	elapsed_ms = player->known ? sat_sub_u64(p->now_ms, player->at_ms) : 0;
	player->at_ms = p->now_ms;
	player->known = true;
	if (was_urgent)
		player->out->urgent_ms += elapsed_ms;
	if (simulated(p))
		r = simulate(player, &r, elapsed_ms);
	fleet_observe(p->fleet, player->vm, &r, p->now_ms);
	time_rescue(p, player, was_urgent);
	return NULL;
}

static void take_decide(struct replay *p, const struct trace_line *line)
{
	struct fleet_host host = line->host;

	settle(p);
	p->result.decisions++;
	if (p->policy == REPLAY_STATIC)
		return;
	if (p->config && p->config->budget_bytes)
		host.budget_bytes = p->config->budget_bytes;
	fleet_decide(p->fleet, &host, p->now_ms);
	fleet_act(p->fleet, p->now_ms);
}

static void take_send(struct replay *p, const struct trace_line *line)
{
	struct sent *sent = g_queue_pop_head(&p->sent);

	if (simulated(p))
		return;
	if (!sent || g_strcmp0(sent->name, line->name) || sent->bytes != line->bytes)
		differ(p);
	if (sent)
		sent_free(sent);
}

static const char *take_gone(struct replay *p, const struct trace_line *line)
{
	struct player *player = g_hash_table_lookup(p->players, line->name);
	struct vm *vm;

	if (!player)
		return "a VM goes that is not there";
	vm = player->vm;
	g_hash_table_remove(p->players, line->name);
	fleet_remove(p->fleet, vm);
	return NULL;
}

/**
 * replay_new() - begin
 * @policy: who decides
 * @config: the operator's wishes instead of the recorded ones, or NULL; must outlive it
 */
struct replay *replay_new(enum replay_policy policy, const struct config *config)
{
	struct replay *p = g_new0(struct replay, 1);

	p->policy = policy;
	p->config = config;
	p->players = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
	p->result.vms = g_ptr_array_new_with_free_func(result_vm_free);
	g_queue_init(&p->sent);
	return p;
}

/* replay_free() - and its result. NULL is fine. */
void replay_free(struct replay *p)
{
	if (!p)
		return;
	g_queue_clear_full(&p->sent, sent_free);
	g_hash_table_unref(p->players);
	fleet_free(p->fleet);
	g_ptr_array_unref(p->result.vms);
	g_free(p);
}

/**
 * replay_take() - go on with a line
 * @p: the replay
 * @line: the next one
 *
 * Return: why it does not fit what came before, or NULL.
 */
const char *replay_take(struct replay *p, const struct trace_line *line)
{
	if (!p->started && line->kind != TRACE_START)
		return "no recording begins like this";
	if (p->started && line->at_ms < p->now_ms)
		return "the time runs backwards";
	if (!p->started)
		p->start_ms = line->at_ms;
	p->started = true;
	p->now_ms = line->at_ms;
	switch (line->kind) {
	case TRACE_START:
		return take_start(p, line);
	case TRACE_VM:
		return take_vm(p, line->object, line->name);
	case TRACE_GONE:
		return take_gone(p, line);
	case TRACE_REPORT:
		return take_report(p, line);
	case TRACE_DECIDE:
		take_decide(p, line);
		return NULL;
	case TRACE_SEND:
		take_send(p, line);
		return NULL;
	}
	return NULL;
}

/*
 * replay_finish() - the result, which lives as long as @p
 *
 * Whether what was decided last was asked for is behind the end of the recording.
 */
const struct replay_result *replay_finish(struct replay *p)
{
	p->result.span_ms = p->now_ms - p->start_ms;
	return &p->result;
}
