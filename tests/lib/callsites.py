# SPDX-License-Identifier: GPL-2.0-only
"""Every call in a module that may allocate memory, found in its object code, and made to fail by callsites/callsites.c.

Needs a kernel with fault injection: tests/on-kernel debug.
"""

import collections
import pathlib
import re

import kmodule
from balloon import check, skip
from aerolab import kernel

DEBUGFS = "/sys/kernel/debug"

# Functions of the kernel that get memory, or may on the way, by their names.
ALLOCATES = re.compile(r"(?<!de)alloc|create|(?<!un)register|get_zeroed|get_free|dup|asprintf|virtqueue_add|resize")
# What these words also find: the instrumentation's own, other modules of ours, and what gives back.
OTHERS = re.compile(r"^(__asan|__ubsan|__gcov|aero_|perf_trace_)|free")

# A place: `function+0xoffset` of what the call of `symbol` returns to.
Place = collections.namedtuple("Place", "module name symbol")
Seen = collections.namedtuple("Seen", "calls allocating failed")


def fault_injection_kernel():
    """The kernel that tests run on; skips if it has no fault injection."""
    found = kernel.get()
    config = (pathlib.Path(found.headers) / ".config").read_text(encoding="utf-8")
    missing = {f"CONFIG_{option}" for option in ("FAILSLAB", "FAIL_PAGE_ALLOC", "FAULT_INJECTION_DEBUG_FS")
               if f"CONFIG_{option}=y\n" not in config}
    if missing:
        skip(f"the kernel {found.release} has no {', '.join(sorted(missing))}: tests/on-kernel debug")
    return found


def allow_starving(guest):
    """Allocations fail in those tasks, and for as long, as they are told to: all sizes, all kinds, without a word."""
    for name in ("failslab", "fail_page_alloc"):
        guest.sh(f"cd {DEBUGFS}/{name} && echo N > ignore-gfp-wait && echo Y > task-filter && echo 1 > interval &&"
                 " echo -1 > times && echo 0 > space && echo 0 > verbose && echo 100 > probability")
    guest.sh(f"cd {DEBUGFS}/fail_page_alloc && echo N > ignore-gfp-highmem && echo 0 > min-order")


class CallSites:
    """The places in `modules` of this kernel; `files` has those modules so that they can be made to fail."""

    def __init__(self, used_kernel, modules):
        paths = {module: used_kernel.module(module) for module in modules}
        self.places = sorted(place for module, path in paths.items() for place in _places(module, path))
        symbols = sorted({place.symbol for place in self.places})
        lines = "".join(f"CALLSITE({symbol})\n" for symbol in symbols)
        callsites = kmodule.build(used_kernel, "callsites", {"symbols.h": lines})
        self.files = {"modules/callsites.ko": callsites}
        for module, path in paths.items():
            self.files[f"modules/{module}.ko"] = _rename(path, callsites.with_name(f"{module}.ko"), symbols)

    @staticmethod
    def plan(guest, *failures):
        """(place, first, times): so many calls from there fail, counted from now. What was seen before is forgotten."""
        lines = [f"{place.name} {first} {times}" for place, first, times in failures]
        guest.write(f"{DEBUGFS}/callsites/plan", "\n".join(lines) or "none 0 0")

    @staticmethod
    def seen(guest):
        """{Place: Seen} since the last plan."""
        found = {}
        for line in guest.read(f"{DEBUGFS}/callsites/seen").splitlines():
            name, module, symbol, *numbers = line.split()
            found[Place(module.strip("[]"), name.partition("/")[0], symbol)] = Seen(*map(int, numbers))
        return found


def _entry(path):
    """What the kernel calls a module's init_module(): it has a name of its own at the same place."""
    table = kmodule.run(["objdump", "-t", str(path)]).splitlines()
    names = {line.split()[-1] for line in table if re.search(r"\sF \.init\.text\s", line)}
    return next(iter(names - {"init_module"}), "init_module")


def _places(module, path):
    """Calls of the kernel's functions in this module's code. A jump at a function's end would return elsewhere."""
    kernels = {line.split()[-1] for line in kmodule.run(["nm", "--undefined-only", str(path)]).splitlines()}
    function, start, instruction = "", 0, ""
    for line in kmodule.run(["objdump", "-dr", str(path)]).splitlines():
        if head := re.match(r"([0-9a-f]+) <(.*)>:$", line):
            function, start = _entry(path) if head[2] == "init_module" else head[2], int(head[1], 16)
        elif to := re.match(r"\s+([0-9a-f]+): R_X86_64_PLT32\s+([\w.]+)-0x4$", line):
            if to[2] in kernels and ALLOCATES.search(to[2]) and not OTHERS.search(to[2]):
                check("call" in instruction, f"{module}: {function} does not call {to[2]}, but: {instruction}")
                yield Place(module, f"{function}+{int(to[1], 16) + 4 - start:#x}", to[2])
        else:
            instruction = line


def _rename(path, target, symbols):
    """A module whose calls go to callsites.ko."""
    renames = [f"--redefine-sym={symbol}=callsites_{symbol}" for symbol in symbols]
    kmodule.run(["objcopy", *renames, str(path), str(target)])
    return target
