# SPDX-License-Identifier: GPL-2.0-only
"""Who is measured: a driver on a device, and how to ask it for memory.

To every peer "taken" means bytes of the guest's RAM that the host has got. All guests have the same RAM; that
of virtio-mem is split into a part that stays and a part that can be unplugged.
"""

import dataclasses

from .errors import BenchError

MIB = 1 << 20
GUEST_MIB = 2048
CLAIMED_MIB = 1024

# Free page hinting wants a thread of its own in QEMU.
HINT_OBJECT = ("-object", "iothread,id=hints")
HINT_PROPERTIES = "free-page-hint=on,iothread=hints"

BALLOON_EVENTS = ("virtio_queue_notify", "virtio_notify", "virtio_balloon_get_config", "virtio_balloon_set_config",
                  "ram_block_discard_range")
VIRTIO_MEM_EVENTS = ("virtio_queue_notify", "virtio_notify", "ram_block_discard_range")


class Balloon:
    """Devices that are told how much RAM to leave to the guest."""

    can_hint = True
    memory = {"memory_mib": GUEST_MIB}
    events = BALLOON_EVENTS

    @staticmethod
    def request(guest, taken_bytes):
        """Asks for a size; returns when QEMU has passed that on."""
        guest.set_balloon(GUEST_MIB * MIB - taken_bytes)

    @staticmethod
    def taken(guest):
        """Bytes taken now, as the host knows it."""
        return GUEST_MIB * MIB - guest.balloon_actual()


class VirtioMem:
    """The device that is told how much memory to plug in. QEMU has no trace event for accesses to its configuration."""

    can_hint = False
    memory = {"memory_mib": GUEST_MIB - CLAIMED_MIB, "virtio_mem_mib": CLAIMED_MIB}
    events = VIRTIO_MEM_EVENTS

    @staticmethod
    def request(guest, taken_bytes):
        """Asks for a size; returns when QEMU has passed that on."""
        guest.virtio_mem_resize(CLAIMED_MIB * MIB - taken_bytes, timeout=None)

    @staticmethod
    def taken(guest):
        """Bytes taken now, as the host knows it."""
        return CLAIMED_MIB * MIB - guest.virtio_mem_size()


@dataclasses.dataclass(frozen=True)
class Peer:
    """One way to take memory from a guest."""

    name: str
    what: str
    driver: str
    device: type = Balloon
    device_args: str = ""
    module_args: dict = dataclasses.field(default_factory=dict)

    def guest_options(self, init_on_alloc, hints=False):
        """Arguments for the lab's Guest; with `hints`, the device has free page hinting (see can_hint)."""
        properties = [text for text in (self.device_args, HINT_PROPERTIES if hints else "") if text]
        return {**self.device.memory, "driver": self.driver, "device_args": ",".join(properties),
                "module_args": self.module_args, "cmdline": f"init_on_alloc={init_on_alloc}",
                "qemu_args": HINT_OBJECT if hints else ()}


# The guest's free memory stays where it is, so that what is measured is the balloon.
NO_FREE_PAGES = {"aerostat_virtio": "free_page_reporting=N"}

ALL = {peer.name: peer for peer in (
    Peer("ours", "aerostat_virtio, free-page-reporting=on", "aerostat", device_args="free-page-reporting=on",
         module_args=NO_FREE_PAGES),
    Peer("ours-pfn", "aerostat_virtio reporting_inflate=off, free-page-reporting=on", "aerostat",
         device_args="free-page-reporting=on",
         module_args={"aerostat_virtio": "reporting_inflate=off free_page_reporting=N"}),
    Peer("ours-plain", "aerostat_virtio, a device without reporting", "aerostat"),
    Peer("stock", "virtio_balloon, a device without reporting", "stock"),
    Peer("stock-reporting", "virtio_balloon, free-page-reporting=on", "stock", device_args="free-page-reporting=on"),
    Peer("virtio-mem", "virtio_mem, blocks of QEMU's default size", "virtio-mem", VirtioMem),
    Peer("off", "aerostat_virtio, which neither reports free memory nor is asked for any", "aerostat",
         device_args="free-page-reporting=on", module_args=NO_FREE_PAGES),
    Peer("reporting", "aerostat_virtio, free page reporting alone", "aerostat", device_args="free-page-reporting=on"),
    Peer("committed", "the same, and self-ballooning by committed memory", "aerostat",
         device_args="free-page-reporting=on", module_args={"aerostat": "selfballooning=1"}),
    Peer("workingset", "the same, and self-ballooning by the working set", "aerostat",
         device_args="free-page-reporting=on",
         module_args={"aerostat": "selfballooning=1 selfballoon_policy=workingset"}),
)}
# Those that a guest's life is measured with: they differ in what the guest does by itself.
ALONE = ("off", "reporting", "committed", "workingset")
DEFAULT = ("ours", "stock", "virtio-mem", "ours-pfn", "ours-plain")


def choose(text):
    """Peers for a comma-separated list of names; BenchError names the one that does not exist."""
    names = list(dict.fromkeys(name.strip() for name in text.split(",")))
    unknown = [name for name in names if name not in ALL]
    if unknown:
        raise BenchError(f"no peer '{unknown[0]}' (there are: {', '.join(ALL)})")
    return [ALL[name] for name in names]
