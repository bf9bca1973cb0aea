# SPDX-License-Identifier: GPL-2.0-only
"""A guest that libvirt runs, with virsh as the client: what most hosts look like.

Theory of operation

virsh gets libvirt's QEMU driver embedded (qemu:///embed), so there is no daemon, and nothing of the machine's own
libvirt is used or touched: configuration, state, sockets and logs of the driver are in the guest's directory. One
virsh runs as long as the guest, because the driver lives in it, and takes its commands from a pipe.

Who wants other clients beside virsh has a daemon (`daemon=True`): a libvirtd of the lab's own, for a session of a
user whose home is the guest's directory. LibvirtGuest.uri leads to it.

libvirt makes a daemon of QEMU, beyond the reach of the signal that ends other guests with their test. So virsh is
started by keeper.py, which ends all that came of it.

As root, the driver would want a user that only a complete installation makes, and would leave traces in /run. So root
runs virsh and QEMU as nobody, without KVM and with a copy of the kernel in a place where nobody may read it.
"""

import contextlib
import json
import os
import pathlib
import re
import select
import shutil
import socket
import subprocess
import sys
import time

from . import emulator, patience
from .errors import CommandTimeout, GuestDied, LabError, QmpError, SetupError
from .guest import Guest
from .qemu import Qemu

KEEPER = pathlib.Path(__file__).with_name("keeper.py")
NOBODY = 65534
SECONDS = 60
PROMPT = "virsh # "

# What a user writes to turn everything on that the driver can make use of.
MEMBALLOON = "<memballoon model='virtio' freePageReporting='on'><stats period='1'/></memballoon>"

DOMAIN = """\
<domain type='qemu'>
  <name>{name}</name>
  <memory unit='MiB'>{memory_mib}</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    <kernel>{directory}/kernel</kernel>
    <initrd>{directory}/initramfs</initrd>
    <cmdline>{cmdline}</cmdline>
  </os>
  <features><acpi/></features>
  <on_reboot>destroy</on_reboot>
  <devices>
    <emulator>{program}</emulator>
    <controller type='usb' model='none'/>
    <serial type='file'><source path='{directory}/console.log'/></serial>
    <serial type='unix'><source mode='connect' path='{directory}/agent.sock'/></serial>
    {memballoon}
  </devices>
</domain>
"""


class LibvirtGuest(Guest):
    """A Guest whose machine is libvirt's doing: use it in the same way, and virsh() besides.

    memballoon: the balloon device, in libvirt's XML
    daemon: libvirt's driver is in a daemon, which `uri` leads to, not inside of virsh

    QEMU's events are libvirt's: what waits for one (wait_event, suspend) or starts QEMU anew (reboot, reset,
    migrate) is for other guests.
    """

    name = "aerolab"

    def __init__(self, memory_mib=1024, memballoon=MEMBALLOON, daemon=False):
        super().__init__(memory_mib=memory_mib, accel="tcg")
        self._memballoon = memballoon
        self._home = Daemon if daemon else Embedded

    @property
    def uri(self):
        return self._qemu.home.uri

    def virsh(self, command):
        """Runs a command of virsh that must succeed; what it prints."""
        return self._qemu.virsh.run(command)

    def signal_libvirt(self, number):
        """Sends a signal to libvirt's daemon, if it has one."""
        self._qemu.home.signal(number)

    def _can_be_restored(self):
        return False  # the domain is libvirt's to start

    def _new_qemu(self):
        return Domain(emulator.find(emulator.PROGRAM), self.name, self._home)

    def _start(self, boot_file, initramfs, cmdline):
        directory = self._qemu.directory
        shutil.copyfile(boot_file, directory / "kernel")
        self._qemu.start(DOMAIN.format(name=self.name, memory_mib=self.machine.memory_mib, directory=directory,
                                       cmdline=cmdline, program=self._qemu.program, memballoon=self._memballoon))


class Domain(Qemu):
    """A QEMU that is started, asked and ended by a virsh of its own."""

    def __init__(self, program, name, home):
        super().__init__(program)
        self.name = name
        self.home = home(self.directory)
        self.virsh = None

    @property
    def pid(self):
        return int((self.home.run / f"{self.name}.pid").read_text())

    def start(self, definition):
        """Defines and starts the domain. The second serial port has to connect to agent.sock in our directory."""
        (self.directory / "domain.xml").write_text(definition)
        self.home.etc.mkdir(parents=True)
        (self.home.etc / "qemu.conf").write_text('stdio_handler = "file"\n')
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(self.directory / "agent.sock"))
            listener.listen(1)
            listener.settimeout(SECONDS)
            self.home.start()
            self.virsh = Virsh(self.directory, self.home.uri)
            self.virsh.run(f"define {self.directory}/domain.xml")
            self.virsh.run(f"start {self.name}")
            self.agent, _ = listener.accept()
            self.agent.setblocking(True)

    def monitor(self):
        return Monitor(self.virsh, self.name)

    def wait(self, timeout):
        """0 if the guest powered off, 1 if the domain ended otherwise, None if it is not over yet."""
        deadline = patience.deadline(timeout)
        while True:
            state = self.virsh.run(f"domstate {self.name} --reason")
            if state.startswith("shut off"):
                return 0 if "(shutdown)" in state else 1
            if time.monotonic() > deadline:
                return None
            time.sleep(0.05)

    def stop(self):
        if self.virsh:
            self.virsh.close()
        self.home.close()
        if self.agent:
            self.agent.close()

    def complaint(self):
        """What QEMU wrote to its log, in which libvirt writes, too."""
        path = self.home.log / f"{self.name}.log"
        text = path.read_text(errors="replace") if path.exists() else ""
        return "\n".join(re.findall(r"^\S+Z (qemu-system.*)", text, re.M))


