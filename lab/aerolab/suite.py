# SPDX-License-Identifier: GPL-2.0-only
"""Packages of another Debian suite than the machine's: downloaded and unpacked, never installed.

apt works on a state of its own in a temporary directory: its sources are the suite alone, and nothing counts as
installed. The mirror is one that the machine's own sources name, and the keys come in a package from there: a
suite is trusted as far as the machine trusts its own.
"""

import pathlib
import re
import tempfile

from . import cache, debian
from .errors import SetupError

KEYRING = "usr/share/keyrings/debian-archive-keyring.gpg"

CONFIGURATION = debian.PRIVATE_STATE + """\
Dir::State "{0}";
Dir::State::status "{0}/status";
Dir::Etc::sourcelist "{0}/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
APT::Install-Recommends "false";
APT::Update::Error-Mode "any";
"""


class Suite:
    """The suite `name` between `with` and the end of the block; trixie-backports comes with trixie."""

    def __init__(self, name):
        self.name = name
        self._scratch = None
        self._directory = None
        self._options = []

    def __enter__(self):
        self._scratch = tempfile.TemporaryDirectory(prefix=".suite-", dir=cache.root())
        self._directory = pathlib.Path(self._scratch.name)
        try:
            self._open()
        except BaseException:
            self._scratch.cleanup()
            raise
        return self

    def __exit__(self, *_):
        self._scratch.cleanup()

    def version(self, package):
        """The upstream version of `package` and Debian's revision, without the epoch."""
        return re.search(r"^Version: (?:\d+:)?(\S+)", self._show(package), re.M)[1]

    def names(self, pattern):
        """Names of the packages whose name matches `pattern`."""
        return re.findall(r"^(\S+) - ", self._apt("apt-cache", "search", "--names-only", pattern), re.M)

    def depends(self, package):
        """What `package` depends on directly; of alternatives the first."""
        found = re.search(r"^Depends: (.*)", self._show(package), re.M)
        return [re.match(r"[^\s:]+", item)[0] for item in found[1].split(", ")] if found else []

    def with_depends(self, packages):
        """`packages` and all that they depend on, down to the C library."""
        return re.findall(r"^Inst (\S+)", self._apt("apt-get", "--simulate", "install", *packages), re.M)

    def unpack(self, packages, tree):
        """Downloads `packages`, and only these, and unpacks them into the new directory `tree`."""
        with tempfile.TemporaryDirectory(dir=self._directory) as archives:
            self._apt("apt-get", "download", *packages, cwd=archives)
            debian.unpack(pathlib.Path(archives), tree)

    def _show(self, package):
        return self._apt("apt-cache", "show", "--no-all-versions", package)

    def _open(self):
        (self._directory / "status").touch()
        self._options = [*debian.private_state(self._directory, CONFIGURATION), "-t", self.name]
        debian.fetch(["debian-archive-keyring"], self._directory / "keys")
        complaints = []
        for site in _sites():
            try:
                self._update(site)
                return
            except SetupError as error:
                complaints.append(str(error))
        raise SetupError(f"no package source of this machine carries Debian's {self.name}" +
                         "".join(f"\n{complaint}" for complaint in complaints))

    def _update(self, site):
        base, dash, _ = self.name.partition("-")
        source = f"deb [arch=amd64 signed-by={self._directory}/keys/{KEYRING}] {site}"
        names = [base, self.name] if dash else [self.name]
        (self._directory / "sources.list").write_text("".join(f"{source} {name} main\n" for name in names))
        self._apt("apt-get", "update")

    def _apt(self, command, *words, cwd=None):
        return debian.run([command, *self._options, *words], cwd or self._directory)


def _sites():
    """Addresses of the machine's mirrors, in the order of its sources; among them may be such of other distributors."""
    listed = debian.output("apt-get", "indextargets", "--no-release-info", "--format", "$(SITE)", "Component: main")
    return list(dict.fromkeys(listed.splitlines()))
