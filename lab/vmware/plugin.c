// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VMware monitor's side of the balloon inside a stock QEMU: its port, as a plugin.
 *
 *	-plugin build/lab/vmware/monitor.so,control=SOCKET,pfns=N[,OPTION=VALUE]...
 *
 * control is where control.c listens, pfns how many pages from 0 on may be RAM. Further
 * options are members of its requests (target=, targets=, fault=, capabilities=, forced=,
 * scramble=), and pattern=0: do not fill what is locked (see referee.c), which takes time.
 *
 * Theory of operation
 *
 * A plugin may call all that QEMU exports to its own modules, so it can add a port as any
 * device does. The command's arguments and its results are in registers that an ordinary
 * device does not see; they are read and written as a debugger would. QEMU calls with its
 * big lock held, on the thread of the processor that executes the `in`.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/vmware/control.h"
#include "lab/vmware/qemu.h"

#define EXPORT __attribute__((visibility("default")))

/* Larger than QEMU's structure in any version: some 270 bytes. */
#define MEMORY_REGION_BYTES 4096

/* All that hosts know. */
#define OFFERED_DEFAULT                                                                   \
	(AVMWARE_BASIC | AVMWARE_BATCHED | AVMWARE_BATCHED_2M | AVMWARE_SIGNALED_WAKEUP | \
	 AVMWARE_64_BIT_TARGET)

/* What QEMU looks for in a plugin. The version is chosen when it is known which QEMU this is. */
EXPORT int qemu_plugin_version = 1;
EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv);

static struct control control = { .lock = PTHREAD_MUTEX_INITIALIZER };
static struct memory memory;
static bool pattern = true;

/* QEMU refuses a plugin of a version that is too old for it, or too new. */
static void __attribute__((constructor)) choose_version(void)
{
	if (physical_memory_read)
		qemu_plugin_version = 7;
	else if (qemu_plugin_read_register)
		qemu_plugin_version = 2;
}

static void read_memory(uint64_t address, void *data, size_t size)
{
	if (physical_memory_read)
		physical_memory_read(address, data, size);
	else
		cpu_physical_memory_rw(address, data, size, false);
}

static void write_memory(uint64_t address, const void *data, size_t size)
{
	if (physical_memory_write)
		physical_memory_write(address, data, size);
	else
		cpu_physical_memory_rw(address, (void *)data, size, true);
}

static uint64_t read_register(int number)
{
	static struct GByteArray *bytes;
	uint64_t value = 0;

	if (!bytes)
		bytes = g_byte_array_new();
	g_byte_array_set_size(bytes, 0);
	x86_cpu_gdb_read_register(current_cpu, bytes, number);
	memcpy(&value, bytes->data, bytes->len < sizeof(value) ? bytes->len : sizeof(value));
	return value;
}

static void write_register(int number, uint64_t value)
{
	x86_cpu_gdb_write_register(current_cpu, (uint8_t *)&value, number);
}

static uint64_t port_read(void *unused, uint64_t offset, unsigned int size)
{
	struct call call;
	uint32_t status;

	(void)unused;
	(void)offset;
	if (size != sizeof(status) || (uint32_t)read_register(QEMU_RAX) != AVMWARE_MAGIC)
		return AVMWARE_FAILURE;
	call = (struct call){ .command = (uint16_t)read_register(QEMU_RCX),
			      .arg1 = read_register(QEMU_RBX),
			      .arg2 = (uint32_t)read_register(QEMU_RSI) };
	pthread_mutex_lock(&control.lock);
	status = session_call(&control.session, &call);
	pthread_mutex_unlock(&control.lock);
	write_register(QEMU_RBX, call.result);
	if (call.command == AVMWARE_START)
		write_register(QEMU_RCX, call.capabilities);
	return status;
}

static void port_write(void *unused, uint64_t offset, uint64_t value, unsigned int size)
{
	(void)unused;
	(void)offset;
	(void)value;
	(void)size;
}

