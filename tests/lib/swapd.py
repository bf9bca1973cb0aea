# SPDX-License-Identifier: GPL-2.0-only
"""aerostat-swapd in a lab guest: a disk for its files, its configuration, what it and the kernel say."""

import contextlib
import pathlib
import subprocess
import tempfile
import time

from balloon import ROOT, Guest, check, patience
from aerolab import program

PROGRAM = ROOT / "build" / "aerostat-swapd"
DIRECTORY = "/mnt/swap"
CONFIG = "/etc/aerostat/swapd.conf"
LOG = "/tmp/swapd.log"
# The last is what ext4 asks the kernel for by name, which no list of dependencies has.
EXT4 = ["virtio_pci", "virtio_blk", "ext4", "crc32c_generic"]


@contextlib.contextmanager
def guest(disk_mib=1024, memory_mib=512, modules=(), files=None, qemu_args=(), driver="none", **more):
    """A guest with the program in it and, if `disk_mib`, an ext4 on /mnt."""
    check(PROGRAM.exists(), f"{PROGRAM} is missing: run 'make programs'")
    contents = {**program.files(PROGRAM, "/bin/aerostat-swapd"), **(files or {})}
    with tempfile.TemporaryDirectory(prefix="aerolab-disk-") as directory:
        disk = []
        if disk_mib:
            image = pathlib.Path(directory) / "disk"
            with open(image, "wb") as file:
                file.truncate(disk_mib << 20)
            subprocess.run(["/sbin/mkfs.ext4", "-q", image], check=True)
            disk = ["-drive", f"file={image},format=raw,if=none,id=disk1,cache=unsafe",
                    "-device", "virtio-blk-pci,drive=disk1"]
        with Guest(memory_mib=memory_mib, driver=driver, modules=[*(EXT4 if disk_mib else ()), *modules],
                   files=contents, qemu_args=[*disk, *qemu_args], **more) as booted:
            if disk_mib:
                booted.sh("mount -t ext4 /dev/vda /mnt")
            yield booted


class Swapd:
    """The daemon of `guest`; settings as keyword arguments go into its configuration."""

    def __init__(self, guest, **settings):
        self.guest = guest
        self.settings = {"directory": DIRECTORY, "interval": 1, **settings}
        lines = "".join(f"{name} = {value}\n" for name, value in self.settings.items() if value is not None)
        guest.sh(f"mkdir -p {CONFIG.rpartition('/')[0]}")
        guest.write(CONFIG, lines)

    def start(self):
        """Starts it and waits until it has a status; its process's number."""
        pid = self.guest.sh(f"rm -f /run/aerostat-swapd.status; aerostat-swapd 2>> {LOG} & echo $!")
        self.wait(lambda status: True, "a status")
        return int(pid)

    def log(self):
        return self.guest.read(LOG)

    def status(self):
        """{name: value}, with "segment" as a list of (path, state, size_kb, used_kb); None if it does not run."""
        result = self.guest.run("aerostat-swapd --status")
        if result.status:
            return None
        status = {"segment": []}
        for line in result.out.splitlines():
            name, *words = line.split()
            if name == "segment":
                status["segment"].append((words[0], words[1], int(words[2]), int(words[3])))
            else:
                status[name] = int(words[0]) if words[0].isdigit() else words[0]
        return status

    def wait(self, condition, what, timeout=60):
        """Waits until `condition` is true for the status; the status then."""
        deadline = patience.deadline(timeout)
        while True:
            status = self.status()
            if status and condition(status):
                return status
            check(time.monotonic() < deadline, f"not after {timeout} s: {what}; {status}\n{self.log()}")
            time.sleep(0.2)


def swaps(guest):
    """{path: (size_kb, used_kb)} of the kernel's swap."""
    lines = guest.read("/proc/swaps").splitlines()[1:]
    return {words[0]: (int(words[2]), int(words[3])) for words in (line.split() for line in lines)}


def used_kb(guest):
    return sum(used for _, used in swaps(guest).values())
