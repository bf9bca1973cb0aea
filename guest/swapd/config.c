// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the administrator has set: one table of settings, read from a file.
 *
 * Theory of operation
 *
 * A line is `name = value`, empty, or a comment that starts with # or ;. There are no sections,
 * no quotes and no comments after a value. The table below is the only list of settings: their
 * defaults are parsed like the values in a file, and config_print() writes such a file. GLib's key
 * files are not used because their errors name no line.
 *
 * The first error ends the reading, with file and line; the configuration then is not usable,
 * and there is none that is half applied.
 */
#include "guest/swapd/config.h"

#include <errno.h>
#include <string.h>

#include "guest/swapd/textfile.h"

#define FILE_BYTES_MAX 65536
#define PATH_BYTES_MAX 256
#define SEGMENT_BYTES_MIN (1ULL << 20)

enum setting_kind {
	NUMBER, /* of type u32, decimal */
	SWITCH, /* yes or no */
	SIZE, /* bytes with a suffix K, M, G or T, or the word that is the default */
	DIRECTORY, /* an absolute path */
	DEVICES, /* absolute paths with white space between them, or nothing */
};

/**
 * struct setting - one line of the table
 * @name: as in the file
 * @kind: says how the value is written, and the type of the member
 * @offset: of the member in struct config
 * @min: least value of a number or a size
 * @max: greatest
 * @initial: the default, as in the file
 * @help: one line
 */
struct setting {
	const char *name;
	enum setting_kind kind;
	size_t offset;
	u64 min;
	u64 max;
	const char *initial;
	const char *help;
};

static const struct setting settings[] = {
	{ "directory", DIRECTORY, offsetof(struct config, directory), 0, 0,
	  "/var/lib/aerostat/swap", "where the files of swap are" },
	{ "devices", DEVICES, offsetof(struct config, devices), 0, 0, "",
	  "block devices to swap to instead of files" },
	{ "size", SIZE, offsetof(struct config, size_bytes), SEGMENT_BYTES_MIN, 1ULL << 50, "ram",
	  "of all segments together; ram: as much as the guest has" },
	{ "segments", NUMBER, offsetof(struct config, segments), 1, CONFIG_SEGMENTS_MAX, "16",
	  "number of files" },
	{ "priority", NUMBER, offsetof(struct config, priority), 0, 32767, "10",
	  "of each segment; the kernel takes swap of a higher one first" },
	{ "selfshrinking", SWITCH, offsetof(struct config, selfshrinking), 0, 0, "yes",
	  "bring swapped memory back while there is room for it" },
	{ "interval", NUMBER, offsetof(struct config, interval_s), 1, 3600, "5",
	  "seconds from one decision to the next" },
	{ "inertia", NUMBER, offsetof(struct config, inertia), 1, 1000000, "3",
	  "intervals without growth of swap before anything comes back" },
	{ "hysteresis", NUMBER, offsetof(struct config, hysteresis), 1, 1000000, "20",
	  "the fraction of what is swapped that comes back in an interval" },
	{ "reserve", SIZE, offsetof(struct config, reserve_bytes), 1, 1ULL << 50, "auto",
	  "memory that stays available; auto: a 16th of RAM" },
};

G_STATIC_ASSERT(G_N_ELEMENTS(settings) <= CONFIG_SETTINGS_MAX);

static void *member(struct config *config, const struct setting *setting)
{
	return (char *)config + setting->offset;
}

