# SPDX-License-Identifier: GPL-2.0-only
"""Which lines of our modules ran in a guest: fetches the counters that a kernel with gcov keeps, before they are lost.

AEROSTAT_COVERAGE in the environment is the directory to leave them in, an archive each time that a guest's kernel ends.
Nothing is fetched without it.
"""

import os
import pathlib
import secrets

# The files do not tell their length, so tar could not read them in place.
SCRIPT = "cp -R -P /sys/kernel/debug/gcov /run/ && tar -c -C /run/gcov . && rm -r /run/gcov"


def fetch(guest):
    """Stores the counters of `guest`, whose kernel is about to end: no counters if it had no module of ours."""
    directory = os.environ.get("AEROSTAT_COVERAGE")
    result = guest.run(SCRIPT) if directory else None
    if result and not result.status:
        path = pathlib.Path(directory)
        path.mkdir(parents=True, exist_ok=True)
        (path / f"{secrets.token_hex(8)}.tar").write_bytes(result.raw)
