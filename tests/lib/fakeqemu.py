# SPDX-License-Identifier: GPL-2.0-only
"""Monitors of QEMUs that do not exist, for tests of the host manager without VMs."""

import contextlib
import itertools
import json
import os
import socket
import socketserver
import threading
import time

MIB = 1 << 20
BALLOON = {"name": "balloon0", "type": "child<virtio-balloon-pci>"}


class FakeQemu:
    """A VM between `with` and the end of the block, with a monitor at `path`.

    Its balloon follows at once. `used_bytes` is what its processes use, `size_bytes` what the balloon leaves it;
    `asked` lists all sizes that it was asked for, `polls` counts how often its size was asked for. While its monitor
    owes a client something, `owes` is a number that says what (None: nothing). It behaves well unless a test sets one
    of these, at any time:

    silent: its monitor takes commands, and never answers
    slow: so many seconds pass before each answer
    dead: the guest hangs, so its balloon stays and its last statistics stay what they are
    deaf: its balloon stays, all else works
    lies: {statistic: value} instead of what is true
    says: these bytes instead of the next answer to a command
    """

    def __init__(self, path, max_bytes, used_bytes=0, size_bytes=None):
        self.path = str(path)
        self.max_bytes = max_bytes
        self.used_bytes = used_bytes
        self.size_bytes = size_bytes or max_bytes
        self.asked = []
        self.polls = 0
        self.owes = None
        self.silent = self.dead = self.deaf = False
        self.slow = 0
        self.lies = {}
        self.says = None
        self._last = {"last-update": int(time.time()), "stats": {}}
        self._debts = itertools.count()
        self._connections = set()
        self._server = None

    def __enter__(self):
        vm = self

        class Monitor(socketserver.StreamRequestHandler):
            def setup(self):
                super().setup()
                vm._connections.add(self.request)

            def finish(self):
                vm._connections.discard(self.request)
                vm.owes = None
                super().finish()

            def handle(self):
                vm.owes = next(vm._debts)
                self._say(json.dumps({"QMP": {"version": {}, "capabilities": []}}).encode() + b"\n")
                for line in self.rfile:
                    vm.owes = next(vm._debts)
                    request = json.loads(line)
                    value = vm.execute(request["execute"], request.get("arguments", {}))
                    text = json.dumps({"return": value, "id": request["id"]}).encode() + b"\n"
                    if vm.says is not None:
                        text, vm.says = vm.says, None
                    self._say(text)

            def _say(self, text):
                time.sleep(vm.slow)
                if vm.silent:
                    return
                vm.owes = None
                with contextlib.suppress(OSError):  # a killed client is nothing to us
                    self.wfile.write(text)

        class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, request, client_address):
                """A client that was killed in the middle of a line is nothing to us."""

        self._server = Server(self.path, Monitor)
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        os.unlink(self.path)
        for connection in list(self._connections):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def execute(self, command, arguments):
        if command == "qom-list":
            return [BALLOON] if arguments["path"] == "/machine/peripheral" else []
        if command == "query-memory-size-summary":
            return {"base-memory": self.max_bytes}
        if command == "query-balloon":
            self.polls += 1
            return {"actual": self.size_bytes}
        if command == "qom-get":
            if not self.dead:  # each question finds new ones
                self._last = {"last-update": self._last["last-update"] + 1, "stats": self._stats()}
            return self._last
        if command == "balloon":
            self.asked.append(arguments["value"])
            if not self.dead and not self.deaf:
                self.size_bytes = min(arguments["value"], self.max_bytes)
        return {}

    def _stats(self):
        free = max(self.size_bytes - self.used_bytes, 0)
        return {"stat-total-memory": self.size_bytes, "stat-free-memory": free, "stat-available-memory": free,
                "stat-swap-out": 0, "stat-major-faults": 0, "stat-disk-caches": 2**64 - 1, **self.lies}
