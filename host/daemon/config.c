// SPDX-License-Identifier: GPL-2.0-only
/*
 * The daemon's configuration file.
 *
 * Theory of operation
 *
 *   [host]
 *   budget = auto            # memory for all VMs together
 *   reserve = auto           # memory that the host keeps for itself
 *   period = 1               # seconds between statistics
 *   dry-run = no
 *   on-stop = hold           # or: release
 *   on-alarm = no            # or: a program, run when the host is short of memory and nothing helped
 *   directory = /run/aerostat/qmp
 *   control = /run/aerostat/control.sock
 *   libvirt = no             # or: a connection, as virsh --connect has it
 *   metrics = no             # or: a port of this machine, or ADDRESS:PORT
 *
 *   [vm]                     # for all that have no section of their own
 *   min = 256M
 *   max = all
 *   reserve = 1G
 *   shares = 1000
 *   ignore = no
 *
 *   [vm database]            # begins with what [vm] says, wherever that stands
 *   min = 4G
 *   socket = /run/database/monitor
 *
 * GLib reads it, the tables below say what is allowed, and every value is checked. Whatever is wrong, all of it is refused,
 * with the file and the line: a file that means something else than its author thought
 * is worse than none. GLib does not tell lines, so they are looked up in the text.
 */
#include "config.h"

#include <string.h>

#include "host/api/http.h"
#include "policy/ratio.h"
#include "policy/share.h"

#define MIB (1ULL << 20)
#define GIB (1ULL << 30)
#define HOST "host"
#define VM "vm"

enum kind {
	BYTES, /* a number with K, M, G or T */
	NUMBER,
	YES_NO,
	STOP, /* hold or release */
	PATH,
	TEXT, /* no: nothing */
	ADDRESS, /* as http_address() has it, or no */
};

/**
 * struct option - one that a section may have
 * @name: left of the equals sign
 * @kind: what is right of it
 * @zero: a word that stands for 0 or NULL, if there is one
 * @offset: where it goes in struct config or struct vm_config
 * @min, @max: of numbers
 */
struct option {
	const char *name;
	enum kind kind;
	const char *zero;
	size_t offset;
	u64 min;
	u64 max;
};

static const struct option host_options[] = {
	{ "budget", BYTES, "auto", offsetof(struct config, budget_bytes), MIB, 1ULL << 62 },
	{ "reserve", BYTES, "auto", offsetof(struct config, reserve_bytes), MIB, 1ULL << 62 },
	{ "period", NUMBER, NULL, offsetof(struct config, period_s), 1, 3600 },
	{ "dry-run", YES_NO, NULL, offsetof(struct config, dry_run), 0, 0 },
	{ "on-stop", STOP, NULL, offsetof(struct config, release), 0, 0 },
	{ "on-alarm", PATH, "no", offsetof(struct config, on_alarm), 0, 0 },
	{ "directory", PATH, NULL, offsetof(struct config, directory), 0, 0 },
	{ "control", PATH, NULL, offsetof(struct config, control), 0, 0 },
	{ "libvirt", TEXT, NULL, offsetof(struct config, libvirt), 0, 0 },
	{ "metrics", ADDRESS, NULL, offsetof(struct config, metrics), 0, 0 },
	{ 0 },
};

static const struct option vm_options[] = {
	{ "min", BYTES, NULL, offsetof(struct vm_config, min_bytes), MIB, 1ULL << 62 },
	{ "max", BYTES, "all", offsetof(struct vm_config, max_bytes), MIB, 1ULL << 62 },
	{ "reserve", BYTES, NULL, offsetof(struct vm_config, reserve_bytes), 0, 1ULL << 62 },
	{ "shares", NUMBER, NULL, offsetof(struct vm_config, shares), 1, SHARE_MAX },
	{ "ignore", YES_NO, NULL, offsetof(struct vm_config, ignore), 0, 0 },
	{ 0 },
};

/* The place that a complaint is about; group and key may be NULL. */
struct place {
	const char *path;
	const char *text;
	const char *group;
	const char *key;
};

/* in_group() - whether @line begins @group */
static bool in_group(const char *line, const char *group)
{
	size_t length = strlen(group);

	return line[0] == '[' && !strncmp(line + 1, group, length) && line[1 + length] == ']';
}

static bool has_key(const char *line, const char *key)
{
	size_t length = strlen(key);

	return !strncmp(line, key, length) && strchr(" \t=", line[length]) && line[length];
}

/* line_of() - the line where the last of what @at names stands; 0: not found */
static guint line_of(const struct place *at)
{
	g_auto(GStrv) lines = g_strsplit(at->text, "\n", -1);
	bool inside = false;
	guint found = 0;

	for (guint i = 0; lines[i]; i++) {
		const char *line = g_strchug(lines[i]);

		if (line[0] == '[')
			inside = at->group && in_group(line, at->group);
		if (inside && (at->key ? has_key(line, at->key) : line[0] == '['))
			found = i + 1;
	}
	return found;
}

