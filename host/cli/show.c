// SPDX-License-Identifier: GPL-2.0-only
/* What the manager said, for people. */
#include "show.h"

#include <stdio.h>
#include <string.h>

#define MIB (1 << 20)

static gint64 mib(JsonObject *object, const char *name)
{
	return json_object_get_int_member_with_default(object, name, 0) / MIB;
}

static const char *word(JsonObject *object, const char *name)
{
	return json_object_get_string_member_with_default(object, name, "?");
}

/* show_status() - the host, and a line for each VM */
void show_status(JsonObject *answer)
{
	JsonObject *host = json_object_get_object_member(answer, "host");
	JsonArray *vms = json_object_get_array_member(answer, "vms");

	printf("budget %" G_GINT64_FORMAT " MiB, given %" G_GINT64_FORMAT " MiB, pressure %s\n\n",
	       mib(host, "budget_bytes"), mib(host, "given_bytes"), word(host, "pressure"));
	printf("%-20s %8s %8s %8s %8s %8s  %s\n", "VM (MiB)", "has", "target", "used", "needs",
	       "reserve", "why");
	for (guint i = 0; vms && i < json_array_get_length(vms); i++) {
		JsonObject *vm = json_array_get_object_element(vms, i);

		printf("%-20s %8lld %8lld %8lld %8lld %8lld  %s\n", word(vm, "name"),
		       (long long)mib(vm, "size_bytes"), (long long)mib(vm, "target_bytes"),
		       (long long)mib(vm, "used_bytes"), (long long)mib(vm, "demand_bytes"),
		       (long long)mib(vm, "reserve_bytes"), word(vm, "reason"));
	}
}

/* show_vm() - the reason, then every number: bytes in MiB, the rest as it is */
void show_vm(JsonObject *vm)
{
	g_autoptr(GList) names = json_object_get_members(vm);

	printf("%s: %s: %s\n\n", word(vm, "name"), word(vm, "reason"), word(vm, "because"));
	for (GList *at = names; at; at = at->next) {
		const char *name = at->data;
		GType type = json_node_get_value_type(json_object_get_member(vm, name));

		if (g_str_has_suffix(name, "_bytes"))
			printf("%-20.*s %8lld MiB\n", (int)strlen(name) - 6, name,
			       (long long)mib(vm, name));
		else if (type == G_TYPE_INT64)
			printf("%-20s %8lld\n", name,
			       (long long)json_object_get_int_member(vm, name));
	}
}
