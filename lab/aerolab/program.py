# SPDX-License-Identifier: GPL-2.0-only
"""Programs of this machine in a guest: with the shared libraries that they need."""

import pathlib
import re
import subprocess

from .errors import SetupError


def files(program, path):
    """{path in the guest: path on the host} of `program`, there as `path`, and its libraries, as Guest(files=...)."""
    done = subprocess.run(["ldd", program], capture_output=True, text=True)
    if done.returncode or "not found" in done.stdout:
        raise SetupError(f"ldd {program}: {done.stdout}{done.stderr}")
    libraries = re.findall(r"(/\S+) \(0x", done.stdout)
    return {path: pathlib.Path(program), **{library: pathlib.Path(library) for library in libraries}}
