// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tests of the fleet on simulated VMs: each way in which managers of memory fail in production,
 * by name, then any mixture of misbehaving VMs against what must hold for all.
 */
#include "fleet.h"

#include <string.h>

#include "host/vmm/fake.h"
#include "policy/check.h"

#define MIB (1ULL << 20)
#define GIB (1ULL << 30)
#define VMS 6
#define STEP_MS 1000

/* A host with simulated VMs, a second a step. */
struct world {
	struct fleet *fleet;
	struct fleet_host host;
	struct fake fakes[VMS];
	struct vm *vms[VMS];
	int count;
	u64 now_ms;
	bool dry;
	u64 moved_bytes; /* by all balloons */
	int sends;
	u32 events; /* all since somebody set it to 0 */
};

static bool send(void *data, const struct vm *vm, u64 bytes)
{
	struct world *w = data;

	w->sends++;
	if (w->dry)
		return false;
	for (int i = 0; i < w->count; i++)
		if (w->vms[i] == vm)
			w->fakes[i].target_bytes = bytes;
	return true;
}

static void notice(void *data, const struct vm *vm, u32 events)
{
	struct world *w = data;

	(void)vm;
	w->events |= events;
}

static const struct fleet_ops ops = { .send = send, .notice = notice };

static const struct vm_config config = {
	.min_bytes = 256 * MIB,
	.reserve_bytes = GIB,
	.shares = 1000,
};

static void world_init(struct world *w, u64 budget_bytes)
{
	*w = (struct world){ .host.budget_bytes = budget_bytes, .now_ms = 1000000 };
	w->fleet = fleet_new(&fleet_limits_default, &ops, w);
}

/* add() - a VM of @max_bytes that has @size_bytes now */
static struct fake *add(struct world *w, const char *name, u64 max_bytes, u64 size_bytes,
			u64 used_bytes)
{
	struct fake *fake = &w->fakes[w->count];

	fake_init(fake, max_bytes, used_bytes);
	fake->size_bytes = fake->target_bytes = fake->host_bytes = size_bytes;
	w->vms[w->count++] = fleet_add(w->fleet, name, &config);
	return fake;
}

static void step(struct world *w)
{
	w->now_ms += STEP_MS;
	for (int i = 0; i < w->count; i++) {
		u64 before = w->fakes[i].size_bytes, after;
		struct report r;

		fake_step(&w->fakes[i], STEP_MS, w->now_ms / 1000);
		after = w->fakes[i].size_bytes;
		w->moved_bytes += after > before ? after - before : before - after;
		r = fake_report(&w->fakes[i]);
		fleet_observe(w->fleet, w->vms[i], &r, w->now_ms);
	}
	fleet_decide(w->fleet, &w->host, w->now_ms);
	fleet_act(w->fleet, w->now_ms);
}

static void steps(struct world *w, int count)
{
	while (count--)
		step(w);
}

/* Everything that VMs have or may take at any moment. */
static u64 promised(const struct world *w)
{
	u64 sum = 0;

	for (int i = 0; i < w->count; i++)
		sum += vm_cost_bytes(w->vms[i]);
	return sum;
}

/*
 * Production failure 1, partial rescue. Given a little at a time, a guest that bursts dies
 * in between. It gets all that the host can give, at once, and nothing is taken back before it recovered.
 */
