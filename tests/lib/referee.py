# SPDX-License-Identifier: GPL-2.0-only
"""A balloon whose host is a module in the guest that keeps a referee, and the guest's memory around it."""

import time

from balloon import PAGE, Balloon, check, meminfo, numbers, patience, poll, settled_free_kb, values

# Free memory is never exactly what it was: slabs, per-CPU lists, the tests' own commands.
FREE_SLACK_KB = 3072


class RefereedBalloon(Balloon):
    """A balloon called `name` whose host is found at `debugfs`, and its target in a file there."""

    def __init__(self, guest, name, debugfs, target_file):
        super().__init__(guest, name)
        self.debugfs = debugfs
        self.target_path = f"{debugfs}/{target_file}"

    def ask(self, ballooned_pages):
        """The host's target; as many bits as the host has for it."""
        self.guest.sh(f"echo {ballooned_pages} > {self.target_path}")

    def begin(self, ballooned_pages, until=None, then="true"):
        """Asks; when the driver is resizing (or `until` is so), does `then` at once.

        Both are shell commands, since what lasts but a moment has to be waited for in the guest: this script may
        come too late to see it.
        """
        until = until or f"grep -q resizing {self.directory}/state"
        self.guest.sh(f"echo {ballooned_pages} > {self.target_path}; until {until}; do :; done; {then}")

    def referee(self):
        return numbers(self.guest.read(f"{self.debugfs}/referee"))

    def snapshot(self):
        """The referee's numbers, then counters and attributes, in one dictionary, read by one command.

        In this order, because the driver's numbers follow the host's: see wait_rest().
        """
        files = self.guest.look(f"{self.debugfs}/referee", self.counters_path, *self.attribute_paths)
        return numbers(files.pop("referee")) | numbers(files.pop("counters")) | values(files)

    def wait(self, condition, what, timeout=30):
        """Polls until `condition(snapshot)`; a later snapshot, in which all numbers are of a moment when it held."""
        poll(self.snapshot, condition, what, timeout)
        return self.snapshot()

    def wait_referee(self, condition, what, timeout=30):
        """Polls until `condition(referee's numbers)`; for when there is no balloon."""
        return poll(self.referee, condition, what, timeout)

    def resize(self, ballooned_pages, timeout=30):
        """Asks, and waits until the guest rests at exactly that size and has said so; the snapshot then."""
        self.ask(ballooned_pages)
        return self.wait_rest(ballooned_pages, timeout)

    def wait_rest(self, ballooned_pages, timeout=30):
        """Waits until the host has been told just that, and then the driver rests at that size; a snapshot of that."""
        return self.wait(lambda now: self.rests(now, ballooned_pages), f"rests at {ballooned_pages} pages", timeout)

    @staticmethod
    def rests(now, ballooned_pages):
        """Whether in the snapshot `now` the host has been told just that, and the driver rests at that size."""
        return (now["told_pages"] == ballooned_pages and now["state"] == "idle"
                and now["size_kb"] * 1024 == ballooned_pages * PAGE)

    def check_fair(self, when):
        """The driver did nothing foul, and host, sysfs and vmstat agree on what is held; a snapshot in which they do.

        In the midst of a migration, which compaction may begin at any time, the host has a page more.
        """
        now = poll(self.snapshot, lambda now: now["fouls"] or self.host_pages(now) * PAGE == now["size_kb"] * 1024,
                   f"{when}: host and driver agree", timeout=30)
        check(now["fouls"] == 0, f"{when}: fouls: {now}")
        self.check_consistent()
        return now

    def host_pages(self, now):
        """Pages that the host has in a snapshot."""
        return now["held_pages"]


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
        """MemFree would leave out what lies on the processors' own lists, now more and now less."""
        return meminfo(self.guest)["MemTotal"], settled_free_kb(self.guest)
