# SPDX-License-Identifier: GPL-2.0-only
"""What our modules leaked, found by the guest's own kernel at the guest's end, where it has kmemleak.

Theory of operation

kmemleak looks for pointers to each allocated object in all of the kernel's memory, and reports an object that none
points to. While a module is loaded, its data may point to what it has forgotten: so ours are unloaded first.

An object is reported at the second scan that finds it unreferenced and unchanged, and when it is five seconds old.
The first scan is made while that time passes. What the kernel finds is written to its log, where the lab looks
anyway. The kernel has no names for addresses in modules that are gone: named() gives them those in the modules' files.

A guest that never loaded a module of ours is left alone: what a kernel may leak by itself is not our business.
"""

import bisect
import re
import subprocess

SECTION = re.compile(r"^/sys/module/(\w+)/sections/.text:(0x[0-9a-f]+)$", re.M)
SYMBOL = re.compile(r"^([0-9a-f]{16}) .* F \.text\s[0-9a-f]+ (\S+)$", re.M)
# Where an address stands for code. Others are of objects.
CODE = re.compile(r"(?<=>\] )0x([0-9a-f]{16})")
LAST_SYMBOL_BYTES = 4096

# Modules are listed newest first, which is an order in which they can go. Bit 12 of `tainted`: a foreign module
# was loaded.
SCRIPT = r"""
leaks=/sys/kernel/debug/kmemleak
test -e $leaks && test $(($(cat /proc/sys/kernel/tainted) >> 12 & 1)) = 1 || exit 0
grep -H . /sys/module/aerostat*/sections/.text
for module in $(sed -n 's/^\(aerostat[^ ]*\) .*/\1/p' /proc/modules); do rmmod $module || exit; done
echo 1 > /sys/module/kmemleak/parameters/verbose
sleep 5 & echo scan > $leaks && wait && echo scan > $leaks
"""


def look(guest):
    """Has the guest's kernel write into its log what our modules leaked.

    Returns [(address, name)] of the modules' functions, for named().
    """
    sections = SECTION.findall(guest.sh(SCRIPT, timeout=60))
    return sorted((int(start, 16) + offset, f"[{module}] {name}") for module, start in sections
                  for offset, name in _functions(guest.kernel.module(module)))


def _functions(path):
    """(offset, name) of the functions in a module's .text."""
    table = subprocess.run(["objdump", "-t", str(path)], stdout=subprocess.PIPE, text=True, check=True).stdout
    return [(int(offset, 16), name) for offset, name in SYMBOL.findall(table)]


def named(text, symbols):
    """`text` with `[module] function+offset` for each address of code in modules that are gone."""
    def name(match):
        address = int(match[1], 16)
        found = bisect.bisect_right(symbols, address, key=lambda symbol: symbol[0])
        if not found or address >= symbols[-1][0] + LAST_SYMBOL_BYTES:
            return match[0]
        start, function = symbols[found - 1]
        return f"{function}+{address - start:#x}"

    return CODE.sub(name, text)
