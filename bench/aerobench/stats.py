# SPDX-License-Identifier: GPL-2.0-only
"""Medians, spreads and ratios of a few noisy samples."""

import dataclasses
import statistics

from .errors import BenchError


@dataclasses.dataclass(frozen=True)
class Summary:
    """Some samples of one number."""

    count: int
    median: float
    low: float
    high: float


@dataclasses.dataclass(frozen=True)
class Ratio:
    """How many times larger one number is than another, with the least and the most that the samples allow."""

    median: float
    low: float
    high: float


def summarize(values):
    """Summary of a non-empty sequence of numbers."""
    values = list(values)
    if not values:
        raise BenchError("no samples to summarize")
    return Summary(len(values), statistics.median(values), min(values), max(values))


def ratio(a, b):
    """Ratio of the Summary `a` to the Summary `b`; None where it makes no sense (something is 0 or below)."""
    if min(a.low, b.low) < 0 or b.median == 0:
        return None
    return Ratio(a.median / b.median, _divide(a.low, b.high), _divide(a.high, b.low))


def within_spread(a, b):
    """Whether the ranges of two Summaries overlap, so that their difference may be noise.

    One sample has no spread: then only equal numbers count as overlapping.
    """
    return a.low <= b.high and b.low <= a.high


def _divide(a, b):
    return a / b if b else float("inf")
