# SPDX-License-Identifier: GPL-2.0-only
"""The host's pool of 2 MiB hugetlb pages: lends what a guest needs and takes it back."""

import pathlib

from . import cache
from .errors import NoHugepages

POOL = pathlib.Path("/sys/kernel/mm/hugepages/hugepages-2048kB")


def counts():
    """{"total", "free", "reserved"} in pages of 2 MiB; all 0 on a host without them."""
    names = {"total": "nr_hugepages", "free": "free_hugepages", "reserved": "resv_hugepages"}
    return {key: _read(POOL / name) for key, name in names.items()}


def borrow(pages):
    """Makes sure that `pages` are free, growing the pool if need be (root only).

    Returns by how much the pool grew, for give_back(). NoHugepages, with the reason, if it is not enough.
    """
    if not POOL.exists():
        raise NoHugepages("this host's kernel has no 2 MiB huge pages")
    with cache.locked("hugepages"):
        now = counts()
        missing = pages - (now["free"] - now["reserved"])
        if missing <= 0:
            return 0
        try:
            _resize(missing)
        except OSError as error:
            raise NoHugepages(f"{pages} huge pages of 2 MiB are needed, {missing} too few are free, and the pool"
                              f" cannot be grown by this user ({error.strerror});"
                              f" as root: echo {now['total'] + missing} > {POOL}/nr_hugepages") from error
        grown = counts()["total"] - now["total"]
        if grown < missing:
            _resize(-grown)
            raise NoHugepages(f"{missing} more huge pages of 2 MiB are needed, the host found memory for {grown}")
        return missing


def give_back(pages):
    """Shrinks the pool by what borrow() returned."""
    if pages:
        with cache.locked("hugepages"):
            _resize(-pages)


def _resize(change):
    path = POOL / "nr_hugepages"
    path.write_text(str(max(_read(path) + change, 0)), encoding="ascii")


def _read(path):
    return int(path.read_text(encoding="ascii")) if path.exists() else 0
