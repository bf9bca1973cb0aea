// SPDX-License-Identifier: GPL-2.0-only
/*
 * There is one daemon at a time: it holds a lock as long as it lives, and so does the process in
 * which it empties a segment. After the daemon was killed, that process is about to end; so a
 * successor waits a little.
 */
#include "guest/swapd/instance.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define POLL_MS 50

/**
 * instance_lock() - become the only one
 * @path: INSTANCE_LOCK
 * @wait_ms: how long to wait for another to end; there is no event to wait for besides the
 *	lock itself, and waiting for that has no deadline
 *
 * The lock ends with the process.
 *
 * Return: 0 or a negative error number: -EWOULDBLOCK if there is another.
 */
int instance_lock(const char *path, unsigned int wait_ms)
{
	int file = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
	int number;

	if (file < 0)
		return -errno;
	while (flock(file, LOCK_EX | LOCK_NB)) {
		number = errno;
		if (number != EINTR && (number != EWOULDBLOCK || wait_ms < POLL_MS)) {
			close(file);
			return -number;
		}
		poll(NULL, 0, POLL_MS);
		wait_ms -= POLL_MS;
	}
	return 0;
}

/**
 * instance_runs() - whether there is one
 * @path: INSTANCE_LOCK
 */
bool instance_runs(const char *path)
{
	int file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	bool runs;

	if (file < 0)
		return false;
	runs = flock(file, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;
	close(file);
	return runs;
}
