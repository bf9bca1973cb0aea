# SPDX-License-Identifier: GPL-2.0-only
"""aerostat-swapd in a lab guest: a disk for its files, its configuration, what it and the kernel say."""

import contextlib
import pathlib
import subprocess
import tempfile
import time

from balloon import ROOT, Guest, check, has_module, patience
from aerolab import program

PROGRAM = ROOT / "build" / "aerostat-swapd"
DIRECTORY = "/mnt/swap"
CONFIG = "/etc/aerostat/swapd.conf"
LOG = "/tmp/swapd.log"
DISK = "disk1"
EXT4 = ["virtio_pci", "virtio_blk", "ext4"]
# What ext4 asks older kernels for by name, which no list of dependencies has.
HASH = "crc32c_generic"


@contextlib.contextmanager
def guest(disk_mib=1024, memory_mib=512, modules=(), files=None, qemu_args=(), driver="none", **more):
    """A guest with the program in it and, if `disk_mib`, an ext4 on /mnt."""
    check(PROGRAM.exists(), f"{PROGRAM} is missing: run 'make programs'")
    contents = {**program.files(PROGRAM, "/bin/aerostat-swapd"), **(files or {})}
    with tempfile.TemporaryDirectory(prefix="aerolab-disk-") as directory:
        disk = []
        if disk_mib:
            modules = [*EXT4, *([HASH] if has_module(HASH) else []), *modules]
            image = pathlib.Path(directory) / "disk"
            with open(image, "wb") as file:
                file.truncate(disk_mib << 20)
            subprocess.run(["/sbin/mkfs.ext4", "-q", image], check=True)
            disk = ["-drive", f"file={image},format=raw,if=none,id={DISK},cache=unsafe",
                    "-device", f"virtio-blk-pci,drive={DISK}"]
        with Guest(memory_mib=memory_mib, driver=driver, modules=modules, files=contents,
                   qemu_args=[*disk, *qemu_args], **more) as booted:
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

    def stop(self, pid):
        """Asks it to end and waits until it has."""
        self.guest.sh(f"kill {pid}; while kill -0 {pid} 2> /dev/null; do usleep 100000; done", timeout=20)

    def once(self):
        """Has one segment emptied; the result of the command."""
        return self.guest.run("aerostat-swapd --once")

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


class Group:
    """A control group, whose memory is swapped out at will."""

    def __init__(self, guest, name):
        self.guest, self.path = guest, f"/sys/fs/cgroup/{name}"
        guest.sh(f"echo +memory > /sys/fs/cgroup/cgroup.subtree_control; mkdir -p {self.path}")

    def run(self, command):
        self.guest.sh(f"sh -c 'echo 0 > {self.path}/cgroup.procs; {command}'")

    def swap_out(self, mib):
        """Has the kernel swap out so much that at least three quarters of `mib` MiB are in swap."""
        self.guest.run(f"echo {mib}M > {self.path}/memory.reclaim")
        check(used_kb(self.guest) >= mib * 768, f"only {used_kb(self.guest)} KiB of {mib} MiB were swapped out")


class Data(Group):
    """A file in memory, of random bytes, that is known."""

    def __init__(self, guest, mib):
        super().__init__(guest, "data")
        guest.sh("mkdir /data && mount -t tmpfs tmpfs /data")
        self.run(f"dd if=/dev/urandom of=/data/x bs=1M count={mib}")
        self.sum = guest.sh("md5sum /data/x")

    def check_whole(self):
        check(self.guest.sh("md5sum /data/x") == self.sum, "what was swapped out is not what it was")


class Crowd(Group):
    """Many processes with 4 MiB each: the kernel leaves a segment only between two processes, if it is to stop."""

    def __init__(self, guest, mib):
        super().__init__(guest, "crowd")
        self.run(f"for i in $(seq {mib // 4}); do memtool hold 4; done")


def slow_down(guest, bytes_per_second):
    """How fast the disk reads, so that a segment takes long to come back; 0: as fast as it goes."""
    limits = dict.fromkeys(("bps", "bps_wr", "iops", "iops_rd", "iops_wr"), 0)
    guest.qmp("block_set_io_throttle", device=DISK, bps_rd=bytes_per_second, **limits)


def swaps(guest):
    """{path: (size_kb, used_kb)} of the kernel's swap."""
    lines = guest.read("/proc/swaps").splitlines()[1:]
    return {words[0]: (int(words[2]), int(words[3])) for words in (line.split() for line in lines)}


def used_kb(guest):
    return sum(used for _, used in swaps(guest).values())
