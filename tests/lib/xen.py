# SPDX-License-Identifier: GPL-2.0-only
"""Domains of a real Xen as tests see them: what the toolstack asks, the hypervisor counts and the guest says."""

from balloon import MIB, check, need_module, poll
from aerolab.xen import KINDS, XenHost
from selfballoon import SelfBalloon, kb

MODULE = "aerostat_xen"
INSMOD = f"insmod /modules/{MODULE}.ko"
RMMOD = f"rmmod {MODULE}"
KERNELS_OWN = "/sys/devices/system/xen_memory/xen_memory0"
# xl shows whole MiB, and the toolstack counts a little that the domain's kernel does not see.
TOLERANCE_MIB = 1
SECONDS = 120  # for what takes one on a machine that has nothing else to do


def xen_host(**arguments):
    """A host; skips the test on a kernel that cannot be the control domain's."""
    need_module("xen_privcmd")
    return XenHost(**arguments)


class XenBalloon(SelfBalloon):
    """The balloon of a domain that can have up to `max_mib`, with both sides of it."""

    def __init__(self, domain, max_mib):
        super().__init__(domain, "xen0")
        self.domain = domain
        self.max_mib = max_mib

    def mem_set(self, mib):
        """The toolstack's wish."""
        self.domain.host.xl(f"mem-set {self.domain.name} {mib}")

    def wish(self, mib):
        """The guest's own wish: to do with `mib`."""
        self.guest.write(f"{self.directory}/self_target_kb", kb(self.max_mib - mib))

    def listed_mib(self):
        """The domain's size as the hypervisor counts it."""
        return self.domain.host.listed_mib()[self.domain.name]

    def wait(self, condition, what, timeout=SECONDS):
        return super().wait(condition, what, timeout)

    def wait_listed(self, mib, what):
        """Waits until the hypervisor counts `mib`."""
        return poll(self.listed_mib, lambda now: abs(now - mib) <= TOLERANCE_MIB, f"{what}: {mib} MiB are listed",
                    SECONDS, pause=0.1)

    def wait_size(self, mib, what, reason=None):
        """Waits until the domain rests at `mib`, for `reason`, and hypervisor and guest agree; its attributes."""
        held_kb = kb(self.max_mib - mib)
        now = self.wait(lambda now: now["state"] == "idle" and now["size_kb"] == now["target_kb"] and
                        abs(now["size_kb"] - held_kb) <= kb(TOLERANCE_MIB) and reason in (None, now["reason"]),
                        f"{what}: rests at {mib} MiB because of {reason or 'anything'}")
        self.wait_listed(mib, what)
        return now


__all__ = ["INSMOD", "KERNELS_OWN", "KINDS", "MIB", "MODULE", "RMMOD", "SECONDS", "XenBalloon", "check", "kb", "poll",
           "xen_host"]
