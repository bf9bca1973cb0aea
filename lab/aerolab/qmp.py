# SPDX-License-Identifier: GPL-2.0-only
"""A client of QEMU's monitor (QMP) on a Unix socket: commands in order, events kept until asked for."""

import json
import select
import socket
import time

from . import jitter, patience
from .errors import CommandTimeout, GuestDied, QmpError


class Qmp:
    """One connection; the socket must be listening already."""

    def __init__(self, path, timeout=30):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self._buffer = b""
        self.events = []
        self._message(patience.deadline(timeout))
        self.execute("qmp_capabilities", timeout=timeout)

    def execute(self, command, arguments=None, timeout=30):
        """Runs a command and returns its value; QmpError if QEMU refuses, CommandTimeout after `timeout` seconds."""
        jitter.pause()
        deadline = patience.deadline(timeout)
        request = {"execute": command}
        if arguments:
            request["arguments"] = arguments
        try:
            self._socket.sendall(json.dumps(request).encode() + b"\n")
        except OSError as error:
            raise GuestDied(f"QEMU's monitor is gone: {error}") from error
        while True:
            answer = self._message(deadline, command)
            if "error" in answer:
                raise QmpError(f"{command} {arguments or ''}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]
            self.events.append(answer)

    def wait_event(self, name, timeout=30):
        """The first event `name` (or one of several names) that was not asked for before; waits for it."""
        names = (name,) if isinstance(name, str) else name
        deadline = patience.deadline(timeout)
        while True:
            for event in self.events:
                if event["event"] in names:
                    self.events.remove(event)
                    return event
            self.events.append(self._message(deadline, f"event {name}"))

    def close(self):
        self._socket.close()

    def _message(self, deadline, what="greeting"):
        while b"\n" not in self._buffer:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._socket], [], [], left)[0]:
                raise CommandTimeout(f"QEMU's monitor did not answer in time: {what}")
            self._receive(what)
        line, _, self._buffer = self._buffer.partition(b"\n")
        return json.loads(line)

    def _receive(self, what):
        try:
            data = self._socket.recv(65536)
        except OSError:
            data = b""
        if not data:
            raise GuestDied(f"QEMU's monitor is gone ({what})")
        self._buffer += data
