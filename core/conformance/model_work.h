// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A synthetic matrix as a model asks for it, and a model at work on it. Private to
// core/conformance.
#ifndef PORTRAIT_CONFORMANCE_MODEL_WORK_H
#define PORTRAIT_CONFORMANCE_MODEL_WORK_H

#include <portrait/model.h>

#include "host_bytes.h"
#include "pool.h"
#include "run_services.h"
#include "subject.h"

#define SMALL_ROWS 96u
#define LARGE_ROWS 1500u

// The matrix lies in pages of its own, which are read-only unless asked otherwise.
struct synthetic {
    struct arena arena;
    pt_data data;
    pt_schema schema;
    pt_column_info *columns;
    uint8_t *memory;
    size_t bytes;
    pt_block *blocks;
    uint64_t calls;
    uint64_t fail_at; // call of block() that fails; 0 = none
};

struct model_work {
    struct subject *subject;
    const pt_model_vtable *v;
    void *self;
    pt_model_needs needs;
    const pt_output *const *outputs;
    uint32_t n_outputs;
};

pt_status model_create(struct model_work *m, struct subject *s, struct pt_error *err);
void model_destroy(struct model_work *m);
bool synthetic_build(struct synthetic *d, const struct model_work *m, uint32_t n_rows,
                     bool is_writable);
void synthetic_release(struct synthetic *d);
pt_status model_fit(struct model_work *m, struct synthetic *d, uint32_t threads,
                    struct pt_error *err);
pt_status model_save(struct model_work *m, struct page *page, struct pt_error *err);
// Loads; all bytes must be read.
pt_status model_load(struct model_work *m, const struct synthetic *d, struct text bytes,
                     struct pt_error *err);
// Scores of all rows, appended. Tells a fault for what its role forbids.
pt_status model_predict(struct model_work *m, const struct synthetic *d, struct str *out,
                        struct pt_error *err);
// create to predict in `threads` threads: payload and scores.
pt_status model_learn(struct subject *s, uint32_t threads, uint32_t n_rows, struct page *payload,
                      struct str *scores, struct pt_error *err);

#endif
