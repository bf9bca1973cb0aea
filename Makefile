# SPDX-License-Identifier: GPL-2.0-only
#
# Aerostat: everything a person types.
#
#   make help        this text
#   make all         the kernel modules and the user-space programs
#   make modules     aerostat.ko and its transports, in build/kmod/KVER/
#   make programs    aerostat-swapd, aerostatd and aerostat, in build/
#   make lab         what the lab needs besides: the fake VMware monitor
#   make unit        build and run the unit tests (no VM, a few seconds)
#   make test-fast   the unit tests and those tests of the tests that start no VM
#   make test        unit tests, tests of the tests, tests in VMs: all but the long ones
#   make test-long   the long ones: guests that sleep, move and start again, Xen with several domains
#   make test-soak   two of those for as long as is promised: an hour
#   make test-tiers  what goes further, side by side: coverage, fuzz, stress, test-kernels, and test-debug for races
#   make test-debug  tests of the modules in VMs on a kernel with sanitizers, which is built first (lab/kernels)
#   make coverage    the same, and which lines of policy/ and guest/ the tests run, and which functions none does
#   make test-debug-short  a part of that, which takes minutes, and memory that runs out
#   make fuzz        a million operations of hostile hosts, on a kernel with sanitizers
#   make stress      half an hour of everything at once, on a kernel with sanitizers
#   make test-kernels  tests in VMs on newer kernels of Debian's, which are fetched first
#   make test-kernels-short  builds for all of them, and a part of the tests that takes minutes
#   make test-qemus  tests in VMs on newer QEMUs of Debian's, which are fetched first
#   make test-qemus-short  a part of them
#   make lint        formatting, static analysis, house rules; one script each in tests/lint/
#   make format      let clang-format rewrite the C sources
#   make bench       the measurements of bench/
#   make demo        see memory move in VMs and between them
#   make clean       remove build/
#
# Each target first installs what it needs and what is missing (lab/install, Debian packages listed
# in lab/packages; it says what and why, and uses sudo unless you are root).
#
# Settings, on the command line or in the environment:
#
#   KVER=6.1.0-1-amd64  kernel to build the modules for (default: that of linux-headers-amd64)
#   KDIR=/path          that kernel's build directory (default: /lib/modules/KVER/build); with a
#                       kernel of your own give KVER a name for it as well
#   TESTS="vm/x meta"   what `make test`, `make test-debug` and their like run: groups, names or patterns of tests/run
#   JOBS=2              tests and compilers at a time (default: number of processors; of tests, half as many more)
#   INSTALL=no          do not install packages; what is missing then shows as an error
#   V=1                 show the commands
#
# Everything that is made lands in build/. A test that failed is run again alone with the command
# that tests/run printed for it.

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
export PYTHONDONTWRITEBYTECODE := 1
Q := $(if $(filter 1,$(V)),,@)

.PHONY: help
help:
	@sed -n -e '/^# SPDX/d' -e '/^#/!q' -e 's/^# \{0,1\}//p' Makefile

.PHONY: clean
clean:
	rm -rf build

# What has to be there. The files in build/installed/ say that lab/install has seen to a group of
# packages since lab/packages changed. Being included, build.mk is made before anything else, and make
# then starts over: the kernel's version below is looked up when its headers exist.

installed = $(if $(filter no,$(INSTALL)),,build/installed/$(1).mk)

ifneq ($(filter-out help clean format,$(or $(MAKECMDGOALS),all)),)
include $(call installed,build)
endif

build/installed/%.mk: lab/packages lab/install
	$(Q)lab/install $*
	@mkdir -p $(@D) && touch $@

# Kernel modules. The sources are mirrored by symbolic links, so that the kernel's build leaves its
# objects in build/ (M= alone would leave them among the sources).

