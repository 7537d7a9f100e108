// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// An SQLite file being made: one table of profiles, one row about the run, indices, a view of
// segments. It is built in a private folder and has the same bytes for the same rows, whatever the
// batches.
#ifndef PROFILE_STORE_H
#define PROFILE_STORE_H

#include <portrait/sink.h>

#include "profile_store_sql.h"

struct sqlite3;
struct sqlite3_stmt;

struct profile_store {
    const pt_host *host;
    struct profile_store_shape shape;
    struct sqlite3 *db;
    struct sqlite3_stmt *insert;
    struct pt_cell_view *views;
    char *path; // of the file; NULL = none
    uint64_t rows;
};

// Makes the file and the empty table. `shape` and what it borrows stay the caller's and must
// outlive the store. After a failure too: release.
pt_status profile_store_open(struct profile_store *s, const pt_host *host,
                             const struct profile_store_shape *shape, pt_error *err);
pt_status profile_store_add(struct profile_store *s, const struct pt_cells *cells,
                            const struct ArrowArray *batch, pt_error *err);
pt_status profile_store_index(struct profile_store *s, uint32_t column, pt_error *err);
pt_status profile_store_segments(struct profile_store *s, const uint32_t *columns, uint32_t n,
                                 pt_error *err);
// The table `run`: where the profiles come from.
pt_status profile_store_run(struct profile_store *s, const pt_sink_job *job, const char *version,
                            pt_error *err);
// Ends the file and copies its bytes to the writer.
pt_status profile_store_finish(struct profile_store *s, pt_writer *writer, pt_error *err);
// Removes the file. Accepts a zeroed store.
void profile_store_release(struct profile_store *s);

#endif
