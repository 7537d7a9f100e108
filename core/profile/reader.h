// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Reader: rows of one split become meetings and records, a batch at a time and column by column.
#ifndef PORTRAIT_PROFILE_READER_H
#define PORTRAIT_PROFILE_READER_H

#include "profile_state.h"

struct profile_reader {
    struct profile *profile;
    const struct profile_source *source;
    const struct layout *layout;
    struct spool_writer *writer;
    struct spool_split split;
    struct expr_scratch *scratch;
    struct profile_balance balance;
    struct vec *inputs; // the source's names
    struct vec *evals;  // results of the layout's evaluations
    // The batch: n of its n_rows rows are left; all arrays below have room for `capacity` rows.
    size_t n_rows;
    uint64_t first_row;   // number within the source, or the split when nobody asked
    uint64_t rows_before; // of the split
    size_t n;
    size_t capacity;
    uint32_t *pick; // row within the batch
    int64_t *time;
    uint16_t *segment; // index into all_segments
    uint32_t *codes;   // [n_ids] arrays of identifier codes; text codes of values
    uint32_t *meeting; // code, 0 = no identifier
    uint32_t *bits;    // [n_words] a row
    uint8_t *is_hit;   // some feature takes the row
    struct text *keys;
    struct intern_entry **entries;
    uint32_t *meeting_keys; // [1 + n_ids] a different meeting of the batch
    uint32_t *met_rows;     // how many rows each of them has
    uint32_t *met_first;    // and its first, within the batch
    uint32_t *met_slots;    // of a hash: the last of them that has it + 1
    uint32_t met_shift;     // hash bits that are no slot
    int64_t *numbers;       // row numbers
    char *decimals;
};

// Makes room for a batch of n rows.
pt_status reader_reserve(struct profile_reader *r, size_t n, struct pt_error *err);

// Texts to be interned: of a column, by row of the batch.
struct reader_texts {
    struct intern *table;
    const struct vec *v;
    bool drop_flagged;
};

// codes[j] = code of the text of row pick[j]; 0 for NULL, and for flagged ones that are dropped.
pt_status reader_codes(struct profile_reader *r, const struct reader_texts *texts, uint32_t *codes,
                       struct pt_error *err);
// Identifiers and meetings of the rows that are left; those without one are dropped.
pt_status reader_meet(struct profile_reader *r, struct pt_error *err);
// Records of the rows that are left and that a feature takes.
pt_status reader_record(struct profile_reader *r, struct pt_error *err);

// Evaluates over the whole batch; `cutoff` -1 = as_of is not read.
pt_status reader_eval(struct profile_reader *r, const struct expr *e, int32_t cutoff,
                      struct vec *out, struct pt_error *err);

#endif
