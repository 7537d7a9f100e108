// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Plugins that are not trusted run in child processes (libexec/portrait-plugin-host). Their sources
// and sinks stay ordinary components: only, what they do is done there.
#ifndef PORTRAIT_ISOLATE_ISOLATE_H
#define PORTRAIT_ISOLATE_ISOLATE_H

#include "registry.h"

#define ISOLATE_CALL_MS 30000
#define ISOLATE_MEMORY_BYTES ((uint64_t)2 << 30)

struct isolate_settings {
    const char *program;   // absolute path of portrait-plugin-host
    uint32_t call_ms;      // silence of a child that is taken for a hang; 0 = ISOLATE_CALL_MS
    uint64_t memory_bytes; // address space of a child; 0 = ISOLATE_MEMORY_BYTES
    // What the operator allows of what manifests ask to read: absolute paths.
    const char *const *reads;
    size_t n_reads;
};

// What stands in for the components of isolated plugins: for registry_isolate().
struct isolation {
    struct component_proxy proxy;
    struct isolate_settings settings;
};

// Fills *out; it must stay where it is as long as components use it, and so must the settings'
// texts.
void isolation_init(struct isolation *out, const struct isolate_settings *settings);

#endif
