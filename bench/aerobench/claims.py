# SPDX-License-Identifier: GPL-2.0-only
"""What the project promises, checked against what was measured."""

import dataclasses

from . import stats, table

MET, MISSED, UNKNOWN = "met", "missed", "not measured"


@dataclasses.dataclass(frozen=True)
class Claim:
    """A promise about our driver, with its defaults unless it names another peer.

    benchmark: B1, B2, ...
    than: the peer whose median is divided by ours; "" where the promise is about our number itself
    at_most: whether `limit` is the most (else: the least) that is fine
    peer: whose number it is about
    """

    benchmark: str
    text: str
    init_on_alloc: int
    value: str
    limit: float
    than: str = ""
    at_most: bool = False
    peer: str = "ours"


ALL = (
    Claim("B1", "inflate 1 GiB, init_on_alloc=0", 0, "inflate_ms", 40, than="stock"),
    Claim("B1", "inflate 1 GiB, init_on_alloc=1", 1, "inflate_ms", 3.5, than="stock"),
    Claim("B2", "deflate 1 GiB, init_on_alloc=0", 0, "deflate_ms", 100, than="stock"),
    Claim("B3", "kicks, interrupts and config accesses while inflating", 0, "inflate_messages", 64, at_most=True),
    Claim("B4", "host discards while inflating", 0, "inflate_discards", 512, at_most=True),
    Claim("B5", "host huge pages back", 0, "huge_back", 0.95),
    Claim("B6", "hugetlb memory freed / claimed", 0, "hugetlb_share", 0.98),
    Claim("B7", "guest instructions, inflating 1 GiB", 0, "inflate_instructions", 35, than="stock"),
    Claim("B7", "guest instructions, deflating 1 GiB", 0, "deflate_instructions", 35, than="stock"),
    Claim("B8", "processor time of QEMU, inflating 1 GiB", 0, "inflate_cpu_ms", 20, than="stock"),
    Claim("B8", "processor time of QEMU, deflating 1 GiB", 0, "deflate_cpu_ms", 20, than="stock"),
    Claim("B14", "host memory over time", 0, "host_gib_min", 1, than="reporting", peer="workingset"),
    Claim("B14", "time of the work", 0, "work_s", 0.99, than="reporting", peer="workingset"),
    Claim("B14", "seconds until a burst has its memory", 0, "burst_s", 2, at_most=True, peer="workingset"),
    Claim("B14", "OOM kills", 0, "oom_kills", 0, at_most=True, peer="workingset"),
    Claim("B14", "OOM kills, committed", 0, "oom_kills", 0, at_most=True, peer="committed"),
    Claim("B15", "pages sent with hints, 262144 of 524288 ballooned", 0, "hinted_pages", 131072, at_most=True),
)


PEERS = {claim.peer for claim in ALL}


def check(claim, summary):
    """(verdict, what was found, what was promised); `summary` is report.Results.summary."""
    promised = ("<= " if claim.at_most else ">= ") + _show(claim, claim.limit)
    ours = summary(claim.peer, claim.init_on_alloc, claim.value)
    found = ours and ours.median
    if claim.than:
        peer = summary(claim.than, claim.init_on_alloc, claim.value)
        ratio = stats.ratio(peer, ours) if peer and ours else None
        found = ratio and ratio.median
    if found is None:
        return UNKNOWN, table.NOTHING, promised
    met = found <= claim.limit if claim.at_most else found >= claim.limit
    return MET if met else MISSED, _show(claim, found), promised


def render(summary, benchmarks):
    """The claims of some benchmarks as a table."""
    rows = []
    for claim in ALL:
        if claim.benchmark in benchmarks:
            verdict, found, promised = check(claim, summary)
            than = f", {claim.than} / {claim.peer}" if claim.than else ""
            rows.append([f"{claim.benchmark} {claim.text}{than}", promised, found, verdict])
    return table.render(["claim", "promised", "measured", "verdict"], rows)


def missed(summary, benchmarks):
    """Number of claims that were measured and missed."""
    return sum(check(claim, summary)[0] == MISSED for claim in ALL if claim.benchmark in benchmarks)


def _show(claim, value):
    return table.factor(value) if claim.than else table.number(value)
