# SPDX-License-Identifier: GPL-2.0-only
"""One QEMU process: its command line, its private directory, and its certain end."""

import ctypes
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile

from . import jitter
from .qmp import Qmp

LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


class Qemu:
    """A running QEMU that dies with this process, however that ends.

    The kernel ties that to the thread that starts it: keep that thread alive as long as the guest.

    In `directory`: console.log (first serial port), trace.log, stderr.log, the monitor's socket
    (qmp.sock), that of the fake VMware monitor (vmware.sock) if there is one, the initramfs and the
    disk, if any. `agent` is our end of the second serial port.

    When it has ended it may be started again, in the same directory; what it writes is appended.
    """

    def __init__(self, program):
        self.program = program
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="aerolab-"))
        self.console_path = self.directory / "console.log"
        self.trace_path = self.directory / "trace.log"
        self.qmp_path = self.directory / "qmp.sock"
        self.vmware_path = self.directory / "vmware.sock"
        self.initramfs_path = self.directory / "initramfs"
        self.archive_path = self.directory / "archive"
        self.disk_path = self.directory / "disk"
        self.process = None
        self.agent = None
        self.console_path.touch()

    @property
    def pid(self):
        return self.process.pid

    def start(self, arguments, echo_console=False):
        """Starts QEMU with `arguments` (machine, memory, devices, kernel); serial ports and monitor are added."""
        self.qmp_path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(str(self.qmp_path))
        listener.listen(1)
        self.agent, far_end = socket.socketpair()
        echo = os.dup(2) if echo_console else None
        inherited = [listener.fileno(), far_end.fileno()] + ([echo] if echo_console else [])
        command = [self.program, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
                   *self._character_devices(listener.fileno(), far_end.fileno(), echo), *arguments]
        try:
            self._spawn(command, inherited)
        finally:
            far_end.close()
            listener.close()
            if echo_console:
                os.close(echo)

    def monitor(self):
        """A client of QEMU's monitor, once QEMU runs."""
        return Qmp(self.qmp_path)

    def wait(self, timeout):
        """The exit status, or None if QEMU still runs after `timeout` seconds."""
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None

    def kill(self):
        """Kills QEMU if it still runs; what it sent us can still be read."""
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stop(self):
        """Ends QEMU and the connection to it. Harmless when called again."""
        self.kill()
        if self.agent:
            self.agent.close()

    def remove(self):
        """Removes the private directory; AEROSTAT_KEEP=1 in the environment keeps it."""
        if not os.environ.get("AEROSTAT_KEEP"):
            shutil.rmtree(self.directory, ignore_errors=True)

    def console(self):
        """What the guest wrote to its console so far."""
        return self.console_path.read_bytes().decode(errors="replace").replace("\r\n", "\n")

    def complaint(self):
        """What QEMU wrote to its standard error."""
        path = self.directory / "stderr.log"
        return path.read_text(errors="replace").strip() if path.exists() else ""

    def evidence(self, console):
        """The end of what is on `console` and QEMU's complaints, for an error message."""
        tail = console.splitlines()[-25:]
        return "".join(("\nQEMU: " + self.complaint() if self.complaint() else "",
                        "\nend of the console:" if tail else "\n(the console is empty)",
                        *("\n  | " + line for line in tail)))

    def _character_devices(self, listener, agent, echo):
        console = f"file,id=console,path={self.console_path},append=on"
        if echo is not None:
            console = (f"file,id=console,path=/proc/self/fd/{echo},append=on,"
                       f"logfile={self.console_path},logappend=on")
        return ["-chardev", console, "-serial", "chardev:console",
                "-chardev", f"socket,id=agent,fd={agent}", "-serial", "chardev:agent",
                "-chardev", f"socket,id=qmp,fd={listener},server=on,wait=off", "-mon", "chardev=qmp,mode=control"]

    def _spawn(self, command, inherited):
        """A session of its own keeps Ctrl-C from QEMU: leaving the guest's `with` block ends it in order."""
        (self.directory / "command").write_text(" ".join(command) + "\n")
        with open(self.directory / "stderr.log", "ab") as stderr:
            self.process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=stderr, stderr=stderr, pass_fds=inherited,
                start_new_session=True, preexec_fn=_die_with(os.getpid()))
        jitter.halt(self.process)


def _die_with(parent):
    """For the new process: be killed when `parent` ends, even if that happened before this runs."""
    def prepare():
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
    return prepare
