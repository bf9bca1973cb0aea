# SPDX-License-Identifier: GPL-2.0-only
"""Watches one guest for the demo: host memory over time, and a line that says what happens."""

import os
import pathlib
import sys
import threading
import time

from .peers import MIB
from .sample import Observer

SAMPLE_SECONDS = 0.01
REDRAW_SECONDS = 0.1
BAR = 24
PAGE_KIB = os.sysconf("SC_PAGESIZE") // 1024
# When a phase begins at the earliest, in seconds after inflation was asked for: the same for all guests, so
# that their curves can be laid over each other.
SCHEDULE = {"inflate": 0.0, "deflate": 2.5, "retouch": 5.0}
LEAD_SECONDS = 0.5
WORDS = {"touch": "the guest touches its memory", "inflate": "inflating", "deflate": "deflating",
         "retouch": "the guest touches its memory again"}


class Watch(Observer):
    """An Observer that draws on `stream`; `points` are (seconds after the inflate request, MiB)."""

    def __init__(self, label, stream=sys.stdout):
        self.points = []
        self.starts = {}
        self._label = label
        self._stream = stream
        self._live = stream.isatty()
        self._drawn = 0.0
        self._phase_start = 0.0
        self._sampler = None
        self._zero = 0.0

    def begin(self, name, guest):
        """Makes a phase wait for its turn."""
        if name in SCHEDULE:
            self._wait_turn(name, guest.pid)
        self._phase_start = time.monotonic()
        if self._live:
            self._draw(WORDS[name])

    def end(self, name, milliseconds):
        """Leaves the phase's line behind; after the last phase, the curve is complete."""
        self._stream.write(("\r\x1b[K" if self._live else "")
                           + f"{self._label:18} {WORDS[name]}: {milliseconds:.0f} ms\n")
        self._stream.flush()
        if name == "retouch":
            self.close()
            self.starts["end"] = time.monotonic() - self._zero

    def progress(self, name, taken_bytes, wanted_bytes):
        """Redraws the line a few times a second."""
        now = time.monotonic()
        if not self._live or now - self._drawn < REDRAW_SECONDS:
            return
        self._drawn = now
        span = max(taken_bytes, wanted_bytes, 1 << 30)
        filled = BAR * taken_bytes // span
        self._draw(f"{WORDS[name]:10} [{'#' * filled}{'.' * (BAR - filled)}] {taken_bytes // MIB:5} of"
                   f" {wanted_bytes // MIB:5} MiB  {now - self._phase_start:4.1f} s")

    def close(self):
        """Ends the sampling, also when the sample was cut short; harmless when called again."""
        if self._sampler:
            self._sampler.stop()
            self.points = [(at - self._zero, mib) for at, mib in self._sampler.points]

    def _wait_turn(self, name, pid):
        if not self._sampler:
            self._sampler = Sampler(pid)
            time.sleep(LEAD_SECONDS)
            self._zero = time.monotonic()
        time.sleep(max(self._zero + SCHEDULE[name] - time.monotonic(), 0))
        self.starts[name] = time.monotonic() - self._zero

    def _draw(self, text):
        self._stream.write(f"\r\x1b[K{self._label:18} {text}")
        self._stream.flush()


class Sampler:
    """Reads the resident memory of a process every 10 ms in a thread. Costs some 20 us each: no page is walked."""

    def __init__(self, pid):
        self.points = []
        self._path = pathlib.Path(f"/proc/{pid}/statm")
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self):
        """Ends the thread; harmless when called again."""
        self._over.set()
        self._thread.join()

    def _run(self):
        while not self._over.wait(SAMPLE_SECONDS):
            try:
                pages = int(self._path.read_text(encoding="ascii").split()[1])
            except (OSError, IndexError):
                return
            self.points.append((time.monotonic(), pages * PAGE_KIB / 1024))
