# SPDX-License-Identifier: GPL-2.0-only
"""A real Xen in QEMU: a host whose control domain creates, resizes and destroys domains by xl.

Theory of operation

Hypervisor and tools are Debian's, fetched and unpacked. QEMU starts the hypervisor, which starts the control domain
(dom0) with our kernel, initramfs and agent: a Guest like others, with xl() besides. Kernel and initramfs of the
domains lie in dom0's initramfs, so all domains of a host are made of the same files.

A domain has one console and no other port, so its agent has that for its channel, and the kernel prints nothing there
but its last words (which end the channel: they are no frame, and show up in the error). Its log is asked for when it
ends. Each domain's console is connected, by two processes in dom0, with a serial port of the machine, of which the
other end is a socket of ours.

Xen always runs without KVM: nested in KVM it would be another lab.
"""

import gzip
import secrets
import shlex
import socket
import sys
import time

from . import dom0, image, kernellog, machine, patience, xenfault
from .channel import Channel
from .commands import Commands
from .errors import BootFailed, CommandTimeout, GuestError, LabError, LogDirty, NoGoodbye, SetupError
from .guest import GOODBYE_SECONDS, Guest
from .xenfault import TripleFault

MODULES = ["xen_privcmd", "xen_evtchn", "xen_gntdev", "xen_gntalloc", "xenfs"]

DOM0_MIB = 512
LIBVIRT_MIB = 256  # more of it for libvirt, whose files lie in its memory
# Of the machine's memory: the hypervisor's own, and what the domains cost beside their memory.
XEN_MIB = 192
# Xen switches the registers of floating point and vectors lazily: CR0.TS makes their first use trap. Not all of TCG's
# instructions obey (XSAVE and XRSTOR do not, and FXSAVE does), so that a process might go on with registers of another
# domain: hence eager. The machine's memory is all zeroes, and has not to be scrubbed.
XEN = ("console=com1 com1=115200,8n1 spec-ctrl=eager-fpu bootscrub=off dom0_mem={0}M,max:{0}M dom0_max_vcpus=1"
       " loglvl=warning")
DOM0 = "init_on_alloc=0"
DOMAIN = ("console=hvc0 loglevel=0 panic=-1 mitigations=off noreplace-smp random.trust_cpu=on cryptomgr.notests=1"
          " aerolab.channel=/dev/hvc0")
PORTS = range(0x10, 0x14)  # PCI slots; one for each domain at a time
KINDS = ("pv", "pvh")
SAVED = "/run/saved"  # in dom0, in memory
LIBVIRT_URI = "xen:///system"
# An emulator in which a hypervisor schedules: what takes a second may take a minute where others use the machine, too.
BOOT_SECONDS = 240
TOOLSTACK_SECONDS = 240
OFF_SECONDS = 120
LAST_WORDS_SECONDS = 3
LOOK_SECONDS = 5  # at whether a domain that says nothing is still there

CONFIGURATION = """\
name = "{name}"
type = "{kind}"
kernel = "/boot/vmlinux"
ramdisk = "/boot/initramfs"
memory = {memory_mib}
maxmem = {max_mib}
vcpus = 1
tsc_mode = "native"
on_poweroff = "preserve"
on_reboot = "preserve"
on_crash = "preserve"
cmdline = "{cmdline}"
"""

LIBVIRT_TYPES = {"pv": "<type machine='xenpv'>linux</type>", "pvh": "<type machine='xenpvh'>xenpvh</type>"}
LIBVIRT_CONFIGURATION = """\
<domain type='xen'>
  <name>{name}</name>
  <memory unit='MiB'>{max_mib}</memory>
  <currentMemory unit='MiB'>{memory_mib}</currentMemory>
  <vcpu>1</vcpu>
  <os>{type}<kernel>/boot/vmlinux</kernel><initrd>/boot/initramfs</initrd><cmdline>{cmdline}</cmdline></os>
  <clock offset='utc'><timer name='tsc' mode='native'/></clock>
  <on_poweroff>preserve</on_poweroff>
  <on_reboot>preserve</on_reboot>
  <on_crash>preserve</on_crash>
  <devices><console type='pty'><target type='xen'/></console></devices>
</domain>
"""


