# SPDX-License-Identifier: GPL-2.0-only
"""The host manager as tests use it: a daemon with a configuration and a directory of its own."""

import contextlib
import json
import pathlib
import signal
import subprocess
import tempfile
import threading
import time

from aerolab import jitter, patience
from balloon import ROOT, check

PROGRAM = ROOT / "build" / "aerostatd"
WAIT_SECONDS = 90  # for anything that happens within seconds on an idle machine


class Manager:
    """aerostatd between start() and the end of the `with` block; guests of its own directory are managed.

    configuration: what the file says; @DIRECTORY@ stands for the directory of the monitors
    """

    def __init__(self, configuration):
        self._temporary = tempfile.TemporaryDirectory(prefix="aerostatd-")
        self.directory = pathlib.Path(self._temporary.name)
        self.config_path = self.directory / "aerostatd.conf"
        self.lines = []
        self.process = None
        self._reader = None
        self.configure(configuration)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
        self._temporary.cleanup()

    def configure(self, configuration):
        """Writes the file; reload() makes a running daemon look at it."""
        self.config_path.write_text(configuration.replace("@DIRECTORY@", str(self.directory)))

    def qemu_args(self, name):
        """Arguments for a QEMU whose VM will be called `name`."""
        return ["-qmp", f"unix:{self.directory}/{name}.sock,server=on,wait=off"]

    def start(self, *arguments, program=PROGRAM, user=None):
        """Starts it, as `user` if that is not None, who has to be able to run `program`."""
        check(PROGRAM.exists(), f"{PROGRAM} is missing: run 'make programs'")
        whose = {} if user is None else {"user": user, "group": user, "extra_groups": []}
        self.process = subprocess.Popen([program, "--config", self.config_path, *arguments], text=True,
                                        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, **whose)
        self._reader = threading.Thread(target=self._read, args=(self.process.stderr,), daemon=True)
        self._reader.start()
        jitter.pause()

    def explain(self, name):
        """What it knows about a VM, as `aerostat explain` has it; {} if there is none."""
        jitter.pause()
        result = subprocess.run([PROGRAM.with_name("aerostat"), "--socket", self.directory / "control", "--json",
                                 "explain", name], capture_output=True, text=True)
        return json.loads(result.stdout) if result.returncode == 0 else {}

    def wait_known(self, name, what, value):
        """Waits until it knows of a VM that `what` is `value`."""
        self.wait(lambda: self.explain(name).get(what) == value, f"{what} of {name} is not {value}")

    def wait_reason(self, name, reason):
        """Waits until a VM has its size for `reason`."""
        self.wait_known(name, "reason", reason)

    def kill(self):
        """As by kill -9. Harmless when called again."""
        if self.process:
            self.process.kill()
            self._ended()

    def stop(self):
        """Asks it to end; its exit status."""
        self.process.terminate()
        return self._ended()

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def wait_line(self, text, after=0):
        """Waits until it has said a line with `text` in it, not counting the first `after` lines."""
        self.wait(lambda: any(text in line for line in self.lines[after:]), f"it never said '{text}'")

    def wait(self, condition, otherwise):
        """Waits until `condition` holds while the daemon lives."""
        deadline = patience.deadline(WAIT_SECONDS)
        while not condition():
            check(self.process.poll() is None, f"the daemon ended: {self.log()}")
            check(time.monotonic() < deadline, f"{otherwise}:\n{self.log()}")
            time.sleep(0.05)
        jitter.pause()

    def log(self):
        return "\n".join(self.lines[-40:])

    def _read(self, stream):
        with contextlib.suppress(ValueError):
            for line in stream:
                self.lines.append(line.rstrip("\n"))

    def _ended(self):
        status = self.process.wait(WAIT_SECONDS * patience.FACTOR)
        self._reader.join(WAIT_SECONDS * patience.FACTOR)
        self.process.stderr.close()
        self.process = None
        return status
