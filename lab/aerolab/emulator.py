# SPDX-License-Identifier: GPL-2.0-only
"""Which QEMU runs the guest: a program of the machine, or a version of Debian's, fetched into the cache.

A fetched one comes with all that it depends on, the C library included, and runs on any machine: a script beside
it starts it with its own loader, libraries and firmware.
"""

import os
import re
import shutil
import sys

from . import cache
from .errors import SetupError
from .suite import Suite

PACKAGE = "qemu-system-x86"
PROGRAM = "qemu-system-x86_64"
SUITES = ("trixie", "trixie-backports")

SCRIPT = f"""\
#!/bin/sh
root=$(dirname "$(readlink -f "$0")")
lib=$root/usr/lib/x86_64-linux-gnu
QEMU_MODULE_DIR=$lib/qemu exec "$lib/ld-linux-x86-64.so.2" --library-path "$lib" "$root/usr/bin/{PROGRAM}" \\
	-L "$root/usr/share/qemu" -L "$root/usr/share/seabios" -L "$root/usr/lib/ipxe/qemu" "$@"
"""


def find(name=None):
    """Path of the QEMU that `name` means: a program, or a version such as "10.0". Default: the machine's own, or
    what AEROSTAT_QEMU in the environment says.
    """
    name = name or os.environ.get("AEROSTAT_QEMU") or PROGRAM
    if re.fullmatch(r"\d+\.\d+", name):
        return str(cache.entry(f"qemu/{name}", lambda path: _fetch(name, path)) / PROGRAM)
    program = shutil.which(name)
    if not program:
        raise SetupError(f"{name} is missing: run 'lab/install vm'")
    return program


def _fetch(version, tree):
    print(f"lab: fetching QEMU {version} into {cache.root()} (once)", file=sys.stderr, flush=True)
    available = []
    for name in SUITES:
        with Suite(name) as suite:
            available.append(suite.version(PACKAGE))
            if available[-1].startswith(f"{version}."):
                suite.unpack(suite.with_depends([PACKAGE]), tree)
                _make_runnable(tree)
                return
    raise SetupError(f"Debian has no QEMU {version} (but {', '.join(available)})")


def _make_runnable(tree):
    script = tree / PROGRAM
    script.write_text(SCRIPT)
    script.chmod(0o755)
