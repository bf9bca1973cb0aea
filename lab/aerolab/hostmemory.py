# SPDX-License-Identifier: GPL-2.0-only
"""What a guest costs its host: memory and faults of the QEMU process, from /proc."""

import mmap
import pathlib
import re

from .errors import LabError

MADV_POPULATE_WRITE = 23
MIB = 1 << 20
SUMMED = ("Rss", "AnonHugePages", "ShmemPmdMapped", "FilePmdMapped", "Shared_Hugetlb", "Private_Hugetlb")
HEAD = re.compile(r"^[0-9a-f]+-[0-9a-f]+ ")
FIELD = re.compile(r"^(\w+):\s+(\d+) kB")


def measure(pid, ram_kib):
    """A dictionary about process `pid`, whose RAM backends have the sizes in `ram_kib`.

    rss_kib: host memory behind the guest's RAM (hugetlb pages included)
    anon_huge_kib: the part of it in transparent huge pages (anonymous or shared memory)
    hugetlb_kib: the part of it in hugetlb pages
    qemu_rss_kib: all memory of the process (without hugetlb pages)
    minor_faults, major_faults: of the process since it started
    """
    ram = _ram(pid, ram_kib)
    hugetlb = ram["Shared_Hugetlb"] + ram["Private_Hugetlb"]
    rollup = _fields(pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines())
    return {"rss_kib": ram["Rss"] + hugetlb,
            "anon_huge_kib": ram["AnonHugePages"] + ram["ShmemPmdMapped"] + ram["FilePmdMapped"],
            "hugetlb_kib": hugetlb,
            "qemu_rss_kib": rollup["Rss"],
            **_faults(pid)}


def prewarm(mib):
    """Touches and frees host memory, so that a guest's first touch does not pay for what the host's own
    hypervisor (or the kernel) does for memory that was never used. Takes half of what is available at most.
    """
    available = _fields(pathlib.Path("/proc/meminfo").read_text(encoding="ascii").splitlines())["MemAvailable"]
    length = min(mib, available // 1024 // 2) * MIB
    if not length:
        return
    with mmap.mmap(-1, length, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as memory:
        memory.madvise(mmap.MADV_HUGEPAGE)
        memory.madvise(MADV_POPULATE_WRITE)


def _ram(pid, ram_kib):
    """Sums over the mappings that have the size of one of the guest's RAM backends."""
    total = dict.fromkeys(SUMMED, 0)
    found = 0
    for fields in _mappings(pid):
        if fields["Size"] in ram_kib:
            found += 1
            for name in SUMMED:
                total[name] += fields.get(name, 0)
    if found != len(ram_kib):
        raise LabError(f"{found} mappings of process {pid} look like the guest's RAM, expected {len(ram_kib)}")
    return total


def _mappings(pid):
    """The fields of each mapping in smaps."""
    lines = []
    with open(f"/proc/{pid}/smaps", encoding="utf-8", errors="replace") as smaps:
        for line in smaps:
            if HEAD.match(line) and lines:
                yield _fields(lines)
                lines = []
            lines.append(line)
    if lines:
        yield _fields(lines)


def _fields(lines):
    return {match[1]: int(match[2]) for match in map(FIELD.match, lines) if match}


def _faults(pid):
    """Fields 10 and 12 of /proc/PID/stat, counted from 1; the second one may hold spaces."""
    text = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    fields = text.rpartition(")")[2].split()
    return {"minor_faults": int(fields[7]), "major_faults": int(fields[9])}