static gboolean fail(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

static gboolean fail(GError **error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (error)
		*error = g_error_new_valist(G_FILE_ERROR, G_FILE_ERROR_INVAL, format, arguments);
	va_end(arguments);
	return FALSE;
}

static gboolean parse_number(struct config *config, const struct setting *setting,
			     const char *value, GError **error)
{
	guint64 number;

	if (!g_ascii_string_to_unsigned(value, 10, setting->min, setting->max, &number, NULL))
		return fail(error, "not a number from %llu to %llu", setting->min, setting->max);
	*(u32 *)member(config, setting) = number;
	return TRUE;
}

static gboolean parse_switch(struct config *config, const struct setting *setting,
			     const char *value, GError **error)
{
	bool yes = !strcmp(value, "yes");

	if (!yes && strcmp(value, "no"))
		return fail(error, "neither yes nor no");
	*(bool *)member(config, setting) = yes;
	return TRUE;
}

static gboolean parse_size(struct config *config, const struct setting *setting, const char *value,
			   GError **error)
{
	static const char suffixes[] = "KMGT";
	size_t length = strlen(value);
	const char *suffix = length ? strchr(suffixes, value[length - 1]) : NULL;
	unsigned int shift = suffix ? 10 * (suffix - suffixes + 1) : 0;
	g_autofree char *digits = g_strndup(value, suffix ? length - 1 : length);
	guint64 number;

	if (!strcmp(value, setting->initial)) {
		*(u64 *)member(config, setting) = CONFIG_SIZE_WORD;
		return TRUE;
	}
	if (!g_ascii_string_to_unsigned(digits, 10, 0, setting->max >> shift, &number, NULL) ||
	    number << shift < setting->min)
		return fail(error,
			    "neither '%s' nor a number of bytes from %llu to %llu, "
			    "such as 512M (suffixes: K, M, G, T)",
			    setting->initial, setting->min, setting->max);
	*(u64 *)member(config, setting) = number << shift;
	return TRUE;
}

static gboolean check_path(const char *path, GError **error)
{
	if (*path != '/')
		return fail(error, "'%s' is not an absolute path", path);
	if (strlen(path) > PATH_BYTES_MAX)
		return fail(error, "longer than %d bytes", PATH_BYTES_MAX);
	return TRUE;
}

static gboolean parse_directory(struct config *config, const struct setting *setting,
				const char *value, GError **error)
{
	char **directory = member(config, setting);

	if (!check_path(value, error))
		return FALSE;
	g_free(*directory);
	*directory = g_strdup(value);
	return TRUE;
}

static gboolean check_devices(char **devices, GError **error)
{
	if (g_strv_length(devices) > CONFIG_SEGMENTS_MAX)
		return fail(error, "more than %d devices", CONFIG_SEGMENTS_MAX);
	for (char **device = devices; *device; device++) {
		if (!check_path(*device, error))
			return FALSE;
		if (g_strv_contains((const char *const *)(device + 1), *device))
			return fail(error, "'%s' twice", *device);
	}
	return TRUE;
}

static gboolean parse_devices(struct config *config, const struct setting *setting,
			      const char *value, GError **error)
{
	char ***member_devices = member(config, setting);
	g_auto(GStrv) words = g_strsplit_set(value, " \t", -1);
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
	g_auto(GStrv) devices = NULL;

	for (char **word = words; *word; word++)
		if (**word)
			g_strv_builder_add(builder, *word);
	devices = g_strv_builder_end(builder);
	if (!check_devices(devices, error))
		return FALSE;
	g_strfreev(*member_devices);
	*member_devices = g_steal_pointer(&devices);
	return TRUE;
}

static gboolean parse_value(struct config *config, const struct setting *setting, const char *value,
			    GError **error)
{
	switch (setting->kind) {
	case NUMBER:
		return parse_number(config, setting, value, error);
	case SWITCH:
		return parse_switch(config, setting, value, error);
	case SIZE:
		return parse_size(config, setting, value, error);
	case DIRECTORY:
		return parse_directory(config, setting, value, error);
	case DEVICES:
		return parse_devices(config, setting, value, error);
	}
	g_assert_not_reached();
}

static gboolean set(struct config *config, size_t index, const char *value, unsigned int line,
		    GError **error)
{
	const struct setting *setting = &settings[index];

	if (!parse_value(config, setting, value, error)) {
		g_prefix_error(error, "%s: ", setting->name);
		return FALSE;
	}
	g_free(config->text[index]);
	config->text[index] = g_strdup(value);
	config->line[index] = line;
	return TRUE;
}

/**
 * config_init() - set all to the defaults
 * @config: to be given to config_clear() at the end
 */
void config_init(struct config *config)
{
	memset(config, 0, sizeof(*config));
	for (size_t i = 0; i < G_N_ELEMENTS(settings); i++) {
		g_autoptr(GError) error = NULL;

		if (!set(config, i, settings[i].initial, 0, &error))
			g_error("default of %s", error->message);
	}
}

/**
 * config_clear() - free what a configuration refers to
 * @config: not usable afterwards
 */
void config_clear(struct config *config)
{
	for (size_t i = 0; i < G_N_ELEMENTS(settings); i++)
		g_free(config->text[i]);
	g_free(config->directory);
	g_strfreev(config->devices);
	memset(config, 0, sizeof(*config));
}

static size_t find_setting(const char *name)
{
	size_t index;

	for (index = 0; index < G_N_ELEMENTS(settings); index++)
		if (!strcmp(settings[index].name, name))
			break;
	return index;
}

static gboolean parse_line(struct config *config, char *line, unsigned int number, GError **error)
{
	char *value;
	size_t index;

	if (!g_utf8_validate(line, -1, NULL))
		return fail(error, "not UTF-8");
	g_strstrip(line);
	value = strchr(line, '=');
	if (!*line || *line == '#' || *line == ';')
		return TRUE;
	if (!value)
		return fail(error, "not of the form 'name = value'");
	*value++ = '\0';
	g_strchomp(line);
	index = find_setting(line);
	if (index == G_N_ELEMENTS(settings)) {
		g_autofree char *name = g_strescape(line, NULL);

		return fail(error, "no setting is called '%.40s'", name);
	}
	if (config->line[index])
		return fail(error, "%s: set already in line %u", line, config->line[index]);
	return set(config, index, g_strchug(value), number, error);
}

/* Settings that only make sense without, or only with, others: the line of the one that does not. */
static unsigned int check_together(const struct config *config, GError **error)
{
	unsigned int size_line = config->line[find_setting("size")];
	unsigned int directory_line = config->line[find_setting("directory")];
	unsigned int segments_line = config->line[find_setting("segments")];
	unsigned int count = *config->devices ? g_strv_length(config->devices) : config->segments;

	if (*config->devices && directory_line) {
		fail(error, "directory: means nothing beside 'devices'");
		return directory_line;
	}
	if (*config->devices && segments_line) {
		fail(error, "segments: means nothing beside 'devices', each of which is one");
		return segments_line;
	}
	if (size_line && config->size_bytes != CONFIG_SIZE_WORD &&
	    config->size_bytes / count < SEGMENT_BYTES_MIN) {
		fail(error, "size: less than 1 MiB for each of %u segments", count);
		return size_line;
	}
	return 0;
}

/**
 * config_parse() - set what a text says
 * @config: from config_init(); only good for config_clear() after an error
 * @text: of a configuration file
 * @name: of that file, for messages
 * @error: says file and line
 *
 * Return: whether the text is without errors.
 */
gboolean config_parse(struct config *config, const char *text, const char *name, GError **error)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	unsigned int number = 0;

	while (lines[number]) {
		char *line = lines[number++];

		if (!parse_line(config, line, number, error)) {
			g_prefix_error(error, "%s:%u: ", name, number);
			return FALSE;
		}
	}
	number = check_together(config, error);
	if (number)
		g_prefix_error(error, "%s:%u: ", name, number);
	return !number;
}

