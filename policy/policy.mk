# SPDX-License-Identifier: GPL-2.0-only
# The lists of policy/'s objects, included by the kernel's Kbuild and by the
# Makefile: names without a directory, so each adds its own prefix. Tests are
# not listed; every policy/*_test.c is one.

# What the guest's kernel decides: part of aerostat.ko.
policy-objs := holdoff.o pace.o rescue.o selfballoon.o target.o

# What user space decides may divide 64-bit numbers, and multiply them to 128 bits, which a 32-bit
# kernel cannot: aerostat-swapd's decisions, and the host's.
swapd-policy-objs := selfshrink.o
host-policy-objs := demand.o fill.o move.o share.o
