// SPDX-License-Identifier: GPL-2.0-only
/* Tests of emptying.c: what is no swap; the rest needs swap, and is for tests in VMs. */
#include "guest/swapd/emptying.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "policy/check.h"

static int result_of(pid_t pid)
{
	int result = 1;
	siginfo_t info;

	CHECK(pid > 0);
	CHECK(!waitid(P_PID, pid, &info, WEXITED | WNOWAIT));
	CHECK(emptying_over(pid, &result));
	return result;
}

int main(void)
{
	int untouched = 7;
	pid_t pid;

	CHECK_EQ(result_of(emptying_start("/nonexistent/x", 0)), geteuid() ? -EPERM : -ENOENT);
	CHECK(!emptying_over(getpid(), &untouched));
	CHECK_EQ(untouched, 7);

	/* Killed by somebody else: the out-of-memory killer, say. */
	pid = fork();
	if (!pid)
		for (;;)
			pause();
	CHECK(!emptying_over(pid, &untouched));
	CHECK_EQ(untouched, 7);
	kill(pid, SIGKILL);
	CHECK_EQ(result_of(pid), -EINTR);
	return check_status();
}
