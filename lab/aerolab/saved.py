# SPDX-License-Identifier: GPL-2.0-only
"""Machines that were saved when their agent ran, so that others need not boot.

A state is what QEMU's migration makes of a machine, in the cache. It is good for machines of the same arguments, with
the same kernel, command line and common part of the initramfs (image.py); what is a guest's own comes later.

The machine stands still meanwhile. What a running one writes has to be found and saved again, and not all was once:
the guest died of its scheduler's lists. That it stood still is not in the state, or it would not go on.

QEMU writes down for each empty page that it is empty; and where it reads that, it looks whether the page is, by which
the host maps one: empty memory would no longer come in huge pages when it is used. So these records are left out.
The format, as far as it matters here, is that of migration/savevm.c and migration/ram.c.
"""

import hashlib
import os
import shlex
import shutil
import struct
import subprocess
import time

from . import cache, kernellog, migration
from .channel import Channel
from .errors import BootFailed, GuestError, LabError, SetupError
from .machine import VMWARE_PLUGIN
from .qemu import Qemu

BOOT_SECONDS = 240
KEEP_DAYS = 7  # since it was last used
SAVING = ["-global", "migration.store-global-state=off"]  # what the machine does: it shall run
ARCHIVE = "opt/org.aerostat/archive"  # where lab/guest/agent.c looks

MAGIC, VERSION = 0x5145564D, 3
SECTION_START, SECTION_PART, SECTION_END, CONFIGURATION, COMMAND, FOOTER = 0x01, 0x02, 0x03, 0x07, 0x08, 0x7E
ZERO, MEM_SIZE, PAGE, EOS, CONTINUE = 0x02, 0x04, 0x08, 0x10, 0x20
PAGE_BYTES = 4096


def wanted():
    """Whether guests shall begin so: AEROSTAT_RESTORE=yes in the environment."""
    return os.environ.get("AEROSTAT_RESTORE") == "yes"


def restore_arguments(state, archive):
    """QEMU's arguments to begin with a state, and to give the guest what is its own."""
    return ["-incoming", f"exec:zstd -dcq {shlex.quote(str(state))}", "-fw_cfg", f"name={ARCHIVE},file={archive}"]


def get(program, machine, accel, boot_file, common, cmdline):
    """Path of the state: of QEMU's `program`, a Machine, a kernel, the common archive, and a command line."""
    if not shutil.which("zstd"):
        raise SetupError("zstd is missing: run 'lab/install vm'")
    # Wherever the fake VMware monitor lies: nobody has talked to it yet.
    arguments = [word.replace(str(VMWARE_PLUGIN), "monitor") for word in machine.arguments(accel, "disk", "vmware")]
    parts = [_identity(program), _identity(boot_file), hashlib.sha256(common).hexdigest(), cmdline, *arguments]
    key = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]
    state = cache.entry(f"saved/{key}", lambda path: _make(path, program, machine, accel, boot_file, common, cmdline))
    os.utime(state)
    return state


def _make(path, program, machine, accel, boot_file, common, cmdline):
    _remove_unused()
    qemu = Qemu(program)
    try:
        qemu.initramfs_path.write_bytes(common)
        qemu.disk_path.touch()
        os.truncate(qemu.disk_path, machine.swap_mib << 20)
        qemu.start([*machine.arguments(accel, qemu.disk_path, qemu.vmware_path), "-kernel", str(boot_file),
                    "-initrd", str(qemu.initramfs_path), "-append", cmdline, *SAVING])
        _wait_booted(qemu)
        _save(qemu.monitor(), qemu.directory / "state")
        findings = kernellog.scan(qemu.console(), [])
        if findings:
            raise LabError("the kernel complained as it booted:\n" + kernellog.describe(qemu.console(), findings))
        leave_out_empty(qemu.directory / "state", path)
    finally:
        qemu.stop()
        qemu.remove()


def _wait_booted(qemu):
    try:
        Channel(qemu.agent).wait_token(b"R", BOOT_SECONDS)
    except GuestError as error:
        raise BootFailed(f"the machine to save did not boot: {error}{qemu.evidence(qemu.console())}") from error


