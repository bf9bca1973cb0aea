// SPDX-License-Identifier: GPL-2.0-only
/* Tests of config.c: what a file may say, what is wrong with those that may not, and random text. */
#include "guest/swapd/config.h"

#include <string.h>

#include "policy/check.h"

static void test_defaults(void)
{
	struct config config;

	config_init(&config);
	CHECK(!strcmp(config.directory, "/var/lib/aerostat/swap"));
	CHECK(!*config.devices);
	CHECK_EQ(config.size_bytes, CONFIG_SIZE_WORD);
	CHECK_EQ(config.reserve_bytes, CONFIG_SIZE_WORD);
	CHECK_EQ(config.segments, 16);
	CHECK_EQ(config.priority, 10);
	CHECK(config.selfshrinking);
	CHECK_EQ(config.interval_s, 5);
	CHECK_EQ(config.inertia, 3);
	CHECK_EQ(config.hysteresis, 20);
	config_clear(&config);
}

static void test_everything_set(void)
{
	static const char text[] = "# a comment\n"
				   "; another, and an empty line, and white space everywhere\n"
				   "\n"
				   " \t directory\t=  /srv/a b=c  \n"
				   "size=48M\r\n"
				   "segments = 24\n"
				   "priority = 32767\n"
				   "selfshrinking = no\n"
				   "interval = 3600\n"
				   "inertia = 1\n"
				   "hysteresis = 1000000\n"
				   "reserve = 1T";
	struct config config;

	config_init(&config);
	CHECK(config_parse(&config, text, "x", NULL));
	CHECK(!strcmp(config.directory, "/srv/a b=c"));
	CHECK_EQ(config.size_bytes, 48 << 20);
	CHECK_EQ(config.reserve_bytes, 1ULL << 40);
	CHECK_EQ(config.segments, 24);
	CHECK_EQ(config.priority, 32767);
	CHECK(!config.selfshrinking);
	CHECK_EQ(config.interval_s, 3600);
	CHECK_EQ(config.inertia, 1);
	CHECK_EQ(config.hysteresis, 1000000);
	config_clear(&config);
}

static void test_devices(void)
{
	struct config config;

	config_init(&config);
	CHECK(config_parse(&config, "size = 2M\ndevices = /dev/zram0 \t /dev/zram1\n", "x", NULL));
	CHECK_EQ(g_strv_length(config.devices), 2);
	CHECK(!strcmp(config.devices[0], "/dev/zram0"));
	CHECK(!strcmp(config.devices[1], "/dev/zram1"));
	config_clear(&config);
}

