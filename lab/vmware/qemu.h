/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the monitor uses of QEMU and of its GLib, declared here because no package ships the headers.
 *
 * A plugin is loaded into QEMU's process and sees all that QEMU exports to its own modules.
 * These are declared weak, so that one which is missing in some QEMU is a NULL that can be
 * named (see plugin.c), and not a plugin that cannot be loaded.
 */
#ifndef MONITOR_QEMU_H
#define MONITOR_QEMU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QEMU_WEAK __attribute__((weak))

/* GLib */

struct GByteArray {
	uint8_t *data;
	unsigned int len;
};

struct GByteArray *g_byte_array_new(void) QEMU_WEAK;
struct GByteArray *g_byte_array_set_size(struct GByteArray *array, unsigned int size) QEMU_WEAK;

/* Plugins */

typedef uint64_t qemu_plugin_id_t;

void qemu_plugin_register_vcpu_init_cb(qemu_plugin_id_t id,
				       void (*callback)(qemu_plugin_id_t id,
							unsigned int vcpu)) QEMU_WEAK;
/* In QEMU from 9.0 on. */
int qemu_plugin_read_register(void *handle, struct GByteArray *buffer) QEMU_WEAK;

/* The processor that runs: in its thread, with QEMU's big lock, during an access to a port. */

struct CPUState;

extern __thread struct CPUState *current_cpu QEMU_WEAK;

/* Numbers are those of gdb's remote protocol: rax, rbx, rcx, rdx, rsi. */
enum { QEMU_RAX, QEMU_RBX, QEMU_RCX, QEMU_RDX, QEMU_RSI };

int x86_cpu_gdb_read_register(struct CPUState *cpu, struct GByteArray *buffer,
			      int number) QEMU_WEAK;
int x86_cpu_gdb_write_register(struct CPUState *cpu, uint8_t *buffer, int number) QEMU_WEAK;

/* Memory and ports */

struct MemoryRegion;

/* The beginning of what QEMU has; all behind it may be zero. */
struct MemoryRegionOps {
	uint64_t (*read)(void *opaque, uint64_t offset, unsigned int size);
	void (*write)(void *opaque, uint64_t offset, uint64_t value, unsigned int size);
	void *read_with_attrs;
	void *write_with_attrs;
	int endianness;
	struct {
		unsigned int min_access_size;
		unsigned int max_access_size;
		bool unaligned;
		void *accepts;
	} valid;
	struct {
		unsigned int min_access_size;
		unsigned int max_access_size;
		bool unaligned;
	} impl;
};

/* Little endian; whatever newer QEMUs number it, this is not big endian. */
#define QEMU_LITTLE_ENDIAN 2

struct MemoryRegion *get_system_io(void) QEMU_WEAK;
void memory_region_init_io(struct MemoryRegion *region, void *owner,
			   const struct MemoryRegionOps *ops, void *opaque, const char *name,
			   uint64_t size) QEMU_WEAK;
void memory_region_add_subregion_overlap(struct MemoryRegion *region, uint64_t offset,
					 struct MemoryRegion *subregion, int priority) QEMU_WEAK;

/* Before QEMU 11. */
void cpu_physical_memory_rw(uint64_t address, void *data, uint64_t size, bool is_write) QEMU_WEAK;
/* From QEMU 11 on. */
void physical_memory_read(uint64_t address, void *data, uint64_t size) QEMU_WEAK;
void physical_memory_write(uint64_t address, const void *data, uint64_t size) QEMU_WEAK;

#endif /* MONITOR_QEMU_H */
