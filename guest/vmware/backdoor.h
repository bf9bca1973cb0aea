/* SPDX-License-Identifier: GPL-2.0-only */
/* The way to the host: one command, one `in` from the port. */
#ifndef AVMWARE_BACKDOOR_H
#define AVMWARE_BACKDOOR_H

#include <linux/types.h>

#include "guest/vmware/protocol.h"

struct avmware;

/**
 * struct avmware_calls - of one command
 * @made: all of them
 * @failed: those of them that the host did not answer with success
 */
struct avmware_calls {
	u64 made;
	u64 failed;
};

/**
 * struct avmware_answer - the host's answer to a command
 * @status: an enum avmware_status, or any other number
 * @result: what else it said
 * @capabilities: of START: those granted
 */
struct avmware_answer {
	u32 status;
	u64 result;
	u32 capabilities;
};

struct avmware_answer avmware_call(struct avmware *device, enum avmware_command command, u64 arg1,
				   u32 arg2);

#endif /* AVMWARE_BACKDOOR_H */
