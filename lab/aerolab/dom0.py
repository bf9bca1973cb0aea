# SPDX-License-Identifier: GPL-2.0-only
"""What is in the control domain of a real Xen besides our own: its toolstack.

All of it is Debian's, fetched and unpacked, with the C library and the loader that it was built for.
"""

import gzip
import pathlib
import re
import shutil
import subprocess
import sys

from . import cache
from .errors import SetupError
from .suite import Suite

SUITE = "bookworm"
VERSION = "4.17"
HYPERVISOR = f"xen-hypervisor-{VERSION}-amd64"
# The tools without what their package depends on besides: they need its libraries only.
TOOLS = [f"xen-utils-{VERSION}", "xenstore-utils"]
LIBRARIES = [f"libxenmisc{VERSION}", "libgcc-s1"]

LIBRARY_PATHS = ["lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu"]
LOADER = "lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"
PRIVATE = f"usr/lib/xen-{VERSION}/bin"
# Where they are called by their names, and where libxl looks for its helper.
PROGRAMS = {f"bin/{name}": f"{PRIVATE}/{name}" for name in ("xl", "xenstored", "xenconsoled", "xen-init-dom0")}
PROGRAMS |= {f"bin/xenstore-{name}": f"usr/bin/xenstore-{name}" for name in ("ls", "read", "write", "watch")}
PROGRAMS |= {f"{PRIVATE}/libxl-save-helper": f"{PRIVATE}/libxl-save-helper"}
OPENED_LATER = ["libgcc_s.so.1"]  # by the C library, when a thread is cancelled


def hypervisor():
    """Path of Xen, to boot."""
    return _xen() / "xen"


def toolstack():
    """{path in dom0: path here, or bytes} of xl and what it needs."""
    return {**_runnable(_xen(), {place: _xen() / path for place, path in PROGRAMS.items()}), "etc/xen/xl.conf": b"",
            **{f"lib/x86_64-linux-gnu/{name}": next(_xen().rglob(name)) for name in OPENED_LATER}}


def _xen():
    """The directory with hypervisor and tools."""
    return cache.entry(f"xen/{VERSION}", _fetch)


def _fetch(tree):
    print(f"lab: fetching Xen {VERSION} into {cache.root()} (once)", file=sys.stderr, flush=True)
    with Suite(SUITE) as suite:
        suite.unpack([HYPERVISOR, *TOOLS, *suite.with_depends(LIBRARIES)], tree)
    packed = tree / "boot" / f"xen-{VERSION}-amd64.gz"
    (tree / "xen").write_bytes(gzip.decompress(packed.read_bytes()))
    shutil.rmtree(tree / "boot")
    shutil.rmtree(tree / "usr" / "share")


def _runnable(tree, programs):
    """`programs` with their libraries out of `tree`, and the loader that they name."""
    files = {f"lib64/{pathlib.Path(LOADER).name}": tree / LOADER, **programs}
    for program in programs.values():
        files |= {f"lib/x86_64-linux-gnu/{library.name}": library for library in _libraries(tree, program)}
    return files


def _libraries(tree, program):
    """What `program` is linked with, found by the loader of its own suite."""
    paths = ":".join(str(tree / path) for path in LIBRARY_PATHS)
    done = subprocess.run([tree / LOADER, "--library-path", paths, "--list", program], capture_output=True, text=True,
                          check=False)
    if done.returncode:
        raise SetupError(f"{program}: {done.stderr.strip()}")
    return [pathlib.Path(path) for path in re.findall(r"=> (\S+) \(0x", done.stdout)]
