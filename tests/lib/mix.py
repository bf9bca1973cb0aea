# SPDX-License-Identifier: GPL-2.0-only
"""Operations in random order, several at a time: what a stress test is made of.

Theory of operation

Each step draws an operation by its weight, and then its arguments, whether it can be started or not. So the order
of draws depends on the dice alone; only which of them are started depends on the guest. An operation that is going
on is not started again, one that wants to be alone waits for all others to end, and one that is not ready is left out.
"""

import collections
import dataclasses
import time
from collections.abc import Callable

from balloon import check, patience

DRAIN_SECONDS = 120


@dataclasses.dataclass
class Operation:
    """Something that may happen.

    name: one word
    weight: how often it is drawn, compared to others
    start: function of what `draw` returns; does it, or returns a job of the guest that does
    draw: function of the dice; the arguments, a tuple
    ready: whether it makes sense now
    alone: nothing else may go on meanwhile
    ends: how the job may end (statuses), or None: that says nothing
    """

    name: str
    weight: int
    start: Callable
    draw: Callable = lambda dice: ()
    ready: Callable = lambda: True
    alone: bool = False
    ends: tuple[int, ...] | None = (0,)


class Mix:
    """Operations, and those of them that are going on."""

    def __init__(self, operations, dice):
        self.operations, self.dice = operations, dice
        self.started = collections.Counter()
        self.most_at_once = 0
        self._running = {}
        self._since = time.monotonic()

    def step(self):
        """Draws an operation, and starts it if that can be."""
        operation = self.dice.choices(self.operations, [each.weight for each in self.operations])[0]
        arguments = operation.draw(self.dice)
        self.poll()
        if operation.name in self._running:
            return
        if not operation.ready():
            return
        if operation.alone:
            self.drain()
        self.say(operation.name, *arguments)
        self.started[operation.name] += 1
        job = operation.start(*arguments)
        if job:
            self._running[operation.name] = operation, arguments, job
            self.most_at_once = max(self.most_at_once, len(self._running))
        if operation.alone:
            self.drain()

    def poll(self):
        """Looks which have ended, and how."""
        for name, (operation, arguments, job) in list(self._running.items()):
            if job.poll() is None:
                continue
            del self._running[name]
            result = job.wait()
            check(operation.ends is None or result.status in operation.ends,
                  f"{name} {arguments}: status {result.status}: {result.out}")

    def drain(self):
        """Waits until nothing goes on."""
        deadline = patience.deadline(DRAIN_SECONDS)
        while self._running:
            self.poll()
            check(time.monotonic() < deadline, f"still going on after {DRAIN_SECONDS} s: {', '.join(self._running)}")
            time.sleep(0.02)

    def never_started(self):
        """Names of the operations that were not."""
        return [each.name for each in self.operations if not self.started[each.name]]

    def say(self, *words):
        """A line of the order that a seed repeats."""
        print(f"{time.monotonic() - self._since:8.2f}", *words, flush=True)