newest-kernel = $(notdir $(patsubst %/build,%,$(lastword $(shell ls -dv /lib/modules/*/build 2>/dev/null))))
debian-kernel = $(patsubst linux-headers-%,%,$(firstword $(shell \
	dpkg-query -W -f '$${Depends}' linux-headers-amd64 2>/dev/null)))
KVER ?= $(or $(debian-kernel),$(newest-kernel))
KVER := $(KVER)
KDIR ?= /lib/modules/$(KVER)/build

kmod := build/kmod/$(KVER)
mirror := $(kmod)/tree
config-header := $(mirror)/include/aero_config.h
module-dirs := $(patsubst guest/%/Kbuild,%,$(wildcard guest/*/Kbuild))
module-dirs := $(foreach dir,$(module-dirs),$(if $(wildcard guest/$(dir)/*.c),$(dir)))
# What a module's Kbuild says that it needs, and this kernel was not built with.
missing = $(shell needs=$$(sed -n 's/^module-needs := //p' guest/$(1)/Kbuild); \
	[ -z "$$needs" ] || grep -qx "$$needs=[ym]" $(KDIR)/.config || echo $$needs)
module-dirs := $(foreach dir,$(module-dirs),$(if $(call missing,$(dir)),,$(dir)))
module-names := $(patsubst aerostat_engine,aerostat,$(module-dirs:%=aerostat_%))
modules := $(module-names:%=$(kmod)/%.ko)

# Directories count as well: a file that went away has to be noticed.
module-inputs := $(shell find Kbuild guest policy -path guest/swapd -prune -o \( -name '*.[ch]' -o -name 'Kbuild' -o -name '*.mk' \
	-o -type d \) -print)

.PHONY: modules
modules: $(modules)

# The kernel's build wants its targets one after the other in a directory: one make for all modules,
# and a lock for those who run make twice. Debug information stays in tree/ for addr2line; VMs load
# the modules without it. There is no vmlinux to take BTF from beside packaged headers.
kbuild = $(MAKE) --no-print-directory -C $(KDIR) M=$(CURDIR)/$(mirror) \
	$(if $(wildcard $(KDIR)/vmlinux),,CONFIG_DEBUG_INFO_BTF_MODULES=) W=1 V=$(or $(V),0) \
	$(if $(filter -j%,$(MAKEFLAGS)),,-j$(or $(JOBS),$(shell nproc)))

# A kernel of one's own may change and keep its name.
kernel-inputs := $(wildcard $(KDIR)/.config $(KDIR)/Module.symvers)

ifneq ($(modules),)
$(modules) &: $(module-inputs) $(config-header) $(kernel-inputs)
	$(Q)guest/mirror $(mirror)
	$(Q)flock $(kmod)/lock $(kbuild) modules
	$(Q)for dir in $(module-dirs); do \
		name=aerostat_$$dir; name=$${name%_engine}; \
		objcopy --strip-debug $(mirror)/guest/$$dir/$$name.ko $(kmod)/$$name.ko || exit; \
	done
endif

# The header only gets a new time if an answer is new; the log of the probes has the time of asking.
probe-inputs := guest/compat/probe $(wildcard guest/compat/probes guest/compat/probes/*.c)
$(config-header): $(config-header).log ;
$(config-header).log: $(probe-inputs) $(kernel-inputs)
	$(Q)test -d "$(KDIR)" || { echo "make: no kernel build directory '$(KDIR)' (KVER=$(KVER))" >&2; exit 1; }
	@echo "  PROBE   $(KVER)"
	$(Q)guest/compat/probe $(KDIR) $(@:.log=)

# Static analysis of the modules wants the kernel's own flags, so it runs as a part of its build.
.PHONY: sparse
sparse: $(modules)
	$(Q)flock $(kmod)/lock $(kbuild) C=2 \
		CF="-D__CHECK_ENDIAN__ -include $(CURDIR)/guest/compat/sparse.h" modules

# Each header in a C file of its own, with the modules' flags. The shadow headers are only ever included
# by the names of those before which they step.
header-names = $(shell find guest -path guest/swapd -prune -o -name '*.h' -print)
header-objs = $(patsubst %.h,alone/%.o,$(subst /,-,$(header-names)))
include-line = \#include $(if $(filter guest/compat/include/%,$(1)),<$(1:guest/compat/include/%=%)>,"$(1)")

.PHONY: headers
headers: $(modules)
	$(Q)rm -rf $(mirror)/alone && mkdir $(mirror)/alone
	$(Q)$(foreach header,$(header-names),echo '$(call include-line,$(header))' \
		> $(mirror)/alone/$(patsubst %.h,%.c,$(subst /,-,$(header)));)
	$(Q)printf 'obj-m += %s\n' $(notdir $(header-objs)) > $(mirror)/alone/Kbuild
	$(Q)flock $(kmod)/lock $(kbuild) AERO_ALSO=alone/ $(header-objs)

# User space: the programs, and the unit tests with the sanitizers that the kernel does not offer.
# X_test.c stands beside X.c (or X.h), and is linked with it and with policy/; a test in a program's
# directory is linked with all of the program but its main.c.

include policy/policy.mk

CC := gcc
CFLAGS ?= -O1 -g
user-flags := -std=gnu11 -D_GNU_SOURCE -I. -Wall -Wextra -Wshadow -Wmissing-prototypes \
	-Wstrict-prototypes -Werror -fno-omit-frame-pointer -MMD -MP
test-flags := -fsanitize=address,undefined -fno-sanitize-recover=all

program-flags := -O2 -g -fstack-protector-strong -D_FORTIFY_SOURCE=2
program-links := -Wl,-z,relro,-z,now -Wl,--as-needed

# A program is its main.c and the rest of its part of the tree; everything below host/ is one part.
part-sources = $(patsubst %.c,%.o,$(filter-out %_test.c %/main.c,$(wildcard $(1))))
swapd-libs := glib-2.0 libsystemd
swapd-objs := $(call part-sources,guest/swapd/*.c) $(swapd-policy-objs:%=policy/%)
host-libs := gio-unix-2.0 json-glib-1.0 libsystemd ncursesw libvirt
host-objs := $(call part-sources,host/*/*.c) $(host-policy-objs:%=policy/%)

program-mains := guest/swapd/main.o host/daemon/main.o host/cli/main.o
program-objs := $(sort $(addprefix build/program/,$(program-mains) $(swapd-objs) $(host-objs)))
host-programs := build/aerostatd build/aerostat
programs := build/aerostat-swapd $(host-programs)

# Of the part that a file belongs to: what pkg-config knows of its libraries.
libs = $$(pkg-config --$(1) $(if $(filter host/% build/host/% $(host-programs),$(2)),$(host-libs),$(swapd-libs)))
has-libs = $(filter host/% guest/swapd/% build/host/% build/guest/swapd/%,$(1))

build/aerostat-swapd: $(addprefix build/program/,guest/swapd/main.o $(swapd-objs))
build/aerostatd: build/program/host/daemon/main.o build/program/host.a
build/aerostat: build/program/host/cli/main.o build/program/host.a

# An archive, so that each program gets what it uses, and asks for no library that it does not.
build/program/host.a: $(addprefix build/program/,$(host-objs))
	$(Q)rm -f $@ && ar rcs $@ $^

$(programs):
	@echo "  LD      $@"
	$(Q)$(CC) $(program-links) -o $@ $^ $(call libs,libs,$@)

# Of the fake VMware monitor only the plugin needs QEMU.
monitor-sources := $(filter-out %_test.c,$(wildcard lab/vmware/*.c))
monitor-objs := $(patsubst %.c,%.o,$(filter-out %/plugin.c,$(monitor-sources)))

unit-tests := $(patsubst %.c,build/%,$(wildcard policy/*_test.c guest/*/*_test.c host/*/*_test.c \
	lab/*/*_test.c))
tested-by = $(if $(filter build/guest/swapd/%,$(1)),$(swapd-objs:%=build/%),\
	$(if $(filter build/host/%,$(1)),$(host-objs:%=build/%),\
	$(if $(filter build/lab/vmware/%,$(1)),$(monitor-objs:%=build/%),\
	$(patsubst %.c,build/%.o,$(wildcard $(patsubst build/%_test,%.c,$(1)))))))
all-policy-objs := $(policy-objs) $(swapd-policy-objs) $(host-policy-objs)
test-objs = $(sort $(1).o $(call tested-by,$(1)) $(all-policy-objs:%=build/policy/%))

$(foreach test,$(unit-tests),$(eval $(test): $(call test-objs,$(test))))
$(unit-tests):
	@echo "  LD      $@"
	$(Q)$(CC) $(test-flags) -o $@ $^ $(if $(call has-libs,$@),$(call libs,libs,$@))

user-objs := $(sort $(foreach test,$(unit-tests),$(call test-objs,$(test))))
compile = $(CC) $(user-flags) $(1) $(if $(call has-libs,$<),$(call libs,cflags,$<)) -c -o $@ $<
$(user-objs): build/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "  CC      $@"
	$(Q)$(call compile,$(test-flags) $(CFLAGS))

$(program-objs): build/program/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "  CC      $@"
	$(Q)$(call compile,$(program-flags))

-include $(user-objs:.o=.d) $(program-objs:.o=.d)

.PHONY: programs
programs: $(programs)

# The fake VMware monitor: a plugin for QEMU, all of it in one go.
monitor := build/lab/vmware/monitor.so

$(monitor): $(monitor-sources) $(wildcard lab/vmware/*.h) guest/vmware/protocol.h Makefile
	@mkdir -p $(@D)
	@echo "  LD      $@"
	$(Q)$(CC) $(filter-out -MMD -MP,$(user-flags)) -O2 -g -fPIC -shared -o $@ $(monitor-sources)

.PHONY: all lab
lab: $(monitor)
all: modules $(programs) lab $(unit-tests)

# Tests. tests/run knows the groups; here is only what has to be there before.

export JOBS

.PHONY: unit test-fast test
unit: $(unit-tests)
	$(Q)tests/run unit

test-fast: $(programs) $(unit-tests)
	$(Q)tests/run fast

test: modules $(programs) lab $(unit-tests) | $(call installed,vm)
	$(Q)tests/run $(or $(TESTS),--short unit meta host vm fuzz)

# What these tests do over and over, and how long, they read from the environment.
soak-tests := vm/swapd-survives-kills vm/migration-under-load
.PHONY: test-long test-soak
test-long: modules $(programs) lab | $(call installed,vm)
	$(Q)tests/run long

test-soak: modules $(programs) | $(call installed,vm)
	$(Q)KILLS=100 LOAD_SECONDS=1800 TIMEOUT_FACTOR=4 tests/run $(soak-tests)

# Slow: what a guest does takes several times as long on a kernel with sanitizers.
DEBUG_KERNEL ?= debug

# A device that goes, one that lies, unloading in every state, bad input, and memory that runs out.
debug-short := vm/device-goes-away vm/device-lies-about-buffers vm/fake-rmmod-every-state vm/sysfs-bad-input fault

# By kernel: the above, with a silent device, and all but the long ones and those of programs, to which one kernel is
# like another; and those in which something of ours goes on at the same time as something else.
debug-tests = $(debug-short) vm/device-is-silent \
	$(filter-out vm/host-% vm/swapd-%,$(shell tests/run --short -l vm))
kcsan-tests = races

.PHONY: test-debug test-debug-short
test-debug: $(programs) lab | $(call installed,vm) $(call installed,kernel)
	$(Q)STRESS_SECONDS=$(or $(STRESS_SECONDS),300) \
		tests/on-kernel $(DEBUG_KERNEL) $(or $(TESTS),$($(DEBUG_KERNEL)-tests))

test-debug-short: | $(call installed,vm) $(call installed,kernel)
	$(Q)tests/on-kernel $(DEBUG_KERNEL) $(debug-short)

# On kernels and QEMUs of Debian's newer suites, which are fetched first, once.
KERNELS ?= 6.12 7.2
QEMUS ?= 10.0 11.1
kernels-short := vm/inflate-fragmented vm/reports-whole-blocks vm/stats-reach-host vm/suspend-and-reload
# All but the long ones, those of programs on the host, and that of the lab's own monitor; and two long ones, of what
# the kernel's part differs in.
kernel-tests = $(filter-out vm/host-% vm/libvirt-% vm/vmware-referee,$(shell tests/run --short -l vm)) \
	vm/swapd-kernel-refuses vm/xen-stats-reach-toolstack
# Those to which QEMU is more than the machine that they run in.
qemu-tests = $(filter-out vm/device-% vm/fake-% vm/swapd-% vm/xen-%,$(shell tests/run -l vm))
# What a QEMU says of its balloon, and what it asks of it.
qemus-short := $(addprefix vm/,few-exits hot-unplug reports-whole-blocks rereport-spares-pages resize-exact stats-reach-host)
on-kernels = status=0; for kernel in $(KERNELS); do echo "Linux $$kernel"; \
	tests/on-kernel $$kernel $(or $(TESTS),$(1)) || status=1; done; exit $$status
on-qemus = status=0; for qemu in $(QEMUS); do echo "QEMU $$qemu"; \
	AEROSTAT_QEMU=$$qemu tests/run $(or $(TESTS),$(1)) || status=1; done; exit $$status

.PHONY: test-kernels test-kernels-short test-qemus test-qemus-short
test-kernels: $(programs) lab | $(call installed,vm)
	$(Q)$(call on-kernels,$(kernel-tests))

test-kernels-short: | $(call installed,vm)
	$(Q)$(call on-kernels,$(kernels-short))

test-qemus: modules $(programs) lab | $(call installed,vm)
	$(Q)$(call on-qemus,$(qemu-tests))

test-qemus-short: modules $(programs) lab | $(call installed,vm)
	$(Q)$(call on-qemus,$(qemus-short))

# Unit tests are built again, with counters, in a mirror of their own: what make unit made stays as it is.
coverage := build/coverage
# By another name: what calls $(MAKE) by its own is run even by make -n.
make-again = $(MAKE) --no-print-directory

.PHONY: coverage
coverage: $(programs) lab | $(call installed,vm) $(call installed,kernel)
	$(Q)rm -rf $(coverage) && mkdir -p $(coverage)/unit $(coverage)/vm
	$(Q)cp --recursive --symbolic-link $(addprefix $(CURDIR)/,Makefile Kbuild guest policy host lab tests) $(coverage)/unit/
	$(Q)$(make-again) -C $(coverage)/unit INSTALL=no test-flags=--coverage unit
	$(Q)status=0; AEROSTAT_COVERAGE=$(CURDIR)/$(coverage)/vm tests/on-kernel debug $(or $(TESTS),$(debug-tests)) || status=1; \
		tests/coverage $(coverage) || status=1; exit $$status

.PHONY: fuzz
fuzz: | $(call installed,vm) $(call installed,kernel)
	$(Q)OPERATIONS=$(or $(OPERATIONS),1000000) tests/on-kernel debug fuzz

.PHONY: stress
stress: | $(call installed,vm) $(call installed,kernel)
	$(Q)STRESS_SECONDS=$(or $(STRESS_SECONDS),1800) TIMEOUT_FACTOR=2 tests/on-kernel debug stress

.PHONY: test-tiers
test-tiers: modules $(programs) lab | $(call installed,vm) $(call installed,kernel)
	$(Q)for kernel in debug kcsan $(KERNELS); do $(make-again) modules $$(lab/kernel $$kernel) || exit; done
	$(Q)tests/tiers

.PHONY: lint format
lint: modules | $(call installed,lint)
	$(Q)tests/run lint

format: | $(call installed,lint)
	$(Q)tests/sources c | xargs -r clang-format -i

.PHONY: bench demo
bench: modules lab $(host-programs) | $(call installed,vm)
	$(Q)bench/run
	$(Q)bench/host

demo: modules $(host-programs) | $(call installed,vm) $(call installed,demo)
	$(Q)bench/demo