/**
 * config_read() - set what a file says
 * @config: from config_init(); only good for config_clear() after an error
 * @path: of the file, or NULL: CONFIG_PATH, which need not exist
 * @error: says file and line
 *
 * Return: whether the file could be read and is without errors.
 */
gboolean config_read(struct config *config, const char *path, GError **error)
{
	const char *name = path ? path : CONFIG_PATH;
	g_autofree char *text = g_malloc(FILE_BYTES_MAX);
	int result = textfile_read(name, text, FILE_BYTES_MAX);

	if (result == -ENOENT && !path)
		return TRUE;
	if (result == -EFBIG)
		return fail(error, "%s: larger than %d bytes", name, FILE_BYTES_MAX - 1);
	if (result == -EINVAL)
		return fail(error, "%s: no text: it has zero bytes", name);
	if (result)
		return fail(error, "%s: %s", name, g_strerror(-result));
	return config_parse(config, text, name, error);
}

/**
 * config_print() - a configuration as the text of a file, with what each setting is for
 * @config: any
 *
 * Return: the text, to be freed with g_free().
 */
char *config_print(const struct config *config)
{
	GString *text = g_string_new(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(settings); i++)
		g_string_append_printf(text, "# %s\n%s = %s\n", settings[i].help, settings[i].name,
				       config->text[i]);
	return g_string_free(text, FALSE);
}
