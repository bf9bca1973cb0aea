# SPDX-License-Identifier: GPL-2.0-only
"""QEMU's migration of a machine: to another QEMU, or into a file."""

import time

from . import patience
from .errors import CommandTimeout, LabError


def run(monitor, way, timeout=60, meanwhile=None):
    """Migrates by `way`, QEMU's address, and waits; returns what query-migrate said at the end.

    `meanwhile` is called once it has begun. QEMU calls it completed a moment before it has added up the time.
    """
    monitor.execute("migrate", {"uri": way})
    if meanwhile:
        meanwhile()
    deadline = patience.deadline(timeout)
    while ((statistics := monitor.execute("query-migrate"))["status"] not in ("completed", "failed", "cancelled")
           or statistics["status"] == "completed" and not statistics["total-time"]):
        if time.monotonic() > deadline:
            raise CommandTimeout(f"the migration is not over after {timeout} s: {statistics}")
        time.sleep(0.01)
    if statistics["status"] != "completed":
        raise LabError(f"the migration {statistics['status']}: {statistics.get('error-desc', 'no reason given')}")
    return statistics


def wait_arrived(monitor, timeout=60):
    """Waits until the machine runs in the QEMU that it was to be migrated to."""
    deadline = patience.deadline(timeout)
    while monitor.execute("query-status")["status"] != "running":
        if time.monotonic() > deadline:
            raise CommandTimeout(f"the machine does not run after {timeout} s")
        time.sleep(0.005)
