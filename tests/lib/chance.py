# SPDX-License-Identifier: GPL-2.0-only
"""What tests that leave something to chance take from the environment."""

import os
import random
import sys

SEED_MAX = (1 << 32) - 1


def seed(default=1):
    """SEED: a number, which repeats what it did the last time, or `random` for a new one."""
    value = os.environ.get("SEED", str(default))
    return random.randint(1, SEED_MAX) if value == "random" else _number("SEED", value, 1, SEED_MAX)


def number(name, default, least=0, most=1 << 40):
    """The whole number in the environment variable `name`."""
    return _number(name, os.environ.get(name, str(default)), least, most)


def _number(name, value, least, most):
    if not value.isdecimal() or not least <= int(value) <= most:
        sys.exit(f"{name}: not a number from {least} to {most}: {value}")
    return int(value)
