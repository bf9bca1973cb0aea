/* SPDX-License-Identifier: GPL-2.0-only */
/* What the administrator has set: one table of settings, read from a file. */
#ifndef AERO_SWAPD_CONFIG_H
#define AERO_SWAPD_CONFIG_H

#include <glib.h>

#include "policy/env.h"

#define CONFIG_PATH "/etc/aerostat/swapd.conf"
#define CONFIG_SETTINGS_MAX 16
#define CONFIG_SEGMENTS_MAX 24

/* Of a size: what the word stands for that can be written in its place ("ram", "auto"). */
#define CONFIG_SIZE_WORD 0

/**
 * struct config - the settings' values
 * @directory: where the files of swap are; an absolute path
 * @devices: block devices that are swap instead of files; absolute paths, ends with NULL
 * @size_bytes: of all segments together, or CONFIG_SIZE_WORD: as much as the guest has RAM
 * @reserve_bytes: memory that stays available, or CONFIG_SIZE_WORD: a 16th of RAM
 * @segments: number of files
 * @priority: swapon()'s, the same for all segments
 * @selfshrinking: bring swapped memory back
 * @interval_s: seconds
 * @inertia: intervals
 * @hysteresis: a divisor
 * @text: of each setting in the table's order, as the file or the table has it
 * @line: where in the file, 0 for a default
 */
struct config {
	char *directory;
	char **devices;
	u64 size_bytes;
	u64 reserve_bytes;
	u32 segments;
	u32 priority;
	bool selfshrinking;
	u32 interval_s;
	u32 inertia;
	u32 hysteresis;
	char *text[CONFIG_SETTINGS_MAX];
	unsigned int line[CONFIG_SETTINGS_MAX];
};

void config_init(struct config *config);
void config_clear(struct config *config);
gboolean config_parse(struct config *config, const char *text, const char *name, GError **error);
gboolean config_read(struct config *config, const char *path, GError **error);
char *config_print(const struct config *config);

#endif /* AERO_SWAPD_CONFIG_H */
