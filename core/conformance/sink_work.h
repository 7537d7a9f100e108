// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Rows of every cell type, and a sink at work on them. Private to core/conformance.
#ifndef PORTRAIT_CONFORMANCE_SINK_WORK_H
#define PORTRAIT_CONFORMANCE_SINK_WORK_H

#include <portrait/sink.h>

#include "batch.h"
#include "host_bytes.h"
#include "subject.h"

#define SINK_ROWS 40u

struct sink_work {
    struct subject *subject;
    const pt_sink_vtable *v;
    bool is_delivery;
    void *self;
    struct table table;
    struct ArrowSchema schema;
    pt_sink_job job;
    // Of deliveries: what the bodies carried.
    struct page *page;
    uint64_t first_row; // of the batch, in the table
    uint64_t rows_of_batch;
    uint64_t next_row; // of the batch: the first no body carried yet
};

enum sink_rows { SINK_ALL_TYPES, SINK_TEXTS };

pt_status sink_create(struct sink_work *w, struct subject *s, enum sink_rows rows,
                      struct pt_error *err);
pt_status sink_begin(struct sink_work *w, uint64_t n_rows, struct pt_error *err);
// Renders rows [first, first + n) as one batch.
pt_status sink_render(struct sink_work *w, uint64_t first, uint64_t n, struct page *page,
                      struct pt_error *err);
pt_status sink_finish(struct sink_work *w, struct page *page, struct pt_error *err);
// begin, batches of `batch_rows`, finish.
pt_status sink_write(struct sink_work *w, uint64_t n_rows, uint64_t batch_rows, struct page *page,
                     struct pt_error *err);
void sink_release(struct sink_work *w);

#endif
