# SPDX-License-Identifier: GPL-2.0-only
"""What the guest's machine consists of: memory, processors and balloon device, as QEMU's arguments."""

import dataclasses
import pathlib

from . import hosttsc
from .errors import SetupError

MIB = 1 << 20
BALLOON = "balloon0"
VIRTIO_MEM = "virtio-mem0"
SWAP = "/dev/vda"

# By accelerator. With ERMS a kernel zeroes pages by `rep stosb`, which TCG emulates a byte at a time: eight
# times slower, beside everything else, than it is on any processor that has ERMS. Newer QEMUs also offer FSRM,
# and no real processor has that alone: Linux 6.1's memmove then loops for ever.
CPUS = {"kvm": "host", "tcg": "max,-erms,-fsrm"}

# hypervisor: driver: modules to load for it
HYPERVISORS = {
    "qemu": {
        "aerostat": ["virtio_pci", "aerostat", "aerostat_virtio"],
        "stock": ["virtio_pci", "virtio_balloon"],
        "virtio-mem": ["virtio_pci", "virtio_mem"],
        "none": [],
    },
    "vmware": {
        "aerostat": ["aerostat", "aerostat_vmware"],
        "stock": ["vmw_balloon"],
        "none": [],
    },
    # In a domain; the control domain has none. "stock" is the kernel's own, which is built in.
    "xen": {
        "aerostat": ["aerostat", "aerostat_xen"],
        "stock": [],
        "none": [],
    },
}
DRIVERS = sorted({driver for drivers in HYPERVISORS.values() for driver in drivers})

# Programs of lab/guest in the guest's /bin, by hypervisor.
PROGRAMS = {"qemu": ["memtool"], "vmware": ["memtool", "backdoor"], "xen": ["memtool"]}

# Linux looks for VMware where CPUID shows no hypervisor, and uses an x2APIC there, of which QEMUs that emulate one ask
# the time where they do not count instructions ("Bad icount read"). Xen 4.17 does not get along with TCG's SMAP. Nor,
# when it switches domains, with XSAVE and what comes with it: a process may find AVX switched off that it was promised.
CPU_CHANGES = {"qemu": "", "vmware": ",-hypervisor,-x2apic", "xen": ",-smap,-xsave"}

# How Linux knows VMware: a port that answers and the machine's serial number.
VMWARE = ["-smbios", "type=1,serial=VMware-56 4d 00 00 00 00 00 00-00 00 00 00 00 00 00 00"]
VMWARE_PLUGIN = pathlib.Path(__file__).resolve().parents[2] / "build/lab/vmware/monitor.so"
# Below 4 GiB, QEMU's machine leaves room for devices.
HOLE_MIB = 1024

BACKINGS = {
    "anon": "memory-backend-ram,merge=off",
    "memfd": "memory-backend-memfd,merge=off,share=on",
    "hugetlb": "memory-backend-memfd,merge=off,share=on,hugetlb=on,hugetlbsize=2M,prealloc=off",
}

# Tables of the firmware describe each slot that something could be plugged into, and Linux asks them about each when
# it boots and wakes up. Memory is plugged in by another way.
NO_PCI_HOTPLUG = [word for name in ("acpi-root-pci-hotplug", "acpi-pci-hotplug-with-bridge-support")
                  for word in ("-global", f"PIIX4_PM.{name}=off")]

# Messages of every level on the console: the kernel log is proof, whatever a test does to printk.
# The rest spares the emulator work that has nothing to do with memory.
CMDLINE = ("panic=-1 ignore_loglevel mitigations=off noreplace-smp tsc=reliable no_timer_check"
           " random.trust_cpu=on cryptomgr.notests=1")
# Where Xen has the first serial port, Linux calls another one ttyS0: that of a domain.
CONSOLES = {"qemu": "ttyS0", "vmware": "ttyS0", "xen": "hvc0"}


