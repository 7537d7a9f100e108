// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Run folders: runs/<UTC>-<name>-<id>/, their locks, and the list of them. A run's folder holds
// its own lock for as long as it lives: RUNNING without that lock reads as ABORTED.
#ifndef PORTRAIT_RUN_RUN_FOLDER_H
#define PORTRAIT_RUN_RUN_FOLDER_H

#include "error.h"
#include "json.h"

struct run_folder {
    char *runs; // absolute
    char *path; // runs/<id>
    char *id;
    int lock;      // of this run
    int name_lock; // of the pipeline's name
    int events;    // events.ndjson
};

#define RUN_FOLDER_NONE ((struct run_folder){.lock = -1, .name_lock = -1, .events = -1})

// Takes the pipeline's lock, makes the folder (0700) and its lock. `now_us` names it.
// PT_E_STATE when another run of the same pipeline name holds the lock.
pt_status run_folder_create(const char *runs, const char *name, int64_t now_us,
                            struct run_folder *out, struct pt_error *err);
// Points runs/latest at the folder, by rename.
pt_status run_folder_mark_latest(const struct run_folder *f, struct pt_error *err);
// Writes a file of the folder atomically.
pt_status run_folder_write(const struct run_folder *f, const char *name, struct text bytes,
                           struct pt_error *err);
// A path below the folder, owned by the caller (mem_free). NULL when memory is out.
char *run_folder_path(const struct run_folder *f, const char *name);
void run_folder_close(struct run_folder *f); // releases the locks; RUN_FOLDER_NONE is fine

// --- Runs that are there ------------------------------------------------------------------------

// Reads <folder>/run.json; *is_alive tells whether its lock is held.
pt_status run_folder_read(const char *folder, struct json **out, bool *is_alive,
                          struct pt_error *err);
// Finds a run by id, by a unique part of it, by path, or `latest`. Absolute path, owned.
pt_status run_folder_find(const char *runs, const char *which, char **out, struct pt_error *err);
// Ids in `runs`, oldest first. Each and the array are owned (mem_free).
pt_status run_folder_list(const char *runs, char ***ids, size_t *n, struct pt_error *err);
void run_folder_list_free(char **ids, size_t n);
// What a record means: its status, or ABORTED when it says RUNNING and nobody holds its lock.
const char *run_folder_status(const struct json *record, bool is_alive);

#endif
