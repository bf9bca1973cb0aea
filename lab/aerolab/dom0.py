# SPDX-License-Identifier: GPL-2.0-only
"""What is in the control domain of a real Xen besides our own: its toolstack, and libvirt if wanted.

All of it is Debian's, fetched and unpacked, with the C library and the loader that it was built for. Programs of ours
that are to run there get their libraries from the same place.
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
LIBVIRT = ["libvirt-daemon-driver-xen", "libvirt-clients", "libjson-glib-1.0-0"]

LIBRARY_PATHS = ["lib/x86_64-linux-gnu", "usr/lib/x86_64-linux-gnu"]
LOADER = "lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"
PRIVATE = f"usr/lib/xen-{VERSION}/bin"
# Where they are called by their names, and where libxl looks for its helper.
PROGRAMS = {f"bin/{name}": f"{PRIVATE}/{name}" for name in ("xl", "xenstored", "xenconsoled", "xen-init-dom0")}
PROGRAMS |= {f"bin/xenstore-{name}": f"usr/bin/xenstore-{name}" for name in ("ls", "read", "write", "watch")}
PROGRAMS |= {f"{PRIVATE}/libxl-save-helper": f"{PRIVATE}/libxl-save-helper"}
OPENED_LATER = ["libgcc_s.so.1"]  # by the C library, when a thread is cancelled

LIBVIRT_DRIVER = "usr/lib/x86_64-linux-gnu/libvirt/connection-driver/libvirt_driver_libxl.so"
LIBVIRT_PROGRAMS = {"bin/libvirtd": "usr/sbin/libvirtd", "bin/virsh": "usr/bin/virsh", LIBVIRT_DRIVER: LIBVIRT_DRIVER}
CPU_MAP = "usr/share/libvirt/cpu_map"
# All models of libvirt's have VME, which TCG lacks, and where none fits, there is no driver for Xen.
CPU_MODEL = b"""\
<cpus>
  <model name='tcg'><decode host='on' guest='off'/><feature name='fpu'/><feature name='tsc'/></model>
</cpus>
"""
CONFIGURATION = {
    "etc/libvirt/libvirtd.conf": b'auth_unix_rw = "none"\nauth_unix_ro = "none"\n',  # there is no polkit
    "etc/passwd": b"root:x:0:0::/:/bin/sh\n",
    "etc/group": b"root:x:0:\n",
}


def hypervisor():
    """Path of Xen, to boot."""
    return _xen() / "xen"


def toolstack():
    """{path in dom0: path here, or bytes} of xl and what it needs."""
    return {**_runnable(_xen(), {place: _xen() / path for place, path in PROGRAMS.items()}), "etc/xen/xl.conf": b"",
            **{f"lib/x86_64-linux-gnu/{name}": next(_xen().rglob(name)) for name in OPENED_LATER}}


def libvirt(programs):
    """The same of libvirtd with its driver for Xen, virsh, and `programs` of ours: {path in dom0: path here}."""
    tree = cache.entry(f"xen/{VERSION}-libvirt", _fetch_libvirt)
    found = {place: tree / path for place, path in LIBVIRT_PROGRAMS.items()} | programs
    return {**_runnable(tree, found), **_cpu_map(tree), **CONFIGURATION}


def _cpu_map(tree):
    """What libvirt knows of processors, and ours."""
    files = {f"{CPU_MAP}/{path.name}": path for path in (tree / CPU_MAP).iterdir()}
    index = (tree / CPU_MAP / "index.xml").read_bytes()
    last = b"<include filename='x86_features.xml'/>"
    if last not in index:
        raise SetupError(f"libvirt's {CPU_MAP}/index.xml is another one")
    files[f"{CPU_MAP}/index.xml"] = index.replace(last, last + b"<include filename='x86_tcg.xml'/>")
    return {**files, f"{CPU_MAP}/x86_tcg.xml": CPU_MODEL}


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


def _fetch_libvirt(tree):
    print(f"lab: fetching libvirt for Xen into {cache.root()} (once)", file=sys.stderr, flush=True)
    with Suite(SUITE) as suite:
        suite.unpack(suite.with_depends(LIBVIRT), tree)


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
