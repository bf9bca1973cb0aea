# SPDX-License-Identifier: GPL-2.0-only
"""For tests of the lab: a small guest, something that goes wrong in it, and the error that has to follow."""

import os
import pathlib
import select
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "lab"))

from aerolab.errors import LabError  # noqa: E402
from aerolab.guest import Guest  # noqa: E402


def red(kind, says, act, **options):
    """Insists that `act(guest)`, or the end of that guest, raises `kind` with `says` in it, and that QEMU is gone."""
    pid = None
    try:
        with Guest(memory_mib=256, driver="none", **options) as guest:
            pid = guest.pid
            act(guest)
    except LabError as error:
        text = "\n".join((str(error), *getattr(error, "__notes__", ())))
        if type(error) is not kind or says not in text:
            raise
        if pid and pathlib.Path(f"/proc/{pid}").exists():
            sys.exit(f"FAILED: QEMU ({pid}) is still there")
        return
    sys.exit(f"FAILED: green, although it should have ended with {kind.__name__}")


def wait_gone(pid, seconds=60):
    """Waits until the process has ended, if only as a zombie."""
    descriptor = os.pidfd_open(pid)
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    ended = poll.poll(seconds * 1000)
    os.close(descriptor)
    if not ended:
        sys.exit(f"FAILED: process {pid} did not end within {seconds} s")
