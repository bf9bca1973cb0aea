# SPDX-License-Identifier: GPL-2.0-only
"""One boot of one peer: touch memory, take 1 GiB, give it back, touch again, and note what that cost.

Theory of operation

There are several kinds of sample, because one would spoil the other:

* timed: nothing but the guest and a poll each millisecond. Times run from before the request enters QEMU's
  monitor until the host sees the target reached. Host memory and host huge pages are read in between.
* quiet: the same with a poll each tenth of a second, since polls cost processor time, which is what is read here.
* counted: QEMU traces notifications, interrupts, accesses to the device's configuration and discards. Exact,
  but tracing costs far more than what it counts, so that nothing is timed.
* instructions: QEMU counts what the guest executes, at the price of executing it several times as slowly. Its count
  leaves out sleep. An idle guest executes some 50000 a second, which belongs to the noise.
* hugetlb: the guest's RAM is in 2 MiB hugetlb pages, of which the host can get back whole ones only.
* lived: the guest works and idles for some minutes by its own clock, with no request of the host; see life.py.
* migrated, hinted: the guest moves to another QEMU while the balloon is inflated; hinted: with free page hinting on.

A value has the same name in no two kinds.

More is touched than is taken, and touching ends, so that nearly all of what the driver takes is free memory in
the guest with host memory behind it. What is left out on purpose: time in the driver alone. It would need
other means for each peer, while a host cares for the time until it can use the memory.
"""

import dataclasses
import functools
import os
import time

from . import life
from .peers import ALONE, CLAIMED_MIB, MIB
from .series import Sample

TOUCHED_MIB = 1536
POLL_SECONDS = 0.001
QUIET_POLL_SECONDS = 0.1
RESIZE_TIMEOUT_SECONDS = 120
# Nothing tells when a guest has gone to sleep, nor when the last trace event has come through QEMU's buffer.
SETTLE_SECONDS = 0.3
# QEMU's own default, about a gigabit link. Without a limit, hints about free pages race with their sending.
BANDWIDTH_BYTES = 128 * MIB

TIMED, QUIET, COUNTED, INSTRUCTIONS = "timed", "quiet", "counted", "instructions"
HUGETLB, LIVED, MIGRATED, HINTED = "hugetlb", "lived", "migrated", "hinted"


class Observer:
    """Is told what goes on; the demo derives from it. The phases are touch, inflate, deflate and retouch."""

    def begin(self, name, guest):
        """A phase is about to begin, and its time to be taken: it does when this returns."""

    def end(self, name, milliseconds):
        """A phase is over; its time has been taken."""

    def lived(self, found):
        """A life is over; `found` is a life.Life."""

    def progress(self, name, taken_bytes, wanted_bytes):
        """Called about once a millisecond: return quickly."""


def take(guest_class, peer, kind, init_on_alloc, observer=None, cpu=None):
    """Boots a guest of the lab's class `guest_class` and returns the Sample; `cpu` is a model for QEMU's -cpu."""
    how = KINDS[kind]
    options = peer.guest_options(init_on_alloc, how.hints)
    options |= {"backing": how.backing, "prewarm": how.varies, "icount": how.icount,
                "trace": peer.device.events if how.traced else (), "swap_mib": how.swap_mib,
                "qemu_args": [*options["qemu_args"], *how.qemu_args, *(("-cpu", cpu) if cpu else ())]}
    with guest_class(**options) as guest:
        machine = {**describe_machine(guest), "cpu": cpu or "default"}
        load = os.getloadavg()[0]
        values = how.measure(guest, peer, observer or Observer())
    return Sample(peer.name, kind, init_on_alloc, how.backing, CLAIMED_MIB, machine, load, values)


def describe_machine(guest):
    """What kind of machine this is: enough to judge the numbers, nothing that names it."""
    version = guest.qmp("query-version")["qemu"]
    return {"cores": os.cpu_count(), "accel": guest.accel, "guest_kernel": guest.kernel.release,
            "qemu": f"{version['major']}.{version['minor']}.{version['micro']}"}


def resize(guest, peer, wanted_bytes, observer, phase, poll_seconds=POLL_SECONDS):
    """Asks for a size and waits for it; milliseconds from before the request to the first look that sees it."""
    observer.begin(phase, guest)
    start = now = time.monotonic()
    peer.device.request(guest, wanted_bytes)
    while (taken := peer.device.taken(guest)) != wanted_bytes:
        observer.progress(phase, taken, wanted_bytes)
        now = max(now + poll_seconds, time.monotonic())
        if now - start > RESIZE_TIMEOUT_SECONDS:
            raise TimeoutError(f"{peer.name}: {phase} got to {taken} of {wanted_bytes} bytes"
                               f" in {RESIZE_TIMEOUT_SECONDS} s")
        time.sleep(max(now - time.monotonic(), 0))
    return _ended(observer, phase, start)


def touch(guest, observer, phase):
    """Milliseconds that the guest takes to touch its memory."""
    observer.begin(phase, guest)
    start = time.monotonic()
    guest.touch(TOUCHED_MIB)
    return _ended(observer, phase, start)


def _ended(observer, phase, start):
    milliseconds = (time.monotonic() - start) * 1000
    observer.end(phase, milliseconds)
    return milliseconds


