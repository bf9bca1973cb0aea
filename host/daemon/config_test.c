// SPDX-License-Identifier: GPL-2.0-only
/* Tests of config.c: what is understood, and what is refused with which words. */
#include "config.h"

#include <string.h>

#include "policy/check.h"

#define MIB (1ULL << 20)
#define GIB (1ULL << 30)

static struct config *parse(const char *text)
{
	g_autofree char *error = NULL;
	struct config *c = config_parse("x", text, &error);

	if (!CHECK(c))
		printf("%s\n", error);
	return c;
}

static void test_defaults(void)
{
	struct config *c = parse("");

	CHECK_EQ(c->budget_bytes, 0);
	CHECK_EQ(c->period_s, 1);
	CHECK(!c->dry_run && !c->release);
	CHECK(!strcmp(c->directory, "/run/aerostat/qmp"));
	CHECK(!c->metrics && !c->libvirt && !c->on_alarm);
	CHECK_EQ(config_vm(c, "any")->min_bytes, 256 * MIB);
	CHECK_EQ(config_vm(c, "any")->max_bytes, 0);
	CHECK_EQ(config_vm(c, "any")->reserve_bytes, GIB);
	CHECK_EQ(config_vm(c, "any")->shares, 1000);
	config_free(c);
}

static void test_everything(void)
{
	struct config *c = parse(
		"[vm db]\n min = 4G \nsocket=/db\nshares=1048575\n"
		"# comment\n[host]\nbudget=20G\nreserve = 1024M\nperiod=2\n"
		"dry-run=yes\non-stop=release\non-alarm=/h\ndirectory=/d\ncontrol=/c\nmetrics=[::1]:9\nlibvirt=qemu:///system\n"
		"[vm]\nmin=1T\nmax=all\nreserve=0\nignore=yes\n[vm a b]\nmin=1048576\n");

	CHECK_EQ(c->budget_bytes, 20 * GIB);
	CHECK_EQ(c->reserve_bytes, GIB);
	CHECK_EQ(c->period_s, 2);
	CHECK(c->dry_run && c->release);
	CHECK(!strcmp(c->on_alarm, "/h"));
	CHECK(!strcmp(c->directory, "/d") && !strcmp(c->control, "/c"));
	CHECK(!strcmp(c->metrics, "[::1]:9") && !strcmp(c->libvirt, "qemu:///system"));
	CHECK(!strcmp(g_hash_table_lookup(c->sockets, "db"), "/db"));
	CHECK_EQ(config_vm(c, "db")->min_bytes, 4 * GIB);
	CHECK_EQ(config_vm(c, "db")->shares, 1048575);
	CHECK(config_vm(c, "db")->ignore); /* of [vm], though that comes later */
	CHECK_EQ(config_vm(c, "a b")->min_bytes, MIB);
	CHECK_EQ(config_vm(c, "other")->min_bytes, 1024 * GIB);
	config_free(c);
}

