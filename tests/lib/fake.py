# SPDX-License-Identifier: GPL-2.0-only
"""The balloon of an imaginary host (guest/fake) as tests see it: what goes wrong, and what its referee saw."""

import re
import time

from balloon import PAGE, Balloon, Guest, check, numbers, patience, settled_free_kb

MODULE = "aerostat_fake"
DEBUGFS = f"/sys/kernel/debug/{MODULE}"
# Free memory is never exactly what it was: slabs, per-CPU lists, the tests' own commands.
FREE_SLACK_KB = 3072

# For load(): what scatter() needs.
SCATTER = "batch_blocks=0 batch_pages=65536"


def fake_guest(memory_mib=512, spare_modules=(), **arguments):
    """A guest in which nothing but the engine is loaded; FakeBalloon.load() loads the rest."""
    return Guest(memory_mib=memory_mib, driver="none", modules=["aerostat"],
                 spare_modules=[MODULE, *spare_modules], **arguments)


class FakeBalloon(Balloon):
    """The balloon fake0. `load` before anything else."""

    def __init__(self, guest):
        super().__init__(guest, "fake0")

    def load(self, arguments=""):
        self.guest.sh(f"insmod /modules/{MODULE}.ko {arguments}")

    def unload(self, timeout=30):
        """{"held_pages", "fouls"} as the host saw it when the engine had said its last word."""
        self.guest.sh(f"rmmod {MODULE}", timeout)
        lines = re.findall(rf"{MODULE}: unloaded: (held_pages \d+) (fouls \d+)", self.guest.dmesg())
        return numbers("\n".join(lines[-1]))

    def fault(self, plan="none"):
        self.guest.sh(f"echo '{plan}' > {DEBUGFS}/fault")

    def ask(self, ballooned_pages):
        """The host's target; any 64 bits."""
        self.guest.sh(f"echo {ballooned_pages} > {DEBUGFS}/host_target_pages")

    def host_reset(self):
        self.guest.sh(f"echo 1 > {DEBUGFS}/host_reset")

    def referee(self):
        return numbers(self.guest.read(f"{DEBUGFS}/referee"))

    def snapshot(self):
        """Attributes, counters and the referee's numbers in one dictionary, read by one command."""
        out = self.guest.sh(f"cd {self.directory} && for a in *_kb blocks pages state reason; do"
                            f" echo $a $(cat $a); done; cat {self.counters_path} {DEBUGFS}/referee")
        pairs = (line.split() for line in out.splitlines())
        return {name: int(value) if value.isdigit() else value for name, value in pairs}

    def wait(self, condition, what, timeout=30):
        """Polls until `condition(snapshot)`; that snapshot."""
        deadline = patience.deadline(timeout)
        while True:
            now = self.snapshot()
            if condition(now):
                return now
            check(time.monotonic() < deadline, f"{what}: not so after {timeout} s: {now}")
            time.sleep(0.03)

    def resize(self, ballooned_pages, timeout=30):
        """Asks, and waits until the guest rests at exactly that size and has said so; the snapshot then."""
        self.ask(ballooned_pages)
        return self.wait_rest(ballooned_pages, timeout)

    def wait_rest(self, ballooned_pages, timeout=30):
        return self.wait(lambda now: now["state"] == "idle" and now["size_kb"] * 1024 == ballooned_pages * PAGE
                         and now["reported_pages"] == ballooned_pages, f"rests at {ballooned_pages} pages", timeout)

    def scatter(self, ballooned_pages):
        """Resizes from 0, with a free page beside each page held, so that compaction will move many.

        Only after load(SCATTER): all pages have to come in one batch, of which every other is refused.
        """
        self.resize(0)
        self.fault(f"refuse-pages 1/2, not-needed {ballooned_pages}")
        self.ask(2 * ballooned_pages)
        self.wait(lambda now: now["state"] == "short" and now["held_pages"] == ballooned_pages, "scattered")
        self.fault("none")
        self.resize(ballooned_pages)

    def check_fair(self, when):
        """Nothing foul was seen, and host, sysfs and vmstat agree on what is held; the snapshot."""
        now = self.snapshot()
        check(now["fouls"] == 0, f"{when}: fouls: {now}")
        check(now["held_pages"] * PAGE == now["size_kb"] * 1024, f"{when}: host and guest disagree: {now}")
        self.check_consistent()
        return now


class FreeMemory:
    """Remembers how much memory is free, to find what was lost."""

    def __init__(self, guest, slack_kb=FREE_SLACK_KB):
        self.guest = guest
        self.slack_kb = slack_kb
        self.total_kb, self.free_kb = self._read()

    def check_back(self, when, timeout=5):
        """Waits until what is freed late (by RCU, by processes that end) is free as well."""
        deadline = patience.deadline(timeout)
        total, free = self._read()
        while free <= self.free_kb - self.slack_kb and time.monotonic() < deadline:
            total, free = self._read()
        check(total == self.total_kb, f"{when}: MemTotal is {total} KiB, was {self.total_kb}")
        check(free > self.free_kb - self.slack_kb, f"{when}: {self.free_kb - free} KiB of free memory are lost")

    def _read(self):
        settled_free_kb(self.guest)
        info = numbers(self.guest.sh("sed -n 's/ kB//p' /proc/meminfo"))
        return info["MemTotal"], info["MemFree"]