/* A file, and its error, in which the name of the file is "x". */
static const struct {
	const char *text;
	const char *error;
} wrong[] = {
	{ "nonsense", "x:1: not of the form 'name = value'" },
	{ "\n\n[swapd]\n", "x:3: not of the form 'name = value'" },
	{ "= 1", "x:1: no setting is called ''" },
	{ "Interval = 1", "x:1: no setting is called 'Interval'" },
	{ "inter val = 1", "x:1: no setting is called 'inter val'" },
	{ "a\033[2Jb = 1", "x:1: no setting is called 'a\\033[2Jb'" },
	{ "interval = 1\xff", "x:1: not UTF-8" },
	{ "interval = 1\n\n interval = 2", "x:3: interval: set already in line 1" },
	{ "interval =", "x:1: interval: not a number from 1 to 3600" },
	{ "interval = 0", "x:1: interval: not a number from 1 to 3600" },
	{ "interval = 3601", "x:1: interval: not a number from 1 to 3600" },
	{ "interval = -1", "x:1: interval: not a number from 1 to 3600" },
	{ "interval = +1", "x:1: interval: not a number from 1 to 3600" },
	{ "interval = 1.5", "x:1: interval: not a number from 1 to 3600" },
	{ "interval = 1 # s", "x:1: interval: not a number from 1 to 3600" },
	{ "interval = 0x10", "x:1: interval: not a number from 1 to 3600" },
	{ "interval = five", "x:1: interval: not a number from 1 to 3600" },
	{ "interval = 4294967297", "x:1: interval: not a number from 1 to 3600" },
	{ "interval = 18446744073709551617", "x:1: interval: not a number from 1 to 3600" },
	{ "inertia = 0", "x:1: inertia: not a number from 1 to 1000000" },
	{ "hysteresis = 0", "x:1: hysteresis: not a number from 1 to 1000000" },
	{ "hysteresis = 4294967296", "x:1: hysteresis: not a number from 1 to 1000000" },
	{ "segments = 0", "x:1: segments: not a number from 1 to 24" },
	{ "segments = 25", "x:1: segments: not a number from 1 to 24" },
	{ "priority = -2", "x:1: priority: not a number from 0 to 32767" },
	{ "priority = 32768", "x:1: priority: not a number from 0 to 32767" },
	{ "selfshrinking = 1", "x:1: selfshrinking: neither yes nor no" },
	{ "selfshrinking =", "x:1: selfshrinking: neither yes nor no" },
	{ "directory = swap", "x:1: directory: 'swap' is not an absolute path" },
	{ "directory =", "x:1: directory: '' is not an absolute path" },
	{ "devices = /dev/vdb sda", "x:1: devices: 'sda' is not an absolute path" },
	{ "devices = /dev/vdb /dev/vdc /dev/vdb", "x:1: devices: '/dev/vdb' twice" },
	{ "directory = /x\ndevices = /dev/vdb", "x:1: directory: means nothing beside 'devices'" },
	{ "devices = /dev/vdb\nsegments = 1",
	  "x:2: segments: means nothing beside 'devices', each of which is one" },
	{ "size = 15M\n", "x:1: size: less than 1 MiB for each of 16 segments" },
	{ "size = 23M\nsegments = 24\n", "x:1: size: less than 1 MiB for each of 24 segments" },
};

static const char *const wrong_sizes[] = {
	"0",
	"1023K",
	"1048575",
	"1025T",
	"M",
	"-1M",
	"1m",
	"1 M",
	"1MB",
	"1.5G",
	"auto",
	"Ram",
	"1KK",
	"0x1M",
	"",
	"1e9",
	"K1",
	"17592186044416M",
	"16777217T",
	"18446744073709551616",
	"18014398509481985K",
};

static char *error_of(const char *text)
{
	g_autoptr(GError) error = NULL;
	struct config config;
	char *message;

	config_init(&config);
	CHECK(!config_parse(&config, text, "x", &error));
	message = g_strdup(error ? error->message : "no error");
	config_clear(&config);
	return message;
}

static void test_errors(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autofree char *error = error_of(wrong[i].text);

		check_row = wrong[i].text;
		if (!CHECK(!strcmp(error, wrong[i].error)))
			printf("error: %s\n", error);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(wrong_sizes); i++) {
		g_autofree char *text = g_strdup_printf("\nsize = %s", wrong_sizes[i]);
		g_autofree char *error = error_of(text);

		check_row = wrong_sizes[i];
		CHECK(g_str_has_prefix(error, "x:2: size: neither 'ram' nor a number of bytes"));
	}
	check_row = NULL;
}

static void test_lengths(void)
{
	g_autofree char *path = g_strnfill(256, 'a');
	g_autofree char *longer = g_strconcat("directory = /", path, NULL);
	g_autofree char *error = error_of(longer);
	g_autofree char *fits = g_strndup(longer, strlen(longer) - 1);
	GString *many = g_string_new("devices =");
	g_autofree char *too_many = NULL;
	struct config config;

	CHECK(!strcmp(error, "x:1: directory: longer than 256 bytes"));
	config_init(&config);
	CHECK(config_parse(&config, fits, "x", NULL));
	config_clear(&config);

	for (int i = 0; i < 25; i++)
		g_string_append_printf(many, " /dev/zram%d", i);
	too_many = error_of(many->str);
	CHECK(!strcmp(too_many, "x:1: devices: more than 24 devices"));
	g_string_free(many, TRUE);
}