/* refuse() - make the complaint. Always false. */
static bool refuse(const struct place *at, char **ret_error, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

static bool refuse(const struct place *at, char **ret_error, const char *format, ...)
{
	g_autofree char *what = NULL;
	guint line = line_of(at);
	va_list arguments;

	va_start(arguments, format);
	what = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	*ret_error = line ? g_strdup_printf("%s:%u: %s", at->path, line, what) :
			    g_strdup_printf("%s: %s", at->path, what);
	return false;
}

/* config_parse_bytes() - a whole number and at most one of K, M, G, T; false: @text is something else */
bool config_parse_bytes(const char *text, u64 *ret_bytes)
{
	static const char units[] = "KMGT";
	const char *unit;
	guint64 value;
	char *end;

	if (!g_ascii_isdigit(text[0]))
		return false;
	value = g_ascii_strtoull(text, &end, 10);
	unit = *end ? strchr(units, *end) : NULL;
	if (*end && (!unit || end[1]))
		return false;
	*ret_bytes = unit ? sat_shl_u64(value, 10 * (u32)(unit - units + 1)) : value;
	return true;
}

static bool store_number(const struct option *o, const char *text, void *target,
			 const struct place *at, char **ret_error)
{
	u64 value;

	if (o->zero && !strcmp(text, o->zero)) {
		*(u64 *)target = 0;
		return true;
	}
	if (!config_parse_bytes(text, &value) ||
	    (o->kind == NUMBER && !g_ascii_isdigit(text[strlen(text) - 1])))
		return refuse(at, ret_error, "'%s' is no %s%s%s", text,
			      o->kind == NUMBER ? "whole number" :
						  "amount of memory like 512M or 4G",
			      o->zero ? " nor " : "", o->zero ? o->zero : "");
	if (value < o->min || value > o->max)
		return refuse(at, ret_error, "%s = %s is not between %llu and %llu", o->name, text,
			      o->min, o->max);
	if (o->kind == NUMBER)
		*(u32 *)target = (u32)value;
	else
		*(u64 *)target = value;
	return true;
}

static bool store_choice(const char *text, const char *no, const char *yes, bool *target,
			 const struct place *at, char **ret_error)
{
	if (strcmp(text, no) && strcmp(text, yes))
		return refuse(at, ret_error, "'%s' is neither %s nor %s", text, no, yes);
	*target = !strcmp(text, yes);
	return true;
}

static bool store_address(const char *text, char **target, const struct place *at, char **ret_error)
{
	g_autoptr(GSocketAddress) address = http_address(text);

	if (!address && strcmp(text, "no"))
		return refuse(at, ret_error,
			      "'%s' is no port, no ADDRESS:PORT with a numeric address, nor no",
			      text);
	g_free(*target);
	*target = address ? g_strdup(text) : NULL;
	return true;
}

static bool store(const struct option *o, const char *text, void *base, const struct place *at,
		  char **ret_error)
{
	void *target = (char *)base + o->offset;

	switch (o->kind) {
	case BYTES:
	case NUMBER:
		return store_number(o, text, target, at, ret_error);
	case YES_NO:
		return store_choice(text, "no", "yes", target, at, ret_error);
	case STOP:
		return store_choice(text, "hold", "release", target, at, ret_error);
	case PATH:
		if (o->zero && !strcmp(text, o->zero)) {
			g_clear_pointer((char **)target, g_free);
			return true;
		}
		if (!g_path_is_absolute(text))
			return refuse(at, ret_error, "'%s' is no absolute path%s%s", text,
				      o->zero ? " nor " : "", o->zero ? o->zero : "");
		g_free(*(char **)target);
		*(char **)target = g_strdup(text);
		return true;
	case TEXT:
		if (!*text)
			return refuse(at, ret_error, "%s is empty", o->name);
		g_free(*(char **)target);
		*(char **)target = strcmp(text, "no") ? g_strdup(text) : NULL;
		return true;
	case ADDRESS:
		return store_address(text, target, at, ret_error);
	}
	return false;
}

static const struct option *find_option(const struct option *options, const char *name)
{
	for (; options->name; options++)
		if (!strcmp(options->name, name))
			return options;
	return NULL;
}

/* read_key() - one line of a section; a VM's socket is kept apart, because it is no part of struct vm_config. */
static bool read_key(struct config *c, GKeyFile *file, const struct option *options, void *base,
		     const char *vm, struct place *at, char **ret_error)
{
	g_autofree char *text = g_key_file_get_string(file, at->group, at->key, NULL);
	const struct option *o = find_option(options, at->key);

	if (!text)
		return refuse(at, ret_error, "the value is no valid text");
	g_strchomp(text);
	if (vm && !strcmp(at->key, "socket")) {
		if (!g_path_is_absolute(text))
			return refuse(at, ret_error, "'%s' is no absolute path", text);
		g_hash_table_insert(c->sockets, g_strdup(vm), g_strdup(text));
		return true;
	}
	if (!o)
		return refuse(at, ret_error, "there is no option '%s' in [%s]", at->key, at->group);
	return store(o, text, base, at, ret_error);
}

static bool read_group(struct config *c, GKeyFile *file, const struct option *options, void *base,
		       const char *vm, struct place *at, char **ret_error)
{
	g_auto(GStrv) keys = g_key_file_get_keys(file, at->group, NULL, NULL);

	for (guint i = 0; keys && keys[i]; i++) {
		at->key = keys[i];
		if (!read_key(c, file, options, base, vm, at, ret_error))
			return false;
	}
	at->key = NULL;
	return true;
}

static bool check_vm(const struct vm_config *vm, const struct place *at, char **ret_error)
{
	if (vm->max_bytes && vm->min_bytes > vm->max_bytes)
		return refuse(at, ret_error, "[%s]: min is greater than max", at->group);
	return true;
}

/* read_vm() - a section of a VM's own */
static bool read_vm(struct config *c, GKeyFile *file, struct place *at, char **ret_error)
{
	const char *name = at->group + strlen(VM " ");
	struct vm_config *vm;

	if (!*name || strchr(name, '/'))
		return refuse(at, ret_error, "[%s]: no name of a VM", at->group);
	vm = g_memdup2(&c->vm, sizeof(*vm));
	g_hash_table_insert(c->vms, g_strdup(name), vm);
	return read_group(c, file, vm_options, vm, name, at, ret_error) &&
	       check_vm(vm, at, ret_error);
}

static bool read_all(struct config *c, GKeyFile *file, struct place *at, char **ret_error)
{
	g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);

	at->group = HOST;
	if (!read_group(c, file, host_options, c, NULL, at, ret_error))
		return false;
	at->group = VM;
	if (!read_group(c, file, vm_options, &c->vm, NULL, at, ret_error) ||
	    !check_vm(&c->vm, at, ret_error))
		return false;
	for (guint i = 0; groups[i]; i++) {
		at->group = groups[i];
		if (!strcmp(groups[i], HOST) || !strcmp(groups[i], VM))
			continue;
		if (!g_str_has_prefix(groups[i], VM " "))
			return refuse(at, ret_error, "there is no section [%s]", groups[i]);
		if (!read_vm(c, file, at, ret_error))
			return false;
	}
	return true;
}

