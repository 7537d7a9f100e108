// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Expressions: one strict SQL dialect wherever a user writes a condition or a computation. Parsed
// and typed once, then evaluated over vectors. Immutable after compile: shared by threads.
// Semantics: three-valued logic; `/` divides reals; types never mix silently (i64 and f64 do mix,
// giving f64); the table of deviations from SQLite stands in docs/expressions.md.
#ifndef PORTRAIT_EXPR_EXPR_H
#define PORTRAIT_EXPR_EXPR_H

#include "arena.h"
#include "clock.h"
#include "error.h"
#include "vec.h"

// A name an expression may use; inputs to expr_eval come in this order.
struct expr_name {
    const char *name; // may hold one dot: intent.p
    enum vec_type type;
};

struct expr_scope {
    const struct expr_name *names;
    size_t n_names;
    const struct zone *zone;     // of hour(), weekday(), date() without a zone; NULL = UTC
    bool allow_column_functions; // bucket, percent_rank
};

struct expr;

// Parses and types `source`. Everything lives in `arena`. On failure err->column is the byte offset
// in `source` plus 1, err->length the bytes covered, err->hint a suggestion; PT_E_CONFIG.
// Limits: 64 KiB of text, depth 200, 10,000 nodes.
pt_status expr_compile(struct arena *arena, struct text source, const struct expr_scope *scope,
                       struct expr **out, struct pt_error *err);
enum vec_type expr_type(const struct expr *e);
bool expr_is_condition(const struct expr *e); // type is bool
// used[i] = 1 for each scope name the expression reads (others untouched).
void expr_uses(const struct expr *e, uint8_t *used);
bool expr_has_column_function(const struct expr *e);
const char *expr_text(const struct expr *e);
// Same canonical text means same meaning over the same scope.
bool expr_equal(const struct expr *a, const struct expr *b);

// Scratch memory of one thread. NULL when memory is out.
struct expr_scratch;
struct expr_scratch *expr_scratch_new(void);
void expr_scratch_free(struct expr_scratch *s); // NULL is fine
// Forgets results of earlier evals, whose memory is used again: call once a batch. Results live
// until then.
void expr_scratch_reset(struct expr_scratch *s);

struct expr_fit;

// What an expression is evaluated over.
struct expr_rows {
    const struct vec *inputs; // inputs[i] belongs to scope->names[i]; unused ones may be zero
    size_t n;
    const struct expr_fit *fit; // of its column functions; NULL = it has none
};

// Evaluates. The result borrows from inputs and scratch. Never fails on data: overflow, division
// by zero, domain errors are NULL. PT_E_NO_MEMORY; PT_E_INVALID when column functions lack a fit.
pt_status expr_eval(const struct expr *e, const struct expr_rows *rows,
                    struct expr_scratch *scratch, struct vec *out, struct pt_error *err);

// Column functions learn from a whole column first: edges by value. fit gathers, eval uses. The
// state is a flat array of doubles per column function, in order of appearance.
pt_status expr_fit_new(const struct expr *e, const struct vec *inputs, size_t n,
                       struct expr_fit **out, struct pt_error *err);
size_t expr_fit_count(const struct expr_fit *f); // column functions
const double *expr_fit_values(const struct expr_fit *f, size_t i, size_t *n);
pt_status expr_fit_load(const struct expr *e, size_t count, const double *const *values,
                        const size_t *n, struct expr_fit **out, struct pt_error *err);
void expr_fit_free(struct expr_fit *f);

#endif