class Embedded:
    """libvirt's driver inside of virsh: where its files are."""

    def __init__(self, directory):
        root = directory / "libvirt"
        self.uri = f"qemu:///embed?root={root}"
        self.etc, self.run, self.log = root / "etc", root / "run" / "qemu", root / "log" / "qemu"

    def start(self):
        """Nothing to do: virsh will."""

    def close(self):
        """The same."""


class Daemon:
    """libvirt's driver in a daemon of our own: where its files are."""

    def __init__(self, directory):
        self._directory = directory
        self._socket = directory / "run" / "libvirt" / "libvirt-sock"
        self._process = None
        self.uri = f"qemu+unix:///session?socket={self._socket}"
        self.etc, self.run = directory / ".config" / "libvirt", directory / "run" / "libvirt" / "qemu" / "run"
        self.log = directory / ".cache" / "libvirt" / "qemu" / "log"

    def start(self):
        (self._directory / "run").mkdir(mode=0o700)
        with open(self._directory / "libvirtd.out", "wb") as output:
            self._process = _start("libvirtd", [], self._directory, stdin=subprocess.DEVNULL, stdout=output)
        deadline = patience.deadline(SECONDS)
        while not self._socket.exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise SetupError("libvirtd does not start: " + (self._directory / "libvirtd.out").read_text())
            time.sleep(0.05)

    def signal(self, number):
        """Sends a signal to the daemon itself."""
        os.kill(int((self._socket.parent / "libvirtd.pid").read_text()), number)

    def close(self):
        """Ends it and all that came of it. Harmless when called again."""
        if self._process:
            self._process.terminate()
            self._process.wait()


class Virsh:
    """A virsh that has all its files below `directory`."""

    def __init__(self, directory, uri):
        self._process = _start("virsh", ["--quiet", "--connect", uri], directory, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)
        self._output = b""
        self._commands = 0

    def run(self, command):
        """Runs a command and returns what it prints; LabError if virsh complains, CommandTimeout if it hangs.

        virsh does not tell where an answer ends, so it is told to print something after it: two words, which are
        apart wherever the command itself is echoed.
        """
        self._commands += 1
        try:
            self._process.stdin.write(f"{command}\necho 'end of' '{self._commands}'\n".encode())
            self._process.stdin.flush()
        except OSError as error:
            raise GuestDied(f"virsh is gone: {self._output.decode()}") from error
        answer = self._read_to(f"end of {self._commands}".encode(), command)
        lines = [line for line in answer.decode().split("\n") if not line.startswith(PROMPT)]
        text = "\n".join(lines).strip()
        if re.search("^error: ", text, re.M):
            raise LabError(f"virsh {command}: {text}")
        return text

    def close(self):
        """Ends virsh and all that came of it. Harmless when called again."""
        self._process.terminate()
        self._process.wait()
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.stdout.close()

    def _read_to(self, mark, command):
        deadline = patience.deadline(SECONDS)
        while mark not in self._output:
            left = max(deadline - time.monotonic(), 0)
            if not select.select([self._process.stdout], [], [], left)[0]:
                raise CommandTimeout(f"virsh did not answer in {SECONDS} s: {command}")
            data = os.read(self._process.stdout.fileno(), 65536)
            if not data:
                raise GuestDied(f"virsh ended during '{command}': {self._output.decode()}")
            self._output += data
        answer, _, self._output = self._output.partition(mark)
        return answer


class Monitor:
    """QEMU's monitor as far as libvirt lets others use it: commands, no events. Stands in for Qmp."""

    def __init__(self, virsh, name):
        self._virsh = virsh
        self._name = name

    def execute(self, command, arguments=None, timeout=None):
        """Runs a command and returns its value; the time limit is that of virsh()."""
        request = json.dumps({"execute": command, "arguments": arguments or {}})
        answer = json.loads(self._virsh.run(f"qemu-monitor-command {self._name} '{request}'"))
        if "error" in answer:
            raise QmpError(f"{command} {arguments or ''}: {answer['error']['desc']}")
        return answer["return"]

    def close(self):
        """Nothing to do: the connection is virsh's."""


def _start(name, arguments, directory, **more):
    """Starts a program of libvirt's that keeps to `directory`; what comes of it ends with it."""
    program = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if not program:
        raise SetupError(f"{name} is missing: run 'lab/install vm'")
    command = [sys.executable, str(KEEPER), str(os.getpid()), *_become_nobody(directory), program, *arguments]
    # Not the home and the runtime directory of the user's, to which libvirt would write.
    environment = {"PATH": os.environ["PATH"], "HOME": str(directory), "XDG_RUNTIME_DIR": str(directory / "run"),
                   "LC_ALL": "C", "LIBVIRT_LOG_OUTPUTS": f"3:file:{directory}/{name}.log"}
    return subprocess.Popen(command, cwd="/", env=environment, stderr=subprocess.STDOUT, start_new_session=True,
                            **more)


def _become_nobody(directory):
    """Gives `directory` away and returns how a command begins that is to run as its new owner; only as root."""
    if os.geteuid():
        return []
    closed = [path for path in directory.parents if not path.stat().st_mode & 0o001]
    if closed:
        raise SetupError(f"libvirt's guest runs as nobody, to whom {closed[-1]} is closed: set TMPDIR")
    for path in (directory, *directory.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--"]