static struct config *config_default(void)
{
	struct config *c = g_new0(struct config, 1);

	c->period_s = 1;
	c->directory = g_strdup("/run/aerostat/qmp");
	c->control = g_strdup("/run/aerostat/control.sock");
	c->sockets = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	c->vms = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	c->vm = (struct vm_config){ .min_bytes = 256 * MIB, .reserve_bytes = GIB, .shares = 1000 };
	return c;
}

/* load_text() - let GLib read it; of its complaints only the line is missing, so it reads one line more each time. */
static bool load_text(GKeyFile *file, const struct place *at, char **ret_error)
{
	g_autoptr(GError) error = NULL;
	const char *end = at->text;
	guint line = 0;

	if (g_key_file_load_from_data(file, at->text, -1, G_KEY_FILE_NONE, &error))
		return true;
	while (*end) {
		g_autoptr(GKeyFile) part = g_key_file_new();

		end += strcspn(end, "\n");
		end += *end == '\n';
		line++;
		if (!g_key_file_load_from_data(part, at->text, end - at->text, G_KEY_FILE_NONE,
					       NULL))
			break;
	}
	*ret_error = g_strdup_printf("%s:%u: %s", at->path, line, error->message);
	return false;
}

/**
 * config_parse() - read a configuration
 * @path: what complaints call it
 * @text: what it says
 * @ret_error: what is wrong with it, with file and line, if anything is
 *
 * Return: a configuration, to be freed with config_free(), or NULL.
 */
struct config *config_parse(const char *path, const char *text, char **ret_error)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	struct place at = { .path = path, .text = text };
	struct config *c = config_default();

	if (load_text(file, &at, ret_error) && read_all(c, file, &at, ret_error))
		return c;
	config_free(c);
	return NULL;
}

/* config_load() - the same with a file */
struct config *config_load(const char *path, char **ret_error)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	gsize length;

	if (!g_file_get_contents(path, &text, &length, &error)) {
		*ret_error = g_strdup(error->message);
		return NULL;
	}
	if (strlen(text) != length) {
		*ret_error = g_strdup_printf("%s: a byte 0 in it", path);
		return NULL;
	}
	return config_parse(path, text, ret_error);
}

/* config_free() - NULL is fine. */
void config_free(struct config *c)
{
	if (!c)
		return;
	g_free(c->on_alarm);
	g_free(c->directory);
	g_free(c->control);
	g_free(c->libvirt);
	g_free(c->metrics);
	g_hash_table_unref(c->sockets);
	g_hash_table_unref(c->vms);
	g_free(c);
}

/* config_vm() - what the operator wants of the VM called @name */
const struct vm_config *config_vm(const struct config *c, const char *name)
{
	const struct vm_config *vm = g_hash_table_lookup(c->vms, name);

	return vm ? vm : &c->vm;
}
