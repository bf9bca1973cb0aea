# SPDX-License-Identifier: GPL-2.0-only
"""Kernel modules: what a .ko file depends on, and in which order to load several."""

import lzma
import re


def read(path):
    """Content of the file `path`, which may be packed."""
    content = path.read_bytes()
    return lzma.decompress(content) if path.suffix == ".xz" else content


def depends(path):
    """Names of the modules that the file `path` needs, from its .modinfo section."""
    found = re.search(rb"\0depends=([^\0]*)\0", read(path))
    names = found.group(1).decode().split(",") if found else []
    return [name.replace("-", "_") for name in names if name]


def load_order(kernel, names):
    """{name: path} for `names` and everything they depend on, in an order in which they load.

    What is built into the kernel is left out.
    """
    order = {}

    def add(name):
        name = name.replace("-", "_")
        if name in order or kernel.has_builtin(name):
            return
        path = kernel.module(name)
        for needed in depends(path):
            add(needed)
        order[name] = path

    for name in names:
        add(name)
    return order
