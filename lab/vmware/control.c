// SPDX-License-Identifier: GPL-2.0-only
/*
 * The monitor's control: one line of JSON in, one line of JSON out, on a Unix socket.
 *
 * A request may have some of these members; all of them take effect, or none does:
 *
 *	"target": PAGES		the target from now on
 *	"targets": "AT:PAGES,..."	see schedule.c
 *	"fault": "..."		see fault.c
 *	"capabilities": BITS	what the next START can grant
 *	"forced": true		grant all of that, asked for or not
 *	"scramble": true	overwrite what a driver must not look at: page numbers in
 *				batches, the upper half of results of 32 bits
 *	"reset": true		the host forgets everything
 *
 * The answer is {"error": "..."}, or the state of it all, numbers only; an empty request just
 * asks for that.
 */
#include "lab/vmware/control.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define LINE_MAX_BYTES 4096

/* What a request changes, until it is known to be right as a whole. */
struct change {
	struct schedule schedule;
	struct fault_plan plan;
	uint32_t offered;
	bool forced;
	bool scramble;
	bool reset;
};

static bool set_number(struct change *change, const char *name, uint64_t number)
{
	if (!strcmp(name, "target")) {
		schedule_set(&change->schedule, number);
	} else if (!strcmp(name, "capabilities")) {
		change->offered = (uint32_t)number;
		return number <= UINT32_MAX;
	} else if (!strcmp(name, "forced")) {
		change->forced = number;
	} else if (!strcmp(name, "scramble")) {
		change->scramble = number;
	} else if (!strcmp(name, "reset")) {
		change->reset = number;
	} else {
		return false;
	}
	return true;
}

static bool set_text(struct change *change, const char *name, const char *text)
{
	if (!strcmp(name, "targets"))
		return schedule_parse(text, &change->schedule);
	if (!strcmp(name, "fault"))
		return fault_parse(text, &change->plan);
	return false;
}

static bool change_session(struct session *session, const struct json_member *members, int nr)
{
	struct change change = { session->schedule, session->plan,     session->offered,
				 session->forced,   session->scramble, false };

	for (int i = 0; i < nr; i++) {
		const struct json_member *member = &members[i];

		if (member->is_text ? !set_text(&change, member->name, member->text) :
				      !set_number(&change, member->name, member->number))
			return false;
	}
	session->schedule = change.schedule;
	session->plan = change.plan;
	session->offered = change.offered;
	session->forced = change.forced;
	session->scramble = change.scramble;
	if (change.reset)
		session_reset(session);
	return true;
}

static void put_calls(struct json_out *out, const struct session *session)
{
	uint64_t sum = session->calls[AVMWARE_NR_COMMANDS];
	char name[64];

	for (unsigned int i = 0; i < AVMWARE_NR_COMMANDS; i++) {
		if (!fault_op_name(i))
			continue;
		snprintf(name, sizeof(name), "calls_%s", fault_op_name(i));
		json_put_number(out, name, session->calls[i]);
		sum += session->calls[i];
	}
	json_put_number(out, "calls", sum);
}

static void put_fouls(struct json_out *out, const struct referee *referee)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < NR_FOULS; i++) {
		json_put_number(out, referee_foul_name(i), referee->fouls[i]);
		sum += referee->fouls[i];
	}
	json_put_number(out, "fouls", sum);
}

static void put_state(struct json_out *out, const struct session *session)
{
	const struct referee *referee = &session->referee;

	json_put_number(out, "up", session->up);
	json_put_number(out, "granted", session->granted);
	json_put_number(out, "target", session->schedule.target);
	json_put_number(out, "asked", session->schedule.asked);
	json_put_number(out, "limit", session->limit);
	json_put_number(out, "guest_id", session->guest_id);
	json_put_number(out, "doorbell_context", session->doorbell[0]);
	json_put_number(out, "doorbell_resource", session->doorbell[1]);
	json_put_number(out, "took_us", session->took_us);
	json_put_number(out, "locked_pages", referee->locked_pages);
	json_put_number(out, "locked_blocks", referee->locked_blocks);
	json_put_number(out, "locked",
			referee->locked_pages + referee->locked_blocks * AVMWARE_BLOCK_PAGES);
	put_calls(out, session);
	put_fouls(out, referee);
}

/* control_run() - run a request; the answer, a line, is written to @out */
void control_run(struct session *session, const char *line, struct json_out *out)
{
	static struct json_member members[JSON_MEMBERS_MAX]; /* one request at a time */
	int nr = json_parse(line, members);

	*out = (struct json_out){ .length = 0 };
	if (nr < 0)
		json_put_text(out, "error", "not a flat JSON object");
	else if (!change_session(session, members, nr))
		json_put_text(out, "error", "unknown name or bad value; nothing was changed");
	else
		put_state(out, session);
	json_end(out);
}

static bool write_all(int client, const char *text, size_t length)
{
	while (length) {
		ssize_t done = send(client, text, length, MSG_NOSIGNAL);

		if (done <= 0)
			return false;
		text += done;
		length -= (size_t)done;
	}
	return true;
}

/* Answers one client until it goes away, or sends a line that is too long. */
static void serve(struct control *control, int client)
{
	static char line[LINE_MAX_BYTES];
	static struct json_out out;
	size_t length = 0;
	ssize_t got;

	while ((got = read(client, line + length, sizeof(line) - 1 - length)) > 0) {
		char *end;

		length += (size_t)got;
		line[length] = '\0';
		while ((end = strchr(line, '\n'))) {
			*end = '\0';
			pthread_mutex_lock(&control->lock);
			control_run(&control->session, line, &out);
			pthread_mutex_unlock(&control->lock);
			if (!write_all(client, out.text, out.length))
				return;
			length -= (size_t)(end + 1 - line);
			memmove(line, end + 1, length + 1);
		}
	}
}

static struct control *controlled;
static int listener;

static void *serve_clients(void *unused)
{
	int client;

	(void)unused;
	while ((client = accept(listener, NULL, NULL)) >= 0) {
		serve(controlled, client);
		close(client);
	}
	return NULL;
}

/* A thread without signals: those are QEMU's. */
static bool start_thread(void)
{
	sigset_t all, before;
	pthread_t thread;
	bool started;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	started = !pthread_create(&thread, NULL, serve_clients, NULL);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return started;
}

/* control_listen() - serve clients of a socket at @path, one after the other, until QEMU ends */
bool control_listen(struct control *control, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(address.sun_path))
		return false;
	strcpy(address.sun_path, path);
	unlink(path);
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof(address)) ||
	    listen(listener, 1))
		return false;
	controlled = control;
	return start_thread();
}