def measure_time(guest, peer, observer):
    """Values of a timed sample."""
    touch(guest, observer, "touch")
    before = guest.host_memory()
    inflate_ms = resize(guest, peer, CLAIMED_MIB * MIB, observer, "inflate")
    inflated = guest.host_memory()
    deflate_ms = resize(guest, peer, 0, observer, "deflate")
    retouch_ms = touch(guest, observer, "retouch")
    again = guest.host_memory()
    values = {"inflate_ms": inflate_ms, "deflate_ms": deflate_ms, "retouch_ms": retouch_ms}
    for name, memory in (("before", before), ("inflated", inflated), ("again", again)):
        values[f"host_{name}_mib"] = memory["rss_kib"] / 1024
        values[f"huge_{name}_mib"] = memory["anon_huge_kib"] / 1024
    values["retouch_faults"] = again["minor_faults"] - inflated["minor_faults"]
    lost = before["anon_huge_kib"] - inflated["anon_huge_kib"]
    # No huge pages were there to lose where the host hands out none: then there is no share either.
    if lost > 0:
        values["huge_back"] = (again["anon_huge_kib"] - inflated["anon_huge_kib"]) / lost
    return values


def measure_counts(guest, peer, observer):
    """Values of a counted sample. Memory is touched here as well: that orders the guest's free memory."""
    touch(guest, observer, "touch")
    values = {}
    for phase, wanted in (("inflate", CLAIMED_MIB * MIB), ("deflate", 0)):
        time.sleep(SETTLE_SECONDS)
        guest.trace_reset()
        resize(guest, peer, wanted, observer, phase)
        time.sleep(SETTLE_SECONDS)
        values.update(name_counts(phase, guest.trace_counts()))
    return values


def name_counts(phase, counts):
    """Counts of trace events under our names; "messages" is their sum where all of them can be traced."""
    named = {"kicks": counts["virtio_queue_notify"], "interrupts": counts["virtio_notify"]}
    if "virtio_balloon_get_config" in counts:
        named["config_reads"] = counts["virtio_balloon_get_config"]
        named["config_writes"] = counts["virtio_balloon_set_config"]
        named["messages"] = sum(named.values())
    named["discards"] = counts["ram_block_discard_range"]
    return {f"{phase}_{name}": value for name, value in named.items()}


def measure_cpu(guest, peer, observer):
    """Values of a quiet sample."""
    touch(guest, observer, "touch")
    values = {}
    for phase, wanted in (("inflate", CLAIMED_MIB * MIB), ("deflate", 0)):
        time.sleep(SETTLE_SECONDS)
        before = guest.host_cpu()
        resize(guest, peer, wanted, observer, phase, QUIET_POLL_SECONDS)
        after = guest.host_cpu()
        spent = {name: after[name] - before[name] for name in before}
        values[f"{phase}_cpu_ms"] = sum(spent.values())
        values[f"{phase}_cpu_other_ms"] = spent["other_ms"]
    return values


def measure_instructions(guest, peer, observer):
    """Values of an instructions sample."""
    touch(guest, observer, "touch")
    values = {}
    for phase, wanted in (("inflate", CLAIMED_MIB * MIB), ("deflate", 0)):
        time.sleep(SETTLE_SECONDS)
        before = guest.instructions()
        resize(guest, peer, wanted, observer, phase, QUIET_POLL_SECONDS)
        values[f"{phase}_instructions"] = guest.instructions() - before
    return values


def measure_hugetlb(guest, peer, observer):
    """Values of a hugetlb sample."""
    touch(guest, observer, "touch")
    before = guest.host_memory()["hugetlb_kib"]
    resize(guest, peer, CLAIMED_MIB * MIB, observer, "inflate")
    freed = before - guest.host_memory()["hugetlb_kib"]
    return {"hugetlb_freed_mib": freed / 1024, "hugetlb_share": freed / 1024 / CLAIMED_MIB}


def measure_life(guest, _, observer):
    """Values of a lived sample."""
    return life.live(guest, observer)


def measure_migration(guest, peer, observer, name):
    """Values of a migrated or hinted sample, their names beginning with `name`. What is free holds old content."""
    touch(guest, observer, "touch")
    resize(guest, peer, CLAIMED_MIB * MIB, observer, "inflate")
    guest.qmp("migrate-set-parameters", **{"max-bandwidth": BANDWIDTH_BYTES})
    return name_migration(name, guest.migrate())


def name_migration(name, statistics):
    """What QEMU says of a migration under our names. A page that was sent twice counts twice."""
    ram = statistics["ram"]
    return {f"{name}_mib": ram["transferred"] / MIB, f"{name}_pages": ram["normal"] + ram["duplicate"],
            f"{name}_zero_pages": ram["duplicate"], f"{name}_ms": statistics["total-time"]}


@dataclasses.dataclass(frozen=True)
class Kind:
    """How a kind of sample is taken: boot and measurement.

    varies: its numbers are not the same each time, so that several samples are taken, on warm host memory
    hints: with free page hinting, which not every device has
    peers: names of those that it is taken of, whoever was chosen
    swap_mib, qemu_args: what the guest has besides
    """

    measure: object
    varies: bool = False
    backing: str = "anon"
    traced: bool = False
    icount: str | None = None
    hints: bool = False
    peers: tuple = ()
    swap_mib: int = 0
    qemu_args: tuple = ()


# In the order in which they are taken.
KINDS = {
    TIMED: Kind(measure_time, varies=True),
    QUIET: Kind(measure_cpu, varies=True),
    COUNTED: Kind(measure_counts, traced=True),
    INSTRUCTIONS: Kind(measure_instructions, icount="shift=0"),
    HUGETLB: Kind(measure_hugetlb, backing="hugetlb"),
    LIVED: Kind(measure_life, varies=True, icount=life.ICOUNT, peers=ALONE, swap_mib=life.SWAP_MIB,
                qemu_args=life.DISK),
    MIGRATED: Kind(functools.partial(measure_migration, name=MIGRATED)),
    HINTED: Kind(functools.partial(measure_migration, name=HINTED), hints=True),
}
