# SPDX-License-Identifier: GPL-2.0-only
"""Delays as a busy machine has them, by chance: JITTER=SEED in the environment holds up tests and their guests.

A test that samples what it should wait for passes on an idle machine. Here it is late by up to seconds at any
of its steps, and its guest does not run for up to a second now and then, on a machine that need not be busy: the
delays cost no processor, so that many tests may run side by side.
"""

import os
import random
import signal
import sys
import threading
import time

SEED = os.environ.get("JITTER")
PAUSE_ODDS = 1 / 4
PAUSE_SECONDS = 2
RUN_SECONDS = 4
HALT_SECONDS = 1
BOOT_SECONDS = 10  # left alone: a kernel that is halted while it compares its clocks has a wrong one ever after

_chance = random.Random(f"{SEED} {sys.argv[0]}")


def pause():
    """Before a step of a test: goes on at once, or late."""
    if SEED and _chance.random() < PAUSE_ODDS:
        time.sleep(_chance.uniform(0, PAUSE_SECONDS))


def halt(process):
    """Has a process (a Popen) not run from time to time, until it ends."""
    if SEED:
        threading.Thread(target=_halt, args=(process, random.Random(_chance.random())), daemon=True).start()


def _halt(process, chance):
    time.sleep(BOOT_SECONDS)
    while process.poll() is None:
        time.sleep(chance.uniform(0, RUN_SECONDS))
        process.send_signal(signal.SIGSTOP)
        time.sleep(chance.uniform(0, HALT_SECONDS))
        process.send_signal(signal.SIGCONT)
