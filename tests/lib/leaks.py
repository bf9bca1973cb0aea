# SPDX-License-Identifier: GPL-2.0-only
"""Memory that nobody points to any more, as the guest's kernel finds it (kmemleak)."""

from balloon import check

KMEMLEAK = "/sys/kernel/debug/kmemleak"
# It takes nothing for lost that is younger than this, and what moved during a scan may be missed by one.
AGE_SECONDS = 6
SCANS = 2


class Leaks:
    """What is lost from now on."""

    def __init__(self, guest):
        self.guest = guest
        guest.sh(f"echo scan=off > {KMEMLEAK}; echo scan > {KMEMLEAK}; echo clear > {KMEMLEAK}")

    def check_none(self, when):
        self.guest.sh(f"sleep {AGE_SECONDS}")  # by its own clock, which nobody can ask
        for _ in range(SCANS):
            self.guest.sh(f"echo scan > {KMEMLEAK}", timeout=120)
        found = self.guest.read(KMEMLEAK)
        check(not found, f"{when}: memory is lost:\n{found}")