static const struct {
	const char *text;
	const char *error;
} refused[] = {
	{ "[host]\nbudget = 20 G\n",
	  "x:2: '20 G' is no amount of memory like 512M or 4G nor auto" },
	{ "[host]\n\nbudget = -1\n", "x:3: '-1' is no amount of memory like 512M or 4G nor auto" },
	{ "[host]\nbudget =\n", "x:2: '' is no amount of memory like 512M or 4G nor auto" },
	{ "[host]\nbudget = 1GB\n", "x:2: '1GB' is no amount of memory like 512M or 4G nor auto" },
	{ "[host]\nbudget = 99999999T\n",
	  "x:2: budget = 99999999T is not between 1048576 and 4611686018427387904" },
	{ "[host]\nbudget = 99999999999999999999999\n",
	  "x:2: budget = 99999999999999999999999 is not between 1048576 and 4611686018427387904" },
	{ "[host]\nperiod = 0\n", "x:2: period = 0 is not between 1 and 3600" },
	{ "[host]\nperiod = 1K\n", "x:2: '1K' is no whole number" },
	{ "[host]\ndry-run = true\n", "x:2: 'true' is neither no nor yes" },
	{ "[host]\non-stop = resume\n", "x:2: 'resume' is neither hold nor release" },
	{ "[host]\non-alarm = hook\n", "x:2: 'hook' is no absolute path nor no" },
	{ "[host]\ndirectory = qmp\n", "x:2: 'qmp' is no absolute path" },
	{ "[host]\nlibvirt =\n", "x:2: libvirt is empty" },
	{ "[host]\nmetrics = localhost:80\n",
	  "x:2: 'localhost:80' is no port, no ADDRESS:PORT with a numeric address, nor no" },
	{ "[host]\nbudgets = 1G\n", "x:2: there is no option 'budgets' in [host]" },
	{ "[host]\nperiod=1\nperiod = 0\n", "x:3: period = 0 is not between 1 and 3600" },
	{ "# min = 5\n[vm]\nmin = all\n", "x:3: 'all' is no amount of memory like 512M or 4G" },
	{ "[vm]\nshares = 1048576\n", "x:2: shares = 1048576 is not between 1 and 1048575" },
	{ "[vm]\nsocket = /x\n", "x:2: there is no option 'socket' in [vm]" },
	{ "[vm a]\nmin=1G\n[vm b]\nsocket = x\n", "x:4: 'x' is no absolute path" },
	{ "[vm]\nmin = 2G\n[vm a]\nmax = 1G\n", "x:3: [vm a]: min is greater than max" },
	{ "[vm ]\n", "x:1: [vm ]: no name of a VM" },
	{ "[vm ../x]\n", "x:1: [vm ../x]: no name of a VM" },
	{ "\n[hots]\n", "x:2: there is no section [hots]" },
	{ "[vms]\n", "x:1: there is no section [vms]" },
};

static void test_refused(void)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		g_autofree char *error = NULL;

		check_row = refused[i].text;
		CHECK(!config_parse("x", refused[i].text, &error));
		if (!CHECK(!g_strcmp0(error, refused[i].error)))
			printf("it said: %s\n", error);
	}
	check_row = NULL;
}

/* What GLib refuses has the line as well. */
static void test_refused_by_glib(void)
{
	static const char *const texts[] = {
		"[vm]\nmin = 1G\nnonsense\n",
		"[vm]\n\n[vm\n",
		"# x\n\nmin = 1G\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		g_autofree char *error = NULL;

		check_row = texts[i];
		CHECK(!config_parse("x", texts[i], &error));
		if (!CHECK(error && g_str_has_prefix(error, "x:3: ")))
			printf("it said: %s\n", error);
	}
	check_row = NULL;
}

static void test_files(void)
{
	g_autofree char *missing = NULL, *binary = NULL, *path = NULL;
	int fd = g_file_open_tmp("config-test-XXXXXX", &path, NULL);

	CHECK(!config_load("/nonexistent/aerostat.conf", &missing));
	CHECK(missing && strstr(missing, "/nonexistent/aerostat.conf"));
	CHECK(write(fd, "[vm]\n\0min", 9) == 9);
	close(fd);
	CHECK(!config_load(path, &binary));
	CHECK(binary && strstr(binary, "a byte 0"));
	unlink(path);
}

/* Any text is either refused with words or understood. */
static void test_any_text(void)
{
	static const char *const parts[] = { "[host]", "[vm]",
					     "[vm a]", "[",
					     "]",      "\n",
					     "\n",     "min",
					     "max",    "budget",
					     "=",      " ",
					     "1G",     "0",
					     "-",      "auto",
					     "#",      "\xff",
					     "socket", "/",
					     "shares", "18446744073709551616" };
	u64 state = check_seed_start();

	for (int round = 0; round < 3000; round++) {
		g_autoptr(GString) text = g_string_new(NULL);
		g_autofree char *error = NULL;
		struct config *c;

		for (u32 i = check_random(&state) % 30; i; i--)
			g_string_append(text, parts[check_random(&state) % G_N_ELEMENTS(parts)]);
		c = config_parse("x", text->str, &error);
		CHECK(!c == !!error);
		config_free(c);
	}
	check_seed = 0;
}

int main(void)
{
	test_defaults();
	test_everything();
	test_refused();
	test_refused_by_glib();
	test_files();
	test_any_text();
	return check_status();
}