static void test_rescue_is_whole(void)
{
	struct fake *bursts, *idles;
	struct world w;
	u64 asked;

	world_init(&w, 10 * GIB);
	bursts = add(&w, "bursts", 8 * GIB, 2 * GIB, GIB);
	idles = add(&w, "idles", 8 * GIB, 8 * GIB, GIB / 2);
	steps(&w, 5);
	bursts->used_bytes = 3 * GIB;
	step(&w);
	CHECK(w.events & VM_URGENT);
	CHECK_EQ(w.vms[0]->reason, VM_RESCUE);
	CHECK(w.vms[0]->target_bytes > 7 * GIB);
	CHECK_EQ(w.vms[1]->reason, VM_GIVES);
	steps(&w, 2); /* the idle one's memory arrives: 4 GiB at 2 GiB a second */
	CHECK(w.vms[0]->asked_bytes > 5 * GIB);
	steps(&w, 3);
	CHECK_EQ(fake_missing_bytes(bursts), 0);
	CHECK(fake_missing_bytes(idles) == 0);
	asked = w.vms[0]->asked_bytes;
	for (int i = 0; i < 20; i++) {
		step(&w);
		CHECK(w.vms[0]->asked_bytes >= asked);
	}
	CHECK(w.events & VM_RECOVERED);
	fleet_free(w.fleet);
}

/*
 * What idle VMs keep is in proportion to their size: of small ones that have half of what they could together, one gets
 * what two leave.
 */
static void test_small_vms_leave_room(void)
{
	struct fake *bursts;
	struct world w;

	world_init(&w, 1152 * MIB);
	bursts = add(&w, "bursts", 768 * MIB, 384 * MIB, 78 * MIB);
	add(&w, "idles", 768 * MIB, 384 * MIB, 78 * MIB);
	add(&w, "idles too", 768 * MIB, 384 * MIB, 78 * MIB);
	for (int i = 0; i < w.count; i++)
		w.vms[i]->config.min_bytes = 200 * MIB;
	steps(&w, 10);
	bursts->used_bytes = 510 * MIB;
	steps(&w, 10);
	CHECK_EQ(fake_missing_bytes(bursts), 0);
	CHECK(!w.vms[1]->demand.urgent && !w.vms[2]->demand.urgent);
	fleet_free(w.fleet);
}

/* A rescue does not make the next case for rescue: who gives keeps what it needs. */
static void test_rescue_ruins_nobody(void)
{
	struct fake *bursts;
	struct world w;

	world_init(&w, 11 * GIB);
	bursts = add(&w, "bursts", 8 * GIB, 3 * GIB, GIB);
	add(&w, "works", 8 * GIB, 8 * GIB, 4 * GIB);
	steps(&w, 100);
	bursts->used_bytes = 5 * GIB;
	for (int i = 0; i < 30; i++) {
		step(&w);
		CHECK(!w.vms[1]->demand.urgent);
		CHECK(w.fakes[1].stats.available_bytes >= 192 * MIB);
	}
	CHECK_EQ(w.fakes[1].stats.swapped_out_bytes, 0);
	CHECK_EQ(fake_missing_bytes(bursts), 0);
	fleet_free(w.fleet);
}

/*
 * Production failure 2, a target that the guest cannot reach: its driver would try for ever. The target is
 * set to what was reached, and rests get longer.
 */
static void test_unreachable_target_is_given_up(void)
{
	struct fake *stuck, *wants;
	int stalls = 0;
	struct world w;

	world_init(&w, 8 * GIB);
	stuck = add(&w, "stuck", 6 * GIB, 6 * GIB, GIB / 2);
	stuck->floor_bytes = 5 * GIB;
	wants = add(&w, "wants", 6 * GIB, 2 * GIB, 3 * GIB / 2);
	wants->used_bytes = 5 * GIB;
	for (int i = 0; i < 600; i++) {
		w.events = 0;
		step(&w);
		if (w.events & VM_STALLED) {
			stalls++;
			CHECK_EQ(w.fakes[0].target_bytes, 5 * GIB);
			CHECK_EQ(w.vms[0]->reason, VM_RESTS);
		}
	}
	CHECK(stalls >= 3 && stalls <= 6);
	CHECK_EQ(w.vms[1]->asked_bytes, 3 * GIB); /* it got what there was */
	fleet_free(w.fleet);
}

