# SPDX-License-Identifier: GPL-2.0-only
"""A guest as tests and benchmarks use it: boot, run commands, move memory, look, and a verdict at the end."""

import contextlib
import os
import secrets
import shlex
import time

from . import accel as accelerators
from . import (coverage, emulator, hostcpu, hostmemory, hugepages, image, kernel, kernellog, kmemleak, machine,
               migration, patience, saved, vmlinux, vmware)
from .channel import Channel
from .commands import Commands
from .errors import BootFailed, CommandFailed, CommandTimeout, GuestDied, GuestError, LabError, LogDirty, NoGoodbye
from .qemu import Qemu
from .trace import Trace

GOODBYE_SECONDS = 20
MIB = 1 << 20


class Guest(Commands):
    """A virtual machine between `with` and the end of the block.

    memory_mib: size of its RAM; more on a kernel that needs more for itself (then memory_bytes says how much)
    hypervisor: "qemu" (default), or "vmware": see `vmware`
    driver: "aerostat", "stock" (virtio_balloon, vmw_balloon), "virtio-mem", or "none" (no device for it either)
    cmdline: more parameters for the kernel
    module_args: {module: "parameter=value ..."}
    device_args: properties of the balloon (or virtio-mem) device, such as "free-page-reporting=on"
    monitor_args: options of the fake VMware monitor, such as "capabilities=2" (lab/vmware/plugin.c)
    modules: more modules to load, after the driver's; what they depend on is loaded as well
    spare_modules: modules that just lie in /modules, for insmod (those they depend on too)
    files: {path in the guest: path on the host, or bytes}
    backing: "anon" (default), "memfd" or "hugetlb" (2 MiB pages; may raise NoHugepages)
    smp: number of virtual processors; default: 1, unless the kernel wants to see more
    trace: names of QEMU's trace events to count (do not time with it on)
    qemu: QEMU's program, or a version such as "10.0" of Debian's, which is fetched; default: what is installed
    kernel_version: such as "6.1"; default: that of the installed headers
    icount: value of QEMU's -icount, such as "shift=3,sleep=off" (implies TCG)
    virtio_mem_mib: with virtio-mem: memory on top of memory_mib that can be taken away, plugged at boot
    accel: "kvm" or "tcg"; default: what works
    prewarm: touch as much host memory as the guest has before it starts
    pci_hotplug: devices can be plugged in and pulled out; costs 0.5 s at boot under TCG
    can_suspend: the guest can use suspend(); costs 3 s at boot under TCG
    can_kexec: the guest can use kexec(); takes 15 MiB of its memory
    swap_mib: size of a disk to swap to, on which hibernate() stores the guest's memory
    boot_timeout: seconds until the agent must have reported
    echo_console: also write the console to standard error
    qemu_args: more of QEMU's arguments, as a list

    With AEROSTAT_RESTORE=yes in the environment most guests go on from a machine that was saved instead of booting.

    Leaving the block powers off and raises, unless an exception is on its way already: NoGoodbye if the
    guest did not say goodbye or QEMU did not end well, LogDirty if the kernel complained. QEMU is killed in
    every case.
    """

    def __init__(self, memory_mib=1024, driver="aerostat", cmdline="", module_args=None, device_args="",
                 modules=(), spare_modules=(), files=None, backing="anon", smp=None, trace=(),
                 qemu=None, kernel_version=None, icount=None, virtio_mem_mib=1024, accel=None,
                 prewarm=False, can_suspend=False, can_kexec=False, swap_mib=0, boot_timeout=60,
                 echo_console=False, qemu_args=(), hypervisor="qemu", monitor_args="", pci_hotplug=False):
        self.machine = machine.Machine(memory_mib, driver, backing, smp, device_args, virtio_mem_mib, icount,
                                       swap_mib, hypervisor, monitor_args, pci_hotplug)
        self.memory_bytes = self.boot_seconds = self.vmware = None
        self.accel = "tcg" if icount or self.machine.is_vmware else accel
        self._kernel_version = kernel_version
        self._emulator = qemu
        self._cmdline = cmdline
        # The disk comes first: a hibernated guest goes on from there before anything else is loaded.
        disk_modules = ["virtio_pci", "virtio_blk"] if swap_mib else []
        self._image = {"load": [*disk_modules, *self.machine.drivers[driver], *modules], "spare": spare_modules,
                       "module_args": module_args, "files": files}
        self._programs = machine.PROGRAMS[hypervisor]
        self._common = self._own = b""
        self._trace_events = trace
        self._prewarm = prewarm
        self._can_suspend = can_suspend
        self._can_kexec = can_kexec
        self._boot_timeout = boot_timeout
        self._echo_console = echo_console
        self._qemu_args = list(qemu_args)
        self._nonce = secrets.token_hex(8)
        self._allowed = []
        self._may_die = False
        self._borrowed = 0
        self._last_console = ""
        self._left = []
        self._arguments = []
        self._hibernating = None
        self._qemu = self._qmp = self._channel = self._trace = None

    # Boot and end

    def __enter__(self):
        try:
            self._boot()
        except BaseException:
            self._release()
            raise
        return self

    def __exit__(self, kind, error, _):
        try:
            if error is None:
                self._finish()
            else:
                self._add_notes(error)
        finally:
            self._release()

    def _boot(self):
        self.kernel = kernel.get(self._kernel_version)
        self.machine.suit(self.kernel)
        self.memory_bytes = self.machine.memory_mib * MIB
        self._qemu = self._new_qemu()
        self._write_initramfs()
        if self.machine.swap_mib:
            self._qemu.disk_path.touch()
            os.truncate(self._qemu.disk_path, self.machine.swap_mib * MIB)
        if self.machine.backing == "hugetlb":
            self._borrowed = hugepages.borrow(sum(self.machine.ram_mib) // 2)
        if self._prewarm:
            hostmemory.prewarm(sum(self.machine.ram_mib) * 5 // 4)
        started = time.monotonic()
        if self._can_be_restored():
            self._restore()
        else:
            self._power_on()
            self._channel = Channel(self._qemu.agent)
            self._wait_ready()
            self._connect()
        self.boot_seconds = time.monotonic() - started
        if self.machine.swap_mib:
            self.sh(f"mkswap {machine.SWAP} && swapon {machine.SWAP}")

    def _connect(self):
        """To the monitors of the QEMU that just began to run the guest."""
        self._qmp = self._qemu.monitor()
        if self.machine.is_vmware:
            self.vmware = vmware.Monitor(self._qemu.vmware_path)

    def _write_initramfs(self):
        self._common = image.common(self._programs)
        self._own = image.own(self.kernel, **self._image)
        initramfs = self._common + self._own
        if self._can_kexec:
            again = {"boot/vmlinuz": self.kernel.image, "boot/initramfs": initramfs}
            initramfs += image.files(again)  # the kernel unpacks one archive after the other
        self._qemu.initramfs_path.write_bytes(initramfs)

    def _power_on(self, *more):
        # QEMU writes an unpacked kernel into memory again when the machine wakes up, over the sleeping one.
        boot_file = self.kernel.image if self._can_suspend else vmlinux.get(self.kernel)
        self._trace = Trace(self._qemu.trace_path, self._trace_events)
        self._start(boot_file, self._qemu.initramfs_path, self.machine.cmdline(self.accel, self._cmdline, self._nonce),
                    *more)

    def _can_be_restored(self):
        """Whether it need not boot: where that is wanted, takes long, and makes no difference.

        A guest that can sleep is booted from another file, one that can kexec begins again with its command line, and
        what the caller has QEMU do besides may be good for one guest only.
        """
        special = self._can_suspend or self._can_kexec or self._prewarm or self._qemu_args
        return (saved.wanted() and self.accel == "tcg" and self.machine.hypervisor in ("qemu", "vmware")
                and self.machine.driver != "virtio-mem" and self.machine.backing == "anon" and not special)

    def _restore(self):
        """Goes on from a machine like this that was saved when its agent ran."""
        state = saved.get(self._qemu.program, self.machine, self.accel, vmlinux.get(self.kernel), self._common,
                          self.machine.cmdline(self.accel, self._cmdline))
        self._qemu.archive_path.write_bytes(self._own)
        self._power_on(*saved.restore_arguments(state, self._qemu.archive_path))
        self._channel = Channel(self._qemu.agent)
        self._connect()
        migration.wait_arrived(self._qmp)
        self._channel.send(b"g", payload=self._nonce.encode())
        self._wait_ready()

    def _new_qemu(self):
        program = emulator.find(self._emulator)
        self.accel = self.accel or _choose_accel(self.kernel, program)
        return Qemu(program)

    def _start(self, boot_file, initramfs, cmdline, *more):
        devices = self.machine.arguments(self.accel, self._qemu.disk_path, self._qemu.vmware_path)
        self._arguments = [*devices, "-kernel", str(boot_file), "-initrd", str(initramfs), "-append", cmdline,
                           *self._qemu_args]
        self._qemu.start([*self._arguments, *more, *self._trace.arguments()], self._echo_console)

    def _wait_ready(self):
        try:
            nonce, _, errors = self._channel.wait_token(b"R", self._boot_timeout).partition("\n")
        except GuestError as error:
            raise BootFailed(f"the guest did not boot: {error}{self._evidence()}") from error
        if nonce != self._nonce:
            raise BootFailed(f"the agent answers for another boot ('{nonce}')")
        if errors:
            raise BootFailed(f"modules did not load: {errors.strip()}{self._evidence()}")

    def _finish(self):
        """Look for leaks, power off, then judge. The log counts even if the guest may die."""
        problem, symbols = None, []
        try:
            symbols = kmemleak.look(self)
            self._power_off()
        except GuestError as error:
            problem = None if self._may_die else error
        self._qemu.stop()
        log = kmemleak.named(self.console(), symbols)
        findings = kernellog.scan(log, self._allowed)
        if problem:
            raise NoGoodbye(f"{problem}{self._evidence()}") from problem
        if findings:
            raise LogDirty("the guest's kernel complained:\n" + kernellog.describe(log, findings), findings)

    def _power_off(self):
        self._leave(b"q")
        status = self._qemu.wait(GOODBYE_SECONDS * patience.FACTOR)
        if status is None:
            raise GuestDied("the guest said goodbye, but the machine did not power off")
        if status:
            raise GuestDied(f"QEMU ended with status {status}")

    def _add_notes(self, error):
        """An exception is on its way: what is known about the guest may explain it."""
        if self._qemu and isinstance(error, Exception):
            self._qemu.stop()
            findings = kernellog.scan(self.console(), self._allowed)
            if findings:
                error.add_note("The guest's kernel complained:\n" + kernellog.describe(self.console(), findings))

    def _release(self):
        """Whatever happened: no process, file or borrowed page stays behind."""
        try:
            if self._qmp:
                self._qmp.close()
            if self.vmware:
                self.vmware.close()
            if self._qemu:
                self._qemu.stop()
                self._last_console = self.console()
                for qemu in [*self._left, self._qemu]:
                    qemu.remove()
        finally:
            hugepages.give_back(self._borrowed)
            self._borrowed = 0

    def _wait_dead(self):
        self._qemu.wait(5)

    def _evidence(self):
        """The end of the console and QEMU's complaints, for an error message."""
        return self._qemu.evidence(self.console())

    # The machine

    def qmp(self, command, timeout=30, **arguments):
        """A command of QEMU's monitor; its return value. Names with dashes: **{"free-page-hint": ...}."""
        return self._qmp.execute(command, arguments, timeout)

    def wait_event(self, name, timeout=30):
        """The next event of QEMU's monitor called `name`, or one of several names."""
        return self._qmp.wait_event(name, timeout)

    def balloon_actual(self):
        """Bytes of RAM that the balloon leaves to the guest, as its driver last reported."""
        return self.qmp("query-balloon")["actual"]

    def set_balloon(self, left_bytes):
        """Asks the driver to leave `left_bytes` of RAM to the guest (that is QEMU's way to say it)."""
        self.qmp("balloon", value=int(left_bytes))

    def wait_balloon(self, left_bytes, timeout=60, tolerance=0):
        """Waits until balloon_actual() is `left_bytes`, give or take `tolerance`; the seconds that it took."""
        return self._wait_size(self.balloon_actual, left_bytes, timeout, tolerance)

    def virtio_mem_size(self):
        """Bytes of the virtio-mem device's memory that the guest has plugged."""
        return self.qmp("qom-get", path=f"/machine/peripheral/{machine.VIRTIO_MEM}", property="size")

    def virtio_mem_resize(self, size_bytes, timeout=60):
        """Asks for a size of the virtio-mem device and waits; the seconds that it took. timeout=None: no wait."""
        self.qmp("qom-set", path=f"/machine/peripheral/{machine.VIRTIO_MEM}", property="requested-size",
                 value=int(size_bytes))
        if timeout is None:
            return 0.0
        return self._wait_size(self.virtio_mem_size, size_bytes, timeout, 0)

    def host_memory(self):
        """What the guest costs the host now; see hostmemory.measure for the keys."""
        return hostmemory.measure(self._qemu.pid, [mib * 1024 for mib in self.machine.ram_mib])

    def host_cpu(self):
        """Processor time that the guest has cost the host; see hostcpu.measure for the keys."""
        return hostcpu.measure(self._qemu.pid, [cpu["thread-id"] for cpu in self.qmp("query-cpus-fast")])

    def instructions(self):
        """Instructions that the guest has executed since it started, if it runs with icount.

        Sleep does not count. Exact while the guest sleeps; else what its processor is at just now may be missing.
        """
        if not self.machine.icount:
            raise LabError("instructions() needs Guest(icount=...)")
        return self.qmp("query-replay")["icount"]

    def host_hugepages(self):
        """The host's pool of 2 MiB hugetlb pages: {"total", "free", "reserved"}."""
        return hugepages.counts()

    def trace_counts(self):
        """{event: times} since boot, resume() or trace_reset(); an event may show up some time after it happened."""
        return self._trace.counts()

    def trace_lines(self):
        """The same events in order, each as QEMU writes it."""
        return self._trace.lines()

    def trace_reset(self):
        self._trace.reset()

    def reboot(self, timeout=60):
        """Restarts the guest in the same QEMU and waits until it is ready."""
        self.qmp("set-action", reboot="reset")
        self._leave(b"b")
        self._restarted(timeout)

    def reset(self, timeout=60):
        """Presses the reset button: the guest's kernel gets no chance to say anything."""
        self.qmp("set-action", reboot="reset")
        self.qmp("system_reset")
        self._restarted(timeout)

    def suspend(self, state="mem", timeout=60):
        """Suspends the guest (to RAM), wakes it once it sleeps, and waits until commands run again."""
        if not self._can_suspend:
            raise LabError("suspend() needs Guest(can_suspend=True)")
        job = self.spawn(f"echo {shlex.quote(state)} > /sys/power/state")
        self.wait_event("SUSPEND", timeout)
        self.qmp("system_wakeup")
        result = job.wait(timeout)
        if result.status:
            raise CommandFailed(f"suspend: status {result.status}\n{result.out}", result)

    def migrate(self, timeout=60, meanwhile=None):
        """Migrates the guest, as it runs, to another QEMU on this host; returns what query-migrate said at the end.

        `meanwhile` is called once it has begun, and may talk to the guest and to the QEMU that it leaves.
        The parameters that were set with migrate-set-parameters count. What was traced so far is forgotten.
        """
        if self.machine.backing == "hugetlb":
            raise LabError("migrate() would need the huge pages twice")
        if self.machine.is_vmware:
            raise LabError("migrate() would leave the fake VMware monitor's memory behind")
        target = Qemu(self._qemu.program)
        trace = Trace(target.trace_path, self._trace_events)
        way = f"unix:{target.directory / 'migration.sock'}"
        try:
            target.start([*self._arguments, *trace.arguments(), "-incoming", way], self._echo_console)
            monitor = target.monitor()
            statistics = migration.run(self._qmp, way, timeout, meanwhile)
        except BaseException:
            target.stop()
            target.remove()
            raise
        self._qmp.close()
        self._qemu.kill()
        self._channel.move(target.agent)
        self._qemu.stop()
        self._left.append(self._qemu)
        self._qemu, self._qmp, self._trace = target, monitor, trace
        return statistics

    def kexec(self, timeout=60):
        """The guest's kernel starts another one, the same, without the machine's knowledge; waits until it is ready."""
        if not self._can_kexec:
            raise LabError("kexec() needs Guest(can_kexec=True)")
        self._leave(b"e")
        self._boot_timeout = timeout
        self._wait_ready()

    def hibernate(self, timeout=60):
        """Has the guest store its memory on its disk and power off. Only resume() makes sense afterwards.

        CommandFailed: it could not, and goes on.
        """
        if not self.machine.swap_mib:
            raise LabError("hibernate() needs Guest(swap_mib=...)")
        self._hibernating = self.spawn("echo disk > /sys/power/state")
        with contextlib.suppress(GuestDied):  # that is what is wanted
            result = self._hibernating.wait(timeout)
            raise CommandFailed(f"hibernate: status {result.status}\n{result.out}", result)
        if self._qemu.wait(GOODBYE_SECONDS * patience.FACTOR) != 0:
            raise GuestDied(f"the machine did not power off after hibernation{self._evidence()}")
        self._qmp.close()
        if self.vmware:
            self.vmware.close()

    def resume(self, timeout=60, left_bytes=None):
        """Switches the machine on, a new QEMU with the same disk, and waits until the guest goes on as it was.

        left_bytes: what the balloon's driver is asked to leave (see set_balloon), before the guest goes on
        """
        self._power_on()
        self._connect()
        if left_bytes is not None:
            self.set_balloon(left_bytes)
        self._channel.reconnect(self._qemu.agent)
        result = self._hibernating.wait(timeout)
        if result.status:
            raise CommandFailed(f"resume: status {result.status}\n{result.out}", result)

    def console(self):
        """What the guest wrote to its console, which includes every message of its kernel."""
        if not self._qemu.directory.exists():
            return self._last_console
        return "".join(qemu.console() for qemu in [*self._left, self._qemu])

    # What a test may expect

    def allow_log(self, pattern):
        """Lines of the kernel log that match a regular expression, and the traces after them, are fine."""
        self._allowed.append(pattern)

    def allow_death(self):
        """The guest need not say goodbye; its log still counts (see allow_log)."""
        self._may_die = True

    @property
    def pid(self):
        """QEMU's process."""
        return self._qemu.pid

    def _leave(self, how):
        """Sends the agent's last command to it and waits for its goodbye."""
        coverage.fetch(self)
        self._channel.send(how)
        token = self._channel.wait_token(b"G", GOODBYE_SECONDS)
        if token != self._nonce:
            raise GuestDied(f"the goodbye is for another boot ('{token}')")

    def _restarted(self, timeout):
        self._boot_timeout = timeout
        self._wait_ready()
        self.qmp("set-action", reboot="shutdown")

    def _wait_size(self, read, wanted, timeout, tolerance):
        """Polls; QEMU sends its own event about the balloon at most once a second."""
        started = time.monotonic()
        deadline = patience.deadline(timeout)
        while True:
            now = read()
            if abs(now - wanted) <= tolerance:
                return time.monotonic() - started
            if time.monotonic() > deadline:
                raise CommandTimeout(f"size is {now} bytes after {timeout} s, not {int(wanted)}{self._evidence()}")
            time.sleep(0.0005)


def _choose_accel(used_kernel, program):
    """KVM if a guest boots on it."""
    def boots_on_kvm(seconds):
        try:
            with Guest(memory_mib=256, driver="none", qemu=program, kernel_version=used_kernel.version, accel="kvm",
                       boot_timeout=seconds) as guest:
                return guest.run("true", seconds).status == 0
        except LabError:
            return False

    return accelerators.choose(f"{program.replace('/', '_')}-{used_kernel.release}", boots_on_kvm)
