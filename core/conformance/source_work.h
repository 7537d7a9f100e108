// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Reading a source as the host does, step by step, with every callback watched. Private to
// core/conformance.
#ifndef PORTRAIT_CONFORMANCE_SOURCE_WORK_H
#define PORTRAIT_CONFORMANCE_SOURCE_WORK_H

#include <portrait/source.h>

#include "batch.h"
#include "subject.h"

struct work_split {
    const char *id;
    const char *file;
    pt_bytes data;
    uint64_t est_rows, est_bytes;
};

// An instance and what it told. {0} before; release after.
struct source_work {
    struct subject *subject;
    const pt_source_vtable *v;
    const struct config *config;
    void *self;
    struct arena arena;
    struct schema schema; // all columns
    struct schema bound;
    struct str state;
    struct work_split *splits;
    size_t n_splits, splits_capacity;
    bool rejects_fail; // the callback says no
};

// What reading gave. {0} before.
struct work_rows {
    uint64_t *hashes; // a row
    size_t n, capacity;
    uint64_t rejected;
    uint64_t records;
    uint64_t n_counted; // calls of counted()
};

pt_status work_create(struct source_work *w, struct subject *s, const struct config *config,
                      struct pt_error *err);
pt_status work_discover(struct source_work *w, struct pt_error *err);
// Columns by index of the schema; NULL = all.
pt_status work_bind(struct source_work *w, const size_t *columns, size_t n, struct pt_error *err);
pt_status work_plan(struct source_work *w, uint64_t target_bytes, struct pt_error *err);
// Opens a split of `from`, which may be another instance, and appends its rows.
pt_status work_read(struct source_work *w, const struct work_split *split, uint32_t batch_rows,
                    struct work_rows *out, struct pt_error *err);

// Opens only. `run` and `watch` live until the stream is released.
struct work_watch {
    struct source_work *work;
    struct work_rows *rows;
    uint64_t highest_line;
    uint64_t lines;
    uint64_t n_counted;
    uint64_t rejected;
    struct pt_error inner;
    pt_split_run run;
};

pt_status work_open(struct source_work *w, const struct work_split *split, uint32_t batch_rows,
                    struct work_watch *watch, struct ArrowArrayStream *out, struct pt_error *err);
// create to plan of all columns.
pt_status work_begin(struct source_work *w, struct subject *s, const struct config *config,
                     uint64_t target_bytes, struct pt_error *err);
// All splits in order.
pt_status work_read_all(struct source_work *w, uint32_t batch_rows, struct work_rows *out,
                        struct pt_error *err);
// Digest of a batch's row over its columns.
uint64_t work_row_hash(const struct batch *b, size_t n_columns, size_t row);
void work_release(struct source_work *w);
void work_rows_release(struct work_rows *rows);
// The check of damaged files.
void source_check_damage(struct subject *s);

#endif
