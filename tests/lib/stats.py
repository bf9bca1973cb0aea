# SPDX-License-Identifier: GPL-2.0-only
"""The guest's memory statistics as clients on the host show them."""

import time

from aerolab import patience
from aerolab.machine import BALLOON
from balloon import check

DEADLINE_SECONDS = 20
UNKNOWN = (-1, 2**64 - 1)  # what QEMU shows where the guest sends nothing


class Statistics:
    """What the host fetches from time to time. read() gives (time of that in host seconds or 0, {name: value})."""

    def newer(self, than):
        """Waits for statistics that came after the host second `than`, and returns them like read()."""
        deadline = patience.deadline(DEADLINE_SECONDS)
        while True:
            updated, values = self.read()
            if updated > than:
                return updated, values
            check(time.monotonic() < deadline, f"no statistics after {than} within {DEADLINE_SECONDS} s")
            time.sleep(0.1)  # no client is told when there are new ones

    def fresh(self):
        """{name: value} as the guest counted after this call: the next ones may have been on their way before it."""
        on_their_way, _ = self.newer(self.read()[0])
        return self.newer(on_their_way)[1]


class GuestStats(Statistics):
    """QEMU's guest-stats; it asks the guest for them every `period_s` seconds."""

    def __init__(self, guest, period_s=1):
        self._guest = guest
        self._where = {"path": f"/machine/peripheral/{BALLOON}"}
        self.ask(period_s)

    def ask(self, period_s):
        """Has QEMU ask every `period_s` seconds from now on."""
        self._guest.qmp("qom-set", **self._where, property="guest-stats-polling-interval", value=period_s)

    def read(self):
        shown = self._guest.qmp("qom-get", **self._where, property="guest-stats")
        return shown["last-update"], shown["stats"]


class DomMemStat(Statistics):
    """What `virsh dommemstat` prints about a LibvirtGuest."""

    def __init__(self, guest):
        self._guest = guest

    def read(self):
        lines = self._guest.virsh(f"dommemstat {self._guest.name}").splitlines()
        values = {name: int(value) for name, value in map(str.split, lines)}
        return values.get("last_update", 0), values


def unknown(values):
    """Names of those that the guest did not send."""
    return [name for name, value in values.items() if value in UNKNOWN]
