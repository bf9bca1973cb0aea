/* SPDX-License-Identifier: GPL-2.0-only */
/* One page for everybody who asks by HTTP. http.c explains. */
#ifndef AERO_HOST_API_HTTP_H
#define AERO_HOST_API_HTTP_H

#include <gio/gio.h>

/* The longest request, the most clients at a time, and how long one of them may take. */
#define HTTP_REQUEST_BYTES 8192
#define HTTP_CLIENTS 16
#define HTTP_SECONDS 10

struct http;

/* The page: text that becomes the caller's. */
typedef char *http_page_fn(void *data);

GSocketAddress *http_address(const char *text);
struct http *http_new(const char *address, const char *path, http_page_fn *page, void *data,
		      char **ret_error);
void http_free(struct http *h);

#endif /* AERO_HOST_API_HTTP_H */
