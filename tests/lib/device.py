# SPDX-License-Identifier: GPL-2.0-only
"""A virtio balloon device that misbehaves (guest/device), beneath the real driver, as tests see them."""

import re

from balloon import BLOCK_PAGES, PAGE, Guest, check, numbers, vmstat  # noqa: F401
from referee import FreeMemory, RefereedBalloon  # noqa: F401

DEVICE, DRIVER = "aerostat_device", "aerostat_virtio"
DEBUGFS = f"/sys/kernel/debug/{DEVICE}"
PARAMETERS = f"/sys/module/{DEVICE}/parameters"
BOUND = f"/sys/bus/virtio/drivers/{DRIVER}/virtio0"

QUEUES = ("inflate", "deflate", "stats", "hint", "report")
QUEUE_SIZES = {"inflate": 128, "deflate": 128, "stats": 128, "hint": 128, "report": 32}
FEATURES = {"tell": 0, "stats": 1, "oom": 2, "hint": 3, "poison": 4, "reporting": 5,
            "proposal6": 6, "proposal7": 7, "indirect": 28, "event": 29, "modern": 32, "iommu": 33}
BALLOON_FEATURES = ("tell", "stats", "oom", "hint", "poison", "reporting")
TRANSPORT_FEATURES = ("indirect", "event", "modern")
ALL_FEATURES = (*BALLOON_FEATURES, *TRANSPORT_FEATURES)

# What the virtio core says of a queue on which the device has lied.
CORE_COMPLAINS = r"virtio virtio0: \w+:id \d+ (is not a head|out of range)"


def device_guest(memory_mib=256, arguments="", **options):
    """A guest with the device, and the driver ready to be loaded."""
    return Guest(memory_mib=memory_mib, driver="none", modules=[DEVICE, "aerostat"], spare_modules=[DRIVER],
                 module_args={DEVICE: arguments}, **options)


class DeviceBalloon(RefereedBalloon):
    """The balloon of the driver on the device; `load` before anything else."""

    def __init__(self, guest):
        super().__init__(guest, "virtio0", DEBUGFS, "num_pages")

    def shape(self, features=ALL_FEATURES, config_bytes=16, find_error=0, **queue_sizes):
        """What the driver finds when it is loaded the next time."""
        bits = sum(1 << FEATURES[name] for name in features)
        sizes = ",".join(str({**QUEUE_SIZES, **queue_sizes}[queue]) for queue in QUEUES)
        self.guest.sh(f"cd {PARAMETERS} && echo {bits} > features && echo {sizes} > queue_sizes &&"
                      f" echo {config_bytes} > config_bytes && echo {find_error} > find_error")

    def load(self, arguments=""):
        """Loads the driver, for a target of 0 and a device that does all as it should, in its own time."""
        self.plan("none")
        self.ask(0)
        self.guest.sh(f"insmod /modules/{DRIVER}.ko {arguments}")

    def answer_within(self, seconds):
        """From now on the driver gives up a device that takes longer to answer; 30 s after it was loaded."""
        self.guest.sh(f"echo {seconds} > /sys/module/{DRIVER}/parameters/answer_timeout_s")

    def unload(self, timeout=30):
        self.guest.sh(f"rmmod {DRIVER}", timeout)

    def is_bound(self):
        return self.guest.run(f"test -e {BOUND}").status == 0

    def plan(self, text="none"):
        """What goes wrong from now on."""
        self.guest.sh(f"echo '{text}' > {DEBUGFS}/plan")

    def act(self, text, timeout=60):
        """What goes wrong now."""
        self.guest.sh(f"echo '{text}' > {DEBUGFS}/act", timeout)

    def hint(self, command):
        """The device's command to hint free pages."""
        self.guest.sh(f"echo {command} > {DEBUGFS}/hint_command")

    def sleep(self, asleep):
        """Puts the device to sleep, or wakes it; the status of doing so."""
        return self.guest.run(f"echo {int(asleep)} > {DEBUGFS}/asleep").status

    def compact(self):
        self.guest.sh("echo 1 > /proc/sys/vm/compact_memory")

    def messages(self):
        """What the balloon said since the log was last cleared."""
        return [line for line in self.guest.dmesg().splitlines() if "aerostat virtio0:" in line]

    def host_pages(self, now):
        # Blocks need not be told of on the inflate queue.
        return now["held_pages"] + (now["blocks"] * BLOCK_PAGES if now["reporting"] else 0)

    def check_gone(self, when, memory=None):
        """After the driver was unloaded: no foul until the end, all memory back (looking takes a while: `memory`)."""
        now = self.referee()
        check(now["fouls"] == 0, f"{when}: fouls: {now}")
        check(now["status"] <= 1, f"{when}: the driver left the device running: {now}")
        if memory:
            memory.check_back(when)
        events = vmstat(self.guest)
        check(events["balloon_inflate"] == events["balloon_deflate"], f"{when}: vmstat still counts pages: {events}")

    def unplug(self, timeout=30):
        """Takes the device away; {"held_pages", "fouls"} as it saw them last."""
        self.guest.sh(f"rmmod {DEVICE}", timeout)
        lines = re.findall(rf"{DEVICE}: unloaded: (held_pages \d+) (fouls \d+)", self.guest.dmesg())
        return numbers("\n".join(lines[-1]))
