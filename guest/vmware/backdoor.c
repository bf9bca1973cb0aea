// SPDX-License-Identifier: GPL-2.0-only
/* The way to the host: one command, one `in` from the port. */
#include "guest/vmware/backdoor.h"

#include <linux/compiler.h>

#include "guest/vmware/device.h"

/**
 * avmware_call() - have the host run a command
 * @device: counts it
 * @command: the command
 * @arg1: its first argument
 * @arg2: its second one
 *
 * The host has run it when this returns: it cannot be late.
 *
 * Return: the host's answer, of which nothing is checked.
 * Context: any; within an exchange once the balloon runs.
 */
struct avmware_answer avmware_call(struct avmware *device, enum avmware_command command, u64 arg1,
				   u32 arg2)
{
	struct avmware_calls *calls = &device->calls[command];
	unsigned long port = AVMWARE_PORT;
	unsigned long rcx = command;
	unsigned long rbx = arg1;
	unsigned long rsi = arg2;
	u32 status;

	asm volatile("inl %%dx, %%eax"
		     : "=a"(status), "+b"(rbx), "+c"(rcx), "+d"(port), "+S"(rsi)
		     : "0"(AVMWARE_MAGIC)
		     : "memory");
	WRITE_ONCE(calls->made, calls->made + 1);
	if (status != AVMWARE_OK &&
	    !(command == AVMWARE_START && status == AVMWARE_OK_CAPABILITIES))
		WRITE_ONCE(calls->failed, calls->failed + 1);
	return (struct avmware_answer){ .status = status, .result = rbx, .capabilities = rcx };
}