/* Production failure 3: what a guest uses falls while it swaps. It gets memory all the same. */
static void test_swapping_is_seen(void)
{
	struct world w;

	world_init(&w, 12 * GIB);
	add(&w, "swaps", 8 * GIB, 4 * GIB, 0);
	add(&w, "idles", 8 * GIB, 8 * GIB, GIB / 2);
	/* More and more is available, because it swaps more and more. */
	for (int i = 0; i < 30; i++) {
		struct report r;

		w.now_ms += STEP_MS;
		fake_step(&w.fakes[0], STEP_MS, w.now_ms / 1000);
		r = fake_report(&w.fakes[0]);
		r.stats = (struct report_stats){
			.updated_s = w.now_ms / 1000,
			.total_bytes = r.size_bytes,
			.available_bytes = r.size_bytes - 2800 * MIB + i * 20 * MIB,
			.free_bytes = 300 * MIB,
			.swapped_out_bytes = (u64)i * 200 * MIB,
		};
		fleet_observe(w.fleet, w.vms[0], &r, w.now_ms);
		fake_step(&w.fakes[1], STEP_MS, w.now_ms / 1000);
		r = fake_report(&w.fakes[1]);
		fleet_observe(w.fleet, w.vms[1], &r, w.now_ms);
		fleet_decide(w.fleet, &w.host, w.now_ms);
		fleet_act(w.fleet, w.now_ms);
	}
	CHECK(!w.vms[0]->demand.urgent);
	CHECK(w.fakes[0].target_bytes > 5 * GIB);
	fleet_free(w.fleet);
}

/* Production failure 4: the last answer of a dead guest stays. It is never shrunk; others are served. */
static void test_dead_guest_is_left_alone(void)
{
	struct fake *dead, *bursts;
	struct world w;

	world_init(&w, 10 * GIB);
	dead = add(&w, "dead", 6 * GIB, 6 * GIB, GIB / 2);
	bursts = add(&w, "bursts", 6 * GIB, 2 * GIB, GIB);
	add(&w, "idles", 6 * GIB, 2 * GIB, GIB / 2);
	steps(&w, 5);
	dead->traits = FAKE_DEAD;
	steps(&w, 10);
	CHECK_EQ(w.vms[0]->reason, VM_STALE);
	bursts->used_bytes = 3 * GIB;
	steps(&w, 60);
	CHECK_EQ(dead->target_bytes, 6 * GIB);
	CHECK(w.vms[1]->asked_bytes > 2 * GIB + 700 * MIB); /* what the idle one could give */
	CHECK(promised(&w) <= w.host.budget_bytes);
	fleet_free(w.fleet);
}

/* Production failure 5: impossible numbers are not used, and that is said. */
static void test_bogus_statistics_are_quarantined(void)
{
	struct world w;

	world_init(&w, 8 * GIB);
	add(&w, "lies", 6 * GIB, 6 * GIB, GIB / 2);
	add(&w, "wants", 6 * GIB, 2 * GIB, GIB);
	steps(&w, 5);
	w.fakes[0].traits = FAKE_LIES;
	w.fakes[1].used_bytes = 3 * GIB;
	steps(&w, 30);
	CHECK(w.events & VM_BOGUS);
	CHECK_EQ(w.vms[0]->reason, VM_QUARANTINED);
	CHECK_EQ(w.fakes[0].target_bytes, 6 * GIB);
	w.fakes[0].traits = 0;
	steps(&w, 30);
	CHECK(w.fakes[0].target_bytes < 5 * GIB);
	CHECK_EQ(w.vms[1]->reason == VM_QUARANTINED, false);
	fleet_free(w.fleet);
}

