# SPDX-License-Identifier: GPL-2.0-only
"""Three guests that share a host's memory: with sizes that stay, and under the host manager.

Each guest in turn has a burst of work that needs more than a third of the memory, while the others need little. The
guests have Linux's own driver, which gives nothing back by itself, and a little swap.
"""

import collections
import contextlib
import json
import signal
import subprocess
import time

from aerolab.guest import Guest

from . import life
from .errors import BenchError

NAMES = ("red", "green", "blue")
MAX_MIB = 2048
BUDGET_MIB = 3072  # half of what they could have together
SWAP_MIB = 96
PIECE_MIB, PIECES = 100, 13
PAUSE_SECONDS = 0.7  # between pieces: as fast as this the work grows
CONFIGURATION = """
[host]
budget = {budget}M
directory = {directory}
control = {directory}/control
[vm]
min = 200M
reserve = 128M
"""

# What became of a run: amounts in MiB. unmet: what work asked for and did not get, or lost again
Outcome = collections.namedtuple("Outcome", "unmet_mib kills swapped_mib work_seconds moved_mib recording")


class Manager:
    """aerostatd for some VMs that share `budget_mib`, and a recorder of what it does or, with `static`, would do."""

    def __init__(self, programs, directory, vms, budget_mib, static=False):
        self._programs, self._directory, self._static = programs, directory, static
        self._vms, self._budget_mib = vms, budget_mib
        self.recording = directory / "recording"
        self._processes = []

    def start(self):
        config = self._directory / "aerostatd.conf"
        config.write_text(CONFIGURATION.format(budget=self._budget_mib, directory=self._directory))
        with open(self._directory / "log", "wb") as log:
            self._run([self._programs / "aerostatd", "--config", config, *(["--dry-run"] if self._static else [])], log)
            deadline = time.monotonic() + 30
            while not self._ready():
                if time.monotonic() > deadline:
                    raise BenchError(f"aerostatd does not start: {(self._directory / 'log').read_text()}")
                time.sleep(0.1)
            self._run([*self._aerostat(), "record", self.recording], log)

    def vms(self):
        """{name: what the manager knows about it}"""
        answer = subprocess.run([*self._aerostat(), "--json"], capture_output=True, text=True, check=True)
        return {vm["name"]: vm for vm in json.loads(answer.stdout)["vms"]}

    def said(self, text):
        """How many lines with `text` in them it has said."""
        return sum(text in line for line in self.log().splitlines())

    def log(self):
        return (self._directory / "log").read_text()

    def stop(self):
        """Ends both; what became of each VM, as `aerostat replay --json` tells it of the recording."""
        for process in reversed(self._processes):
            process.send_signal(signal.SIGTERM)
            process.wait()
        replayed = subprocess.run([self._programs / "aerostat", "replay", self.recording, "--json"],
                                  capture_output=True, text=True)
        if not replayed.stdout:
            raise BenchError(f"the recording is of no use: {replayed.stderr.strip()}")
        return json.loads(replayed.stdout)["vms"]

    def kill(self):
        for process in self._processes:
            if process.poll() is None:
                process.kill()
                process.wait()

    def _aerostat(self):
        return [self._programs / "aerostat", "--socket", self._directory / "control"]

    def _ready(self):
        with contextlib.suppress(subprocess.CalledProcessError):
            return len(self.vms()) == self._vms
        return False

    def _run(self, command, log):
        self._processes.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log))


def _guest(directory, name):
    return Guest(memory_mib=MAX_MIB, driver="stock", swap_mib=SWAP_MIB,
                 qemu_args=["-qmp", f"unix:{directory}/{name}.sock,server=on,wait=off"])


def _burst(guest):
    """Work that grows piece by piece; (MiB that it did not get or lost, seconds)"""
    started, held = time.monotonic(), []
    for _ in range(PIECES):
        result = guest.run(f"memtool hold {PIECE_MIB}")
        if not result.status:
            held.append(result.out.strip())
        time.sleep(PAUSE_SECONDS)
    alive = guest.run(f"for p in {' '.join(held)} ''; do [ -d /proc/$p ] && echo $p; done; true").out.split()
    seconds = time.monotonic() - started
    guest.run("killall memtool; while pidof memtool > /dev/null; do usleep 50000; done")
    return (PIECES - len(alive)) * PIECE_MIB, seconds


def run(programs, directory, static):
    """Boots the guests and lets each have its burst; the Outcome.

    programs: where aerostatd and aerostat are
    directory: an empty one (a Path) for sockets, swap and the recording, which stays there
    static: each guest keeps a third of the memory
    """
    with contextlib.ExitStack() as stack:
        guests = [stack.enter_context(_guest(directory, name)) for name in NAMES]
        for guest in guests:
            guest.allow_log("oom|Out of memory|Mem-Info|Killed process|Tasks state")
            guest.set_balloon((BUDGET_MIB // len(NAMES)) << 20)
        manager = Manager(programs, directory, len(NAMES), BUDGET_MIB, static)
        stack.callback(manager.kill)
        manager.start()
        bursts = [_burst(guest) for guest in guests]
        moved = sum(vm["moved_bytes"] for vm in manager.stop()) >> 20
        counts = [life.events(guest) for guest in guests]
    return Outcome(sum(unmet for unmet, _ in bursts), sum(count["oom_kill"] for count in counts),
                   sum(count["pswpout"] for count in counts) * 4 // 1024, sum(seconds for _, seconds in bursts),
                   0 if static else moved, manager.recording)
