# SPDX-License-Identifier: GPL-2.0-only
"""Kernels: image, modules and headers of a version; Debian's are fetched into the cache, never installed.

Those of the machine's own suite are fetched here, those of newer suites by `newer`.
"""

import os
import pathlib
import re
import shutil
import sys

from . import cache, debian, newer
from .errors import SetupError

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
MODULES = pathlib.Path("/lib/modules")


class Kernel:
    """One kernel.

    release: its full version, such as 6.1.0-1-amd64
    image: the file to boot
    modules: a directory with its modules somewhere below
    version: what get() wants to hear for it
    vmlinux: the unpacked image, where it is at hand
    headers: what modules are built against; None: the place depends on what is installed
    extra_ram: function of a guest's RAM in MiB: how much it gets in addition, because the kernel uses more itself
    smp: processors of a guest that does not say how many
    """

    def __init__(self, release, image, modules, headers=None, version=None, vmlinux=None,
                 extra_ram=lambda mib: 0, smp=1):
        self.release = release
        self.version = version or release
        self.vmlinux = vmlinux
        self.extra_ram = extra_ram
        self.smp = smp
        self.image = image
        self._tree = modules
        self._headers = headers
        self._modules = None
        self._builtin = None

    @property
    def headers(self):
        """Build directory for modules."""
        return self._headers or headers(self.release)

    def module(self, name):
        """Path of the module `name`, for module.read(); ours come before the kernel's own. SetupError if missing."""
        name = name.replace("-", "_")
        ours = own_modules(self.release) / f"{name}.ko"
        if ours.exists():
            return ours
        if self._modules is None:
            found = [*self._tree.rglob("*.ko"), *self._tree.rglob("*.ko.xz")]
            self._modules = {path.name.partition(".")[0].replace("-", "_"): path for path in found}
        if name not in self._modules:
            hint = f" in {ours.parent}: run 'make modules'" if name.startswith("aerostat") else ""
            raise SetupError(f"no module {name} for {self.release}{hint}")
        return self._modules[name]

    def has_builtin(self, name):
        """Whether the module `name` is a part of the kernel itself."""
        if self._builtin is None:
            found = next(self._tree.rglob("modules.builtin"), None)
            lines = found.read_text(encoding="ascii").split() if found else []
            self._builtin = {pathlib.Path(line).stem.replace("-", "_") for line in lines}
        return name in self._builtin


def own_modules(release):
    """Where the build puts the modules of this repository."""
    return REPOSITORY / "build" / "kmod" / release


def get(version=None):
    """The kernel that `version` means (see resolve, or a name of built.names()), with its files in the cache."""
    from . import built  # which is built on this module
    version = version or os.environ.get("AEROSTAT_KERNEL")
    if version in built.names():
        return built.get(version)
    release = resolve(version)
    tree = cache.entry(f"kernel/{release}", lambda path: _fetch_image(release, path))
    modules = next(tree.glob(f"**/lib/modules/{release}"))
    image = modules / "vmlinuz"  # from 7.1 on
    return Kernel(release, image if image.exists() else tree / "boot" / f"vmlinuz-{release}", modules)


def resolve(version=None):
    """Full release for a version like "6.1"; default: that of the installed linux-headers-amd64.

    What is installed comes first, then what is in the cache, then Debian's newer suites.
    """
    installed = _installed_releases()
    if not version:
        default = _default_release()
        if default:
            return default
        if installed:
            return installed[-1]
        raise SetupError("no kernel headers are installed: run 'lab/install build'")
    match = [release for release in installed if _matches(release, version)]
    cached = [path.name for path in (cache.root() / "kernel").glob("*") if _matches(path.name, version)]
    if match or cached:
        return (match or sorted(cached, key=_order))[-1]
    if re.fullmatch(r"\d+\.\d+\.\d.*-.+", version):
        return version
    return newer.fetch(version)


def headers(release):
    """Build directory of the kernel `release`: the installed one, or else fetched into the cache."""
    installed = MODULES / release / "build"
    if installed.is_dir():
        return installed
    tree = cache.entry(f"headers/{release}", lambda path: _fetch_headers(release, path))
    return tree / "usr" / "src" / f"linux-headers-{release}"


def _matches(release, version):
    return release == version or release.startswith((version + ".", version + "-"))


def _order(release):
    return [int(number) for number in re.findall(r"\d+", release)]


def _installed_releases():
    found = [path.parent.name for path in MODULES.glob("*/build") if path.is_dir()]
    return sorted(found, key=_order)


def _default_release():
    """What the package linux-headers-amd64, if it is installed, depends on."""
    query = debian.output("dpkg-query", "-W", "-f", "${db:Status-Status} ${Depends}", "linux-headers-amd64")
    found = re.match(r"installed linux-headers-(\S+)", query)
    return found.group(1) if found else None


def _fetch_image(release, tree):
    print(f"lab: fetching the kernel {release} into {cache.root()} (once)", file=sys.stderr, flush=True)
    debian.fetch([f"linux-image-{release}"], tree)
    shutil.rmtree(tree / "usr", ignore_errors=True)
    if not (tree / "boot" / f"vmlinuz-{release}").exists():
        raise SetupError(f"linux-image-{release} holds no kernel image")


def _fetch_headers(release, tree):
    """Headers and the build tools that they use; paths in their makefiles are made to point into the cache."""
    package = f"linux-headers-{release}"
    depends = debian.output("apt-cache", "show", "--no-all-versions", package)
    also = re.findall(r"\b(linux-(?:headers|kbuild)-[^\s,]+)", "".join(re.findall("Depends:.*", depends)))
    debian.fetch([package, *also], tree)
    final = cache.root() / "headers" / release
    for makefile in (tree / "usr" / "src").glob("*/Makefile"):
        text = makefile.read_text().replace("/usr/src/", f"{final}/usr/src/")
        makefile.write_text(text)
