# SPDX-License-Identifier: GPL-2.0-only
"""The balloon of an imaginary host (guest/fake) as tests see it: what goes wrong, and what its referee saw."""

import re

from balloon import Guest, numbers
from referee import FreeMemory, RefereedBalloon  # noqa: F401

MODULE = "aerostat_fake"
DEBUGFS = f"/sys/kernel/debug/{MODULE}"

# For load(): what scatter() needs.
SCATTER = "batch_blocks=0 batch_pages=65536"


def fake_guest(memory_mib=512, spare_modules=(), **arguments):
    """A guest in which nothing but the engine is loaded; FakeBalloon.load() loads the rest."""
    return Guest(memory_mib=memory_mib, driver="none", modules=["aerostat"],
                 spare_modules=[MODULE, *spare_modules], **arguments)


class FakeBalloon(RefereedBalloon):
    """The balloon fake0. `load` before anything else."""

    def __init__(self, guest):
        super().__init__(guest, "fake0", DEBUGFS, "host_target_pages")

    def load(self, arguments=""):
        self.guest.sh(f"insmod /modules/{MODULE}.ko {arguments}")

    def unload(self, timeout=30):
        """last_words()"""
        self.guest.sh(f"rmmod {MODULE}", timeout)
        return self.last_words()

    def last_words(self):
        """{"held_pages", "fouls"} as the host saw it when the engine had said its last word and was unloaded."""
        lines = re.findall(rf"{MODULE}: unloaded: (held_pages \d+) (fouls \d+)", self.guest.dmesg())
        return numbers("\n".join(lines[-1]))

    def fault(self, plan="none"):
        self.guest.sh(f"echo '{plan}' > {DEBUGFS}/fault")

    def luck(self, seed):
        """Chance decides from now on what goes wrong; with 0, the plan does."""
        self.guest.sh(f"echo {seed} > {DEBUGFS}/luck")

    def host_reset(self):
        self.guest.sh(f"echo 1 > {DEBUGFS}/host_reset")

    def scatter(self, ballooned_pages):
        """Resizes from 0, with a free page beside each page held, so that compaction will move many.

        Only after load(SCATTER): all pages have to come in one batch, of which every other is refused.
        """
        self.resize(0)
        self.fault(f"refuse-pages 1/2, not-needed {ballooned_pages}")
        self.ask(2 * ballooned_pages)
        self.wait(lambda now: now["state"] == "short" and now["held_pages"] == ballooned_pages, "scattered")
        self.fault("none")
        self.resize(ballooned_pages)
