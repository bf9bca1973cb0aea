// SPDX-License-Identifier: GPL-2.0-only
/*
 * The session with the host: how it begins, goes on and ends.
 *
 * Theory of operation
 *
 * START begins a session: the host forgets what it had, and both agree on capabilities.
 * Hosts that know of none answer "ok", which means the basic commands; one that refuses
 * what it does not know is asked once more, for these alone. Then the guest says what
 * kind it is, and names its doorbell if it has one that the host wants.
 *
 * The host may forget the session at any time, in the middle of a command, and answers
 * "reset" to whatever is said next. Then nothing is said any more until START.
 *
 *   none --(START)--> session --("reset")--> none
 *                     session --(START)--> session, empty
 *
 * A host that does not START is asked again each second: it may just be busy, or come back.
 */
#include "guest/vmware/session.h"

#include <linux/device.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/mm.h>

#include "guest/vmware/device.h"
#include "guest/vmware/doorbell.h"
#include "guest/vmware/entry.h"

#define WANTED (AVMWARE_BASIC | AVMWARE_BATCHED | AVMWARE_BATCHED_2M | AVMWARE_64_BIT_TARGET)

/* One of them is needed: pages have to be locked somehow. */
#define USABLE (AVMWARE_BASIC | AVMWARE_BATCHED)

static void set_capabilities(struct avmware *device, u32 capabilities)
{
	device->capabilities = capabilities;
	device->transport.batch_max[AERO_BLOCK] = capabilities & AVMWARE_BATCHED_2M ?
							  AVMWARE_BATCH_ENTRIES :
							  0;
}

/**
 * avmware_session_lost() - the host has answered "reset"
 * @device: says nothing any more until the session is started again
 *
 * Return: -ECONNRESET, for the engine.
 * Context: within an exchange.
 */
int avmware_session_lost(struct avmware *device)
{
	device->capabilities = 0;
	return -ECONNRESET;
}

/* What is granted is never more than what was wanted, whatever the host says. */
static u32 negotiate(struct avmware *device, u32 wanted)
{
	struct avmware_answer answer = avmware_call(device, AVMWARE_START, wanted, 0);
	u32 granted = 0;

	if (answer.status == AVMWARE_OK)
		granted = AVMWARE_BASIC;
	else if (answer.status == AVMWARE_OK_CAPABILITIES)
		granted = answer.capabilities & wanted;
	return granted & USABLE ? granted : 0;
}

static u32 wanted_capabilities(const struct avmware *device)
{
	return vmci_handle_is_invalid(device->doorbell) ? WANTED : WANTED | AVMWARE_SIGNALED_WAKEUP;
}

static void say_silent(struct avmware *device)
{
	if (!device->silent)
		dev_warn(device->dev, "the host does not begin a session; trying on\n");
	device->silent = true;
}

/* Both are for the host's comfort: only "reset" matters. */
static int introduce(struct avmware *device)
{
	u32 status = avmware_call(device, AVMWARE_GUEST_ID, AVMWARE_GUEST_LINUX, 0).status;

	if (status != AVMWARE_RESET && device->capabilities & AVMWARE_SIGNALED_WAKEUP)
		status = avmware_call(device, AVMWARE_DOORBELL_SET, device->doorbell.context,
				      device->doorbell.resource)
				 .status;
	return status == AVMWARE_RESET ? avmware_session_lost(device) : 0;
}

/**
 * avmware_session_start() - begin a session, or begin it anew
 * @device: with or without a session; nothing that the host was given counts any more
 *
 * Return: 0, -EBUSY if the host does not start one now, -ECONNRESET if it forgot it at once.
 * Context: within an exchange, or before the balloon is made.
 */
int avmware_session_start(struct avmware *device)
{
	u32 granted = negotiate(device, wanted_capabilities(device));

	if (!granted)
		granted = negotiate(device, AVMWARE_BASIC);
	set_capabilities(device, granted);
	if (!granted) {
		say_silent(device);
		return -EBUSY;
	}
	device->silent = false;
	return introduce(device);
}

/**
 * avmware_session_get_target() - ask the host for its target
 * @device: the device
 * @ret_pages: in pages; untouched on failure
 *
 * Return: 0, -ECONNRESET without a session, or -EBUSY.
 * Context: within an exchange.
 */
int avmware_session_get_target(struct avmware *device, u64 *ret_pages)
{
	struct avmware_answer answer;

	if (!device->capabilities)
		return -ECONNRESET;
	answer = avmware_call(device, AVMWARE_GET_TARGET,
			      avmware_limit(totalram_pages(), device->capabilities), 0);
	if (answer.status == AVMWARE_RESET)
		return avmware_session_lost(device);
	if (answer.status != AVMWARE_OK)
		return -EBUSY;
	device->target_pages = avmware_target(answer.result, device->capabilities);
	*ret_pages = device->target_pages;
	return 0;
}

/**
 * avmware_session_see_target() - the host told its target along with something else
 * @device: the device; its balloon learns of a new target
 * @result: of a command that the host answered with success
 *
 * Context: within an exchange.
 */
void avmware_session_see_target(struct avmware *device, u64 result)
{
	u64 pages = avmware_target(result, device->capabilities);

	if (pages == device->target_pages)
		return;
	device->target_pages = pages;
	aero_balloon_set_host_target(device->balloon, pages);
}

static bool start_ends(struct avmware *device, u32 capabilities)
{
	u32 status = avmware_call(device, AVMWARE_START, capabilities, 0).status;

	return status == AVMWARE_OK || status == AVMWARE_OK_CAPABILITIES;
}

/**
 * avmware_session_finish() - end the session, so that the host expects nothing back
 * @device: without a session afterwards if that worked
 *
 * There is no command for that: a START that wants nothing has the effect, on most hosts;
 * others want to see a capability.
 *
 * Return: 0, or -EIO if the host may still count on what it was given.
 * Context: within an exchange, or when the balloon was stopped.
 */
int avmware_session_finish(struct avmware *device)
{
	bool had_session = device->capabilities;

	if (device->capabilities & AVMWARE_SIGNALED_WAKEUP)
		avmware_call(device, AVMWARE_DOORBELL_SET, VMCI_INVALID_ID, VMCI_INVALID_ID);
	if (!start_ends(device, 0) && !start_ends(device, AVMWARE_BASIC) && had_session)
		return -EIO;
	device->capabilities = 0;
	return 0;
}
