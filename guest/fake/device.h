/* SPDX-License-Identifier: GPL-2.0-only */
/* The one imaginary balloon device. */
#ifndef AFAKE_DEVICE_H
#define AFAKE_DEVICE_H

#include <linux/atomic.h>
#include <linux/mutex.h>

#include "guest/engine/transport.h"
#include "guest/fake/fault.h"
#include "guest/fake/host.h"
#include "guest/fake/luck.h"

/**
 * enum afake_state - the host's state
 * @AFAKE_UP: it answers as the plan says
 * @AFAKE_RESET: it has forgotten everything and waits for restart
 * @AFAKE_DEAD: it answers nothing but errors until the module is unloaded
 */
enum afake_state { AFAKE_UP, AFAKE_RESET, AFAKE_DEAD };

/**
 * struct afake - the device
 * @balloon: the engine's side of it
 * @transport: what the engine was told; constant
 * @answer_timeout_ms: how long the transport waits for a mute host; constant
 * @talking: calls that have not ended; more than one is a foul
 * @lock: protects all members below; innermost, nothing is allocated under it
 *	unless the plan wants that
 * @host: the record
 * @plan: what goes wrong
 * @luck: what goes wrong instead, while chance rules
 * @state: the host's state
 * @excused: calls on their way when the host reset itself between two calls
 * @whims: senseless targets thought of so far
 * @calls: by operation
 */
struct afake {
	struct aero_balloon *balloon;
	struct aero_transport transport;
	unsigned int answer_timeout_ms;
	atomic_t talking;
	struct mutex lock;
	struct afake_host host;
	struct fault_plan plan;
	struct luck luck;
	enum afake_state state;
	unsigned int excused;
	unsigned int whims;
	u64 calls[FAULT_NR_OPS];
};

#endif /* AFAKE_DEVICE_H */
