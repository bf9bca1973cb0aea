# SPDX-License-Identifier: GPL-2.0-only
"""The guest's initramfs: busybox, our agent as PID 1, our programs, and the modules to load.

Nothing of it is cached but the compiled programs: the archives take a few milliseconds.

It is two archives: what is the same for all guests of a kind, and what is this guest's. The kernel unpacks one after
the other. A machine that was saved (saved.py) when it had but the first gets the second from the agent.
"""

import hashlib
import pathlib
import shutil
import subprocess

from . import cache, cpio, module
from .errors import SetupError

SOURCES = pathlib.Path(__file__).resolve().parents[1] / "guest"
CFLAGS = ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-static", "-s"]


def build(kernel, load, programs=("memtool",), **more):
    """Both archives, as bytes; the arguments are those of common() and own()."""
    return common(programs) + own(kernel, load, **more)


def common(programs):
    """The first archive as bytes: busybox and the agent, and of the programs of lab/guest those that /bin gets."""
    archive = cpio.Archive()
    archive.device("dev/console", 5, 1)
    for path in ("proc", "sys", "tmp", "run", "mnt"):
        archive.directory(path)
    archive.file("init", _compiled("agent"))
    for program in programs:
        archive.file(f"bin/{program}", _compiled(program))
    _add_busybox(archive)
    return archive.bytes()


def own(kernel, load, spare=(), module_args=None, files=None):
    """The second archive as bytes.

    load: names of modules that the agent loads, in order, each after those that it depends on
    spare: names of modules that are only put, with their dependencies, into /modules
    module_args: {module: "parameter=value ..."}
    files: {path in the guest: path on the host, or bytes}
    """
    archive = cpio.Archive()
    _add_modules(archive, kernel, load, spare, module_args or {})
    _add_files(archive, files or {})
    return archive.bytes()


def files(contents):
    """An archive as bytes of nothing but files: {path in the guest: path on the host, or bytes}."""
    archive = cpio.Archive()
    _add_files(archive, contents)
    return archive.bytes()


def _add_files(archive, contents):
    for path, source in contents.items():
        archive.file(path, source if isinstance(source, bytes) else pathlib.Path(source).read_bytes())


def _add_busybox(archive):
    program = shutil.which("busybox")
    if not program:
        raise SetupError("busybox is missing: run 'lab/install vm'")
    archive.file("bin/busybox", pathlib.Path(program).read_bytes())
    for applet in _applets(program):
        archive.symlink(f"bin/{applet}", "busybox")


def _applets(program):
    done = subprocess.run([program, "--list"], capture_output=True, text=True, check=True)
    return done.stdout.split()


def _add_modules(archive, kernel, load, spare, module_args):
    order = module.load_order(kernel, load)
    unknown = set(module_args) - set(order)
    if unknown:
        raise SetupError(f"arguments for modules that are not loaded: {', '.join(sorted(unknown))}")
    for name, path in {**order, **module.load_order(kernel, spare)}.items():
        archive.file(f"modules/{name}.ko", module.read(path), 0o644)
    lines = [f"{name} {module_args.get(name, '')}\n" for name in order]
    archive.file("modules/list", "".join(lines).encode(), 0o644)


def _compiled(name):
    """A program from lab/guest as a static binary; compiled again only when its source changes."""
    source = SOURCES / f"{name}.c"
    key = hashlib.sha256(source.read_bytes() + " ".join(CFLAGS).encode()).hexdigest()[:16]

    def compile_to(path):
        command = ["cc", *CFLAGS, "-o", str(path), str(source)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except FileNotFoundError as error:
            raise SetupError("no C compiler: run 'lab/install vm'") from error
        if done.returncode:
            raise SetupError(f"{' '.join(command)}:\n{done.stderr}")

    return cache.entry(f"program/{name}-{key}", compile_to).read_bytes()
