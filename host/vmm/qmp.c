// SPDX-License-Identifier: GPL-2.0-only
/*
 * The back end for QEMUs whose monitors are sockets in a directory, or configured one by one.
 *
 * The directory is read again and again: VMs come and go at any time, and so may the directory. A VM whose
 * socket is there but refuses stays known, to be tried again; one whose socket is not there any
 * more either is forgotten. What is configured is never forgotten.
 */
#include "qmp.h"

#include <string.h>

#define SUFFIX ".sock"

/**
 * struct qmp - the back end
 * @config: the caller's
 * @events, @data: the receiver
 * @vms: {name: struct qemu}
 * @timer: for the next look into the directory
 * @scanned: it was read once, if there is one
 * @unreadable: the directory could not be read the last time
 */
struct qmp {
	const struct qmp_config *config;
	const struct vmm_events *events;
	void *data;
	GHashTable *vms;
	guint timer;
	bool scanned;
	bool unreadable;
};

static void add(struct qmp *b, const char *name, const char *path)
{
	if (!g_hash_table_contains(b->vms, name))
		g_hash_table_insert(b->vms, g_strdup(name),
				    qemu_new(name, path, &b->config->qemu, b->events, b->data));
}

static void take_entry(struct qmp *b, const char *entry)
{
	g_autofree char *name = NULL, *path = NULL;

	if (!g_str_has_suffix(entry, SUFFIX) || entry[0] == '.' ||
	    !g_utf8_validate(entry, -1, NULL))
		return;
	name = g_strndup(entry, strlen(entry) - strlen(SUFFIX));
	path = g_build_filename(b->config->directory, entry, NULL);
	add(b, name, path);
}

static void read_directory(struct qmp *b)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GDir) directory = g_dir_open(b->config->directory, 0, &error);
	const char *entry;

	if (!directory) {
		if (!b->unreadable)
			b->events->trouble(b->data, b->config->directory, error->message);
		b->unreadable = true;
		return;
	}
	b->unreadable = false;
	while ((entry = g_dir_read_name(directory)))
		take_entry(b, entry);
}

static gboolean is_over(void *key, void *value, void *data)
{
	struct qmp *b = data;
	g_autofree char *path = NULL;

	if (qemu_runs(value) ||
	    (b->config->sockets && g_hash_table_contains(b->config->sockets, key)))
		return FALSE;
	path = g_strdup_printf("%s/%s" SUFFIX, b->config->directory, (char *)key);
	return !g_file_test(path, G_FILE_TEST_EXISTS);
}

static gboolean on_scan(void *data)
{
	struct qmp *b = data;

	read_directory(b);
	b->scanned = true;
	g_hash_table_foreach_remove(b->vms, is_over, b);
	return G_SOURCE_CONTINUE;
}

static void free_vm(void *vm)
{
	qemu_free(vm);
}

static gboolean on_start(void *data)
{
	struct qmp *b = data;

	b->timer = g_timeout_add(b->config->scan_ms, on_scan, b);
	on_scan(b);
	return G_SOURCE_REMOVE;
}

/**
 * qmp_new() - start to look for VMs
 * @config: must outlive it
 * @events: whom to tell, not before this returned
 * @data: for @events
 */
struct qmp *qmp_new(const struct qmp_config *config, const struct vmm_events *events, void *data)
{
	struct qmp *b = g_new0(struct qmp, 1);
	GHashTableIter iter;
	void *name, *path;

	b->config = config;
	b->events = events;
	b->data = data;
	b->vms = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_vm);
	if (config->sockets) {
		g_hash_table_iter_init(&iter, config->sockets);
		while (g_hash_table_iter_next(&iter, &name, &path))
			add(b, name, path);
	}
	b->scanned = !config->directory;
	if (config->directory)
		b->timer = g_idle_add(on_start, b);
	return b;
}

/* qmp_free() - look away from all; nobody is told. NULL is fine. */
void qmp_free(struct qmp *b)
{
	if (!b)
		return;
	g_clear_handle_id(&b->timer, g_source_remove);
	g_hash_table_unref(b->vms);
	g_free(b);
}

/**
 * qmp_settled() - whether all VMs that run are known, or it is known why not
 * @b: the back end
 *
 * False for some moments after the start, and whenever there is a new VM.
 */
bool qmp_settled(const struct qmp *b)
{
	GHashTableIter iter;
	void *vm;

	if (!b->scanned)
		return false;
	g_hash_table_iter_init(&iter, b->vms);
	while (g_hash_table_iter_next(&iter, NULL, &vm))
		if (!qemu_settled(vm))
			return false;
	return true;
}
