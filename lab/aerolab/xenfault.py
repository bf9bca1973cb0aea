# SPDX-License-Identifier: GPL-2.0-only
"""A fault of the emulated processor's beneath Xen, and how to know it from what a domain does itself.

A PVH domain has no timer chip. Its kernel wants to measure its clock by one all the same, long before it has drivers
or processes: it reads port 0x42 a hundred thousand times, for each of which the hypervisor is entered and left again.
Twice in some hundreds of boots the processor that QEMU 7.2 emulates said then that the domain had shut itself down
("Triple fault"), with interrupts off, behind such a read, where no instruction can fault. Nothing of ours runs there
by then.
"""

import re
import struct

from .errors import GuestError

READ_TIMER = b"\xe4\x42"  # in $0x42, %al
INTERRUPTS_ON = 1 << 9
SEGMENT_LOADED = 1
FAULT = re.compile(r"\(XEN\) d(\d+)v\d+ Triple fault\b")
STATE = re.compile(r"RIP: +\w+:\[<(\w+)>\]\s.*?RFLAGS: (\w+)", re.DOTALL)


class TripleFault(GuestError):
    """A domain shut itself down by a fault; `report` is what the hypervisor said of that."""

    def __init__(self, report):
        super().__init__("it shut itself down by a fault")
        self.report = report


def check(console, domain):
    """Raises TripleFault if the hypervisor says so of a domain, by its number."""
    for fault in FAULT.finditer(console):
        if int(fault[1]) == domain and STATE.search(console, fault.start()):
            raise TripleFault(console[fault.start():])


def is_emulator(fault, vmlinux):
    """Whether a TripleFault is the emulator's. vmlinux: path of the domain's unpacked kernel."""
    state = STATE.search(fault.report)
    return not int(state[2], 16) & INTERRUPTS_ON and \
        _code_before(vmlinux, int(state[1], 16), len(READ_TIMER)) == READ_TIMER


def _code_before(vmlinux, address, length):
    """So many bytes of an ELF file that end at an address at which it is loaded; b"" if nothing is."""
    image = vmlinux.read_bytes()
    begin, = struct.unpack_from("<Q", image, 0x20)
    size, count = struct.unpack_from("<HH", image, 0x36)
    for at in range(begin, begin + size * count, size):
        kind, _, offset, loaded, _, stored = struct.unpack_from("<IIQQQQ", image, at)
        if kind == SEGMENT_LOADED and loaded + length <= address <= loaded + stored:
            end = offset + address - loaded
            return image[end - length:end]
    return b""
