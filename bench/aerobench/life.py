# SPDX-License-Identifier: GPL-2.0-only
"""A guest's life: it idles, works, reads and reserves, with no manager on the host. What that costs host and guest.

Theory of operation

The phases follow each other with nothing in between. Work is always the same, idling takes the same time; so what a
driver does wrong shows in the time of the work, and what it does right in the host's memory over time. Both kinds of
memory are read some times a second by a thread: that of QEMU from /proc, which walks no page, and the size that the
balloon leaves to the guest.

All times are the guest's. It counts instructions, so that its clock says how much it had to do, or to wait for its disk
or a pause, and not how busy the host was. The host's work of finding memory again that was given away is not in it.

The disk that is read from is no faster than a modest one, or reading again what was dropped would cost nothing. The
guest's own kernel sees to that, by the guest's clock: QEMU would go by the host's, which runs away from a guest that
a busy host holds up. For the same reason it reads far enough ahead that it seldom waits for a busy QEMU.
"""

import dataclasses
import itertools
import os
import pathlib
import threading
import time

from .peers import MIB

PAGE = os.sysconf("SC_PAGESIZE")
LOOK_SECONDS = 0.25

SWAP_MIB = 2048
ICOUNT = "shift=3"  # 125 million instructions a second, about what an emulator makes of a core
DATA = "/dev/vdb"
DISK_BYTES_PER_SECOND = 200 * MIB
READ_AHEAD_KIB = 4096
DISK = ("-blockdev", f"driver=null-co,node-name=data,size={1024 * MIB},read-zeroes=on",
        "-device", "virtio-blk-pci,drive=data")
# The root of a hierarchy of its own, which everybody is in: a group below would make it one for memory, too.
BLKIO = "/run/blkio"

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
    """Looks at a guest's memory now and then."""

    def __init__(self, guest):
        self._looks = []
        self._marks = []
        self._guest = guest
        self._statm = pathlib.Path(f"/proc/{guest.pid}/statm")
        self._over = threading.Event()
        self.mark()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def mark(self):
        """The guest's time since the first mark. Between two marks, its clock and the host's run evenly."""
        self._marks.append((time.monotonic(), uptime(self._guest)))
        return self._marks[-1][1] - self._marks[0][1]

    def stop(self):
        self._over.set()
        self._thread.join()

    def points(self):
        """[(seconds of the guest, MiB of the host, MiB left to the guest)] between the first mark and the last."""
        return [(self._mark_time(at), host, left) for at, host, left in self._looks if at <= self._marks[-1][0]]

    def _run(self):
        while not self._over.wait(LOOK_SECONDS):
            host_mib = int(self._statm.read_text(encoding="ascii").split()[1]) * PAGE / MIB
            self._looks.append((time.monotonic(), host_mib, self._guest.balloon_actual() / MIB))

    def _mark_time(self, at):
        before, after = next(pair for pair in itertools.pairwise(self._marks) if at <= pair[1][0])
        share = (at - before[0]) / (after[0] - before[0])
        return before[1] + share * (after[1] - before[1]) - self._marks[0][1]


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
    output = guest.sh(f"cat /proc/uptime; ({command}) 2>/dev/null && cat /proc/uptime", timeout=900).splitlines()
    start, end = (float(line.split()[0]) for line in (output[0], output[-1]))
    return end - start, "\n".join(output[1:-1])


def uptime(guest):
    """Seconds by the guest's clock."""
    return float(guest.read("/proc/uptime").split()[0])


def set_up_disk(guest):
    """Gives the disk its speed."""
    directory = f"/sys/class/block/{pathlib.Path(DATA).name}"
    guest.sh(f"mkdir {BLKIO} && mount -t cgroup -o blkio blkio {BLKIO} &&"
             f" echo $(cat {directory}/dev) {DISK_BYTES_PER_SECOND} > {BLKIO}/blkio.throttle.read_bps_device &&"
             f" echo {READ_AHEAD_KIB} > {directory}/queue/read_ahead_kb")


def live(guest, observer):
    """The values of one life; the observer is told what it looked like."""
    set_up_disk(guest)
    guest.sh(f"memtool commit {IDLE_MIB} {IDLE_MIB}")
    # Linux forgets what it has cached of a disk when nobody has that open any more.
    guest.sh(f"sleep 1000000 < {DATA} > /dev/null 2>&1 &")
    before = events(guest)
    recorder = Recorder(guest)
    seconds, phases = {}, []
    try:
        for name, phase in PHASES:
            start = recorder.mark()
            seconds[name] = phase(guest)
            phases.append((name, start, recorder.mark()))
    finally:
        recorder.stop()
    after = events(guest)
    points = recorder.points()
    observer.lived(Life(points, phases))
    changed = {name: after[name] - before[name] for name in after}
    return {"work_s": sum(seconds.values()),
            **{f"{name}_s": taken for name, taken in seconds.items() if taken},
            "host_gib_min": gib_minutes((at, host) for at, host, _ in points),
            "guest_gib_min": gib_minutes((at, left) for at, _, left in points),
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
