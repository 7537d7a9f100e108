// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A run: the plan carried out. Steps in order: read, people, learn, audiences, publish, deliver;
// one file each. Whatever happens, run.json, the exit code and the published files agree.
#ifndef PORTRAIT_RUN_RUN_H
#define PORTRAIT_RUN_RUN_H

#include "plan.h"
#include "progress.h"
#include "run_folder.h"

// Exit codes of the command; an interface (docs/exit-codes.md).
enum run_exit {
    EXIT_DONE = 0,
    EXIT_RUN_FAILED = 1,
    EXIT_USAGE = 2,
    EXIT_QUALITY = 3,
    EXIT_PENDING = 4,
    EXIT_BUG = 70,
    EXIT_RETRY_LATER = 75,
    EXIT_CONFIG = 78,
    EXIT_INTERRUPTED = 130,
    EXIT_TERMINATED = 143,
};

struct run_options {
    const char *runs;     // folder of runs, absolute; NULL = runs/ beside the pipeline
    uint32_t threads;     // 0 = all processors
    bool is_delivering;   // false: --no-deliver; what is frozen then stays pending
    uint64_t split_bytes; // 0 = the default
    int64_t now_us;
    const struct var_settings *vars;   // for the record; may be NULL
    struct text lock;                  // the lock file it runs under, kept with it; empty = none
    struct log *log;                   // may be NULL
    const volatile int *signal_number; // set by a handler: stop; may be NULL
    FILE *screen;                      // status line, summaries
    bool is_quiet;                     // no summary on the screen
    char **folder;                     // gets the run's folder, owned (mem_free); may be NULL
    enum progress_kind progress;       // how long work shows that it moves on
};

// Runs and returns the exit code. The last line on options->screen is the status line.
int run_execute(struct plan *plan, const struct run_options *options);

// Sends what is pending in a run's folder; returns the exit code. `out` is always filled.
struct run_delivered {
    uint64_t delivered, pending, rejected; // people, of all sinks
};

int run_deliver(const char *folder, const struct registry *registry,
                const struct plan_options *plan_options, const struct run_options *options,
                struct run_delivered *out);
// Exit code of a failure.
int run_exit_of(pt_status status, const volatile int *signal_number);

#endif
