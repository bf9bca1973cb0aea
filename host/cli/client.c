// SPDX-License-Identifier: GPL-2.0-only
/* The other end of the manager's control socket. Nothing here waits for ever. */
#include "client.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define ANSWER_SECONDS 10
#define ANSWER_BYTES (16 << 20)

/**
 * client_open() - ask
 * @path: the socket
 * @question: a line
 *
 * Return: a socket to read answers from, or -1 with errno.
 */
int client_open(const char *path, const char *question)
{
	struct timeval limit = { .tv_sec = ANSWER_SECONDS };
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, error;

	if (g_strlcpy(address.sun_path, path, sizeof(address.sun_path)) >=
	    sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (!connect(fd, (struct sockaddr *)&address, sizeof(address)) &&
	    send(fd, question, strlen(question), MSG_NOSIGNAL) >= 0)
		return fd;
	error = errno;
	close(fd);
	errno = error;
	return -1;
}

/* client_ask() - send a line and receive one, which becomes the caller's; NULL with errno if that fails */
char *client_ask(const char *path, const char *question)
{
	g_autoptr(GString) answer = g_string_new(NULL);
	int fd = client_open(path, question);
	char bytes[4096];
	ssize_t count;
	int error;

	if (fd < 0)
		return NULL;
	do {
		count = recv(fd, bytes, sizeof(bytes), 0);
		if (count > 0)
			g_string_append_len(answer, bytes, count);
	} while (count > 0 && !memchr(bytes, '\n', count) && answer->len < ANSWER_BYTES);
	error = errno;
	close(fd);
	errno = error;
	return count < 0 ? NULL : g_strdup(answer->str);
}

/* client_object() - what an answer is; NULL: it makes no sense */
JsonObject *client_object(const char *text)
{
	g_autoptr(JsonParser) parser = json_parser_new();
	JsonNode *root;

	if (!json_parser_load_from_data(parser, text, -1, NULL))
		return NULL;
	root = json_parser_get_root(parser);
	return root && JSON_NODE_HOLDS_OBJECT(root) ? json_object_ref(json_node_get_object(root)) :
						      NULL;
}
