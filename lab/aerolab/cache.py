# SPDX-License-Identifier: GPL-2.0-only
"""The cache directory: entries appear whole or not at all, and are made once even by parallel runs."""

import contextlib
import fcntl
import os
import pathlib
import shutil
import tempfile


def root():
    """The cache directory, made if missing."""
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    path = pathlib.Path(base) / "aerostat"
    path.mkdir(parents=True, exist_ok=True)
    return path


def boot_id():
    """Names the time until the machine boots again: for entries that hold so long."""
    return pathlib.Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


@contextlib.contextmanager
def locked(name):
    """Holds the lock called `name` against other processes; it goes away with its owner."""
    path = root() / "locks" / name.replace("/", "-")
    path.parent.mkdir(exist_ok=True)
    with open(path, "w", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def entry(name, make):
    """Path of the entry (file or directory) `name`; `make(path)` creates it where it is missing.

    `make` gets a path that does not exist yet, in a temporary directory on the same file system. What it
    leaves there is renamed to its final place, so that an interrupted run leaves no half entry behind.
    """
    final = root() / name
    if final.exists():
        return final
    final.parent.mkdir(parents=True, exist_ok=True)
    with locked(name):
        if final.exists():
            return final
        work = tempfile.mkdtemp(prefix=".making-", dir=root())
        try:
            fresh = pathlib.Path(work) / final.name
            make(fresh)
            os.rename(fresh, final)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return final
