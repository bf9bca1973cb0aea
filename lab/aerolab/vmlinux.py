# SPDX-License-Identifier: GPL-2.0-only
"""Unpacks a kernel image on the host, once, instead of in the emulator at every boot (3 of 5 seconds).

A bzImage is a small loader and a compressed ELF file; the loader's header says where that is
(Documentation/arch/x86/boot.rst of the kernel: setup_sects, payload_offset, payload_length). QEMU starts an
ELF file that has the PVH entry point (CONFIG_PVH). Such a boot has no KASLR: addresses stay the same.
"""

import lzma
import shutil
import struct
import subprocess
import zlib

from . import cache

SETUP_SECTS = 0x1F1
PAYLOAD_OFFSET = 0x248
SECTOR = 512
PVH_NOTE = struct.pack("<III", 4, 8, 18) + b"Xen\0"
PVH_NOTE_32 = struct.pack("<III", 4, 4, 18) + b"Xen\0"


def get(kernel):
    """Path of what QEMU should boot: the unpacked kernel where that is possible, else the image as it came."""
    if kernel.vmlinux:
        return kernel.vmlinux
    return cache.entry(f"vmlinux/{kernel.release}", lambda path: _make(kernel.image, path))


def _make(image, path):
    packed = image.read_bytes()
    kernel = _unpack(_payload(packed))
    usable = kernel and kernel.startswith(b"\x7fELF") and (PVH_NOTE in kernel or PVH_NOTE_32 in kernel)
    path.write_bytes(kernel if usable else packed)


def _payload(image):
    setup_sects = image[SETUP_SECTS] or 4
    offset, length = struct.unpack_from("<II", image, PAYLOAD_OFFSET)
    start = (setup_sects + 1) * SECTOR + offset
    return image[start:start + length]


def _unpack(payload):
    """The payload's content; None if it is packed in a way that nothing here understands. The kernel's
    build appends the size to what the packer wrote, hence decompressors that stop at the end of the stream."""
    if payload.startswith(b"\xfd7zXZ"):
        return lzma.LZMADecompressor().decompress(payload)
    if payload.startswith(b"\x1f\x8b"):
        return zlib.decompressobj(wbits=31).decompress(payload)
    if payload.startswith(b"\x28\xb5\x2f\xfd") and shutil.which("zstd"):
        done = subprocess.run(["zstd", "-dcq"], input=payload[:-4], capture_output=True, check=False)
        return done.stdout if done.returncode == 0 else None
    return None
