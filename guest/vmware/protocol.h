/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The numbers of VMware's balloon protocol: a port, commands, capabilities, statuses.
 *
 * One command is one `in` from the port:
 *
 *	in	eax magic, ecx command, rbx first argument, esi second argument
 *	out	eax status, rbx result (of START: ecx capabilities); all five registers may change
 *
 * Nothing but numbers, because both ends are built from it: the driver, and the lab's monitor.
 */
#ifndef AVMWARE_PROTOCOL_H
#define AVMWARE_PROTOCOL_H

#define AVMWARE_PORT 0x5670
#define AVMWARE_MAGIC 0x456c6d6f

/* The protocol's page, whatever the guest's is. */
#define AVMWARE_PAGE_SHIFT 12
/* Pages in what the 2 MiB commands speak of. */
#define AVMWARE_BLOCK_PAGES 512

/* The first argument, the second one, and the result if it is not the target, in pages. */
enum avmware_command {
	AVMWARE_START = 0, /* capabilities wanted */
	AVMWARE_GET_TARGET = 1, /* the guest's RAM in pages */
	AVMWARE_LOCK = 2, /* page number */
	AVMWARE_UNLOCK = 3, /* page number */
	AVMWARE_GUEST_ID = 4, /* kind of guest */
	AVMWARE_BATCHED_LOCK = 6, /* number of the batch page, entries in it */
	AVMWARE_BATCHED_UNLOCK = 7, /* likewise */
	AVMWARE_BATCHED_2M_LOCK = 8, /* likewise */
	AVMWARE_BATCHED_2M_UNLOCK = 9, /* likewise */
	AVMWARE_DOORBELL_SET = 10, /* context, resource */
	AVMWARE_NR_COMMANDS
};

/* Bit 0 is never set. */
#define AVMWARE_BASIC (1U << 1)
#define AVMWARE_BATCHED (1U << 2)
#define AVMWARE_BATCHED_2M (1U << 3)
#define AVMWARE_SIGNALED_WAKEUP (1U << 4)
#define AVMWARE_64_BIT_TARGET (1U << 5)

/* Of guests: Linux. */
#define AVMWARE_GUEST_LINUX 1

enum avmware_status {
	AVMWARE_OK = 0, /* of START: no capability but BASIC */
	AVMWARE_INVALID_COMMAND = 1,
	AVMWARE_INVALID_PAGE = 2,
	AVMWARE_LOCKED = 3, /* the host has the page already */
	AVMWARE_UNLOCKED = 4, /* the host does not have it */
	AVMWARE_PINNED = 5,
	AVMWARE_NOT_NEEDED = 6,
	AVMWARE_RESET = 7, /* the host has forgotten the session */
	AVMWARE_BUSY = 8,
};

#define AVMWARE_FAILURE 0xffffffffU
/* Of START: the capabilities granted are in ecx. */
#define AVMWARE_OK_CAPABILITIES 0x03000000U

/* A batch page is filled with entries: the page's address, in whose low bits the host writes a status. */
#define AVMWARE_BATCH_ENTRIES 512
#define AVMWARE_ENTRY_STATUS 0x1f

#endif /* AVMWARE_PROTOCOL_H */
