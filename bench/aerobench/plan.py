# SPDX-License-Identifier: GPL-2.0-only
"""Which boots a run consists of, and in which order."""

import dataclasses

from . import peers, report
from .errors import BenchError
from .sample import KINDS, TIMED


@dataclasses.dataclass(frozen=True)
class Boot:
    """One sample to take."""

    peer: object
    kind: str
    init_on_alloc: int


def choose(text):
    """Benchmarks for a comma-separated list of names; BenchError names the one that does not exist."""
    names = [name.strip().upper() for name in text.split(",")]
    unknown = [name for name in names if name not in report.ALL]
    if unknown:
        raise BenchError(f"no benchmark '{unknown[0]}' (there are: {', '.join(report.ALL)})")
    return [name for name in report.ALL if name in names]


def kinds_of(benchmarks):
    """{kind: how it is taken} of all that some benchmarks need, in the order in which they are taken."""
    needed = {kind for name in benchmarks for kind in report.ALL[name].kinds}
    return {kind: how for kind, how in KINDS.items() if kind in needed}


def able(how, chosen_peers):
    """Who is measured in a kind: some kinds have peers of their own, some do not suit everyone."""
    found = [peers.ALL[name] for name in how.peers] or chosen_peers
    return [peer for peer in found if peer.device.can_hint or not how.hints]


def everyone(chosen_peers, benchmarks):
    """All peers that take part."""
    found = [peer for how in kinds_of(benchmarks).values() for peer in able(how, chosen_peers)]
    return list({peer.name: peer for peer in found}.values())


def boots(chosen_peers, benchmarks, samples, settings):
    """All boots. Peers take turns (A B A B), so that a slow minute of the machine hits each of them.

    What does not vary is taken once. All but times is taken at the first setting of init_on_alloc only.
    """
    planned = []
    for kind, how in kinds_of(benchmarks).items():
        for _ in range(samples if how.varies else 1):
            for init_on_alloc in settings if kind == TIMED else settings[:1]:
                planned += [Boot(peer, kind, init_on_alloc) for peer in able(how, chosen_peers)]
    return planned
