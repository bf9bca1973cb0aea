# SPDX-License-Identifier: GPL-2.0-only
"""Debian packages of the machine's own suite: downloaded and unpacked, never installed."""

import os
import shutil
import subprocess

from .errors import SetupError

# A directory of root's is not open to apt's own user; apt would warn and do without it anyway.
OPTIONS = ["-q", *(["-o", "APT::Sandbox::User=root"] if os.geteuid() == 0 else [])]

# Lists and caches of one's own, without what the machine does after an update: that is about the machine's lists.
PRIVATE_STATE = """\
Dir::State::Lists "{0}/lists";
Dir::Cache "{0}/cache";
Dir::Cache::pkgcache "pkgcache.bin";
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
"""


def fetch(packages, tree):
    """Downloads `packages`, without what they depend on, and unpacks them into the new directory `tree`.

    The machine's package lists may be missing or too old, and updating them takes root: then apt gets lists
    of its own, for this once.
    """
    work = tree.parent / "download"
    work.mkdir()
    try:
        run(["apt-get", *OPTIONS, "download", *packages], work)
    except SetupError:
        options = private_state(work)
        run(["apt-get", *options, "update"], work)
        run(["apt-get", *options, "download", *packages], work)
    unpack(work, tree)
    shutil.rmtree(work)


def private_state(directory, configuration=PRIVATE_STATE):
    """Options that make apt keep to `directory`, which {0} stands for in the `configuration`."""
    for path in ("lists/partial", "cache/archives/partial"):
        (directory / path).mkdir(parents=True)
    file = directory / "apt.conf"
    file.write_text(configuration.format(directory))
    return [*OPTIONS, "-c", str(file)]


def unpack(archives, tree):
    """Unpacks each package that lies in the directory `archives` into the new directory `tree`."""
    tree.mkdir()
    for archive in sorted(archives.glob("*.deb")):
        run(["dpkg", "-x", str(archive), str(tree)], archives)


def output(*command):
    """What a command prints; nothing if it fails or does not exist."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout if done.returncode == 0 else ""


def run(command, cwd):
    """Runs a command that must succeed; what it prints."""
    try:
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise SetupError(f"{command[0]} is missing; packages are fetched on Debian-like systems only") from error
    if done.returncode:
        raise SetupError(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout
