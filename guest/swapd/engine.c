// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tells the balloon's engine, if there is one, how much memory is about to be needed.
 *
 * Self-ballooning takes what the guest does not use. Pages on their way back from swap are
 * not used yet; without this, the memory that they want could be in the balloon. The engine
 * forgets the number by itself after a while, so it is written again in each interval.
 */
#include "guest/swapd/engine.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "guest/swapd/textfile.h"

static int tell(const char *class_path, const char *name, const char *text)
{
	char path[PATH_MAX];
	int length = snprintf(path, sizeof(path), "%s/%s/selfballoon/swap_return_kb", class_path,
			      name);

	if (length >= (int)sizeof(path))
		return -ENAMETOOLONG;
	return textfile_write(path, text);
}

/**
 * engine_announce() - say how much swapped memory is on its way back
 * @class_path: ENGINE_CLASS
 * @return_kb: KiB; 0: none
 *
 * Return: the number of balloons that were told, or the error number of one that refused
 * to listen. No balloon, or one without self-ballooning, is no error.
 */
int engine_announce(const char *class_path, u64 return_kb)
{
	DIR *directory = opendir(class_path);
	struct dirent *entry;
	int told = 0, failed = 0;
	char text[32];

	if (!directory)
		return errno == ENOENT ? 0 : -errno;
	snprintf(text, sizeof(text), "%llu\n", return_kb);
	while ((entry = readdir(directory))) {
		int result;

		if (*entry->d_name == '.')
			continue;
		result = tell(class_path, entry->d_name, text);
		told += !result;
		if (result && result != -ENOENT)
			failed = result;
	}
	closedir(directory);
	return failed ? failed : told;
}
