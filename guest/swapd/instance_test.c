// SPDX-License-Identifier: GPL-2.0-only
/* Tests of instance.c: one at a time, and the next one waits for what the last one left running. */
#include "guest/swapd/instance.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "policy/check.h"

static char *path;

/* A process that has the lock until somebody closes the other end of the returned descriptor. */
static int hold(pid_t *ret_pid)
{
	int locked[2], release[2];
	char byte = 0;

	CHECK(!pipe(locked) && !pipe(release));
	*ret_pid = fork();
	if (!*ret_pid) {
		close(release[1]);
		byte = instance_lock(path, 0) ? 'n' : 'y';
		if (write(locked[1], &byte, 1) == 1 && read(release[0], &byte, 1) >= 0)
			_exit(0);
		_exit(1);
	}
	close(release[0]);
	close(locked[1]);
	CHECK(read(locked[0], &byte, 1) == 1 && byte == 'y');
	close(locked[0]);
	return release[1];
}

int main(void)
{
	g_autofree char *directory = g_dir_make_tmp("instance-XXXXXX", NULL);
	pid_t pid;
	int release;

	path = g_build_filename(directory, "lock", NULL);
	CHECK(!instance_runs(path));
	CHECK_EQ(instance_lock("/nonexistent/lock", 0), -ENOENT);
	release = hold(&pid);
	CHECK(instance_runs(path));
	CHECK_EQ(instance_lock(path, 0), -EWOULDBLOCK);
	CHECK_EQ(instance_lock(path, 120), -EWOULDBLOCK);
	close(release);
	CHECK_EQ(instance_lock(path, 60000), 0);
	CHECK_EQ(waitpid(pid, NULL, 0), pid);
	CHECK(instance_runs(path));
	CHECK_EQ(instance_lock(path, 0), -EWOULDBLOCK);

	CHECK(!unlink(path));
	CHECK(!symlink("/dev/null", path));
	CHECK_EQ(instance_lock(path, 0), -ELOOP);
	CHECK(!unlink(path));
	CHECK(!rmdir(directory));
	g_free(path);
	return check_status();
}
