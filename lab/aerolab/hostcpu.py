# SPDX-License-Identifier: GPL-2.0-only
"""What a guest costs its host in processor time, to the nanosecond that the scheduler counts, not in ticks."""

import ctypes
import os
import pathlib
import time

LIBC = ctypes.CDLL(None)


def measure(pid, vcpu_threads):
    """Milliseconds that process `pid` has run since it started: {"vcpu_ms", "other_ms"}.

    vcpu_threads: ids of the threads that run the guest's processors; the guest's own work is in their time.
    A thread that runs just now may be counted up to its last tick only.
    """
    vcpu = sum(_thread_ns(pid, thread) for thread in vcpu_threads) / 1e6
    return {"vcpu_ms": vcpu, "other_ms": max(_process_ns(pid) / 1e6 - vcpu, 0)}


def _process_ns(pid):
    """All threads, those that ended included."""
    clock = ctypes.c_int()
    error = LIBC.clock_getcpuclockid(pid, ctypes.byref(clock))
    if error:
        raise OSError(error, os.strerror(error), f"processor time of process {pid}")
    return time.clock_gettime_ns(clock.value)


def _thread_ns(pid, thread):
    """The first number of schedstat is the time on a processor."""
    return int(pathlib.Path(f"/proc/{pid}/task/{thread}/schedstat").read_text(encoding="ascii").split()[0])
