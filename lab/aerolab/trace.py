# SPDX-License-Identifier: GPL-2.0-only
"""QEMU's trace events, counted or whole, from the file that its "log" backend writes."""

import re

# With or without "PID@SECONDS.FRACTION:" in front, depending on QEMU's version and -msg.
LINE = re.compile(rb"^(?:\d+@\d+\.\d+:)?(([A-Za-z_]\w*) ?.*)$", re.MULTILINE)

# What newer QEMUs (from 11 on) call an event. Both names are asked for; QEMU only warns of one that it does not have.
LATER_NAMES = {"ram_block_discard_range": "ram_block_discard_shared_range"}
EARLIER_NAMES = {later: earlier for earlier, later in LATER_NAMES.items()}


class Trace:
    """Counts of some events since the last reset; reads only what is new in the file."""

    def __init__(self, path, events):
        self._path = path
        self._events = tuple(events)
        self._start = 0
        self._offset = 0
        self._rest = b""
        self._counts = dict.fromkeys(self._events, 0)

    def arguments(self):
        """QEMU's options."""
        if not self._events:
            return []
        names = [*self._events, *(LATER_NAMES[event] for event in self._events if event in LATER_NAMES)]
        enable = [part for name in names for part in ("-trace", f"enable={name}")]
        return [*enable, "-D", str(self._path)]

    def counts(self):
        """{event: number of times}. A pattern such as "virtio_balloon_*" gives the events that it matched."""
        self._read()
        return dict(self._counts)

    def lines(self):
        """The events themselves, in order: name, a space, what QEMU says of it."""
        if not self._events or not self._path.exists():
            return []
        with open(self._path, "rb") as file:
            file.seek(self._start)
            return [match[1].decode() for match in LINE.finditer(file.read())]

    def reset(self):
        """Start again from zero."""
        self._read()
        self._start = self._offset - len(self._rest)
        self._counts = dict.fromkeys(self._events, 0)

    def _read(self):
        if not self._events or not self._path.exists():
            return
        with open(self._path, "rb") as file:
            file.seek(self._offset)
            while chunk := file.read(1 << 22):
                self._offset += len(chunk)
                whole, _, self._rest = (self._rest + chunk).rpartition(b"\n")
                for match in LINE.finditer(whole):
                    name = EARLIER_NAMES.get(match[2].decode(), match[2].decode())
                    self._counts[name] = self._counts.get(name, 0) + 1
