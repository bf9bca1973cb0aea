# SPDX-License-Identifier: GPL-2.0-only
"""Two series side by side: ratios of medians, and whether the difference is more than the spread."""

from . import series, stats, table
from .errors import BenchError

WITHIN = "within spread"
CLEAR = "clear"
SAME = "same"
UNKNOWN = "one sample"


def verdict(a, b):
    """What the difference between two Summaries is worth."""
    if a == b and a.low == a.high:
        return SAME
    if min(a.count, b.count) < 2:
        return UNKNOWN
    return WITHIN if stats.within_spread(a, b) else CLEAR


def rows(samples_a, samples_b):
    """Rows (setting, name, Summary, Summary, Ratio or None, verdict) of all values that both have."""
    groups_b = series.group(samples_b)
    found = []
    for (setting, name), values in series.group(samples_a).items():
        if (setting, name) in groups_b:
            a, b = stats.summarize(values), stats.summarize(groups_b[setting, name])
            found.append((setting, name, a, b, stats.ratio(a, b), verdict(a, b)))
    if not found:
        raise BenchError("the two series have no value in common (kind, init_on_alloc, backing and size must be equal)")
    return found


def render(samples_a, samples_b, name_a, name_b):
    """The comparison as text."""
    lines = []
    for setting, name, a, b, ratio, judged in rows(samples_a, samples_b):
        lines.append([describe(setting), name, table.spread(a), table.spread(b), table.ratio(ratio), judged])
    head = ["setting", "value", name_a, name_b, "ratio of medians", "difference"]
    return "\n".join(machine_warning(samples_a, samples_b) + [table.render(head, lines)])


def describe(setting):
    """A setting in a few words."""
    kind, init_on_alloc, backing, claimed_mib = setting
    return f"{kind}, init_on_alloc={init_on_alloc}, {backing}, {claimed_mib} MiB"


def machine_warning(samples_a, samples_b):
    """Lines that say in what the machines of two series differ; times of different machines prove nothing."""
    differing = [key for key in sorted({key for sample in samples_a + samples_b for key in sample.machine})
                 if len({str(sample.machine.get(key)) for sample in samples_a + samples_b}) > 1]
    return [f"warning: measured on different machines ({', '.join(differing)} differ)"] if differing else []
