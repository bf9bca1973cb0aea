/* SPDX-License-Identifier: GPL-2.0-only */
/* The one balloon interface that a VMware guest has. */
#ifndef AVMWARE_DEVICE_H
#define AVMWARE_DEVICE_H

#include <linux/vmw_vmci_defs.h>

#include "guest/engine/transport.h"
#include "guest/vmware/backdoor.h"

/**
 * struct avmware - see the file's first line
 * @dev: for messages, and the balloon's parent
 * @balloon: the engine's side of it; NULL until there is one
 * @transport: what the engine is told; batch_max follows @capabilities
 * @batch: the batch page, which the host writes as well
 * @doorbell: what the host may ring; invalid if there is none
 * @capabilities: those granted; 0: there is no session
 * @target_pages: the host's target as it was last seen
 * @silent: that the host does not START was said already
 * @calls: by command
 *
 * @dev, @balloon, @batch and @doorbell are constant while the balloon runs. All
 * others are protected by the balloon's exchanges, of which there is one at a time.
 */
struct avmware {
	struct device *dev;
	struct aero_balloon *balloon;
	struct aero_transport transport;
	u64 *batch;
	struct vmci_handle doorbell;
	u32 capabilities;
	u64 target_pages;
	bool silent;
	struct avmware_calls calls[AVMWARE_NR_COMMANDS];
};

#endif /* AVMWARE_DEVICE_H */
