# SPDX-License-Identifier: GPL-2.0-only
# The lists of policy/'s objects, included by the kernel's Kbuild and by the
# Makefile: names without a directory, so each adds its own prefix. Tests are
# not listed; every policy/*_test.c is one.

# What the guest's kernel decides: part of aerostat.ko.
policy-objs := holdoff.o pace.o rescue.o selfballoon.o target.o

# What aerostat-swapd decides: user space only, so it may divide 64-bit numbers.
swapd-policy-objs := selfshrink.o
