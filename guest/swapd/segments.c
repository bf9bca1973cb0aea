// SPDX-License-Identifier: GPL-2.0-only
/*
 * The segments that swap is made of: files or devices.
 *
 * Which of them are on, and how much they hold, is only known to the kernel: nothing is remembered
 * that /proc/swaps can say. So what a killed predecessor left is found like everything else.
 */
#include "guest/swapd/segments.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/swap.h>

#include "guest/swapd/device.h"
#include "guest/swapd/file.h"
#include "guest/swapd/log.h"

G_STATIC_ASSERT(CONFIG_SEGMENTS_MAX <= SEGMENTS_MAX);

static gboolean name_files(struct segments *segments, const struct config *config, bool make,
			   GError **error)
{
	char *directory = file_directory(config->directory, make, error);

	if (!directory)
		return FALSE;
	segments->files = true;
	segments->count = config->segments;
	for (u32 i = 0; i < segments->count; i++)
		segments->at[i].path = g_strdup_printf("%s/segment-%02u", directory, i);
	free(directory);
	return TRUE;
}

static struct segment *find(struct segments *segments, const char *path)
{
	for (u32 i = 0; i < segments->count; i++)
		if (!strcmp(segments->at[i].path, path))
			return &segments->at[i];
	return NULL;
}

static gboolean name_device(struct segments *segments, const char *device, GError **error)
{
	char *path = realpath(device, NULL);

	if (!path || find(segments, path)) {
		g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(path ? EEXIST : errno),
			    "%s: %s", device,
			    path ? "the same as another device" : g_strerror(errno));
		free(path);
		return FALSE;
	}
	segments->at[segments->count++].path = g_strdup(path);
	free(path);
	return TRUE;
}

static gboolean name_devices(struct segments *segments, const struct config *config, GError **error)
{
	for (char **device = config->devices; *device; device++)
		if (!name_device(segments, *device, error))
			return FALSE;
	return TRUE;
}

/* A segment's part, in whole MiB, so that all together have no less than @bytes. */
static u64 share(u64 bytes, u32 count)
{
	u64 unit = (u64)count << 20;

	return (bytes / unit + !!(bytes % unit)) << 20;
}

/**
 * segments_init() - name the segments
 * @segments: to be given to segments_clear() at the end, even after an error
 * @config: says which
 * @ram_bytes: size of all together, if the configuration does not say
 * @make: make the directory that files are in
 * @error: why there cannot be any
 *
 * Return: whether all have a name.
 */
gboolean segments_init(struct segments *segments, const struct config *config, u64 ram_bytes,
		       bool make, GError **error)
{
	u64 bytes = config->size_bytes == CONFIG_SIZE_WORD ? ram_bytes : config->size_bytes;
	gboolean named;

	memset(segments, 0, sizeof(*segments));
	segments->swapon_flags = SWAP_FLAG_PREFER | (int)config->priority;
	named = *config->devices ? name_devices(segments, config, error) :
				   name_files(segments, config, make, error);
	if (named)
		segments->bytes = share(bytes, segments->count);
	return named;
}

/**
 * segments_clear() - free what was allocated; the kernel's swap stays as it is
 * @segments: from segments_init()
 */
void segments_clear(struct segments *segments)
{
	for (u32 i = 0; i < SEGMENTS_MAX; i++)
		g_free(segments->at[i].path);
	memset(segments, 0, sizeof(*segments));
}

/**
 * segments_refresh() - take in what the kernel says
 * @segments: all but the names is made anew
 * @swaps: from swaps_read()
 *
 * Return: 0 or a negative error number, with @segments half refreshed.
 */
int segments_refresh(struct segments *segments, struct swaps *swaps)
{
	static struct swap_area area;
	int result;

	for (u32 i = 0; i < segments->count; i++) {
		segments->at[i].on = false;
		segments->at[i].size_kb = 0;
		segments->at[i].used_kb = 0;
	}
	while ((result = swaps_next(swaps, &area)) > 0) {
		struct segment *segment = find(segments, area.path);

		if (!segment)
			continue;
		segment->on = true;
		segment->size_kb = area.size_kb;
		segment->used_kb = area.used_kb;
	}
	return result;
}

/**
 * segments_prepare() - see that a segment is ready to be switched on
 * @segments: refreshed
 * @index: of one that is off
 * @error: why it is not
 *
 * Return: whether it is.
 */
gboolean segments_prepare(const struct segments *segments, u32 index, GError **error)
{
	const char *path = segments->at[index].path;

	return segments->files ? file_prepare(path, segments->bytes, error) :
				 device_prepare(path, segments->bytes, error);
}

/* What swapon()'s errors mean here. */
static const char *describe(int number)
{
	switch (number) {
	case EBUSY:
		return "it is in use: as swap under another name, perhaps of another mount "
		       "namespace, or mounted";
	case EINVAL:
		return "the kernel finds no valid swap there, or its file system cannot hold swap";
	case EPERM:
		return "not allowed, or the kernel has no room for another area of swap";
	default:
		return g_strerror(number);
	}
}

/**
 * segments_switch_on() - have the kernel swap to a segment
 * @segments: refreshed
 * @index: of one that is off
 *
 * The administrator is told when it fails, and when it works again.
 *
 * Return: 0 or a negative error number.
 */
int segments_switch_on(struct segments *segments, u32 index)
{
	struct segment *segment = &segments->at[index];

	if (swapon(segment->path, segments->swapon_flags)) {
		int number = errno;

		if (!segment->failed)
			log_error("cannot swap to %s: %s", segment->path, describe(number));
		segment->failed = true;
		return -number;
	}
	segment->on = true;
	segment->failed = false;
	return 0;
}

/**
 * segments_on() - how many the kernel swaps to
 * @segments: refreshed
 */
u32 segments_on(const struct segments *segments)
{
	u32 on = 0;

	for (u32 i = 0; i < segments->count; i++)
		on += segments->at[i].on;
	return on;
}

/**
 * segments_used_kb() - what all of them hold
 * @segments: refreshed
 */
u64 segments_used_kb(const struct segments *segments)
{
	u64 used_kb = 0;

	for (u32 i = 0; i < segments->count; i++)
		used_kb += segments->at[i].used_kb;
	return used_kb;
}
