/* SPDX-License-Identifier: GPL-2.0-only */
/* The daemon without its process: a configuration, back ends, the fleet, and what drives them. */
#ifndef AERO_HOST_DAEMON_MANAGER_H
#define AERO_HOST_DAEMON_MANAGER_H

#include "host/api/control.h"
#include "host/api/metrics.h"
#include "host/daemon/config.h"
#include "host/daemon/hook.h"
#include "host/daemon/psi.h"
#include "host/fleet/fleet.h"
#include "host/vmm/libvirt.h"
#include "host/vmm/qmp.h"

/**
 * struct manager - everything but the process
 * @config: owned
 * @proc: where procfs is
 * @control: who follows there gets a recording; NULL until the owner sets it
 * @fleet: the VMs
 * @qmp, @libvirt: where they come from; libvirt only if it is configured
 * @qmp_config, @libvirt_config: for these
 * @settled: all VMs were known once, or it was known why not
 * @pressure: of the host
 * @psi: calls when the host is short of memory, or NULL
 * @hook: runs the operator's program at the ladder's end
 * @host: as decided upon last
 * @counts: what it counts itself
 * @tick: the timer for decisions; 0 after manager_release()
 * @soon: a decision that does not wait for it, or 0
 */
struct manager {
	struct config *config;
	const char *proc;
	struct control *control;
	struct fleet *fleet;
	struct qmp *qmp;
	struct qmp_config qmp_config;
	struct libvirt *libvirt;
	struct libvirt_config libvirt_config;
	bool settled;
	struct pressure pressure;
	struct psi *psi;
	struct hook *hook;
	struct fleet_host host;
	struct metrics_daemon counts;
	guint tick;
	guint soon;
};

struct manager *manager_new(struct config *config, const char *proc);
void manager_free(struct manager *m);
void manager_changed(struct manager *m, const struct vm *vm);
void manager_reload(struct manager *m, struct config *config);
void manager_release(struct manager *m);
bool manager_released(const struct manager *m);

#endif /* AERO_HOST_DAEMON_MANAGER_H */
