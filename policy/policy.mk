# SPDX-License-Identifier: GPL-2.0-only
# The one list of policy/'s objects, included by the kernel's Kbuild and by the
# Makefile: names without a directory, so each adds its own prefix. Tests are
# not listed; every policy/*_test.c is one.

policy-objs := holdoff.o pace.o rescue.o selfballoon.o target.o
