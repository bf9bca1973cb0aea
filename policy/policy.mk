# SPDX-License-Identifier: GPL-2.0-only
# The one list of policy/'s files, included by the kernel's Kbuild and by the
# Makefile: bare names, so that each adds its own directory and suffix. Tests
# are not listed; every policy/*_test.c is one.

POLICY := pace target

# The same list as objects, still without a directory.
policy-objs := $(POLICY:%=%.o)
