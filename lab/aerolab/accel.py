# SPDX-License-Identifier: GPL-2.0-only
"""Chooses KVM or TCG. A device node proves nothing: KVM counts when a stock kernel booted on it."""

import os

from . import cache

PROBE_SECONDS = 10


def choose(key, boots_on_kvm):
    """"kvm" or "tcg"; AEROSTAT_ACCEL in the environment overrides.

    key: what else the answer depends on (QEMU, kernel), as part of a file's name
    boots_on_kvm: function of a number of seconds, True if a guest reached user space in that time

    The answer is kept until the machine boots again.
    """
    forced = os.environ.get("AEROSTAT_ACCEL")
    if forced:
        return forced
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return "tcg"

    def probe(path):
        path.write_text("kvm" if boots_on_kvm(PROBE_SECONDS) else "tcg", encoding="ascii")

    return cache.entry(f"accel/{cache.boot_id()}-{key}", probe).read_text(encoding="ascii")
