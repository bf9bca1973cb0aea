# SPDX-License-Identifier: GPL-2.0-only
"""A tree of its own for tests of the tests: files in a temporary directory, and commands run there."""

import os
import pathlib
import shutil
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Tree:
    """A directory that exists between `with` and the end of the block."""

    def __enter__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="aerostat-tree-"))
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path)

    def add(self, name, text, mode=0o644):
        """Writes a file, with the directories it needs."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def script(self, name, body):
        """Writes an executable shell script."""
        return self.add(name, f"#!/bin/sh\n{body}\n", 0o755)

    def copy(self, name):
        """Copies a file of the project to its place here."""
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, self.path / name)

    def run(self, *command, **environment):
        """Runs a command here with these variables on top (None: without); output and errors as one text."""
        variables = {**os.environ, **environment}
        return subprocess.run(command, cwd=self.path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True,
                              env={name: value for name, value in variables.items() if value is not None})