class XenHost(Guest):
    """Xen, its control domain and its domains, between `with` and the end of the block. As a Guest it is dom0.

    room_mib: memory for domains
    driver: who drives the balloon in the domains: "aerostat", or "stock" (the kernel's own alone)
    modules, spare_modules, module_args, files: of the domains, see Guest
    dom0_modules: modules to load in dom0, in addition
    dom0_spare: modules that just lie in dom0's /modules
    libvirt: programs of ours that dom0 gets beside libvirt, {path in dom0: path here}; domains are libvirt's then.
        Default: there is no libvirt
    kernel_version, boot_timeout, echo_console: see Guest

    Leaving the block powers off all domains, and judges them, too.
    """

    def __init__(self, room_mib=512, driver="aerostat", modules=(), spare_modules=(), module_args=None, files=None,
                 dom0_modules=(), dom0_spare=(), libvirt=None, kernel_version=None, boot_timeout=BOOT_SECONDS,
                 echo_console=False):
        self._dom0_mib = DOM0_MIB if libvirt is None else DOM0_MIB + LIBVIRT_MIB
        super().__init__(memory_mib=self._dom0_mib + room_mib + XEN_MIB, hypervisor="xen", driver="none", accel="tcg",
                         smp=2, cmdline=DOM0, modules=[*MODULES, *dom0_modules], spare_modules=dom0_spare,
                         kernel_version=kernel_version, boot_timeout=boot_timeout, echo_console=echo_console)
        drivers = machine.HYPERVISORS["xen"]
        if driver not in drivers:
            raise SetupError(f"no driver '{driver}' for xen (there are: {', '.join(drivers)})")
        self._domain_image = {"load": [*drivers[driver], *modules], "spare": spare_modules, "module_args": module_args,
                              "files": files, "programs": machine.PROGRAMS["xen"]}
        self._libvirt = libvirt
        self.vmlinux = None  # of all domains
        self._free_ports = list(PORTS)
        self.domains = []

    def xl(self, command, timeout=TOOLSTACK_SECONDS):
        """Runs a command of xl that must succeed; what it prints."""
        return self.sh(f"xl {command}", timeout)

    def virsh(self, command, timeout=TOOLSTACK_SECONDS):
        """Runs a command of virsh that must succeed; what it prints."""
        return self.sh(f"virsh --quiet --connect {LIBVIRT_URI} {command}", timeout)

    def create(self, name="domain", kind="pvh", memory_mib=256, max_mib=None, cmdline=""):
        """Creates a domain and waits until its agent is ready.

        kind: "pv" or "pvh"
        max_mib: what it can grow to; default: memory_mib
        cmdline: more parameters for its kernel
        """
        domain = self._create(name, kind, memory_mib, max_mib or memory_mib, cmdline)
        domain.boot(self._boot_timeout)
        return domain

    def create_each(self, memory_mib):
        """Creates a domain of each kind, called after it, which boot side by side; {kind: domain}."""
        domains = {kind: self._create(kind, kind, memory_mib, memory_mib, "") for kind in KINDS}
        for domain in domains.values():
            domain.boot(self._boot_timeout)
        return domains

    def listed(self):
        """{name: (MiB, state)} of the domains, as the hypervisor has them; the state in letters, "s" is off."""
        rows = [line.split() for line in self.xl("list").splitlines()[1:]]
        return {row[0]: (int(row[2]), row[4].replace("-", "")) for row in rows}

    def listed_mib(self):
        """{name: MiB} of the domains, as the hypervisor counts."""
        return {name: mib for name, (mib, _) in self.listed().items()}

    def forget(self, domain):
        """For a domain: it is over, and others may have its port."""
        self.domains.remove(domain)
        self._free_ports.append(domain.port)

    def _boot(self):
        super()._boot()
        self.sh("xen-start", self._boot_timeout)
        if self._libvirt is not None:
            self.sh("mkdir -p /var/log/libvirt && libvirtd --daemon", self._boot_timeout)

    def _create(self, name, kind, memory_mib, max_mib, cmdline):
        """Has the toolstack create a domain, which boots meanwhile."""
        if kind not in KINDS:
            raise LabError(f"no kind of domain '{kind}' (there are: {', '.join(KINDS)})")
        domain = Domain(self, name, self._free_ports.pop(0))
        values = {"name": name, "memory_mib": memory_mib, "max_mib": max_mib,
                  "cmdline": f"{DOMAIN} aerolab.nonce={domain.nonce} {cmdline}"}
        self.domains.append(domain)
        if self._libvirt is None:
            self.write(f"/run/{name}.domain", CONFIGURATION.format(kind=kind, **values))
        else:
            self.write(f"/run/{name}.domain", LIBVIRT_CONFIGURATION.format(type=LIBVIRT_TYPES[kind], **values))
        self.make(domain)
        return domain

    def make(self, domain):
        """For a domain: has the toolstack create it of its configuration."""
        if self._libvirt is None:
            self.xl(f"create /run/{domain.name}.domain")
        else:
            self.virsh(f"create /run/{domain.name}.domain")
        domain.connect()

    def _finish(self):
        for domain in list(self.domains):
            domain.power_off()
        super()._finish()

    def _release(self):
        for domain in self.domains:
            domain.close()
        super()._release()

    def _write_initramfs(self):
        inside = image.build(self.kernel, **self._domain_image)
        self._image["files"] = {**dom0.toolstack(), "boot/initramfs": inside}
        if self._libvirt is not None:
            self._image["files"] |= dom0.libvirt(self._libvirt)
        for script in ("xen-start", "xen-connect"):
            self._image["files"][f"bin/{script}"] = image.SOURCES / script
        super()._write_initramfs()

    def _start(self, boot_file, initramfs, cmdline):
        """Hypervisor, kernel and initramfs are a multiboot kernel and its modules. All domains have the same kernel."""
        self.vmlinux = boot_file
        with open(initramfs, "ab") as archive:
            archive.write(image.files({"boot/vmlinux": boot_file}))
        modules = ",".join(f"{path} {text}".strip().replace(",", ",,") for path, text in
                           ((boot_file, cmdline), (initramfs, "")))
        devices = self.machine.arguments(self.accel, None, None)
        self._arguments = [*devices, "-kernel", str(dom0.hypervisor()), "-append", XEN.format(self._dom0_mib),
                           "-initrd", modules, *self._ports(), *self._qemu_args]
        self._qemu.start([*self._arguments, *self._trace.arguments()], self._echo_console)

    def _ports(self):
        for port in PORTS:
            yield from ("-chardev", f"socket,id=port{port},path={self.socket_path(port)},server=on,wait=off",
                        "-device", f"pci-serial,chardev=port{port},addr={port:#x}")

    def socket_path(self, port):
        """Where our end of a domain's port is."""
        return self._qemu.directory / f"port{port}.sock"


