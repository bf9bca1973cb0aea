# SPDX-License-Identifier: GPL-2.0-only
"""The balloon of a lab guest as tests see it: what the host asks, what the guest's own files say."""

import os
import pathlib
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "lab"))

from aerolab import built, kernel, patience  # noqa: E402,F401
from aerolab.errors import CommandFailed, LabError, NoHugepages, SetupError  # noqa: E402,F401
from aerolab.guest import Guest  # noqa: E402,F401

MIB = 1 << 20
PAGE = 4096
BLOCK_PAGES = 512
SKIPPED = 77
DEVICE = "balloon0"  # the lab's name for it
SLOWEST = 5  # of kernels, beside a plain one: see tests/on-kernel
# For Guest(icount=...): its clock flies while it has nothing to do, so that waiting costs nothing.
FLYING = "shift=3,sleep=off"


def check(condition, what):
    """The one assertion: ends the test with a sentence that says what is wrong."""
    if not condition:
        sys.exit(f"FAILED: {what}")


def poll(look, condition, what, timeout, pause=0.05):
    """Looks until `condition(look())` holds; what was seen then. Less often where a look costs more."""
    deadline = patience.deadline(timeout)
    pause *= min(patience.FACTOR, SLOWEST)
    while True:
        now = look()
        if condition(now):
            return now
        check(time.monotonic() < deadline, f"{what}: not so after {timeout} s: {now}")
        time.sleep(pause)


def skip(reason):
    print(reason)
    sys.exit(SKIPPED)


def has_module(name):
    """Whether there is such a module for the guests' kernel, and it is not a part of it."""
    try:
        kernel.get().module(name)
    except SetupError:
        return False
    return True


def need_module(name):
    """Skips the test on a kernel without it."""
    if not has_module(name):
        skip(f"no module {name} for {kernel.get().release}")


def has_own_kernel():
    """Whether the guests' kernel is one that the lab builds: with sanitizers, and the old interrupt controller."""
    return kernel.get().version in built.names()


def wants_controls():
    """Whether to show what Linux's own drivers do in a test's place: that tells of the test, on whichever kernel."""
    return not os.environ.get("AEROSTAT_KERNEL")


class Balloon:
    """One balloon of `guest`, found by its name in sysfs."""

    def __init__(self, guest, name="virtio0"):
        self.guest = guest
        self.directory = f"/sys/class/aerostat/{name}"
        self.attribute_paths = [f"{self.directory}/{each}" for each in ("*_kb", "blocks", "pages", "state", "reason")]
        self.counters_path = f"/sys/kernel/debug/aerostat/{name}/counters"

    def attributes(self):
        """{attribute: value}, numbers as int."""
        return values(self.guest.look(*self.attribute_paths))

    def counters(self):
        return numbers(self.guest.read(self.counters_path))

    def ask(self, ballooned_pages):
        """Has QEMU ask for `ballooned_pages` to be in the balloon."""
        self.guest.set_balloon(self.guest.memory_bytes - ballooned_pages * PAGE)

    def resize(self, ballooned_pages, timeout=60):
        """Asks and waits until the driver has reported exactly that; seconds that it took."""
        self.ask(ballooned_pages)
        return self.guest.wait_balloon(self.guest.memory_bytes - ballooned_pages * PAGE, timeout)

    def resize_mixed(self, ballooned_pages, single_pages=10_000):
        """The same, with about `single_pages` of them held one by one and the rest as blocks."""
        self.resize(0)
        for held in range(BLOCK_PAGES - 1, single_pages, BLOCK_PAGES - 1):
            self.resize(held)  # growth by less than a block
        self.resize(ballooned_pages)

    def wait_rest(self, ballooned_pages, timeout=60):
        """Waits until the guest says that it rests at that size: the host may remember another driver's word."""
        return poll(self.attributes, lambda now: now["state"] == "idle" and
                    now["size_kb"] * 1024 == ballooned_pages * PAGE, f"rests at {ballooned_pages} pages", timeout)

    def wait_state(self, *states, timeout=60):
        """Waits until the state is one of `states`; the attributes then."""
        return poll(self.attributes, lambda now: now["state"] in states, f"state is one of {states}", timeout)

    def check_consistent(self):
        """What sysfs, vmstat and the classes say about the pages held must be one number."""
        attributes, events = self.attributes(), vmstat(self.guest)
        held = attributes["pages"] + attributes["blocks"] * BLOCK_PAGES
        check(attributes["size_kb"] == held * 4, f"size_kb {attributes['size_kb']} is not {held} pages")
        counted = events["balloon_inflate"] - events["balloon_deflate"]
        check(counted == held, f"vmstat counts {counted} pages in the balloon, sysfs {held}")
        if "nr_balloon_pages" in events:  # in newer kernels, and exact once the processors have added up
            self.guest.write("/proc/sys/vm/stat_refresh", 1)
            counted = vmstat(self.guest)["nr_balloon_pages"]
            check(counted == held, f"meminfo counts {counted} pages in the balloon, sysfs {held}")
        return attributes

    def check_migrations(self):
        """The driver and the kernel count the same migrations, if not in the midst of one; the counters."""
        return poll(lambda: self.counters() | vmstat(self.guest),
                    lambda now: now["migrated_pages"] == now["balloon_migrate"], "the counts of migrations agree", 30)


