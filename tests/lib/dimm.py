# SPDX-License-Identifier: GPL-2.0-only
"""Memory that is plugged into a running guest and pulled out again."""

from balloon import MIB, check

# For Guest(qemu_args=...): slots to plug it into.
SLOTS = ["-m", "slots=2,maxmem=8G"]
# For Guest(cmdline=...): what is plugged in takes only what can move away again.
MOVABLE = "memhp_default_state=online_movable"

# What the guest says when it is asked to let go (_OST of ACPI).
EJECT_REQUEST = 3
IN_PROGRESS = 0x84


class Dimm:
    """A memory device of `mib` MiB, not plugged in yet."""

    def __init__(self, guest, name, mib):
        self.guest = guest
        self.name = name
        self.bytes = mib * MIB

    def plug(self):
        """Plugs it in and waits until the guest uses it."""
        self.guest.qmp("object-add", id=f"{self.name}-ram", size=self.bytes, **{"qom-type": "memory-backend-ram"})
        self.guest.qmp("device_add", driver="pc-dimm", id=self.name, memdev=f"{self.name}-ram")
        self.guest.memory_bytes += self.bytes
        for state in self.states():
            self.guest.sh(f"until grep -qs online {state}; do sleep 0.1; done")

    def states(self):
        """Files in the guest by which parts of it are set offline and online."""
        devices = self.guest.qmp("query-memory-devices")
        start = next(device["data"]["addr"] for device in devices if device["data"]["id"] == self.name)
        block = int(self.guest.read("/sys/devices/system/memory/block_size_bytes"), 16)
        return [f"/sys/devices/system/memory/memory{address // block}/state"
                for address in range(start, start + self.bytes, block)]

    def unplug(self, attempts=3):
        """Has the guest empty it and let it go. A guest that finds it busy is asked again.

        Not while something compacts memory: Linux 6.1 then looks at page structures that went with the
        memory, and dies of it (its own defect, which needs no balloon).
        """
        left = attempts
        while not self._let_go():
            left -= 1
            check(left, f"the guest did not let {self.name} go when it was asked {attempts} times")
        self.guest.qmp("object-del", id=f"{self.name}-ram")
        self.guest.memory_bytes -= self.bytes

    def _let_go(self):
        self.guest.qmp("device_del", id=self.name)
        while True:
            event = self.guest.wait_event(("DEVICE_DELETED", "ACPI_DEVICE_OST"), timeout=60)
            if event["event"] == "DEVICE_DELETED" and event["data"].get("device") == self.name:
                return True
            answer = event["data"].get("info", {})
            if (answer.get("device"), answer.get("source")) == (self.name, EJECT_REQUEST) and \
                    answer["status"] != IN_PROGRESS:
                return False