/* The first processor is there, and so are the ports. */
static void add_port(qemu_plugin_id_t id, unsigned int vcpu)
{
	static const struct MemoryRegionOps ops = {
		.read = port_read,
		.write = port_write,
		.endianness = QEMU_LITTLE_ENDIAN,
		.impl = { .min_access_size = 1, .max_access_size = 4 },
	};
	/* With zeroes behind, should a newer QEMU look for more operations than are declared. */
	static struct {
		struct MemoryRegionOps ops;
		char zeroes[256];
	} padded;
	struct MemoryRegion *region;

	(void)id;
	if (vcpu)
		return;
	padded.ops = ops;
	region = calloc(1, MEMORY_REGION_BYTES);
	memory_region_init_io(region, NULL, &padded.ops, NULL, "vmware-balloon", 4);
	memory_region_add_subregion_overlap(get_system_io(), AVMWARE_PORT, region, 1);
}

/* The first function that this QEMU lacks, or NULL. */
static const char *missing(void)
{
	const struct {
		const char *name;
		const void *address;
	} needed[] = {
		{ "g_byte_array_new", g_byte_array_new },
		{ "g_byte_array_set_size", g_byte_array_set_size },
		{ "qemu_plugin_register_vcpu_init_cb", qemu_plugin_register_vcpu_init_cb },
		{ "x86_cpu_gdb_read_register", x86_cpu_gdb_read_register },
		{ "x86_cpu_gdb_write_register", x86_cpu_gdb_write_register },
		{ "get_system_io", get_system_io },
		{ "memory_region_init_io", memory_region_init_io },
		{ "memory_region_add_subregion_overlap", memory_region_add_subregion_overlap },
		{ "physical_memory_read or cpu_physical_memory_rw",
		  physical_memory_read ? (const void *)physical_memory_read :
					 (const void *)cpu_physical_memory_rw },
	};

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (!needed[i].address)
			return needed[i].name;
	return NULL;
}

static bool is_number(const char *text)
{
	return *text && strspn(text, "0123456789") == strlen(text);
}

/* An option that is a member of a request. */
static bool set_member(const char *name, size_t length, const char *value)
{
	const char *quote = is_number(value) ? "" : "\"";
	char line[JSON_TEXT_MAX * 2];
	struct json_out out;

	if (snprintf(line, sizeof(line), "{\"%.*s\": %s%s%s}", (int)length, name, quote, value,
		     quote) >= (int)sizeof(line))
		return false;
	control_run(&control.session, line, &out);
	return !strstr(out.text, "\"error\"");
}

/* Options come as NAME=VALUE. */
static bool set_option(const char *option, const char **ret_socket)
{
	size_t length = strcspn(option, "=");
	const char *value = option[length] ? option + length + 1 : "";

	if (!strncmp(option, "control=", 8)) {
		*ret_socket = value;
		return *value;
	}
	if (!strncmp(option, "pfns=", 5)) {
		memory.nr_pfns = strtoull(value, NULL, 10);
		return is_number(value) && memory.nr_pfns;
	}
	if (!strncmp(option, "pattern=", 8)) {
		pattern = *value == '1';
		return !strcmp(value, "0") || !strcmp(value, "1");
	}
	return set_member(option, length, value);
}

static int fail(const char *what, const char *which)
{
	fprintf(stderr, "vmware monitor: %s %s\n", what, which);
	return -1;
}

/* qemu_plugin_install() - where QEMU begins; anything but 0 ends it */
int qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv)
{
	const char *lacks = missing();
	const char *socket = NULL;

	(void)info;
	if (lacks)
		return fail("this QEMU does not export", lacks);
	memory.read = read_memory;
	memory.write = write_memory;
	control.session.offered = OFFERED_DEFAULT;
	for (int i = 0; i < argc; i++)
		if (!set_option(argv[i], &socket))
			return fail("bad option", argv[i]);
	if (!socket || !memory.nr_pfns)
		return fail("both of these options are needed:", "control, pfns");
	if (!referee_init(&control.session.referee, &memory, pattern))
		return fail("no memory for", "the referee");
	if (!control_listen(&control, socket))
		return fail("cannot listen at", socket);
	qemu_plugin_register_vcpu_init_cb(id, add_port);
	return 0;
}
