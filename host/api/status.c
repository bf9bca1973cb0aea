// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is known about a host and its VMs, for people and programs, as JSON.
 *
 * All amounts are in bytes and all ages in milliseconds, which their names say. What is unknown is absent.
 */
#include "status.h"

/* set() - a number that is known */
static void set(JsonObject *object, const char *name, u64 value)
{
	if (!(value >> 63))
		json_object_set_int_member(object, name, (gint64)value);
}

/* because() - a sentence for each reason */
static const char *because(enum vm_reason reason)
{
	static const char *const sentences[] = {
		[VM_STEADY] = "there is nothing to do",
		[VM_WANTS] = "it grows, because less than half of its reserve was left",
		[VM_RESCUE] = "it grows, because it is short of memory",
		[VM_GIVES] = "it shrinks, because others need memory more",
		[VM_SHORT] = "it should grow, but nobody has anything to give",
		[VM_IGNORED] = "the configuration says that it is to be left alone",
		[VM_UNKNOWN] = "it never sent statistics: is there a balloon driver in the guest?",
		[VM_STALE] =
			"its statistics are old, so nothing is taken from it: does the guest hang?",
		[VM_QUARANTINED] = "its statistics are not believed, so nothing is taken from it",
		[VM_NEEDY] = "it is short of memory or has not recovered yet, so it gives nothing",
		[VM_RESTS] = "its balloon did not follow, so nothing is asked of it for a while",
		[VM_HOLDS] = "what it gives does not arrive at the host, so it is asked for no more",
		[VM_OPERATOR] = "somebody else set its size, which is left alone for a while",
	};

	return (u32)reason < VM_REASONS ? sentences[reason] : "";
}

/**
 * status_of_vm() - one VM
 * @vm: the VM
 * @limits: of the fleet
 * @now_ms: as for fleet_observe()
 *
 * Return: an object that becomes the caller's.
 */
JsonObject *status_of_vm(const struct vm *vm, const struct vm_limits *limits, u64 now_ms)
{
	JsonObject *object = json_object_new();

	json_object_set_string_member(object, "name", vm->name);
	json_object_set_string_member(object, "reason", vm_reason_name(vm->reason));
	json_object_set_string_member(object, "because", because(vm->reason));
	set(object, "size_bytes", vm->size_bytes);
	set(object, "asked_bytes", vm->asked_bytes);
	set(object, "target_bytes", vm->target_bytes);
	set(object, "ideal_bytes", vm->ideal_bytes);
	set(object, "min_bytes", vm_min_bytes(vm));
	set(object, "max_bytes", vm_max_bytes(vm));
	set(object, "host_bytes", vm->host_bytes);
	set(object, "shares", vm->config.shares);
	if (vm->seen)
		set(object, "known_ms", sat_sub_u64(now_ms, vm->since_ms));
	json_object_set_boolean_member(object, "fresh",
				       stats_fresh(&vm->stats, now_ms, limits->period_ms));
	if (vm->stats.known)
		set(object, "statistics_age_ms", sat_sub_u64(now_ms, vm->stats.changed_ms));
	if (vm->stats.why)
		json_object_set_string_member(object, "statistics_wrong", vm->stats.why);
	if (!vm->demand.known)
		return object;
	set(object, "used_bytes", vm->demand.used_bytes);
	set(object, "debt_bytes", vm->demand.debt_bytes);
	set(object, "demand_bytes", vm->demand.bytes);
	set(object, "reserve_bytes", vm->demand.reserve_bytes);
	set(object, "available_bytes", vm->stats.last.available_bytes);
	json_object_set_boolean_member(object, "urgent", vm->demand.urgent);
	return object;
}

/**
 * status_of_fleet() - the host and all VMs
 * @f: the VMs
 * @host: what was decided upon last
 * @now_ms: as for fleet_observe()
 *
 * Return: an object that becomes the caller's.
 */
JsonObject *status_of_fleet(const struct fleet *f, const struct fleet_host *host, u64 now_ms)
{
	JsonObject *object = json_object_new(), *about = json_object_new();
	JsonArray *vms = json_array_new();
	u64 given = 0;

	for (guint i = 0; i < f->vms->len; i++) {
		const struct vm *vm = g_ptr_array_index(f->vms, i);

		given = sat_add_u64(given, vm_cost_bytes(vm));
		json_array_add_object_element(vms, status_of_vm(vm, &f->limits.vm, now_ms));
	}
	set(about, "budget_bytes", host->budget_bytes);
	set(about, "given_bytes", given);
	json_object_set_string_member(about, "pressure", pressure_name(host->pressure));
	json_object_set_string_member(about, "filled", share_level_name(f->split.level));
	json_object_set_object_member(object, "host", about);
	json_object_set_array_member(object, "vms", vms);
	return object;
}
