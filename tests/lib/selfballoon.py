# SPDX-License-Identifier: GPL-2.0-only
"""A balloon whose size the guest itself decides on, as tests see it."""

import time

from balloon import FLYING, MIB, PAGE, Balloon, Guest, check, patience, poll

GOING_BY = ("committed", "workingset")
# A guest that always has something to do, on so slow a processor that a second of its clock is soon over.
BUSY = "shift=5,sleep=off"
TRACING = "/sys/kernel/tracing"


def guest_with_swap(memory_mib=1024, swap_mib=512, **arguments):
    """It looks at itself once a second, so its clock flies."""
    return Guest(memory_mib=memory_mib, swap_mib=swap_mib,
                 **{"device_args": "free-page-reporting=on", "icount": FLYING, **arguments})


class SelfBalloon(Balloon):
    """Self-ballooning of the balloon called `name`."""

    def __init__(self, guest, name="virtio0"):
        super().__init__(guest, name)
        self.group = f"{self.directory}/selfballoon"

    def tune(self, **values):
        for name, value in values.items():
            self.guest.write(f"{self.group}/{name}", value)

    def tuned(self, name):
        return self.guest.read(f"{self.group}/{name}")

    def switch_on(self, mode=1, **values):
        """On, with steps of a second, so that a test is short."""
        self.tune(selfballoon_interval=1, **values)
        self.tune(selfballooning=mode)

    def wait(self, condition, what, timeout=40):
        """Polls until `condition(attributes)`; the attributes then."""
        return poll(self.attributes, condition, what, timeout)

    def wait_held(self, mib, what="it shrinks"):
        """Waits until at least `mib` MiB are ballooned; the attributes then.

        A guest that always has something to do gets there slowly where its seconds are instructions.
        """
        return self.wait(lambda now: now["size_kb"] >= mib * MIB // 1024, f"{what} by {mib} MiB", timeout=120)

    def wait_settled(self, looks=8):
        """Waits until the wish has been the same for some looks, and is fulfilled."""
        same, last = 0, None
        deadline = patience.deadline(60)
        while same < looks:
            now = self.attributes()
            same = same + 1 if last and now["self_target_kb"] == last["self_target_kb"] == now["size_kb"] else 0
            last = now
            check(time.monotonic() < deadline, f"it does not come to rest: {now}")
            self.guest.sh("usleep 300000")
        return last


def kb(mib):
    return mib * MIB // 1024


__all__ = ["BUSY", "GOING_BY", "MIB", "PAGE", "TRACING", "SelfBalloon", "check", "guest_with_swap", "kb"]
