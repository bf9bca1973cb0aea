/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What every back end is to the rest: a source of VMs that come, report, and go.
 *
 * A back end runs on the thread's default main context, blocks nowhere, and never lets one VM wait
 * for another. It calls the functions of struct vmm_events from there, and none of
 * them before its constructor has returned.
 */
#ifndef AERO_HOST_VMM_VMM_H
#define AERO_HOST_VMM_VMM_H

#include "host/vmm/report.h"

/**
 * struct vmm_vm - one VM; the first member of what a back end knows about it
 * @name: unique among a back end's VMs
 * @resize: asks it for a size in bytes; returns at once, and whatever comes of it shows in reports
 * @underway: requests for a size that its hypervisor has not taken yet
 * @user: the receiver's own, NULL at first
 */
struct vmm_vm {
	char *name;
	void (*resize)(struct vmm_vm *vm, u64 bytes);
	u32 underway;
	void *user;
};

/**
 * struct vmm_events - what a back end tells
 * @appeared: there is a new VM
 * @reported: it reported
 * @gone: it does not run any more; @vm is freed afterwards
 * @trouble: something is wrong with the VM called @name, which may not have appeared; told when it
 *	begins or changes, not again and again
 */
struct vmm_events {
	void (*appeared)(void *data, struct vmm_vm *vm);
	void (*reported)(void *data, struct vmm_vm *vm, const struct report *r);
	void (*gone)(void *data, const struct vmm_vm *vm);
	void (*trouble)(void *data, const char *name, const char *what);
};

#endif /* AERO_HOST_VMM_VMM_H */
