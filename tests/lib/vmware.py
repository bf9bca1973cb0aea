# SPDX-License-Identifier: GPL-2.0-only
"""Guests of the fake VMware monitor (lab/vmware), with our driver or with Linux's own, as tests see them."""

from balloon import BLOCK_PAGES, FLYING, PAGE, Balloon, Guest, check, numbers, patience, poll, values  # noqa: F401

BASIC, BATCHED, BATCHED_2M, WAKEUP, WIDE = 2, 4, 8, 16, 32
# What a host may grant, from the oldest kind to the newest.
KINDS = {"basic": BASIC, "batched": BASIC | BATCHED, "2m": BASIC | BATCHED | BATCHED_2M | WAKEUP | WIDE}

MODULE = "aerostat_vmware"
VMMEMCTL = "/sys/kernel/debug/vmmemctl"
INSMOD = f"insmod /modules/{MODULE}.ko"
RMMOD = f"rmmod {MODULE}"


def vmware_guest(driver="aerostat", kind="2m", monitor_args="", **arguments):
    """A guest whose host grants what `kind` says; `driver` as of Guest.

    Drivers ask the host once a second, so the guest's clock flies.
    """
    options = [f"capabilities={KINDS[kind]}", monitor_args]
    return Guest(hypervisor="vmware", driver=driver, monitor_args=",".join(filter(None, options)),
                 **{"icount": FLYING, **arguments})


def bare_guest(spare_modules=(), **arguments):
    """A guest with our driver ready to be loaded (INSMOD)."""
    return vmware_guest(driver="none", modules=["aerostat", "vmw_vmci"], spare_modules=[MODULE, *spare_modules],
                        **arguments)


class Host:
    """The monitor's view of a guest, whoever drives the balloon."""

    def __init__(self, guest):
        self.guest = guest

    def state(self):
        return self.guest.vmware.ask()

    def ask(self, ballooned_pages):
        """The host's target; any 64 bits."""
        self.guest.vmware.ask(target=ballooned_pages)

    def fault(self, plan="none", **members):
        """What the host answers against the rules from now on (lab/vmware/fault.c); the state then."""
        return self.guest.vmware.ask(fault=plan, **members)

    def become(self, kind):
        """A host of that kind, from the next START on; the state now."""
        return self.guest.vmware.ask(capabilities=KINDS[kind])

    def wait(self, condition, what, timeout=30):
        """Polls until `condition(state)`; that state."""
        return poll(self.state, condition, what, timeout)

    def resize_about(self, ballooned_pages, timeout=60):
        """Asks, and waits until the host has about that, since Linux's driver moves 2 MiB at a time; the state then."""
        self.ask(ballooned_pages)
        return self.wait(lambda now: now["up"] and abs(now["locked"] - ballooned_pages) < BLOCK_PAGES,
                         f"has about {ballooned_pages} pages", timeout)

    def resize(self, ballooned_pages, timeout=60):
        """Asks, and waits until the host has just that; the state then."""
        self.ask(ballooned_pages)
        return self.wait(lambda now: now["locked"] == ballooned_pages, f"has {ballooned_pages} pages", timeout)

    def wait_asked(self, times=1):
        """Waits until the guest has asked for the target that many times more; the state then."""
        before = self.state()["asked"]
        return self.wait(lambda now: now["asked"] >= before + times, f"asks {times} times")

    def check_fair(self, when):
        """The driver did nothing foul so far; the state."""
        now = self.state()
        check(now["fouls"] == 0, f"{when}: fouls: {now}")
        return now


class VmwareBalloon(Balloon):
    """Our balloon on such a host, with both sides of it."""

    def __init__(self, guest):
        super().__init__(guest, "vmware0")
        self.host = Host(guest)

    def ask(self, ballooned_pages):
        self.host.ask(ballooned_pages)

    def snapshot(self):
        """The host's state, then counters and attributes, in one dictionary.

        In this order, because the guest's numbers follow what the host has: see wait_rest().
        """
        host = self.host.state()
        files = self.guest.look(self.counters_path, *self.attribute_paths)
        return numbers(files.pop("counters")) | values(files) | host

    def wait(self, condition, what, timeout=30):
        """Polls until `condition(snapshot)`; that snapshot."""
        return poll(self.snapshot, condition, what, timeout)

    def resize(self, ballooned_pages, timeout=60):
        """Asks, and waits until the guest rests at that size."""
        self.ask(ballooned_pages)
        return self.wait_rest(ballooned_pages, timeout)

    def wait_rest(self, ballooned_pages, timeout=60):
        """Waits until the host has just that, and then the guest says that it rests at that size; a snapshot of that.

        A guest that is looked at first may rest because it has not heard yet of what the host wants or forgot.
        """
        self.wait(lambda now: now["locked"] == ballooned_pages and now["state"] == "idle" and
                  now["size_kb"] * 1024 == ballooned_pages * PAGE, f"rests at {ballooned_pages} pages", timeout)
        return self.snapshot()

    def hold_still(self, plan="none"):
        """From now on the host is too busy to say its target, and answers as in `plan`: no cycle does anything."""
        before = self.host.fault("target=busy" if plan == "none" else f"{plan},target=busy")
        self.host.wait(lambda now: now["calls_target"] > before["calls_target"], "asks in vain")

    def check_fair(self, when):
        """Nothing foul was seen, and host, sysfs and vmstat agree on what is held; the snapshot.

        For a balloon at rest, or one that is held still.
        """
        now = self.snapshot()
        check(now["fouls"] == 0, f"{when}: fouls: {now}")
        check(now["locked"] * PAGE == now["size_kb"] * 1024, f"{when}: host and guest disagree: {now}")
        check(now["locked_blocks"] == now["blocks"], f"{when}: host and guest disagree on blocks: {now}")
        self.check_consistent()
        return now
