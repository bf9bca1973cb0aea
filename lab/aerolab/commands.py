# SPDX-License-Identifier: GPL-2.0-only
"""Commands in a guest, whatever the machine that it runs in."""

from . import jitter
from .errors import CommandFailed, GuestDied


class Commands:
    """For classes that have `_channel`, the host's end of the agent's channel."""

    def spawn(self, command, on_output=None):
        """Starts a shell command and returns its Job (wait, poll, kill, output, wait_output)."""
        jitter.pause()
        return self._channel.start(command, on_output)

    def run(self, command, timeout=60, on_output=None):
        """Runs a shell command; Result(status, out). After `timeout` seconds it is killed: CommandTimeout.

        Processes that the command leaves in the background live on.
        """
        return self._end(self.spawn(command, on_output), timeout)

    def sh(self, command, timeout=60):
        """Runs a shell command that must succeed; its output without the last newline."""
        result = self.run(command, timeout)
        if result.status:
            raise CommandFailed(f"status {result.status}: {command}\n{result.out}", result)
        return result.out.removesuffix("\n")

    def touch(self, mib, timeout=120):
        """Has a process in the guest write to `mib` MiB of memory and end."""
        self.sh(f"memtool touch {int(mib)}", timeout)

    def dmesg(self):
        """The kernel's log as the guest sees it."""
        return self.sh("dmesg")

    def write(self, path, text):
        """Writes a text to a file in the guest (sysfs and the like), by one write(2).

        Costs the guest a fraction of what `sh` does.
        """
        self._see_to_files(b"w", f"{path}\0{text}", f"write to {path}")

    def read(self, path):
        """Text of a file in the guest, without the last newline."""
        return next(iter(self.look(path).values())).removesuffix("\n")

    def look(self, *patterns):
        """{last part of the path: text} of the files that match, one after the other, in the order of the patterns.

        Costs the guest a fraction of what `sh` does.
        """
        output = self._see_to_files(b"l", "\n".join(patterns), f"look at {' '.join(patterns)}")
        names_and_texts = output.split("\0")[:-1]
        return dict(zip(names_and_texts[::2], names_and_texts[1::2]))

    def _see_to_files(self, kind, payload, what):
        """A job that takes no process; its output. One is done after the other, and none can be killed."""
        jitter.pause()
        result = self._end(self._channel.start(payload, kind=kind), 60)
        if result.status:
            raise CommandFailed(f"status {result.status}: {what}\n{result.out}", result)
        return result.out

    def _end(self, job, timeout):
        try:
            return job.wait(timeout)
        except GuestDied as error:
            self._wait_dead()
            raise GuestDied(f"{error}; it was running: {job.command}{self._evidence()}") from error

    def _wait_dead(self):
        """The channel is closed: waits a moment for the rest of the guest to end, so that the evidence is complete."""

    def _evidence(self):
        """What else is known, for an error message."""
        return ""
