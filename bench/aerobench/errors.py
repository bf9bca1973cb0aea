# SPDX-License-Identifier: GPL-2.0-only
"""What can go wrong with a benchmark's input, as one sentence for the person at the terminal."""


class BenchError(Exception):
    """A wrong option, or a file that is not a series."""
