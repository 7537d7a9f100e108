// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What the child gives up before a stranger's code runs in it, for good: resources, files, system
// calls. A refused system call fails with EPERM and is noted in the window.
#ifndef PORTRAIT_ISOLATE_CONFINE_H
#define PORTRAIT_ISOLATE_CONFINE_H

#include "error.h"
#include "refusals.h"

struct confinement {
    struct refusals *refusals;
    uint64_t memory_bytes; // address space
    const char **paths;    // may be opened for reading
    uint32_t n_paths;
};

// 1. Before the plugin is loaded: no new privileges, limits; files only for reading, and only the
// system's libraries and the granted paths.
pt_status confine_load(const struct confinement *c, struct pt_error *err);
// 2. Before it works: no file is opened any more but what refusals.h serves, no code is mapped.
pt_status confine_work(const struct confinement *c, struct pt_error *err);

#endif
