# SPDX-License-Identifier: GPL-2.0-only
"""A client of the fake VMware monitor (lab/vmware): a line of JSON there, a line of JSON back."""

import json
import select
import socket
import time

from . import jitter, patience
from .errors import CommandTimeout, GuestDied, LabError

ANSWER_SECONDS = 30


class Monitor:
    """One connection; lab/vmware/control.c says what can be asked for."""

    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self._buffer = b""

    def ask(self, **members):
        """Changes what `members` say, if anything; the state of the monitor then, a dictionary of numbers."""
        jitter.pause()
        try:
            self._socket.sendall(json.dumps(members).encode() + b"\n")
        except OSError as error:
            raise GuestDied(f"the VMware monitor is gone: {error}") from error
        answer = json.loads(self._line(patience.deadline(ANSWER_SECONDS)))
        if "error" in answer:
            raise LabError(f"the VMware monitor does not understand {members}: {answer['error']}")
        return answer

    def close(self):
        self._socket.close()

    def _line(self, deadline):
        while b"\n" not in self._buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._socket], [], [], left)[0]:
                raise CommandTimeout("the VMware monitor did not answer in time")
            data = self._socket.recv(65536)
            if not data:
                raise GuestDied("the VMware monitor is gone")
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line
