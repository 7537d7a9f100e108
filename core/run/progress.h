// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Progress of long work, told by a thread of its own: one moving line on a terminal, else a line
// every 30 s. It never changes what the work does: without a thread, nothing is told.
#ifndef PORTRAIT_RUN_PROGRESS_H
#define PORTRAIT_RUN_PROGRESS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "host_services.h"

enum progress_kind { PROGRESS_NONE, PROGRESS_LINES, PROGRESS_MOVING };

#define PROGRESS_LINE_MS 30000 // between lines
#define PROGRESS_MOVE_MS 250   // between movements
#define PROGRESS_TEXT 256      // longest line with its zero

struct progress_settings {
    FILE *screen;
    enum progress_kind kind;
    int64_t every_ms; // 0 = by kind
    struct log *log;  // whose lines the moving one gives way to; may be NULL
};

// What reading counts. All of it must outlive the step.
struct progress_reading {
    const _Atomic uint64_t *rows;
    const struct host_services *host; // its first `n_inputs` inputs are being read
    size_t n_inputs;
};

// {0} tells nothing. Must not move while it runs.
struct progress {
    struct progress_settings settings;
    pthread_t thread;
    pthread_mutex_t lock; // guards all below, and the screen while a line moves
    pthread_cond_t wake;
    bool is_running;
    bool is_ending;
    bool is_shown; // the moving line stands on the screen
    char step[96];
    struct progress_reading reading;
    uint64_t bytes_before; // read before the first reading step, by samples
    int64_t reading_since_us;
    uint64_t done, total; // of a step that can be counted; total 0 = it cannot
    int64_t started_us;
};

// Starts the thread unless the kind is NONE. When it cannot, nothing is told.
void progress_start(struct progress *p, const struct progress_settings *settings);
// Ends the thread and takes the moving line away. {0} is fine.
void progress_stop(struct progress *p);
// What is done now: a verb and, unless NULL, what it is done to.
void progress_step(struct progress *p, const char *verb, const char *name);
// The same for a step that reads; rates count from the first one on.
void progress_step_reading(struct progress *p, const char *name,
                           const struct progress_reading *reading);
// How much of the step is done.
void progress_count(struct progress *p, uint64_t done, uint64_t total);
// The line as it would be shown now.
void progress_text(struct progress *p, char out[PROGRESS_TEXT]);

#endif