/* Production failure 6: ballooned, but not returned. It counts as what it occupies, and gives no more. */
static void test_memory_that_does_not_arrive_is_not_given_away(void)
{
	struct world w;
	u64 first;

	world_init(&w, 8 * GIB);
	add(&w, "keeps", 6 * GIB, 6 * GIB, GIB / 2)->traits = FAKE_KEEPS;
	add(&w, "wants", 6 * GIB, 2 * GIB, GIB);
	steps(&w, 3);
	w.fakes[1].used_bytes = 2 * GIB;
	steps(&w, 20);
	CHECK(w.events & VM_KEEPS);
	CHECK_EQ(w.vms[0]->reason, VM_HOLDS);
	CHECK_EQ(vm_cost_bytes(w.vms[0]), 6 * GIB);
	first = w.fakes[0].target_bytes;
	w.fakes[1].used_bytes = 5 * GIB;
	steps(&w, 60);
	CHECK(w.fakes[0].target_bytes >= first);
	CHECK(w.fakes[1].target_bytes <= 2 * GIB);
	w.fakes[0].traits = 0;
	steps(&w, 60);
	CHECK(w.events & VM_RETURNS);
	CHECK(w.fakes[1].target_bytes > 5 * GIB);
	fleet_free(w.fleet);
}

/* Production failure 7: nothing can be managed, and nobody notices for weeks. */
static void test_inertness_is_an_alarm(void)
{
	struct world w;

	world_init(&w, 8 * GIB);
	steps(&w, 299);
	CHECK(!(w.events & FLEET_INERT));
	steps(&w, 2);
	CHECK(w.events & FLEET_INERT);
	add(&w, "mute", 4 * GIB, 4 * GIB, GIB)->traits = FAKE_MUTE;
	steps(&w, 10);
	CHECK_EQ(w.vms[0]->reason, VM_UNKNOWN);
	CHECK(!(w.events & FLEET_WORKS));
	add(&w, "works", 4 * GIB, 4 * GIB, GIB);
	steps(&w, 2);
	CHECK(w.events & FLEET_WORKS);
	fleet_free(w.fleet);
}

/* Production failure 8: memory moves to and fro for nothing while use wobbles. */
static void test_wobbling_moves_nothing(void)
{
	u64 state = check_seed_start(), settled = 0;
	struct world w;

	world_init(&w, 16 * GIB);
	for (int i = 0; i < 4; i++)
		add(&w, "vm", 8 * GIB, 4 * GIB, 2 * GIB);
	for (int i = 0; i < 300; i++) {
		for (int k = 0; k < 4; k++)
			w.fakes[k].used_bytes = 2 * GIB + check_random(&state) % (200 * MIB);
		step(&w);
		if (i == 99)
			settled = w.moved_bytes;
	}
	CHECK(w.moved_bytes - settled <= 128 * MIB);
	check_seed = 0;
	fleet_free(w.fleet);
}

/* Neither does it where there is too little for all reserves, and everybody would like some more. */
static void test_scarcity_moves_little(void)
{
	u64 state = check_seed_start(), settled = 0;
	struct world w;

	world_init(&w, 12 * GIB);
	for (int i = 0; i < 4; i++)
		add(&w, "vm", 8 * GIB, 3 * GIB, 2 * GIB);
	for (int i = 0; i < 300; i++) {
		for (int k = 0; k < 4; k++)
			w.fakes[k].used_bytes = 2300 * MIB + check_random(&state) % (40 * MIB);
		step(&w);
		if (i == 99)
			settled = w.moved_bytes;
	}
	CHECK(w.moved_bytes - settled <= 512 * MIB);
	check_seed = 0;
	fleet_free(w.fleet);
}

/* Memory is free before it is given: a slow giver never makes the host promise more than it has. */
static void test_frees_before_it_gives(void)
{
	struct world w;

	world_init(&w, 8 * GIB);
	add(&w, "slow", 6 * GIB, 6 * GIB, GIB / 2)->rate_bytes = 100 * MIB;
	add(&w, "bursts", 6 * GIB, 2 * GIB, GIB);
	steps(&w, 3);
	w.fakes[1].used_bytes = 4 * GIB;
	for (int i = 0; i < 60; i++) {
		step(&w);
		CHECK(promised(&w) <= w.host.budget_bytes);
		CHECK_EQ(w.vms[1]->asked_bytes >= 2 * GIB + (u64)sat_sub_u64(i, 4) * 100 * MIB ||
				 w.vms[1]->asked_bytes == w.vms[1]->target_bytes,
			 true);
	}
	fleet_free(w.fleet);
}

