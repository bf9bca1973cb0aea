/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All VMs of a host, and the three steps that manage them: observe, decide, act.
 * fleet.c explains.
 */
#ifndef AERO_HOST_FLEET_FLEET_H
#define AERO_HOST_FLEET_FLEET_H

#include <glib.h>

#include "host/fleet/pressure.h"
#include "host/fleet/vm.h"
#include "policy/share.h"

/* More events, beside those of enum vm_event. */
enum fleet_event {
	FLEET_INERT = 1 << 16, /* nothing could be managed for a long time */
	FLEET_WORKS = 1 << 17, /* something can, after that */
	FLEET_SHORT = 1 << 18, /* the minimums do not fit the budget */
	FLEET_FITS = 1 << 19, /* they do, after that */
	FLEET_DECIDED = 1 << 20, /* another reason or another target for a VM */
};

/**
 * struct fleet_ops - whom the fleet talks to
 * @send: ask @vm for a size; false: it was not asked (a dry run)
 * @notice: events, bits of enum vm_event and of enum fleet_event; @vm is NULL if they are the host's
 *
 * Neither may change the fleet.
 */
struct fleet_ops {
	bool (*send)(void *data, const struct vm *vm, u64 bytes);
	void (*notice)(void *data, const struct vm *vm, u32 events);
};

/**
 * struct fleet_host - what the host can give
 * @budget_bytes: memory for all VMs together
 * @pressure: how short of memory it is
 * @wanted_bytes: under pressure: what the VMs should give back
 */
struct fleet_host {
	u64 budget_bytes;
	enum pressure_level pressure;
	u64 wanted_bytes;
};

/**
 * struct fleet_limits - constants of the fleet
 * @vm: those of each VM
 * @step_bytes: no VM grows by less, unless it is urgent or gets all that it should
 * @inert_ms: so long may nothing be manageable before that is an event
 */
struct fleet_limits {
	struct vm_limits vm;
	u64 step_bytes;
	u32 inert_ms;
};

extern const struct fleet_limits fleet_limits_default;

/**
 * struct fleet - all VMs of a host
 * @limits: the constants
 * @ops: whom it talks to
 * @data: for them
 * @vms: struct vm, owned
 * @budget_bytes: decided last: what the managed VMs may have together
 * @split: decided last: how far that went
 * @started: fleet_decide() ran
 * @able_ms: when something could be managed last
 * @inert: FLEET_INERT was the last word
 * @missing: FLEET_SHORT was the last word
 * @managed, @shares, @moves, @claims: scratch of the steps, as long as @vms
 */
struct fleet {
	struct fleet_limits limits;
	const struct fleet_ops *ops;
	void *data;
	GPtrArray *vms;
	u64 budget_bytes;
	struct share_result split;
	bool started;
	u64 able_ms;
	bool inert;
	bool missing;
	GPtrArray *managed;
	GArray *shares;
	GArray *moves;
	GArray *claims;
};

struct fleet *fleet_new(const struct fleet_limits *limits, const struct fleet_ops *ops, void *data);
void fleet_free(struct fleet *f);
struct vm *fleet_add(struct fleet *f, const char *name, const struct vm_config *config);
void fleet_remove(struct fleet *f, struct vm *vm);
struct vm *fleet_find(const struct fleet *f, const char *name);

bool fleet_observe(struct fleet *f, struct vm *vm, const struct report *r, u64 now_ms);
void fleet_decide(struct fleet *f, const struct fleet_host *host, u64 now_ms);
void fleet_act(struct fleet *f, u64 now_ms);

#endif /* AERO_HOST_FLEET_FLEET_H */
