// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the daemon tells people: lines that say which VM and why.
 *
 * They go to standard error. If that leads to the journal, each begins with its priority the way
 * systemd understands it.
 */
#include "journal.h"

#include <stdio.h>

#define MIB (1ULL << 20)

/* journal() - a line, without the newline */
void journal(enum journal_priority priority, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	if (g_getenv("JOURNAL_STREAM"))
		fprintf(stderr, "<%d>%s\n", (int)priority, text);
	else
		fprintf(stderr, "%s\n", text);
}

static void tell_decision(const struct vm *vm)
{
	journal(JOURNAL_INFO,
		"%s: %s: has %llu MiB, to have %llu MiB (needs %llu MiB, reserve %llu MiB)",
		vm->name, vm_reason_name(vm->reason), vm->size_bytes / MIB, vm->target_bytes / MIB,
		vm->demand.bytes / MIB, vm->demand.reserve_bytes / MIB);
}

/**
 * journal_vm() - tell what happened to a VM
 * @vm: the VM
 * @events: bits of enum vm_event and enum fleet_event
 */
void journal_vm(const struct vm *vm, u32 events)
{
	if (events & VM_BOGUS)
		journal(JOURNAL_WARNING, "%s: impossible statistics: %s", vm->name, vm->stats.why);
	if (events & VM_RESTARTED)
		journal(JOURNAL_NOTICE, "%s: statistics began anew: %s", vm->name, vm->stats.why);
	if (events & VM_URGENT)
		journal(JOURNAL_NOTICE, "%s: short of memory: uses %llu MiB of %llu MiB", vm->name,
			vm->demand.used_bytes / MIB, vm->size_bytes / MIB);
	if (events & VM_RECOVERED)
		journal(JOURNAL_NOTICE, "%s: no longer short of memory", vm->name);
	if (events & VM_STALLED)
		journal(JOURNAL_WARNING, "%s: its balloon does not follow; stays at %llu MiB",
			vm->name, vm->size_bytes / MIB);
	if (events & VM_MANUAL)
		journal(JOURNAL_NOTICE, "%s: somebody else set its size: %llu MiB; left alone",
			vm->name, vm->size_bytes / MIB);
	if (events & VM_KEEPS)
		journal(JOURNAL_WARNING,
			"%s: what it gave did not arrive: has %llu MiB, but occupies %llu MiB",
			vm->name, vm->size_bytes / MIB, vm->host_bytes / MIB);
	if (events & VM_RETURNS)
		journal(JOURNAL_NOTICE, "%s: what it gave did arrive", vm->name);
	if (events & FLEET_DECIDED)
		tell_decision(vm);
}

/**
 * journal_fleet() - tell what happened to the host
 * @f: its VMs
 * @events: bits of enum fleet_event
 */
void journal_fleet(const struct fleet *f, u32 events)
{
	if (events & FLEET_INERT)
		journal(JOURNAL_ALERT,
			"nothing could be managed for %u s: %u VMs, none with statistics",
			f->limits.inert_ms / 1000, f->vms->len);
	if (events & FLEET_WORKS)
		journal(JOURNAL_NOTICE, "VMs can be managed again");
	if (events & FLEET_SHORT)
		journal(JOURNAL_ALERT, "the minimums exceed the budget of %llu MiB by %llu MiB",
			f->budget_bytes / MIB, f->split.missing_bytes / MIB);
	if (events & FLEET_FITS)
		journal(JOURNAL_NOTICE, "the minimums fit the budget again");
}