static void test_print(void)
{
	struct config config, again;
	g_autofree char *text = NULL, *text_again = NULL;

	config_init(&config);
	CHECK(config_parse(&config, "size = 100M\nhysteresis = 7\ndevices = /dev/a\n", "x", NULL));
	text = config_print(&config);
	CHECK(strstr(text, "\nhysteresis = 7\n"));
	CHECK(strstr(text, "\ndevices = /dev/a\n"));

	config_init(&again);
	CHECK(!config_parse(&again, text, "x", NULL)); /* directory beside devices */
	config_clear(&again);
	config_clear(&config);

	config_init(&config);
	g_free(text);
	text = config_print(&config);
	config_init(&again);
	CHECK(config_parse(&again, text, "x", NULL));
	text_again = config_print(&again);
	CHECK(!strcmp(text, text_again));
	config_clear(&again);
	config_clear(&config);
}

static char *temporary(const char *content, size_t length)
{
	char *path = NULL;
	int file = g_file_open_tmp("config-XXXXXX", &path, NULL);

	if (CHECK(file >= 0))
		close(file);
	CHECK(g_file_set_contents(path, content, length, NULL));
	return path;
}

static char *read_error(const char *content, size_t length)
{
	g_autofree char *path = temporary(content, length);
	g_autoptr(GError) error = NULL;
	struct config config;
	char *message;

	config_init(&config);
	CHECK(!config_read(&config, path, &error));
	message = g_strdup(error->message + strlen(path));
	CHECK(g_str_has_prefix(error->message, path));
	config_clear(&config);
	unlink(path);
	return message;
}

static void test_files(void)
{
	g_autofree char *large = g_strnfill(65536, '\n');
	g_autofree char *too_large = read_error(large, 65536);
	g_autofree char *zero = read_error("interval = 5\n\0interval", 22);
	g_autofree char *line = read_error("\n\n\nx", 4);
	g_autoptr(GError) error = NULL;
	struct config config;

	CHECK(!strcmp(too_large, ": larger than 65535 bytes"));
	CHECK(!strcmp(zero, ": no text: it has zero bytes"));
	CHECK(!strcmp(line, ":4: not of the form 'name = value'"));
	config_init(&config);
	CHECK(!config_read(&config, "/nonexistent/x", &error));
	CHECK(!strcmp(error->message, "/nonexistent/x: No such file or directory"));
	g_clear_error(&error);
	CHECK(!config_read(&config, "/", &error));
	CHECK(!strcmp(error->message, "/: Is a directory"));
	config_clear(&config);
}

/* Made of pieces that come close to what is right. */
static void test_any_text(void)
{
	static const char *const pieces[] = { "interval", "size",     "devices", "directory",
					      " ",	  "=",	      "\n",	 "#",
					      "5",	  "512M",     "/dev/x",	 "ram",
					      "\t",	  "-",	      "\\",	 "segments",
					      "1000000",  "\xc3\xa9", "\x80",	 "yes" };
	u64 state = check_seed_start();

	for (int round = 0; round < 20000; round++) {
		GString *text = g_string_new(NULL);
		g_autoptr(GError) error = NULL;
		struct config config;

		for (int i = check_random(&state) % 12; i > 0; i--)
			g_string_append(text, pieces[check_random(&state) % G_N_ELEMENTS(pieces)]);
		config_init(&config);
		if (config_parse(&config, text->str, "x", &error)) {
			CHECK(config.interval_s >= 1 && config.interval_s <= 3600);
			CHECK(config.segments >= 1 && config.segments <= CONFIG_SEGMENTS_MAX);
			CHECK(*config.directory == '/');
		} else {
			CHECK(g_str_has_prefix(error->message, "x:"));
			CHECK(g_ascii_isdigit(error->message[2]));
		}
		config_clear(&config);
		g_string_free(text, TRUE);
	}
	check_seed = 0;
}

int main(void)
{
	test_defaults();
	test_everything_set();
	test_devices();
	test_errors();
	test_lengths();
	test_print();
	test_files();
	test_any_text();
	return check_status();
}