/* Sizes that somebody else sets are respected, unless the VM is short of memory. */
static void test_operator_is_respected(void)
{
	struct world w;

	world_init(&w, 8 * GIB);
	add(&w, "set", 6 * GIB, 6 * GIB, GIB / 2);
	add(&w, "other", 6 * GIB, 2 * GIB, GIB);
	steps(&w, 20);
	w.fakes[0].target_bytes = 3 * GIB;
	steps(&w, 10);
	CHECK(w.events & VM_MANUAL);
	CHECK_EQ(w.vms[0]->reason, VM_OPERATOR);
	w.fakes[1].used_bytes = 3 * GIB;
	steps(&w, 60);
	CHECK_EQ(w.fakes[0].target_bytes, 3 * GIB);
	w.fakes[0].used_bytes = 4 * GIB;
	steps(&w, 5);
	CHECK(w.fakes[0].target_bytes > 3 * GIB);
	fleet_free(w.fleet);
}

/* A restart finds everything as it is: nothing jumps, and what had been asked for goes on. */
static void test_restart_adopts(void)
{
	struct world w;
	int sends;

	world_init(&w, 12 * GIB);
	add(&w, "a", 6 * GIB, 6 * GIB, GIB);
	add(&w, "b", 6 * GIB, 2 * GIB, GIB / 2);
	w.fakes[0].target_bytes = 3 * GIB; /* on its way when the manager before us was killed */
	steps(&w, 60);
	sends = w.sends;
	CHECK_EQ(w.fakes[0].size_bytes, 3 * GIB);
	CHECK_EQ(sends, 0);
	CHECK(!(w.events & VM_MANUAL));
	fleet_free(w.fleet);
}

static void test_pressure_ladder(void)
{
	struct world w;
	u64 sum;

	world_init(&w, 12 * GIB);
	add(&w, "a", 8 * GIB, 6 * GIB, GIB);
	add(&w, "b", 8 * GIB, 3 * GIB, GIB);
	steps(&w, 5);
	w.host.pressure = PRESSURE_HOLD;
	w.fakes[1].used_bytes = 2 * GIB; /* half of its reserve is gone, but it is not urgent */
	steps(&w, 5);
	CHECK_EQ(w.vms[1]->asked_bytes, 3 * GIB);
	CHECK_EQ(w.vms[1]->reason, VM_SHORT);
	w.fakes[1].used_bytes = 2900 * MIB;
	steps(&w, 5);
	CHECK(w.vms[1]->asked_bytes > 3 * GIB); /* a rescue goes on */
	w.fakes[1].used_bytes = GIB;
	steps(&w, 300);
	w.host.pressure = PRESSURE_TAKE;
	w.host.wanted_bytes = GIB;
	sum = promised(&w);
	steps(&w, 3);
	CHECK(promised(&w) <= sum - GIB);
	CHECK(w.fakes[1].stats.swapped_out_bytes == 0);
	fleet_free(w.fleet);
}

/* What the operator wants left alone is, and what it costs is not given to others. */
static void test_ignored_is_left_alone(void)
{
	struct world w;

	world_init(&w, 8 * GIB);
	add(&w, "ignored", 5 * GIB, 5 * GIB, GIB / 2);
	add(&w, "wants", 8 * GIB, 2 * GIB, GIB);
	w.vms[0]->config.ignore = true;
	w.fakes[1].used_bytes = 4 * GIB;
	steps(&w, 30);
	CHECK_EQ(w.fakes[0].target_bytes, 5 * GIB);
	CHECK_EQ(w.fakes[1].target_bytes, 3 * GIB);
	CHECK_EQ(w.vms[0]->reason, VM_IGNORED);
	fleet_free(w.fleet);
}

