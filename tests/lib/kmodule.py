# SPDX-License-Identifier: GPL-2.0-only
"""Modules that tests bring along, built for the kernel that they run on: directories beside this file."""

import pathlib
import shutil
import subprocess

from balloon import ROOT, check

SOURCES = pathlib.Path(__file__).resolve().parent


def run(command):
    """What a command prints that must succeed."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    check(done.returncode == 0, f"{' '.join(map(str, command))}: status {done.returncode}\n{done.stdout}")
    return done.stdout


def build(used_kernel, name, generated=None):
    """The module `name`, in a directory of its own for this kernel.

    generated: {file's name: text}, to be built with it
    """
    directory = ROOT / "build" / name / used_kernel.release
    directory.mkdir(parents=True, exist_ok=True)
    for source in (SOURCES / name).iterdir():
        shutil.copy(source, directory)
    for file, text in (generated or {}).items():
        (directory / file).write_text(text)
    run(["make", "-C", str(used_kernel.headers), f"M={directory}", "modules"])
    run(["objcopy", "--strip-debug", str(directory / f"{name}.ko")])
    return directory / f"{name}.ko"
