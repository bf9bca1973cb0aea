# SPDX-License-Identifier: GPL-2.0-only
"""The tables of a run, for the terminal and for RESULTS.md."""

import dataclasses

from . import claims, peers, stats, table
from .sample import COUNTED, HINTED, HUGETLB, INSTRUCTIONS, LIVED, MIGRATED, QUIET, TIMED


@dataclasses.dataclass(frozen=True)
class Benchmark:
    """A benchmark and the kinds of sample that its values come from."""

    kinds: tuple
    title: str
    columns: tuple  # (heading, name of the value, add the ratio to ours)


ALL = {
    "B1": Benchmark((TIMED,), "inflate 1 GiB", (("inflate ms", "inflate_ms", True),)),
    "B2": Benchmark((TIMED,), "deflate 1 GiB", (("deflate ms", "deflate_ms", True),)),
    "B3": Benchmark((COUNTED,), "notifications, interrupts and config accesses while inflating 1 GiB", (
        ("kicks", "inflate_kicks", False), ("interrupts", "inflate_interrupts", False),
        ("config reads", "inflate_config_reads", False), ("config writes", "inflate_config_writes", False),
        ("sum", "inflate_messages", True), ("sum when deflating", "deflate_messages", False))),
    "B4": Benchmark((COUNTED,), "host discards", (("discards", "inflate_discards", True),)),
    "B5": Benchmark((TIMED,), "host memory and host huge pages (MiB), and touching 1.5 GiB again", (
        ("memory before", "host_before_mib", False), ("inflated", "host_inflated_mib", False),
        ("touched again", "host_again_mib", False), ("huge before", "huge_before_mib", False),
        ("inflated", "huge_inflated_mib", False), ("touched again", "huge_again_mib", False),
        ("back", "huge_back", False), ("host faults", "retouch_faults", False), ("touch ms", "retouch_ms", False))),
    "B6": Benchmark((HUGETLB,), "hugetlb backing: freed of 1 GiB claimed", (
        ("freed MiB", "hugetlb_freed_mib", False), ("freed / claimed", "hugetlb_share", False))),
    "B7": Benchmark((INSTRUCTIONS,), "instructions of the guest, 1 GiB", (
        ("inflate", "inflate_instructions", True), ("deflate", "deflate_instructions", True))),
    "B8": Benchmark((QUIET,), "processor time of QEMU, 1 GiB", (
        ("inflate ms", "inflate_cpu_ms", True), ("not on the vCPU's thread", "inflate_cpu_other_ms", False),
        ("deflate ms", "deflate_cpu_ms", True), ("not on the vCPU's thread", "deflate_cpu_other_ms", False))),
    "B14": Benchmark((LIVED,), "a guest's life of some minutes, on its own: GiB * min of memory, seconds of its work", (
        ("host memory", "host_gib_min", False), ("guest memory", "guest_gib_min", False), ("work", "work_s", False),
        ("burst", "burst_s", False), ("read", "read_s", False), ("reserve", "reserve_s", False),
        ("refaults", "refaults", False), ("MiB swapped out", "swapped_out_mib", False),
        ("in", "swapped_in_mib", False), ("OOM kills", "oom_kills", False))),
    "B15": Benchmark((MIGRATED, HINTED), "migration with 1 GiB of 2 inflated, without and with free page hinting", (
        ("MiB sent", "migrated_mib", False), ("pages", "migrated_pages", False),
        ("of them zero", "migrated_zero_pages", False), ("ms", "migrated_ms", False),
        ("hinting: MiB sent", "hinted_mib", True), ("pages", "hinted_pages", True),
        ("of them zero", "hinted_zero_pages", False), ("ms", "hinted_ms", False))),
}


# A life takes its time: five samples of each peer are more than an hour and a half.
DEFAULT = [name for name in ALL if name != "B14"]


class Results:
    """Samples, by peer, setting and value; a value's name says what kind of sample it comes from."""

    def __init__(self, samples):
        self.samples = list(samples)

    def summary(self, peer, init_on_alloc, value):
        """Summary of one value, or None if it was not measured."""
        found = [sample.values[value] for sample in self.samples
                 if (sample.peer, sample.init_on_alloc) == (peer, init_on_alloc) and value in sample.values]
        return stats.summarize(found) if found else None

    def peers(self, kinds, init_on_alloc):
        """Names of the peers that have samples of some kinds, in the order of the samples."""
        return list(dict.fromkeys(sample.peer for sample in self.samples
                                  if sample.kind in kinds and sample.init_on_alloc == init_on_alloc))

    def settings(self, kinds):
        """Values of init_on_alloc that were measured."""
        return sorted({sample.init_on_alloc for sample in self.samples if sample.kind in kinds})


def render(results, benchmarks, skipped=()):
    """Everything there is to say about some benchmarks, as Markdown."""
    parts = [machine(results.samples)]
    for name in benchmarks:
        for init_on_alloc in results.settings(ALL[name].kinds):
            parts.append(f"### {name}: {ALL[name].title}, init_on_alloc={init_on_alloc}\n\n"
                         + benchmark_table(results, ALL[name], init_on_alloc))
    parts += [f"Skipped: {reason}" for reason in skipped]
    if any(sample.peer in claims.PEERS for sample in results.samples):
        parts.append("### Claims\n\n" + claims.render(results.summary, benchmarks))
    return "\n\n".join(parts) + "\n"


def benchmark_table(results, benchmark, init_on_alloc):
    """One benchmark at one setting: a row a peer."""
    names = results.peers(benchmark.kinds, init_on_alloc)
    compared = len(names) > 1 and "ours" in names
    head = ["peer"]
    for heading, _, with_ratio in benchmark.columns:
        head += [heading, "of ours"] if with_ratio and compared else [heading]
    rows = []
    for name in names:
        row = [name]
        for _, value, with_ratio in benchmark.columns:
            found = results.summary(name, init_on_alloc, value)
            row.append(table.spread(found))
            if with_ratio and compared:
                row.append(_ratio(found, results.summary("ours", init_on_alloc, value)))
        rows.append(row)
    return table.render(head, rows)


def machine(samples):
    """What was measured on: the kind of machine, how busy it was, how many samples."""
    kinds = sorted({", ".join(f"{key} {value}" for key, value in sorted(sample.machine.items())) for sample in samples})
    load = stats.summarize(sample.host_load for sample in samples)
    timed = [sample for sample in samples if sample.kind == TIMED]
    count = max((sum((other.peer, other.setting) == (sample.peer, sample.setting) for other in timed)
                 for sample in timed), default=0)
    return (f"Machine: {'; '.join(kinds)}. Load of the host before a sample: {table.spread(load)}."
            f" Timed samples for each peer and setting: {count}. Numbers are medians (minimum..maximum).")


def describe_peers(names):
    """A table of who was measured."""
    return table.render(["peer", "what it is"], [[name, peers.ALL[name].what] for name in names if name in peers.ALL])


def _ratio(found, ours):
    ratio = stats.ratio(found, ours) if found and ours else None
    return table.factor(ratio.median) if ratio else table.NOTHING
