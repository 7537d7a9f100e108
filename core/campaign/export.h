// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Export: rows and columns of a table through a sink plugin, as a file's bytes or as frozen bodies.
#ifndef PORTRAIT_CAMPAIGN_EXPORT_H
#define PORTRAIT_CAMPAIGN_EXPORT_H

#include <portrait/sink.h>

#include "batch.h"
#include "delivery.h"
#include "publish.h"

// All pointers are borrowed for the call.
struct export_job {
    const pt_sink_vtable *sink;
    void *self; // created by the caller, destroyed by the caller
    const char *pipeline;
    const char *audience; // NULL = all profiles
    const char *name;     // of the sink
    const char *wave;
    int64_t now_ms;
    const struct table *table;
    size_t profile;                      // table column (str) with the profile's name; for bodies
    const struct export_column *columns; // of core/table/batch.h
    size_t n_columns;
    const size_t *rows; // NULL = all, in table order
    size_t n_rows;
    size_t
        batch_rows; // 0 = the usual; a file's bytes do not change with it, a body ends with a batch
    const volatile int *cancelled; // may be NULL
};

// begin, render_file a batch at a time, finish; bytes go to `writer`, which the host table of
// `self` must know (core/plugin/host_bytes.h).
pt_status export_file(const struct export_job *job, pt_writer *writer, struct pt_error *err);
// As export_file, into a publish that the caller stages and commits.
pt_status export_publish(const struct export_job *job, struct publish *out, struct pt_error *err);
// begin, render_bodies, finish; bodies are added to the freezer, which the caller commits. Every
// row must be carried by exactly one body: PT_E_INTERNAL names a sink that forgets or repeats.
pt_status export_bodies(const struct export_job *job, struct delivery_freezer *out,
                        struct pt_error *err);

#endif
