// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Rows of a batch from documents: of guessed ones, values that are written as most are are decoded
// in a few steps, and texts of dictionary columns are kept as views until there are enough of them
// to be looked up together.
#ifndef MONGO_ROW_H
#define MONGO_ROW_H

#include "mongo_guess.h"
#include "mongo_instance.h"
#include "mongo_quick.h"
#include "mongo_text.h"
#include "pt_batch.h"

#define MONGO_ROW_VIEWS 64u // of a column, before they are looked up

struct mongo_rows {
    const struct mongo_instance *instance;
    struct pt_batch batch;
    uint64_t n;             // rows of the batch
    enum mongo_type *types; // of each column
    pt_bytes *views;        // MONGO_ROW_VIEWS of each column
    uint32_t *n_views;      // of each column
    struct mongo_text scratch;
    struct mongo_quick_day day;
};

// PT_E_NO_MEMORY or PT_OK.
pt_status mongo_rows_init(struct mongo_rows *r, const struct mongo_instance *instance,
                          uint32_t batch_rows);
// Accepts a zeroed one.
void mongo_rows_release(struct mongo_rows *r);
// Appends the document guessed last, whose bytes must stay until the next settle, or the one `doc`
// has read (guess = NULL). NULL = good; else no row was added, and *bound is the column at fault.
const char *mongo_rows_add(struct mongo_rows *r, const struct mongo_guess *guess,
                           const struct mongo_doc *doc, uint32_t *bound);
// Looks up all views: nothing points into documents any more.
void mongo_rows_settle(struct mongo_rows *r);

#endif
