# SPDX-License-Identifier: GPL-2.0-only
"""A guest's life: it idles, works, reads and reserves, with no manager on the host. What that costs host and guest.

Theory of operation

The phases follow each other with nothing in between. Work is always the same, idling takes the same time; so what a
driver does wrong shows in the time of the work, and what it does right in the host's memory over time. Times are
those of single commands, as the host sees them. Both kinds of memory are read some times a second by a thread: that of
QEMU from /proc, which walks no page, and the size that the balloon leaves to the guest.

The disk that is read from has the speed of a modest one, or reading again what was dropped would cost nothing.
"""

import dataclasses
import os
import pathlib
import threading
import time

from .peers import MIB

PAGE = os.sysconf("SC_PAGESIZE")
LOOK_SECONDS = 0.25

SWAP_MIB = 2048
DATA = "/dev/vdb"
DISK_BYTES_PER_SECOND = 200 * MIB
DISK = ("-object", f"throttle-group,id=speed,x-bps-total={DISK_BYTES_PER_SECOND}",
        "-blockdev", f"driver=null-co,node-name=nothing,size={1024 * MIB},read-zeroes=on",
        "-blockdev", "driver=throttle,node-name=data,throttle-group=speed,file=nothing",
        "-device", "virtio-blk-pci,drive=data")

IDLE_SECONDS = 45
IDLE_MIB = 300
BURST_MIB = 1200  # on top of that: 1.5 GiB
BURST_SECONDS = 15
READ_MIB = 512
READS = 6
RESERVED_MIB = 1400  # by a process that uses a seventh of it
USED_MIB = 200
TOUCHES = 10


class Recorder:
    """Looks at a guest's memory now and then; `points` are (seconds, MiB of the host, MiB left to the guest)."""

    def __init__(self, guest):
        self.points = []
        self._guest = guest
        self._statm = pathlib.Path(f"/proc/{guest.pid}/statm")
        self._zero = time.monotonic()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def now(self):
        return time.monotonic() - self._zero

    def stop(self):
        self._over.set()
        self._thread.join()

    def _run(self):
        while not self._over.wait(LOOK_SECONDS):
            host_mib = int(self._statm.read_text(encoding="ascii").split()[1]) * PAGE / MIB
            self.points.append((self.now(), host_mib, self._guest.balloon_actual() / MIB))


@dataclasses.dataclass
class Life:
    """What was recorded: phases are (name, first second, last second)."""

    points: list
    phases: list


def idle(guest):
    time.sleep(IDLE_SECONDS)
    return 0


def burst(guest):
    """Memory is taken at once, used for a while, and given back."""
    seconds, pid = timed(guest, f"memtool commit {BURST_MIB} {BURST_MIB}")
    time.sleep(BURST_SECONDS)
    guest.sh(f"kill {pid}")
    return seconds


def read(guest):
    """The same data is read over and over."""
    seconds, _ = timed(guest, f"for i in $(seq {READS}); do dd if={DATA} of=/dev/null bs=1M count={READ_MIB}; done")
    return seconds


def reserve(guest):
    """A process reserves much and uses little, and others come and go."""
    seconds, pid = timed(guest, f"memtool commit {RESERVED_MIB} {USED_MIB}")
    more, _ = timed(guest, f"for i in $(seq {TOUCHES}); do memtool touch {USED_MIB}; done")
    time.sleep(IDLE_SECONDS)
    guest.sh(f"kill {pid}")
    return seconds + more


PHASES = (("idle", idle), ("burst", burst), ("idle", idle), ("read", read), ("idle", idle), ("reserve", reserve),
          ("idle", idle))


def timed(guest, command):
    """(seconds, output) of a command that must succeed."""
    start = time.monotonic()
    output = guest.sh(f"({command}) 2>/dev/null", timeout=300)
    return time.monotonic() - start, output


def live(guest, observer):
    """The values of one life; the observer is told what it looked like."""
    guest.sh(f"memtool commit {IDLE_MIB} {IDLE_MIB}")
    # Linux forgets what it has cached of a disk when nobody has that open any more.
    guest.sh(f"sleep 1000000 < {DATA} > /dev/null 2>&1 &")
    before = events(guest)
    recorder = Recorder(guest)
    seconds, phases = {}, []
    try:
        for name, phase in PHASES:
            start = recorder.now()
            seconds[name] = phase(guest)
            phases.append((name, start, recorder.now()))
    finally:
        recorder.stop()
    after = events(guest)
    observer.lived(Life(recorder.points, phases))
    changed = {name: after[name] - before[name] for name in after}
    return {"work_s": sum(seconds.values()),
            **{f"{name}_s": taken for name, taken in seconds.items() if taken},
            "host_gib_min": gib_minutes((at, host) for at, host, _ in recorder.points),
            "guest_gib_min": gib_minutes((at, guest) for at, _, guest in recorder.points),
            "refaults": changed["workingset_refault_file"] + changed["workingset_refault_anon"],
            "swapped_out_mib": changed["pswpout"] * PAGE / MIB, "swapped_in_mib": changed["pswpin"] * PAGE / MIB,
            "oom_kills": changed["oom_kill"]}


def events(guest):
    """The guest's counters of events by name."""
    return {name: int(value) for name, value in (line.split() for line in guest.read("/proc/vmstat").splitlines())}


def gib_minutes(points):
    """Memory times time of [(seconds, MiB)], each valid until the next."""
    points = list(points)
    return sum(mib * (later - at) for (at, mib), (later, _) in zip(points, points[1:])) / 1024 / 60