def _remove_unused():
    """States of kernels and programs that are no more."""
    for state in (cache.root() / "saved").glob("*"):
        if time.time() - state.stat().st_mtime > KEEP_DAYS * 86400:
            state.unlink(missing_ok=True)


def _save(monitor, path):
    monitor.execute("stop")
    monitor.execute("migrate-set-parameters", {"max-bandwidth": 1 << 40})
    migration.run(monitor, f"exec:cat > {shlex.quote(str(path))}")


def _identity(path):
    status = os.stat(os.path.realpath(path))
    return f"{os.path.realpath(path)} {status.st_size} {status.st_mtime_ns}"


def leave_out_empty(source, target):
    """Copies a state without its records of empty pages, packed. LabError: it is none, or of another format."""
    with open(source, "rb") as stream, open(target, "wb") as packed, \
            subprocess.Popen(["zstd", "-1", "-q", "-c"], stdin=subprocess.PIPE, stdout=packed) as pack:
        _Copy(stream, pack.stdin).all()
        pack.stdin.close()
        if pack.wait():
            raise LabError(f"zstd: status {pack.returncode}")


class _Copy:
    """Of a state, without records of empty pages. Memory comes first, then what is copied as it is."""

    def __init__(self, stream, out):
        self._stream = stream
        self._out = out
        self._block = b""

    def all(self):
        if struct.unpack(">II", self._take(8)) != (MAGIC, VERSION):
            raise LabError("QEMU's state has another format")
        while True:
            kind = self._take(1)[0]
            if kind == CONFIGURATION:
                self._take(int.from_bytes(self._take(4), "big"))
            elif kind == COMMAND:  # to the QEMU that reads it; newer ones say that the machine stands still from now on
                self._take(2)
                self._take(int.from_bytes(self._take(2), "big"))
            elif kind == SECTION_START:
                self._take(4)
                if self._string() != b"ram":
                    raise LabError("QEMU's state does not begin with memory")
                self._take(8)
                self._setup()
            elif kind in (SECTION_PART, SECTION_END):
                self._take(4)
                self._pages()
            else:
                raise LabError(f"QEMU's state has a section of kind {kind} within memory")
            if kind in (SECTION_START, SECTION_PART, SECTION_END) and self._take(5)[0] != FOOTER:
                raise LabError("a section of QEMU's state does not end where it should")
            if kind == SECTION_END:
                break
        self._out.write(self._stream.read())

    def _setup(self):
        left = int.from_bytes(self._take(8), "big")
        if not left & MEM_SIZE:
            raise LabError("QEMU's state does not begin with a list of memory")
        left &= ~(PAGE_BYTES - 1)
        while left > 0:
            self._string()
            left -= int.from_bytes(self._take(8), "big")
        if int.from_bytes(self._take(8), "big") != EOS:
            raise LabError("the list of memory in QEMU's state does not end where it should")

    def _pages(self):
        while True:
            head = int.from_bytes(self._read(8), "big")
            flags, address = head & (PAGE_BYTES - 1), head & ~(PAGE_BYTES - 1)
            if flags == EOS:
                self._out.write(head.to_bytes(8, "big"))
                return
            if flags & ~CONTINUE not in (ZERO, PAGE):
                raise LabError(f"QEMU's state has a page with flags {flags:#x}")
            if not flags & CONTINUE:
                length = self._read(1)
                self._block = length + self._read(length[0])
            content = self._read(1 if flags & ZERO else PAGE_BYTES)
            if flags & ZERO and content != b"\0":
                raise LabError("QEMU's state has a page of another byte")
            if flags & PAGE:
                self._out.write((address | flags & ~CONTINUE).to_bytes(8, "big") + self._block + content)

    def _string(self):
        return self._take(self._take(1)[0])

    def _take(self, count):
        """Reads and copies."""
        data = self._read(count)
        self._out.write(data)
        return data

    def _read(self, count):
        data = self._stream.read(count)
        if len(data) != count:
            raise LabError("QEMU's state is cut off")
        return data
