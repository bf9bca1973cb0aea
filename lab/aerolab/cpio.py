# SPDX-License-Identifier: GPL-2.0-only
"""Writes archives in the "newc" format of cpio, which the kernel unpacks as its initramfs."""

import stat


class Archive:
    """An archive in memory; parents of what is added are made on the way."""

    def __init__(self):
        self._parts = []
        self._names = set()

    def directory(self, path):
        self._add(path, stat.S_IFDIR | 0o755)

    def file(self, path, data, mode=0o755):
        self._add(path, stat.S_IFREG | mode, data)

    def symlink(self, path, target):
        self._add(path, stat.S_IFLNK | 0o777, target.encode())

    def device(self, path, major, minor):
        """A character device."""
        self._add(path, stat.S_IFCHR | 0o600, device=(major, minor))

    def bytes(self):
        """The complete archive."""
        return b"".join(self._parts) + self._member("TRAILER!!!", 0, b"", (0, 0))

    def _add(self, path, mode, data=b"", device=(0, 0)):
        path = path.strip("/")
        parent = path.rpartition("/")[0]
        if parent and parent not in self._names:
            self.directory(parent)
        if path not in self._names:
            self._names.add(path)
            self._parts.append(self._member(path, mode, data, device))

    def _member(self, path, mode, data, device):
        """Header of thirteen fields (eight hexadecimal digits each), name, data; both padded to four bytes."""
        name = path.encode() + b"\0"
        inode = len(self._names)
        fields = (inode, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(name), 0)
        head = b"070701" + b"".join(b"%08X" % field for field in fields) + name
        return head + b"\0" * (-len(head) % 4) + data + b"\0" * (-len(data) % 4)
