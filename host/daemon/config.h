/* SPDX-License-Identifier: GPL-2.0-only */
/* The daemon's configuration file. config.c says what it looks like. */
#ifndef AERO_HOST_DAEMON_CONFIG_H
#define AERO_HOST_DAEMON_CONFIG_H

#include <glib.h>

#include "host/fleet/vm.h"

/**
 * struct config - a configuration that makes sense
 * @budget_bytes: memory for all VMs together; 0: what the host has, less the reserve
 * @reserve_bytes: memory that the host keeps for itself; 0: a 20th of it, 1 GiB at least
 * @period_s: how often guests are asked for statistics
 * @dry_run: decide and tell, but ask nobody
 * @release: give all VMs all their memory when the daemon stops
 * @on_alarm: path of a program for when nothing else helps the host, or NULL
 * @directory: where monitors are, or NULL
 * @control: path of the control socket
 * @libvirt: URI of a connection to libvirt, or NULL
 * @metrics: where metrics are shown, as http_address() has it, or NULL
 * @sockets: {name of a VM: path of its monitor}
 * @vm: for VMs without a section of their own
 * @vms: {name of a VM: struct vm_config}
 */
struct config {
	u64 budget_bytes;
	u64 reserve_bytes;
	u32 period_s;
	bool dry_run;
	bool release;
	char *on_alarm;
	char *directory;
	char *control;
	char *libvirt;
	char *metrics;
	GHashTable *sockets;
	struct vm_config vm;
	GHashTable *vms;
};

struct config *config_load(const char *path, char **ret_error);
struct config *config_parse(const char *path, const char *text, char **ret_error);
void config_free(struct config *c);
bool config_parse_bytes(const char *text, u64 *ret_bytes);
const struct vm_config *config_vm(const struct config *c, const char *name);

#endif /* AERO_HOST_DAEMON_CONFIG_H */
