// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A whole run, small enough to be repeated thousands of times: a CSV and a log with a bad line,
// segments and a score, an audience, two files and frozen deliveries. The same calls as the command
// makes, so that a test can arm the fault switches around them.
#ifndef PORTRAIT_TESTS_RUN_SMALL_RUN_H
#define PORTRAIT_TESTS_RUN_SMALL_RUN_H

#include "registry.h"
#include "run.h"
#include "workdir.h"

#define SMALL_FILES 2
#define SMALL_EXIT EXIT_PENDING // of a good run: what it froze is not sent

struct small_run {
    struct workdir dir;
    struct registry *registry;
    char pipeline[512];
    char runs[512];
    char files[SMALL_FILES][512]; // what is published
    char *expected[SMALL_FILES];  // malloc'ed: their bytes after a good run
    char *record;                 // malloc'ed: what its run.json told, see small_run_told
    uint32_t threads;
};

struct small_result {
    int exit_code;
    char screen[4096]; // what the command would have said, diagnostics first
    bool was_planned;  // plan_open went well
};

void small_run_init(struct small_run *s); // aborts the test when it cannot
void small_run_release(struct small_run *s);
// plan_open and run_execute, and the exit code of the command.
struct small_result small_run_once(const struct small_run *s);
// Removes all runs, and gives every published file its earlier content: `old`, NULL = none.
void small_run_reset(const struct small_run *s, const char *old);
// The folder of the only run; false when there is none.
bool small_run_folder(const struct small_run *s, char out[1024]);
// What the record of the only run tells, without times and memory, in malloc'ed memory; NULL when
// there is none.
char *small_run_told(const struct small_run *s);
// Temps beside the published files.
size_t small_run_temps(const struct small_run *s);

#endif
