# SPDX-License-Identifier: GPL-2.0-only
"""How long to wait: time limits are meant for an idle machine and a plain kernel; TIMEOUT_FACTOR stretches them."""

import os
import time

FACTOR = float(os.environ.get("TIMEOUT_FACTOR", "1"))


def deadline(seconds):
    """When a wait of `seconds` is over, on the monotonic clock."""
    return time.monotonic() + seconds * FACTOR
