# SPDX-License-Identifier: GPL-2.0-only
"""What can go wrong in the lab, from "cannot start at all" to "the guest complained in its log"."""


class LabError(Exception):
    """Base of everything that the lab raises on purpose."""


class SetupError(LabError):
    """The machine lacks something: a package, a kernel, a module, a permission."""


class NoHugepages(SetupError):
    """The host cannot provide the huge pages that `backing="hugetlb"` needs."""


class GuestError(LabError):
    """A guest did not do what it should."""


class BootFailed(GuestError):
    """The guest did not report itself ready, or a module did not load."""


class CommandFailed(GuestError):
    """A command of `Guest.sh` ended with a status other than zero."""

    def __init__(self, message, result):
        super().__init__(message)
        self.result = result


class CommandTimeout(GuestError):
    """A command, or QEMU's monitor, did not answer in time; the guest may have hung."""


class GuestDied(GuestError):
    """QEMU ended, or closed the agent's channel, in the middle of something."""


class NoGoodbye(GuestDied):
    """The guest did not power off in the agreed way: silence is failure."""


class QmpError(GuestError):
    """QEMU refused a monitor command."""


class LogDirty(GuestError):
    """The kernel log holds something that a healthy kernel does not print."""

    def __init__(self, message, findings):
        super().__init__(message)
        self.findings = findings
