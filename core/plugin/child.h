// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Child: runs a function in a process of its own, under limits, and tells what came of it. Whatever
// a stranger's code does there (crash, hang, exit, write nonsense) costs that process alone. The
// child is forked, not executed anew: call it while the process has one thread and no secrets.
#ifndef PORTRAIT_PLUGIN_CHILD_H
#define PORTRAIT_PLUGIN_CHILD_H

#include <stdbool.h>

#include "error.h"
#include "text.h"

struct child_limits {
    uint32_t wall_ms;
    uint64_t memory_bytes; // of address space beyond what the parent has; 0 = no limit
    uint64_t output_bytes; // more is CHILD_NOISY
    bool is_quiet;         // its stderr goes nowhere; stdin and stdout always do
};

enum child_end {
    CHILD_DONE,   // the function returned and its output is whole
    CHILD_EXITED, // it ended the process by itself; `number` is the exit status
    CHILD_KILLED, // by signal `number`
    CHILD_LATE,   // not done in time
    CHILD_NOISY,  // too much output
};

struct child_result {
    enum child_end end;
    int number;
    struct str output; // what was written to `out`, also when the end was a bad one
};

// Runs in the child; `out` is a pipe to the parent.
typedef void (*child_fn)(void *ctx, int out);

// PT_E_IO or PT_E_NO_MEMORY when no child can be made or heard; how the child fared is in *result.
// Release result->output.
pt_status child_run(const struct child_limits *limits, child_fn fn, void *ctx,
                    struct child_result *result, struct pt_error *err);
// "it crashed: Segmentation fault (signal 11)"; `out` is "" for CHILD_DONE.
void child_describe(const struct child_result *result, const struct child_limits *limits,
                    char out[128]);
// True where address space cannot be limited: sanitizers map terabytes.
bool child_is_sanitized(void);

#endif
