# SPDX-License-Identifier: GPL-2.0-only
# One directory is one module, made of every C file in it: include this after setting `module`.
#
#   module := aerostat_virtio       # no file of the directory may be called aerostat_virtio.c
#   module-extra := ../../x/y.o     # objects from elsewhere, relative to the directory (optional)
#   module-needs := CONFIG_X        # kernels without that have nothing to link the module with (optional)
#
# A directory without C files builds nothing. The top Makefile reads module-needs, too: keep it a plain line.

# Counted is what runs on kernels that can (CONFIG_GCOV_KERNEL, lab/kernels/debug.config); others do not look at this.
GCOV_PROFILE := y

module-sources := $(notdir $(filter-out %.mod.c %_test.c,$(wildcard $(src)/*.c)))

ifneq ($(filter $(module).c,$(module-sources)),)
$(error $(src)/$(module).c has the name of the module it is a part of: rename it)
endif

ifneq ($(and $(module-sources),$(if $(module-needs),$($(module-needs)),y)),)
obj-m += $(module).o
$(module)-y := $(module-sources:.c=.o) $(module-extra)
endif
