# SPDX-License-Identifier: GPL-2.0-only
"""How fast this machine's time stamp counter runs, which an emulated guest reads.

A kernel compares it with another clock for some milliseconds when it boots. If the emulator does not get the processor
just then, its clocks run several times too fast or too slow ever after: better to tell it.
"""

import ctypes
import mmap
import time

from . import cache

RDTSC = bytes.fromhex("0f31 48c1e220 4809d0 c3")  # rdtsc; shl $32, %rdx; or %rdx, %rax; ret
APART_SECONDS = 0.1
LOOKS = 20


def khz():
    """Measured once, and kept until the machine boots again."""
    return int(cache.entry(f"tsc/{cache.boot_id()}", lambda path: path.write_text(str(_measure()))).read_text())


def _measure():
    page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(RDTSC)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    read = ctypes.CFUNCTYPE(ctypes.c_uint64)(address)
    start_ns, start = _look(read)
    time.sleep(APART_SECONDS)
    end_ns, end = _look(read)
    return round((end - start) * 1e6 / (end_ns - start_ns))


def _look(read):
    """(nanoseconds, counter) at one moment: of several looks the one that took the least time."""
    looks = []
    for _ in range(LOOKS):
        before, counter, after = time.monotonic_ns(), read(), time.monotonic_ns()
        looks.append((after - before, before, counter))
    _, moment, counter = min(looks)
    return moment, counter
