// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Layout: what a source's rows are asked for and where a record keeps it. Equal expressions are
// evaluated once a batch and stored once; those that read `as_of` once for each cut-off.
//
// A record, 8-aligned: [i64 time] [u64 numbers…] [u32 meeting] [u32 bits…] [u32 text codes…]
#ifndef PORTRAIT_PROFILE_LAYOUT_H
#define PORTRAIT_PROFILE_LAYOUT_H

#include "profile.h"

struct layout_eval {
    const struct expr *expr;
    int32_t cutoff; // as_of of this evaluation; -1 = the expression does not read it
};

// A conjunction; bit `bit` of the record is set when all are true.
struct layout_test {
    const uint32_t *evals;
    size_t n;
    uint32_t bit;
};

enum layout_kind {
    LAYOUT_BIT,  // bool: bits `bit` (value) and `valid`
    LAYOUT_TEXT, // u32 code at `at`, 0 = NULL
    LAYOUT_WORD, // u64 at `at`: i64 or the bits of a double; bit `valid`
};

struct layout_value {
    uint32_t eval;
    enum vec_type type;
    enum layout_kind kind;
    uint32_t at;
    uint32_t bit;
    uint32_t valid;
};

// Where one `from` of a feature finds its answers in a record.
struct layout_feed {
    int32_t test;  // bit, -1 = every row
    int32_t value; // index into values, -1 = none
};

struct layout {
    struct layout_eval *evals;
    size_t n_evals;
    struct layout_test *tests;
    size_t n_tests;
    struct layout_value *values;
    size_t n_values;
    bool is_used;   // a feature reads this source: rows become records
    bool takes_all; // some feature takes every row of it
    bool is_timed;
    bool needs_row; // an expression reads `row`
    uint32_t n_bits;
    uint32_t n_words; // u32 words of bits
    uint32_t meeting_at;
    uint32_t bits_at;
    uint32_t width;
    uint8_t *needs; // [n_names] read by an evaluation, an identifier or the filter
};

// feeds[(from index over all features) * n_cutoffs + cutoff]
struct layouts {
    struct layout *items;       // a source each
    struct layout_feed **feeds; // [n_features][n_from * n_cutoffs]
};

pt_status layouts_build(const struct profile_spec *spec, struct arena *arena, struct layouts *out,
                        struct pt_error *err);

static inline bool record_bit(const uint32_t *bits, uint32_t bit)
{
    return (bits[bit >> 5] >> (bit & 31) & 1) != 0;
}

#endif
