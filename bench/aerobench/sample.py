# SPDX-License-Identifier: GPL-2.0-only
"""One boot of one peer: touch memory, take 1 GiB, give it back, touch again, and note what that cost.

Theory of operation

There are three kinds of sample, because one would spoil the other:

* timed: nothing but the guest and a poll each millisecond. Times run from before the request enters QEMU's
  monitor until the host sees the target reached. Host memory and host huge pages are read in between.
* counted: QEMU traces notifications, interrupts, accesses to the device's configuration and discards. Exact,
  but tracing costs far more than what it counts, so that nothing is timed.
* hugetlb: the guest's RAM is in 2 MiB hugetlb pages, of which the host can get back whole ones only.

More is touched than is taken, and touching ends, so that nearly all of what the driver takes is free memory in
the guest with host memory behind it. What is left out on purpose: time in the driver alone. It would need
other means for each peer, while a host cares for the time until it can use the memory.
"""

import os
import time

from .peers import CLAIMED_MIB, MIB
from .series import Sample

TOUCHED_MIB = 1536
POLL_SECONDS = 0.001
RESIZE_TIMEOUT_SECONDS = 120
# Traces go through a buffer, the last event may be a moment behind. Nothing tells when it has arrived.
TRACE_SECONDS = 0.3

TIMED, COUNTED, HUGETLB = "timed", "counted", "hugetlb"
KINDS = (TIMED, COUNTED, HUGETLB)
BACKING = {TIMED: "anon", COUNTED: "anon", HUGETLB: "hugetlb"}


class Observer:
    """Is told what goes on; the demo derives from it. The phases are touch, inflate, deflate and retouch."""

    def begin(self, name, guest):
        """A phase is about to begin, and its time to be taken: it does when this returns."""

    def end(self, name, milliseconds):
        """A phase is over; its time has been taken."""

    def progress(self, name, taken_bytes, wanted_bytes):
        """Called about once a millisecond: return quickly."""


def take(guest_class, peer, kind, init_on_alloc, observer=None, cpu=None):
    """Boots a guest of the lab's class `guest_class` and returns the Sample; `cpu` is a model for QEMU's -cpu."""
    options = {**peer.guest_options(init_on_alloc), "backing": BACKING[kind], "prewarm": kind == TIMED,
               "trace": peer.device.events if kind == COUNTED else (),
               "qemu_args": ("-cpu", cpu) if cpu else ()}
    measure = {TIMED: measure_time, COUNTED: measure_counts, HUGETLB: measure_hugetlb}[kind]
    with guest_class(**options) as guest:
        machine = {**describe_machine(guest), "cpu": cpu or "default"}
        load = os.getloadavg()[0]
        values = measure(guest, peer, observer or Observer())
    return Sample(peer.name, kind, init_on_alloc, BACKING[kind], CLAIMED_MIB, machine, load, values)


def describe_machine(guest):
    """What kind of machine this is: enough to judge the numbers, nothing that names it."""
    version = guest.qmp("query-version")["qemu"]
    return {"cores": os.cpu_count(), "accel": guest.accel, "guest_kernel": guest.kernel.release,
            "qemu": f"{version['major']}.{version['minor']}.{version['micro']}"}


def resize(guest, peer, wanted_bytes, observer, phase):
    """Asks for a size and waits for it; milliseconds from before the request to the first look that sees it."""
    observer.begin(phase, guest)
    start = now = time.monotonic()
    peer.device.request(guest, wanted_bytes)
    while (taken := peer.device.taken(guest)) != wanted_bytes:
        observer.progress(phase, taken, wanted_bytes)
        now = max(now + POLL_SECONDS, time.monotonic())
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
        time.sleep(TRACE_SECONDS)
        guest.trace_reset()
        resize(guest, peer, wanted, observer, phase)
        time.sleep(TRACE_SECONDS)
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


def measure_hugetlb(guest, peer, observer):
    """Values of a hugetlb sample."""
    touch(guest, observer, "touch")
    before = guest.host_memory()["hugetlb_kib"]
    resize(guest, peer, CLAIMED_MIB * MIB, observer, "inflate")
    freed = before - guest.host_memory()["hugetlb_kib"]
    return {"hugetlb_freed_mib": freed / 1024, "hugetlb_share": freed / 1024 / CLAIMED_MIB}
