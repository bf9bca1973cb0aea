# SPDX-License-Identifier: GPL-2.0-only
"""Kernels of Debian's newer suites: image, headers, and the tools of their own suite to build modules with.

The compiler that the headers ask for, and the headers' own programs (modpost and others), want the C library of
their suite. They are unpacked beside it, and a script in the place of each starts it with that library: so they run
anywhere, without root or a container. The headers' makefile puts them into PATH: whoever builds need not know.
"""

import os
import re
import sys

from . import cache
from .errors import SetupError
from .suite import Suite

SUITES = ("bookworm-backports", "trixie-backports")
RELEASE = re.compile(r"linux-headers-(\d[^-]*(?:-\d+)?-amd64)")
SPARSE = "sparse"  # what its main program depends on, the compiler depends on as well
LIBRARIES = ("usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu")
LOADER = "ld-linux-x86-64.so.2"

SCRIPT = """\
#!/bin/sh
exec {loader} --library-path {libraries} --argv0 "$0" {program} "$@"
"""


def fetch(version):
    """Full release of the newest kernel of `version`, such as "7.2"; its image and headers are in the cache then."""
    available = []
    for name in SUITES:
        with Suite(name) as suite:
            releases = _releases(suite)
            matching = [release for release in releases if re.match(re.escape(version) + r"[.+-]", release)]
            if matching:
                _fetch(suite, matching[-1])
                return matching[-1]
            available += releases
    raise SetupError(f"no kernel {version} is installed, and Debian has none (but {', '.join(available)})")


def _releases(suite):
    """In ascending order."""
    names = suite.names(r"^linux-headers-[0-9]")
    found = [match[1] for match in map(RELEASE.fullmatch, names) if match]
    return sorted(found, key=lambda release: [int(number) for number in re.findall(r"\d+", release)])


def _fetch(suite, release):
    """The image comes last: where it is in the cache, the headers are, too."""
    print(f"lab: fetching the kernel {release} and what builds modules for it into {cache.root()} (once)",
          file=sys.stderr, flush=True)
    cache.entry(f"headers/{release}", lambda tree: _fetch_headers(suite, release, tree))
    cache.entry(f"kernel/{release}", lambda tree: _fetch_image(suite, release, tree))


def _fetch_image(suite, release, tree):
    """One package, or one that depends on several with parts of it."""
    image = f"linux-image-{release}"
    parts = [name for name in suite.depends(image) if name.endswith(release)]
    suite.unpack([image, *parts], tree)


def _fetch_headers(suite, release, tree):
    headers = f"linux-headers-{release}"
    needed = [name for name in suite.depends(headers) if not name.startswith("linux-image-")]
    suite.unpack([headers, SPARSE, *suite.with_depends(needed)], tree)
    final = cache.root() / "headers" / release
    _use_own_libraries(tree, final)
    for makefile in (tree / "usr" / "src").glob("*/Makefile"):
        text = makefile.read_text().replace("/usr/src/", f"{final}/usr/src/")
        makefile.write_text(f"export PATH := {final}/usr/bin:$(PATH)\n{text}")
    _allow_sparse(tree)


def _allow_sparse(tree):
    """From 7.0 on, the build asks a script whether sparse works, and Debian's package has no such script."""
    for scripts in (tree / "usr" / "lib").glob("linux-kbuild-*/scripts"):
        (scripts / "checker-valid.sh").write_text("#!/bin/sh\necho 1\n")
        (scripts / "checker-valid.sh").chmod(0o755)


def _use_own_libraries(tree, final):
    """Puts scripts before the programs in `tree`, which is going to be moved to `final`."""
    loader = next(final / name / LOADER for name in LIBRARIES if (tree / name / LOADER).exists())
    libraries = ":".join(str(final / name) for name in LIBRARIES)
    for path in list(_programs(tree)):
        program = path.rename(path.with_name(f"{path.name}.program"))
        path.write_text(SCRIPT.format(loader=loader, libraries=libraries, program=final / program.relative_to(tree)))
        path.chmod(0o755)


def _programs(tree):
    """Executables that name a loader."""
    for path in tree.rglob("*"):
        if path.is_file() and not path.is_symlink() and os.access(path, os.X_OK) and ".so" not in path.name:
            content = path.read_bytes()
            if content.startswith(b"\x7fELF") and LOADER.encode() in content:
                yield path
