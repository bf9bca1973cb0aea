// SPDX-License-Identifier: GPL-2.0-only
/*
 * A segment is switched off, so that its pages return to memory, and on again.
 *
 * Theory of operation
 *
 * swapoff() takes as long as it takes to read the segment, needs memory for what it
 * reads, and whoever calls it is the first whom the kernel kills when there is none. So a
 * process of its own calls it. If that is killed, or gets a signal, swapoff() fails and the
 * segment stays on, with whatever is still in it.
 *
 * The kernel looks for a signal when it is done with a process's pages in the segment, and
 * with those of all of tmpfs; not before, even if it is SIGKILL. That is one more reason for
 * small segments: one of them is the longest that anybody has to wait.
 *
 * A request to stop, from the parent or because the parent died, is a SIGTERM
 * whose handler does nothing but set a flag. It has three places to come in: before
 * swapoff(), the flag is seen; in swapoff(), that ends with EINTR; between swapoff() and
 * swapon(), it changes nothing, so the segment is not left off. In the gap between the look at
 * the flag and swapoff() it would be missed: the parent asks again until the process has
 * ended. An orphan that misses it finishes its work, which does no harm.
 *
 * Only a SIGKILL between the two calls leaves the segment off. Whoever runs then switches
 * it on, like any other that is off: the parent, or its successor.
 */
#include "guest/swapd/emptying.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/swap.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t asked_to_stop;

static void ask_to_stop(int number __attribute__((unused)))
{
	asked_to_stop = 1;
}

/* The parent reads signals from a descriptor and has them blocked; this process has a handler. */
static void listen(void)
{
	struct sigaction action = { .sa_handler = ask_to_stop };
	sigset_t none;

	sigemptyset(&action.sa_mask);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* The life of the process. Its status is 0 or the error number of swapoff(). */
static void __attribute__((noreturn)) empty(const char *path, int swapon_flags, pid_t parent)
{
	listen();
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (asked_to_stop || getppid() != parent)
		_exit(EINTR);
	if (swapoff(path))
		_exit(errno);
	/* The parent looks for itself whether it is on. */
	swapon(path, swapon_flags);
	_exit(0);
}

/**
 * emptying_start() - begin to empty a segment
 * @path: of one that is on
 * @swapon_flags: to switch it on again
 *
 * Return: the process that does it, or a negative error number. When that ends, the caller
 * gets SIGCHLD.
 */
pid_t emptying_start(const char *path, int swapon_flags)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (!pid)
		empty(path, swapon_flags, parent);
	return pid < 0 ? -errno : pid;
}

/**
 * emptying_stop() - ask that a segment be left as it is, half emptied
 * @pid: from emptying_start(), and not over yet
 *
 * To be repeated until it is over.
 */
void emptying_stop(pid_t pid)
{
	kill(pid, SIGTERM);
}

/**
 * emptying_over() - whether it is done, one way or the other
 * @pid: from emptying_start(); means nothing any more if the answer is yes
 * @ret_result: 0 if the segment was emptied, or why not: -EINTR if it was stopped or the
 *	process was killed, else what swapoff() said; untouched if the answer is no
 */
bool emptying_over(pid_t pid, int *ret_result)
{
	int status;

	if (waitpid(pid, &status, WNOHANG) != pid)
		return false;
	*ret_result = WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
	return true;
}