class Domain(Commands):
    """A domain that is no control domain. Made by XenHost.create(); ends with its host at the latest."""

    def __init__(self, host, name, port):
        self.host = host
        self.name = name
        self.port = port
        self.nonce = secrets.token_hex(8)
        self._stream = self._channel = self._connection = None
        self._number = None
        self._allowed = []

    @property
    def id(self):
        """Its number, which is another one after a restore."""
        return int(self.host.xl(f"domid {self.name}"))

    def boot(self, timeout):
        """Waits until the agent is ready. For the host."""
        try:
            nonce, _, errors = self._ready(timeout).partition("\n")
        except GuestError as error:
            raise BootFailed(f"the domain {self.name} did not boot: {error}{self._evidence()}") from error
        if nonce != self.nonce or errors:
            raise BootFailed(f"the domain {self.name} did not come up well: '{nonce}' {errors.strip()}")

    def _ready(self, timeout):
        """The agent's first word. A domain that the emulator ended before it could run anything is made once more."""
        try:
            return self._wait_ready(timeout)
        except TripleFault as fault:
            if not xenfault.is_emulator(fault, self.host.vmlinux):
                raise
            print(f"the emulator ended the domain {self.name}; it is made once more:\n{fault.report}", file=sys.stderr)
        self._destroy()
        self.host.make(self)
        return self._wait_ready(timeout)

    def _wait_ready(self, timeout):
        """A dead domain says nothing: the hypervisor's console does."""
        deadline = patience.deadline(timeout)
        while True:
            try:
                return self._channel.wait_token(b"R", LOOK_SECONDS)
            except CommandTimeout as error:
                xenfault.check(self.host.console(), self._number)
                if time.monotonic() > deadline:
                    raise CommandTimeout(f"no sign of life after {timeout} s") from error

    def restore(self):
        """Has the toolstack save the domain to a file, which ends it, and make it again of that."""
        file = f"{SAVED}/{self.name}"
        self.host.sh(f"mkdir -p {SAVED} && mount -t ramfs ramfs {SAVED}")
        self.host.xl(f"save {self.name} {file}")
        self._connection.wait(OFF_SECONDS)
        self.host.xl(f"restore {file}")
        self.connect()
        self.host.sh(f"umount {SAVED}")

    def store(self, path):
        """What xenstore has at `path` of this domain's own."""
        return self.host.sh(f"xenstore-read {shlex.quote(f'/local/domain/{self.id}/{path}')}")

    def dmesg(self):
        """The kernel's log as the domain sees it. Packed, because each byte on a domain's console wakes dom0."""
        result = self.run("dmesg | gzip")
        return gzip.decompress(result.raw).decode(errors="replace")

    def allow_log(self, pattern):
        """Lines of the kernel log that match a regular expression, and the traces after them, are fine."""
        self._allowed.append(pattern)

    def power_off(self):
        """Has the domain power off, and judges its kernel log.

        The toolstack keeps it until it is told to destroy it, so that nothing of its last words gets lost.
        """
        log = self.dmesg()
        try:
            self._channel.send(b"q")
            token = self._channel.wait_token(b"G", GOODBYE_SECONDS)
        except GuestError as error:
            raise NoGoodbye(f"the domain {self.name} did not say goodbye: {error}") from error
        if token != self.nonce:
            raise NoGoodbye(f"the goodbye is for another boot ('{token}')")
        self._wait_off()
        self.destroy()
        findings = kernellog.scan(log, self._allowed)
        if findings:
            raise LogDirty(f"the kernel of the domain {self.name} complained:\n" + kernellog.describe(log, findings),
                           findings)

    def destroy(self):
        """The toolstack ends the domain; its kernel gets no chance to say anything."""
        self._destroy()
        self.close()
        self.host.forget(self)

    def _destroy(self):
        self.host.xl(f"destroy {self.name}")
        self._connection.wait(OFF_SECONDS)

    def close(self):
        """Ends the connection. Harmless when called again."""
        if self._stream:
            self._stream.close()
            self._stream = None

    def connect(self):
        """Connects the domain's console with our end of its port. For the host."""
        if not self._stream:
            self._stream = ConsoleSocket(socket.AF_UNIX)
            self._stream.connect(str(self.host.socket_path(self.port)))
            self._channel = Channel(self._stream)
        self._number = self.id
        self._connection = self.host.spawn(f"xen-connect {self._number} 0000:00:{self.port:02x}.0")
        self._connection.wait_output("connected", TOOLSTACK_SECONDS)

    def _wait_off(self):
        deadline = patience.deadline(OFF_SECONDS)
        while "s" not in self.host.listed()[self.name][1]:
            if time.monotonic() > deadline:
                raise CommandTimeout(f"the domain {self.name} said goodbye, but is not off")
            time.sleep(0.05)

    def _evidence(self):
        """What the domain wrote, and the hypervisor: nobody else knows of a domain that crashed."""
        words = self._channel.leftover(LAST_WORDS_SECONDS).splitlines()[:80]
        verdict = [line for line in self.host.console().splitlines() if line.startswith("(XEN)")][-20:]
        return "".join((f" (in the domain {self.name})", *("\n  | " + line for line in [*words, *verdict])))


class ConsoleSocket(socket.socket):
    """A way to a domain's console, where Linux takes ^O for the beginning of SysRq unless it comes twice."""

    def sendall(self, data):
        super().sendall(data.replace(b"\x0f", b"\x0f\x0f"))
