// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// System calls of this process that its filter traps: each is answered in its place, or fails with
// EPERM and is noted where the host sees it.
#ifndef PORTRAIT_ISOLATE_REFUSALS_H
#define PORTRAIT_ISOLATE_REFUSALS_H

#include <fcntl.h>
#include <stdbool.h>

#include "error.h"
#include "messages.h"

// Flags of open(2) that are no plain reading; and one that changes nothing for files and marks the
// calls that the filter lets through to Landlock: those made here for a plugin with granted paths.
#define OPEN_WRITES (O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | O_PATH | (O_TMPFILE & ~O_DIRECTORY))
#define OPEN_MARK O_NOCTTY

struct refused_call {
    int number;
    const char *path; // of a call on a path; else NULL
    int64_t arguments[4];
};

struct refusals {
    struct window *window; // notes the first REFUSALS_MAX
    // Answers a call in the kernel's place: *result is what it returns, or minus an error number.
    bool (*serve)(void *ctx, const struct refused_call *call, int64_t *result);
    void *ctx;
    bool may_read; // Landlock decides about paths
};

// From now on; *r stays where it is.
pt_status refusals_watch(struct refusals *r, struct pt_error *err);
// The text of refusal `at` in the window ("openat /etc/passwd"), which the child wrote and may
// still write; false behind the last one.
bool refusals_describe(const struct window *window, uint32_t at, char *text, size_t size);

#endif
