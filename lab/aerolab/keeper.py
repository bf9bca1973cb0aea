#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Runs a command and takes along all that comes of it, daemons too: keeper.py PARENT COMMAND...

When the command ends, when SIGTERM comes, or when the process PARENT (its own parent) ends in whatever way, every
descendant is killed. Processes that make themselves daemons stay descendants, because the kernel gives those that
lost their parent to their nearest subreaper, which this is.
"""

import ctypes
import os
import pathlib
import signal
import subprocess
import sys

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def main():
    parent, command = int(sys.argv[1]), sys.argv[2:]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        libc = ctypes.CDLL(None)
        libc.prctl(PR_SET_CHILD_SUBREAPER, 1)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            return
        process = subprocess.Popen(command)
        while os.wait()[0] != process.pid:
            pass
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        end_all()


def end_all():
    """Kills children until none is left: with each that dies, its own become ours."""
    while True:
        for pid in children():
            os.kill(pid, signal.SIGKILL)
        try:
            os.wait()
        except ChildProcessError:
            return


def children():
    """Those that we have not waited for, so that no number can mean another process."""
    tasks = pathlib.Path("/proc/self/task").iterdir()
    return [int(pid) for task in tasks for pid in (task / "children").read_text().split()]


if __name__ == "__main__":
    main()