@dataclasses.dataclass
class Machine:
    """A guest's machine; the fields are arguments of Guest and described there."""

    memory_mib: int
    driver: str
    backing: str
    smp: int | None
    device_args: str
    virtio_mem_mib: int
    icount: str | None
    swap_mib: int
    hypervisor: str
    monitor_args: str
    pci_hotplug: bool

    def __post_init__(self):
        if self.hypervisor not in HYPERVISORS:
            raise SetupError(f"no hypervisor '{self.hypervisor}' (there are: {', '.join(HYPERVISORS)})")
        if self.driver not in self.drivers:
            raise SetupError(f"no driver '{self.driver}' for {self.hypervisor} (there are: {', '.join(self.drivers)})")
        if self.is_vmware and not VMWARE_PLUGIN.exists():
            raise SetupError(f"no {VMWARE_PLUGIN}: run 'make lab'")
        if self.backing not in BACKINGS:
            raise SetupError(f"no backing '{self.backing}' (there are: {', '.join(BACKINGS)})")
        if self.backing == "hugetlb" and self.memory_mib % 2:
            raise SetupError("memory in huge pages must be a multiple of 2 MiB")

    def suit(self, kernel):
        """Gives what the kernel needs for itself, and decides what was left open."""
        self.memory_mib += kernel.extra_ram(self.memory_mib) // 2 * 2
        self.smp = self.smp or kernel.smp

    @property
    def is_vmware(self):
        """Whether QEMU pretends to be VMware, which it can without KVM only."""
        return self.hypervisor == "vmware"

    @property
    def drivers(self):
        """What HYPERVISORS says of the hypervisor."""
        return HYPERVISORS[self.hypervisor]

    @property
    def ram_mib(self):
        """Sizes of the RAM backends."""
        plugged = [self.virtio_mem_mib] if self.driver == "virtio-mem" else []
        return [self.memory_mib, *plugged]

    def arguments(self, accel, disk_path, vmware_path):
        """QEMU's options for all but the kernel and what Qemu adds.

        disk_path: the file behind the disk, if any
        vmware_path: where the fake VMware monitor listens, if any
        """
        vmware = self._vmware(vmware_path) if self.is_vmware else []
        return ["-machine", f"pc,memory-backend=ram0,accel={accel}",
                "-cpu", CPUS[accel] + CPU_CHANGES[self.hypervisor], "-smp", str(self.smp), *vmware,
                *self._memory(), *self._device(), *self._disk(disk_path),
                *([] if self.pci_hotplug else NO_PCI_HOTPLUG),
                *(["-icount", self.icount] if self.icount else [])]

    def cmdline(self, accel, extra, nonce=None):
        """The kernel's command line; what the caller adds comes last and therefore wins. No nonce: to be saved."""
        emulated = accel == "tcg" and not self.icount and self.hypervisor != "xen"
        clock = f"tsc_early_khz={hosttsc.khz()}" if emulated else ""
        driver = "memhp_default_state=online_movable" if self.driver == "virtio-mem" else ""
        resume = f"resume={SWAP}" if self.swap_mib else ""
        console = f"console={CONSOLES[self.hypervisor]}"
        name = f"aerolab.nonce={nonce}" if nonce else ""
        return " ".join(f"{console} {CMDLINE} {clock} {name} {driver} {resume} {extra}".split())

    def _memory(self):
        limit = f",maxmem={sum(self.ram_mib)}M" if self.driver == "virtio-mem" else ""
        backend = BACKINGS[self.backing]
        options = ["-m", f"{self.memory_mib}M{limit}"]
        for number, size in enumerate(self.ram_mib):
            options += ["-object", f"{backend},id=ram{number},size={size}M"]
        return options

    def _vmware(self, path):
        hole = HOLE_MIB if self.memory_mib > 4096 - HOLE_MIB else 0
        pfns = (self.memory_mib + hole) * MIB // 4096
        more = f",{self.monitor_args}" if self.monitor_args else ""
        return [*VMWARE, "-plugin", f"{VMWARE_PLUGIN},control={path},pfns={pfns}{more}"]

    def _device(self):
        if self.driver == "none" or self.hypervisor != "qemu":
            return []
        extra = f",{self.device_args}" if self.device_args else ""
        if self.driver == "virtio-mem":
            return ["-device", f"virtio-mem-pci,id={VIRTIO_MEM},memdev=ram1,"
                               f"requested-size={self.virtio_mem_mib}M{extra}"]
        return ["-device", f"virtio-balloon-pci,id={BALLOON}{extra}"]

    def _disk(self, path):
        if not self.swap_mib:
            return []
        return ["-drive", f"file={path},format=raw,if=none,id=disk0,cache=unsafe",
                "-device", "virtio-blk-pci,drive=disk0"]
