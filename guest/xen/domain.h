/* SPDX-License-Identifier: GPL-2.0-only */
/* The Xen domain that this guest is. */
#ifndef AXEN_DOMAIN_H
#define AXEN_DOMAIN_H

#include <xen/xenbus.h>

#include "guest/engine/transport.h"

/**
 * struct axen - see the file's first line
 * @balloon: the engine's side of it; constant while the watch is registered
 * @transport: what the engine is told
 * @target_watch: fires when the toolstack sets a target
 * @unseen_pages: part of what the toolstack counts that this kernel never saw; constant
 * @wish_pages: size that the toolstack wishes the domain to have, as this kernel counts;
 *	a single word, written by the watch
 * @left_pages: size that the kernel's own driver was last told by us; 0 before; a single
 *	word, written by the engine's exchanges
 */
struct axen {
	struct aero_balloon *balloon;
	struct aero_transport transport;
	struct xenbus_watch target_watch;
	u64 unseen_pages;
	u64 wish_pages;
	u64 left_pages;
};

#endif /* AXEN_DOMAIN_H */
