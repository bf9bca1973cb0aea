# SPDX-License-Identifier: GPL-2.0-only
"""Kernels built here from Debian's source: lab/kernels/base.config and one more file for each of them.

A kernel is built once for each content of its configuration and source package (minutes), and kept in the
cache with its build directory, which modules are built against.
"""

import hashlib
import os
import pathlib
import subprocess
import sys

from . import cache, debian
from .errors import SetupError
from .kernel import Kernel

CONFIGS = pathlib.Path(__file__).resolve().parents[1] / "kernels"
SOURCE = "linux-source-6.1"
TARGETS = ("bzImage", "modules")

# What KASAN and KCSAN watch beside our modules: the directories whose code handles what a module has. To watch all of
# Linux, a guest takes half as long again to boot, for other people's bugs; and most of what KCSAN, which samples, looks
# at is theirs. What lies on a stack KASAN watches in modules only: what a function of ours hands to others is.
WATCHED = ("kernel", "kernel/locking", "kernel/time", "mm", "lib", "drivers/base", "drivers/virtio", "fs/debugfs",
           "fs/kernfs", "fs/sysfs")
KASAN = ("-fsanitize=kernel-address -fasan-shadow-offset=$(CONFIG_KASAN_SHADOW_OFFSET) --param asan-globals=1"
         " --param asan-instrumentation-with-call-threshold=10000 --param asan-instrument-allocas=1"
         " --param asan-stack=0")
KCSAN = ("-fsanitize=thread -fno-optimize-sibling-calls --param tsan-distinguish-volatile=1 -Wno-tsan"
         " --param tsan-instrument-func-entry-exit=0")
FLAGS = {
    "debug": [f"CFLAGS_KASAN=$(if $(filter {' '.join(WATCHED)},$(obj)),{KASAN},$(CFLAGS_KASAN_NOSANITIZE))"],
    "kcsan": [f"CFLAGS_KCSAN=$(if $(filter {' '.join(WATCHED)},$(obj)),{KCSAN})"],
}

# Not watched there, either: what runs on the way from the entry that QEMU starts an unpacked kernel at to the one that
# sets the sanitizers up, or, when it wakes up, to where a processor's own memory is found again, which they need; and
# the checkers' own work at each allocation and each lock: a quarter of what a process costs.
EARLY = ("cpu", "enlighten", "string")
CHECKERS = ("debugobjects", "extable", "kmemleak", "lockdep", "stacktrace", "unwind_frame")
UNWATCHED = [f"{checker}_SANITIZE_{name}.o=n" for checker in ("KASAN", "KCSAN") for name in (*EARLY, *CHECKERS)]

# What one source file is compiled with besides; Linux has no other of that name.
#
# Where PROVE_RCU brings them, RCU tests itself at boot, and waits for ever if it is preempted just before: the thread
# that it then leaves the work to waits for work with the lock held that the test wants. One boot in a hundred.
#
# Without their headers, the search for leaks at a guest's end costs more than the boot; and without the one of
# debugobjects, to free memory is half as dear again.
INCLUDED = {"update": "no-rcu-self-tests.h", "kmemleak": "quick-leak-search.h", "debugobjects": "quick-free-check.h",
            "page_alloc": "unsearched-maps.h", "kasan_init_64": "unsearched-maps.h"}

# What guests need, in Kernel's words. KASAN's shadow is an eighth of all memory, and freed objects wait in its
# quarantine. Races take two.
NEEDS = {"debug": {"extra_ram": lambda mib: mib // 6 + 40}, "kcsan": {"smp": 2}}


def names():
    """Kernels that can be built."""
    return sorted(path.stem for path in CONFIGS.glob("*.config") if path.stem != "base")


def get(name):
    """The kernel `name`, built if it is not in the cache."""
    source = cache.entry(f"source/{SOURCE}", _fetch_source)
    tree = cache.entry(f"built/{name}-{_digest(name, source)}", lambda path: _build(name, source, path))
    release = (tree / "include" / "config" / "kernel.release").read_text(encoding="ascii").strip()
    return Kernel(release, image=tree / "arch" / "x86" / "boot" / "bzImage", modules=tree, headers=tree, version=name,
                  vmlinux=tree / "vmlinux", **NEEDS.get(name, {}))


def _digest(name, source):
    parts = [(CONFIGS / f"{part}.config").read_bytes() for part in ("base", name)]
    parts += [path.read_bytes() for path in sorted(CONFIGS.glob("*.h"))]
    parts += [" ".join([*FLAGS.get(name, []), *UNWATCHED, *INCLUDED]).encode()]
    parts += [(source / "debian-version").read_bytes()]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def _fetch_source(tree):
    print(f"lab: fetching {SOURCE} into {cache.root()} (once)", file=sys.stderr, flush=True)
    work = tree.with_name("package")
    debian.fetch([SOURCE], work)
    archive = next((work / "usr" / "src").glob(f"{SOURCE}.tar.*"))
    tree.mkdir()
    _run(["tar", "-x", "-f", str(archive), "-C", str(tree), "--strip-components=1"], tree)
    changelog = next((work / "usr" / "share" / "doc" / SOURCE).glob("changelog.Debian*"))
    (tree / "debian-version").write_bytes(hashlib.sha256(changelog.read_bytes()).hexdigest().encode())


def _build(name, source, tree):
    print(f"lab: building the kernel '{name}' into {cache.root()} (once, some minutes)", file=sys.stderr, flush=True)
    tree.mkdir()
    fragments = [str(CONFIGS / f"{part}.config") for part in ("base", name)]
    _run(["make", "-C", str(source), f"O={tree}", "tinyconfig"], tree)
    _run([str(source / "scripts" / "kconfig" / "merge_config.sh"), "-m", "-O", str(tree), str(tree / ".config"),
          *fragments], tree)
    _run(["make", "olddefconfig"], tree)
    _check(tree, fragments)
    included = [f"CFLAGS_{file}.o=-include {CONFIGS / header}" for file, header in INCLUDED.items()]
    flags = [*FLAGS.get(name, []), *UNWATCHED, *included]
    _run(["make", f"-j{os.environ.get('JOBS') or os.cpu_count()}", *flags, *TARGETS], tree)


def _check(tree, fragments):
    """Kconfig drops without a word what it cannot do: then the kernel would not be what it is called."""
    got = set((tree / ".config").read_text(encoding="utf-8").splitlines())
    for fragment in fragments:
        for line in pathlib.Path(fragment).read_text(encoding="utf-8").splitlines():
            option, _, value = line.partition("=")
            kept = f"# {option} is not set" in got or not any(item.startswith(option + "=") for item in got) \
                if value == "n" else line in got
            if line.startswith("CONFIG_") and not kept:
                raise SetupError(f"{fragment}: the kernel's configuration has no {line}")


def _run(command, cwd):
    """Runs a quiet command; SetupError has the end of its output."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS", "KBUILD"))}
    environment.pop("V", None)
    done = subprocess.run(command, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, check=False)
    if done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-30:])
        raise SetupError(f"{' '.join(command)}: status {done.returncode}\n{tail}")