static void test_limits_of_the_operator(void)
{
	struct world w;

	world_init(&w, 16 * GIB);
	add(&w, "below", 8 * GIB, GIB, GIB / 4);
	add(&w, "above", 8 * GIB, 8 * GIB, 7 * GIB);
	w.vms[0]->config.min_bytes = 2 * GIB;
	w.vms[1]->config.max_bytes = 6 * GIB;
	steps(&w, 200);
	CHECK(w.fakes[0].target_bytes >= 2 * GIB);
	fleet_free(w.fleet);

	world_init(&w, 16 * GIB);
	add(&w, "above", 8 * GIB, 8 * GIB, GIB);
	w.vms[0]->config.max_bytes = 6 * GIB;
	steps(&w, 10);
	CHECK_EQ(w.fakes[0].target_bytes, 6 * GIB);
	w.fakes[0].traits = FAKE_MUTE;
	steps(&w, 10);
	w.vms[0]->config.max_bytes = 4 * GIB;
	w.host.budget_bytes = 5 * GIB;
	steps(&w, 10); /* not even for this is anything taken from a VM that tells nothing */
	CHECK_EQ(w.fakes[0].target_bytes, 6 * GIB);
	fleet_free(w.fleet);
}

/* The last few mebibytes are given to who is below the minimum or short of memory. */
static void test_small_steps_that_matter(void)
{
	struct world w;

	world_init(&w, 3 * GIB);
	add(&w, "a", 8 * GIB, GIB, GIB / 2);
	add(&w, "b", 8 * GIB, 2 * GIB, GIB / 2);
	w.vms[0]->config.min_bytes = GIB + 8 * MIB;
	w.vms[1]->config.min_bytes = 2 * GIB - 8 * MIB;
	steps(&w, 5);
	CHECK_EQ(w.fakes[0].target_bytes, GIB + 8 * MIB);
	fleet_free(w.fleet);

	world_init(&w, 4 * GIB + 10 * MIB);
	add(&w, "a", 8 * GIB, 2 * GIB, 2 * GIB);
	add(&w, "b", 8 * GIB, 2 * GIB, 2 * GIB)->used_bytes = GIB;
	w.vms[1]->config.min_bytes = 2 * GIB;
	steps(&w, 5);
	CHECK_EQ(w.fakes[0].target_bytes, 2 * GIB + 10 * MIB);
	fleet_free(w.fleet);
}

/* A dry run decides and says so, but neither asks nor believes that it asked. */
static void test_dry_run_changes_nothing(void)
{
	struct world w;

	world_init(&w, 8 * GIB);
	w.dry = true;
	add(&w, "idles", 6 * GIB, 6 * GIB, GIB / 2);
	add(&w, "wants", 6 * GIB, 2 * GIB, GIB);
	w.fakes[1].used_bytes = 3 * GIB;
	steps(&w, 30);
	CHECK_EQ(w.vms[1]->reason, VM_RESCUE);
	CHECK_EQ(w.vms[1]->asked_bytes, 2 * GIB);
	CHECK(!(w.events & VM_STALLED));
	fleet_free(w.fleet);
}

static void test_minimums_that_do_not_fit_are_said(void)
{
	struct world w;

	world_init(&w, GIB / 4);
	add(&w, "a", 4 * GIB, 4 * GIB, GIB);
	add(&w, "b", 4 * GIB, 4 * GIB, GIB);
	steps(&w, 3);
	CHECK(w.events & FLEET_SHORT);
	w.host.budget_bytes = 16 * GIB;
	steps(&w, 3);
	CHECK(w.events & FLEET_FITS);
	fleet_free(w.fleet);
}

