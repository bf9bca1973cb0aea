# SPDX-License-Identifier: GPL-2.0-only
"""The host's end of the agent's channel: frames, and the commands that run in the guest.

The format of a frame is described in lab/guest/agent.c.
"""

import contextlib
import dataclasses
import select
import struct
import time

from . import patience
from .errors import CommandTimeout, GuestDied

HEADER = struct.Struct("<BBHI")
MAGIC = 0xAE
COMMAND_MAX = 1 << 20


@dataclasses.dataclass(frozen=True)
class Result:
    """How a command ended: 128 and more mean a signal, 126 that the guest could not start it."""

    status: int
    raw: bytes

    @property
    def out(self):
        """Standard output and error, as text."""
        return self.raw.decode(errors="surrogateescape")


class Job:
    """A command in the guest that may still be running."""

    def __init__(self, channel, number, command, on_output=None):
        self._channel = channel
        self._number = number
        self._parts = []
        self._on_output = on_output
        self.command = command
        self.status = None
        self.lost = False

    @property
    def output(self):
        """Standard output and error received so far, as bytes."""
        return b"".join(self._parts)

    def poll(self):
        """The status if the command is over, else None."""
        self._channel.pump()
        return self.status

    def wait(self, timeout=60):
        """Waits for the end and returns a Result. CommandTimeout: the command has been killed."""
        deadline = patience.deadline(timeout)
        while self.status is None:
            self._check_lost()
            if not self._channel.pump(deadline):
                self.kill()
                raise CommandTimeout(f"no end after {timeout} s: {self.command}{self._tail()}")
        return Result(self.status, self.output)

    def wait_output(self, text, timeout=60):
        """Waits until the output holds `text`."""
        deadline = patience.deadline(timeout)
        while text.encode() not in self.output:
            self._check_lost()
            if self.status is not None:
                raise CommandTimeout(f"ended without printing '{text}': {self.command}{self._tail()}")
            if not self._channel.pump(deadline):
                raise CommandTimeout(f"'{text}' not printed after {timeout} s: {self.command}{self._tail()}")

    def kill(self):
        """Kills the command's processes; those that made a session of their own live on."""
        if self.status is None and not self.lost:
            self._channel.send(b"k", self._number)

    def receive(self, data):
        """For the channel: output arrived."""
        self._parts.append(data)
        if self._on_output:
            self._on_output(data)

    def _check_lost(self):
        if self.lost:
            raise GuestDied(f"the guest restarted during: {self.command}{self._tail()}")

    def _tail(self):
        text = self.output[-2000:].decode(errors="replace").strip()
        return f"\noutput so far:\n{text}" if text else ""


class Channel:
    """Frames over a connected stream socket. All methods raise GuestDied once the other end is closed.

    READY says that an agent has begun: what ran before it is lost.
    """

    def __init__(self, stream):
        self._stream = stream
        self._buffer = bytearray()
        self._jobs = {}
        self._next_number = 1
        self._tokens = []

    def start(self, command, on_output=None, kind=b"r"):
        """Starts a shell command in the guest (or another kind of job); returns its Job."""
        number = self._next_number
        self._next_number = number % 0xFFFF + 1
        payload = command.encode(errors="surrogateescape")
        if len(payload) > COMMAND_MAX:
            raise ValueError("the command is too long")
        job = Job(self, number, command, on_output)
        self._jobs[number] = job
        self.send(kind, number, payload)
        return job

    def send(self, kind, number=0, payload=b""):
        """Sends one frame."""
        try:
            self._stream.sendall(HEADER.pack(MAGIC, kind[0], number, len(payload)) + payload)
        except OSError as error:
            raise GuestDied("the guest is gone (its channel is closed)") from error

    def wait_token(self, kind, timeout):
        """Payload of the next READY (b"R") or GOODBYE (b"G") frame; CommandTimeout if it does not come."""
        deadline = patience.deadline(timeout)
        while True:
            for token in self._tokens:
                if token[0] == kind[0]:
                    self._tokens.remove(token)
                    return token[1].decode(errors="replace")
            if not self.pump(deadline):
                raise CommandTimeout(f"no sign of life from the guest after {timeout} s")

    def move(self, stream):
        """The guest's end of the channel is behind another socket now; the old one is at its end and gets drained."""
        try:
            while self.pump(time.monotonic()):
                pass
        except GuestDied:
            pass  # that is how the end shows
        self.reconnect(stream)

    def reconnect(self, stream):
        """The same guest goes on at the end of another stream, with all that was running."""
        self._stream.close()
        self._stream = stream

    def leftover(self, seconds):
        """What is no frame, with all that comes within `seconds` after it, as text: a kernel's last words."""
        deadline = time.monotonic() + seconds
        with contextlib.suppress(OSError):
            while select.select([self._stream], [], [], max(deadline - time.monotonic(), 0))[0]:
                data = self._stream.recv(1 << 18)
                if not data:
                    break
                self._buffer += data
        return self._buffer.decode(errors="replace")

    def pump(self, deadline=0.0):
        """Waits until `deadline` (monotonic clock) for something to arrive and handles it; False if nothing did."""
        left = max(deadline - time.monotonic(), 0)
        if not select.select([self._stream], [], [], left)[0]:
            return False
        try:
            data = self._stream.recv(1 << 18)
        except OSError:
            data = b""
        if not data:
            raise GuestDied("the guest is gone (its channel is closed)")
        self._buffer += data
        while self._take_frame():
            pass
        return True

    def _take_frame(self):
        if len(self._buffer) < HEADER.size:
            return False
        magic, kind, number, length = HEADER.unpack_from(self._buffer)
        if magic != MAGIC:
            raise GuestDied(f"garbage on the agent's channel: {bytes(self._buffer[:40])!r}")
        end = HEADER.size + length
        if len(self._buffer) < end:
            return False
        payload = bytes(self._buffer[HEADER.size:end])
        del self._buffer[:end]
        self._handle(kind, number, payload)
        return True

    def _handle(self, kind, number, payload):
        job = self._jobs.get(number)
        if kind == ord("R"):
            self._lose_jobs()
        if kind in b"RG":
            self._tokens.append((kind, payload))
        elif kind == ord("O") and job:
            job.receive(payload)
        elif kind == ord("X") and job:
            job.status = int.from_bytes(payload, "little")
            del self._jobs[number]

    def _lose_jobs(self):
        for job in self._jobs.values():
            job.lost = True
        self._jobs.clear()
