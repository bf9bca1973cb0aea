// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writes swap's signature, by mkswap(8): the format is one page, but its page size, its limits
 * and what else may be on a device are known there already.
 */
#include "guest/swapd/format.h"

#define LABEL "aerostat"

/**
 * format_swap() - make a file or device ready for swapon()
 * @path: what was in it is lost
 * @error: what mkswap said
 *
 * Return: whether it is.
 */
gboolean format_swap(const char *path, GError **error)
{
	char *arguments[] = { (char *)"mkswap", (char *)"-L", (char *)LABEL, (char *)path, NULL };
	g_autofree char *complaint = NULL;
	int status;

	if (!g_spawn_sync(NULL, arguments, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL,
			  NULL, NULL, NULL, &complaint, &status, error))
		return FALSE;
	if (g_spawn_check_wait_status(status, error))
		return TRUE;
	g_prefix_error(error, "mkswap %s: %s", path, g_strstrip(complaint));
	return FALSE;
}