/* Whatever VMs do: the host never promises more than it has, and nobody leaves its limits. */
static void test_any_mixture(void)
{
	unsigned int failures = check_failures;
	u64 state = check_seed_start();

	for (int round = 0; round < 60 && check_failures == failures; round++) {
		struct world w;

		world_init(&w, 4 * GIB + check_random(&state) % (16 * GIB));
		for (int i = 0; i < VMS; i++) {
			u64 size = w.host.budget_bytes / VMS;
			struct fake *f = add(&w, "vm", 16 * GIB, size, size / 3);

			f->rate_bytes = check_random(&state) % (4 * GIB);
			f->floor_bytes = check_random(&state) % size;
			f->swap_bytes = check_random(&state) % (8 * GIB);
		}
		for (int i = 0; i < 200; i++) {
			int who = check_random(&state) % VMS;

			if (check_random(&state) % 4 == 0)
				w.fakes[who].used_bytes = check_random(&state) % (8 * GIB);
			if (check_random(&state) % 16 == 0)
				w.fakes[who].traits = check_random(&state) % (FAKE_DEAF * 2) &
						      ~FAKE_KEEPS;
			step(&w);
			CHECK(promised(&w) <= w.host.budget_bytes);
			for (int k = 0; k < VMS; k++) {
				CHECK(w.vms[k]->asked_bytes >= 256 * MIB);
				CHECK(w.vms[k]->asked_bytes <= 16 * GIB);
			}
		}
		fleet_free(w.fleet);
	}
	check_seed = 0;
}

/* Reports of any numbers crash nothing and never take a VM below its minimum. */
static void test_any_reports(void)
{
	unsigned int failures = check_failures;
	u64 state = check_seed_start();

	for (int round = 0; round < 200 && check_failures == failures; round++) {
		struct world w;

		world_init(&w, check_random_any(&state));
		for (int i = 0; i < VMS; i++)
			add(&w, "vm", GIB, GIB, GIB);
		for (int i = 0; i < 100; i++) {
			u64 words[sizeof(struct report) / sizeof(u64)] = { 0 };
			struct report r;

			for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++)
				words[k] = check_random_any(&state);
			memcpy(&r, words, sizeof(r));
			w.now_ms += check_random(&state) % 10000;
			fleet_observe(w.fleet, w.vms[check_random(&state) % VMS], &r, w.now_ms);
			w.host.pressure = check_random(&state) % 4;
			w.host.wanted_bytes = check_random_any(&state);
			fleet_decide(w.fleet, &w.host, w.now_ms);
			fleet_act(w.fleet, w.now_ms);
			for (int k = 0; k < VMS; k++)
				CHECK(!w.vms[k]->seen ||
				      w.vms[k]->target_bytes >=
					      (w.vms[k]->asked_bytes < vm_min_bytes(w.vms[k]) ?
						       w.vms[k]->asked_bytes :
						       vm_min_bytes(w.vms[k])));
		}
		fleet_free(w.fleet);
	}
	check_seed = 0;
}

int main(void)
{
	test_rescue_is_whole();
	test_small_vms_leave_room();
	test_rescue_ruins_nobody();
	test_unreachable_target_is_given_up();
	test_swapping_is_seen();
	test_dead_guest_is_left_alone();
	test_bogus_statistics_are_quarantined();
	test_memory_that_does_not_arrive_is_not_given_away();
	test_inertness_is_an_alarm();
	test_wobbling_moves_nothing();
	test_scarcity_moves_little();
	test_frees_before_it_gives();
	test_operator_is_respected();
	test_restart_adopts();
	test_pressure_ladder();
	test_ignored_is_left_alone();
	test_limits_of_the_operator();
	test_small_steps_that_matter();
	test_dry_run_changes_nothing();
	test_minimums_that_do_not_fit_are_said();
	test_any_mixture();
	test_any_reports();
	return check_status();
}