def values(files):
    """{name: value} of files of a line each, numbers as int; without those that are empty."""
    lines = ((name, text.removesuffix("\n")) for name, text in files.items())
    return {name: int(line) if line.isdigit() else line for name, line in lines if line}


def numbers(text):
    """{name: number} of lines "name number"."""
    return {name.rstrip(":"): int(value) for name, value, *_ in (line.split() for line in text.splitlines())}


def vmstat(guest):
    return numbers(guest.read("/proc/vmstat"))


def meminfo(guest):
    """KiB, by name."""
    return numbers(guest.read("/proc/meminfo"))


def refused(guest, path, text):
    """Whether a text that is written to a file is refused as malformed."""
    try:
        guest.write(path, text)
    except CommandFailed as error:
        return "Invalid argument" in str(error)
    return False


def unplug(guest):
    """Pulls the balloon's device out and waits until the guest has let it go. Needs Guest(pci_hotplug=True)."""
    guest.qmp("device_del", id=DEVICE)
    while guest.wait_event("DEVICE_DELETED").get("data", {}).get("device") != DEVICE:
        pass  # its parts go first
    check(not guest.sh("ls /sys/class/aerostat"), "the balloon outlived its device")


def replug(guest):
    """Plugs a device in again and waits for the guest to find it; the balloon's name then."""
    guest.qmp("device_add", driver="virtio-balloon-pci", id=DEVICE, **{"free-page-reporting": True})
    return guest.sh("until ls /sys/class/aerostat | grep .; do sleep 0.1; done", timeout=20)


def poll_stats(guest):
    """Has the host ask for statistics once a second from now on."""
    guest.qmp("qom-set", path=f"/machine/peripheral/{DEVICE}", property="guest-stats-polling-interval", value=1)


def wait_stats(guest, after=0, timeout=20):
    """Waits for statistics newer than `after`; when they came. Both in the host's seconds."""
    deadline = patience.deadline(timeout)
    while True:
        last = guest.qmp("qom-get", path=f"/machine/peripheral/{DEVICE}", property="guest-stats")["last-update"]
        if last > after:
            return last
        check(time.monotonic() < deadline, f"no statistics for {timeout} s")
        time.sleep(0.1)


def settled_free_kb(guest):
    """KiB free after the caches were dropped, with what lies on the processors' own lists.

    Modules that are loaded break up the 2 MiB pages in which the kernel maps all memory. Each costs a page table, which
    it keeps: those pass for free here. A kernel with KASAN keeps objects for long after they were freed. Where kmemleak
    looks for lost ones (that is, on the same kernels), all of them pass for free, too.
    """
    keeps_freed = not guest.run("echo 3 > /proc/sys/vm/drop_caches; echo 1 > /proc/sys/vm/compact_memory;"
                                " test -e /sys/kernel/debug/kmemleak").status
    text = "".join(guest.look("/proc/zoneinfo", "/proc/meminfo").values())
    fields = [line.split() for line in text.splitlines()]

    def total(*names):
        return sum(int(words[1]) for words in fields if words[:1] and words[0] in names)

    pages = total("nr_free_pages", "count:") + total("DirectMap4k:") // (BLOCK_PAGES * PAGE // 1024)
    return pages * PAGE // 1024 + (total("Slab:") if keeps_freed else 0)
