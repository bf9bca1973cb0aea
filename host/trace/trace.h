/* SPDX-License-Identifier: GPL-2.0-only */
/* A recording of a manager, line by line. trace.c says what it looks like. */
#ifndef AERO_HOST_TRACE_TRACE_H
#define AERO_HOST_TRACE_TRACE_H

#include <json-glib/json-glib.h>

#include "host/fleet/fleet.h"

/* Of what this writes and reads; another one is refused. */
#define TRACE_FORMAT 1

/**
 * enum trace_kind - what a line tells
 * @TRACE_START: the recording begins, or the manager started over: what there is then
 * @TRACE_VM: a VM appeared, or its configuration is another one: all that is known about it
 * @TRACE_GONE: it went
 * @TRACE_REPORT: it reported
 * @TRACE_DECIDE: targets were decided upon, with that of the host
 * @TRACE_SEND: and this was asked
 */
enum trace_kind {
	TRACE_START,
	TRACE_VM,
	TRACE_GONE,
	TRACE_REPORT,
	TRACE_DECIDE,
	TRACE_SEND,
};

/**
 * struct trace_line - a line that was read
 * @kind: what it tells
 * @at_ms: when that was, by the manager's clock
 * @name: of the VM, or NULL; lives as long as @object
 * @report: of TRACE_REPORT
 * @host: of TRACE_DECIDE
 * @bytes: of TRACE_SEND
 * @period_ms, @dry_run: of TRACE_START
 * @vms: of TRACE_START: an object for each VM, for trace_restore(), or NULL
 * @object: the line itself, for trace_restore(); the caller's to unref
 */
struct trace_line {
	enum trace_kind kind;
	u64 at_ms;
	const char *name;
	struct report report;
	struct fleet_host host;
	u64 bytes;
	u32 period_ms;
	bool dry_run;
	JsonArray *vms;
	JsonObject *object;
};

JsonObject *trace_start(const struct fleet *f, bool dry_run, u64 now_ms);
JsonObject *trace_vm(const struct vm *vm, u64 now_ms);
JsonObject *trace_gone(const struct vm *vm, u64 now_ms);
JsonObject *trace_report(const struct vm *vm, const struct report *r, u64 now_ms);
JsonObject *trace_decide(const struct fleet_host *host, u64 now_ms);
JsonObject *trace_send(const struct vm *vm, u64 bytes, u64 now_ms);

const char *trace_read(const char *text, struct trace_line *ret_line);
const char *trace_restore(JsonObject *object, struct vm *vm);

#endif /* AERO_HOST_TRACE_TRACE_H */
