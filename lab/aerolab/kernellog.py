# SPDX-License-Identifier: GPL-2.0-only
"""Looks for complaints in a guest's kernel log.

One kind of them is not always ours: KCSAN reports data races, of which the kernel has many of its own. A report
counts if a function of our modules takes part, and not if it is known why that race does no harm.
"""

import re

# What a healthy kernel does not print, whatever the test.
SUSPICIOUS = re.compile("|".join((
    r"\bBUG\b", r"\bWARNING: ", r"\bOops\b", r"kernel BUG at", r"Kernel panic", r"Call Trace:",
    r"possible (circular|recursive|irq lock inversion)", r"inconsistent .*lock state", r"suspicious RCU usage",
    r"\bKASAN\b", r"\bKFENCE\b", r"\bKMSAN\b", r"\bUBSAN\b", r"\bKCSAN\b", r"kmemleak: (unreferenced object|\d+ new)",
    r"hung task", r"blocked for more than", r"soft lockup", r"hard LOCKUP", r"rcu.*stall", r"self-detected stall",
    r"Bad page (state|map)", r"bad page state", r"refcount_t", r"page allocation failure", r"general protection fault",
    r"unable to handle", r"list_(add|del) corruption", r"sleeping function called", r"scheduling while atomic",
    r"segfault at", r"unknown parameter '.*' ignored",
)))

# Suspicious words in messages that are not complaints: announcements of the checkers themselves.
HARMLESS = re.compile(r"KernelAddressSanitizer initialized|kfence: initialized|Spectre V2 : WARNING")

# Lines that are part of a report which a line before them has begun.
CONTINUATION = re.compile(r"Call Trace:")
REPORT_LINES = 60

# A process that was killed for want of memory may be denied some before it is gone, of which newer kernels tell.
KILLED = re.compile(r"Killed process \d+ \((.+)\) total-vm")
DENIED = re.compile(r"\] (.+): page allocation failure: order:0,")

# A report of KCSAN is framed by lines of "=". Functions of modules have the module's name behind them.
RACE = re.compile(r"\bBUG: KCSAN: ")
FRAME = re.compile(r"={60}")
OURS = re.compile(r"\[aerostat\w*\]")
FUNCTION = re.compile(r"\+0x[0-9a-f]+/0x[0-9a-f]+")
INTERRUPT = re.compile(r" asm_(sysvec_\w+|common_interrupt)\+")  # the functions that follow were interrupted
# Most are the kernel's with itself, where a function of ours had called it.
KNOWN_RACES = re.compile(r"data-race in (" + "|".join((
    r"(\w+ / )?all_vm_events",  # adds up what every processor counts for itself, and goes on counting meanwhile
    # Compaction looks at any page, and again under a lock.
    r"((aero_pool_add|free_block) \[aerostat\]|__(Set|Clear)PageMovable) / isolate_migratepages_block",
    r"compact_zone / isolate_migratepages_block",  # where compaction begins next time, which is a guess
    r"ring_use \[aerostat_device\] / \w+ \[virtio_ring",  # reads plainly what a device writes, most often an outsider
    r"hrtimer_wakeup / schedule_hrtimeout_range_clock",  # a sleeper asks its timer, without a lock, whether it is over
    r"virtqueue_get_buf_ctx_split \[virtio_ring\] / vring_interrupt",  # looks if the driver has got all; then it has
    r"offline_mem_sections / pfn_to_online_page",  # takes no lock, whoever calls it, for a bit that is on or off
)) + r")\b")


def scan(text, allowed=()):
    """Suspicious lines of `text`, each with its number; `allowed` are regular expressions.

    An allowed line excuses itself and the "Call Trace:" of the report that it begins, that is in the
    following lines up to another complaint. So does the last failure of an allocation of a process that was killed.
    """
    patterns = [re.compile(pattern) for pattern in allowed]
    lines = text.splitlines()
    foreign = _foreign_races(lines)
    killed = None
    findings = []
    excused_until = 0
    for number, line in enumerate(lines, 1):
        if victim := KILLED.search(line):
            killed = victim[1]
        denied = DENIED.search(line)
        if any(pattern.search(line) for pattern in patterns):
            excused_until = number + REPORT_LINES
        elif denied and denied[1] == killed:
            killed, excused_until = None, number + REPORT_LINES
        elif number in foreign or not SUSPICIOUS.search(line) or HARMLESS.search(line):
            continue
        elif number > excused_until or not CONTINUATION.search(line):
            excused_until = 0
            findings.append((number, line.strip()))
    return findings


def _foreign_races(lines):
    """Numbers of the lines that begin a race between functions of the kernel. One without an end is not among them."""
    found = set()
    for begin, line in enumerate(lines, 1):
        end = _race_end(lines, begin) if RACE.search(line) else None
        if end and (KNOWN_RACES.search(line) or not _takes_part(lines[begin:end])):
            found.add(begin)
    return found


def _takes_part(report):
    """Whether a function of ours is on one of the stacks of a race, other than as one that was interrupted."""
    interrupted = False
    for line in report:
        if not FUNCTION.search(line):
            interrupted = False
        elif INTERRUPT.search(line):
            interrupted = True
        elif OURS.search(line) and not interrupted:
            return True
    return False


def _race_end(lines, begin):
    """Number of the last line of the report that line `begin` begins; None if it is not there."""
    for number, line in enumerate(lines[begin:], begin + 1):
        if RACE.search(line):
            return None
        if FRAME.search(line):
            return number
    return None


def describe(text, findings, context=12, shown=3):
    """The findings for a person: all lines (at most ten), and what follows the first ones in the log.

    A race is shown as a whole: it has two sides.
    """
    lines = text.splitlines()
    parts = [f"  line {number}: {line}" for number, line in findings[:10]]
    end = 0
    for number, _ in findings[:shown]:
        start = max(number - 2, end)
        race_end = _race_end(lines, number) if RACE.search(lines[number - 1]) else None
        end = min(max(start, race_end or number + context), len(lines))
        if start < end:
            parts.append("  ---")
            parts.extend("  | " + line for line in lines[start:end])
    return "\n".join(parts)
