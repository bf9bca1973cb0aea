# SPDX-License-Identifier: GPL-2.0-only
"""Series: the samples of one peer, one JSON object a line, so that an interrupted run keeps what it has.

A line has a "format" (1), who was measured ("peer"), how ("kind", "init_on_alloc", "backing", "claimed_mib"),
on what ("machine", an object of strings and numbers; "host_load", its load before the sample) and the numbers
("values", an object). A reader ignores
keys that it does not know.
"""

import dataclasses
import json
import math
import os

from .errors import BenchError

FORMAT = 1
TYPES = {"peer": str, "kind": str, "init_on_alloc": int, "backing": str, "claimed_mib": int,
         "machine": dict, "host_load": (int, float), "values": dict}


@dataclasses.dataclass(frozen=True)
class Sample:
    """What one boot of one peer gave."""

    peer: str
    kind: str
    init_on_alloc: int
    backing: str
    claimed_mib: int
    machine: dict
    host_load: float
    values: dict

    @property
    def setting(self):
        """What must be equal for two samples' numbers to be comparable."""
        return self.kind, self.init_on_alloc, self.backing, self.claimed_mib


def write(path, sample):
    """Appends a Sample to the file `path`, whose directory must exist."""
    with open(path, "a", encoding="utf-8") as file:
        file.write(encode(sample) + "\n")
        file.flush()
        os.fsync(file.fileno())


def encode(sample):
    """One line of a series, without the newline."""
    return json.dumps({"format": FORMAT, **dataclasses.asdict(sample)}, allow_nan=False)


def read(path):
    """The Samples of a file; BenchError, with file and line, if it is not a series or is empty."""
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text"
        raise BenchError(f"{path}: {reason}") from error
    samples = [decode(line, f"{path}:{number}") for number, line in enumerate(lines, 1) if line.strip()]
    if not samples:
        raise BenchError(f"{path}: no samples")
    return samples


def decode(line, place):
    """The Sample in one line; `place` names the line in a BenchError."""
    try:
        found = json.loads(line, parse_constant=_refuse_constant)
    except ValueError as error:
        raise BenchError(f"{place}: not JSON ({error})") from error
    if not isinstance(found, dict) or "format" not in found:
        raise BenchError(f"{place}: not a sample (no \"format\")")
    if found["format"] != FORMAT:
        raise BenchError(f"{place}: format {found['format']!r}, but only {FORMAT} is known")
    for key, kind in TYPES.items():
        if not _is(found.get(key), kind):
            raise BenchError(f"{place}: \"{key}\" is missing or not what it should be")
    for name, value in found["values"].items():
        if not _is(value, (int, float)) or not math.isfinite(value):
            raise BenchError(f"{place}: value \"{name}\" is no number")
    return Sample(**{key: found[key] for key in TYPES})


def group(samples):
    """{(setting, name of a value): [numbers]} in the order of appearance."""
    groups = {}
    for sample in samples:
        for name, value in sample.values.items():
            groups.setdefault((sample.setting, name), []).append(value)
    return groups


def _is(value, kind):
    """isinstance, but true and false are no numbers."""
    return isinstance(value, kind) and not isinstance(value, bool)


def _refuse_constant(name):
    raise ValueError(f"{name} is no number")
