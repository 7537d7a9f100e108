// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Inside of evaluation: the call a kernel gets, and the runs of rows around it.
#ifndef PORTRAIT_EXPR_EVAL_H
#define PORTRAIT_EXPR_EVAL_H

#include "program.h"
#include "scratch.h"

// One step over one run of rows. Text arguments are flat. For a strict step `out->valid` is the
// arguments' validity already, and a constant NULL argument never gets here.
struct call {
    const struct step *step;
    const struct vec *a;
    const struct vec *b;
    const struct vec *c;
    size_t n; // rows to compute: 1 when all arguments are constant
    struct expr_scratch *scratch;
    const struct expr_fit *fit;
    struct vec *out;
};

// False when memory is out.
typedef bool (*kernel)(struct call *c);

// Results of a call; NULL when memory is out.
uint8_t *call_bools(struct call *c);
int64_t *call_ints(struct call *c);
double *call_reals(struct call *c);
struct text *call_texts(struct call *c);
// The writable validity of the result.
uint8_t *call_valid(struct call *c);
// Rows with bad[i] = 1 become NULL.
bool call_drop(struct call *c, const uint8_t *bad);

// Evaluating steps over all rows.
struct run {
    const struct expr *e;
    const struct expr_fit *fit;
    const struct vec *inputs;
    const struct vec *entries; // instead of every input, while a dictionary is computed
    size_t n;
    struct expr_scratch *scratch;
    const uint8_t *modes;     // MODE_* a step
    const struct vec *mapped; // of MODE_MAP steps: results by dictionary entry, NULL last
    uint32_t last;            // steps behind this one are not run
};

enum { MODE_RUN, MODE_SKIP, MODE_MAP };

// Evaluates and gathers the whole columns of steps targets[0..n_targets) into outs.
bool run_collect(const struct run *r, const uint32_t *targets, size_t n_targets, struct vec *outs);
// The values of one step; a step right on a name without NaN is the input itself. Fills r->modes,
// r->mapped and r->last.
bool run_step_column(struct run *r, uint32_t step, struct vec *out);

// Steps that read one dictionary column only are computed once an entry: fills modes and mapped.
bool dictionary_plan(struct run *r, uint32_t root, bool *root_is_mapped);
// The result of a mapped step for rows start .. start + n; text is flat.
bool dictionary_map(const struct run *r, uint32_t step, size_t start, size_t n, struct vec *out);
// The same for all rows, in kept memory; text keeps its dictionary.
bool dictionary_map_all(const struct run *r, uint32_t step, struct vec *out);

bool eval_arith_pair(struct call *c); // + - * /
bool eval_arith_mod(struct call *c);
bool eval_arith_sign(struct call *c); // - and abs
bool eval_arith_round(struct call *c);
bool eval_arith_floor(struct call *c);
bool eval_arith_ceil(struct call *c);
bool eval_arith_ln(struct call *c);
bool eval_arith_log1p(struct call *c);
bool eval_arith_exp(struct call *c);
bool eval_arith_sqrt(struct call *c);
bool eval_arith_to_f64(struct call *c);
bool eval_compare_values(struct call *c);  // = <> < <= > >=
bool eval_compare_extreme(struct call *c); // least, greatest
bool eval_compare_member(struct call *c);
bool eval_logic_not(struct call *c);
bool eval_logic_and(struct call *c);
bool eval_logic_or(struct call *c);
bool eval_logic_is_null(struct call *c);
bool eval_logic_is_value(struct call *c); // IS TRUE, IS FALSE
bool eval_logic_coalesce(struct call *c);
bool eval_logic_nullif(struct call *c);
bool eval_logic_select(struct call *c);
bool eval_text_concat(struct call *c);
bool eval_text_match(struct call *c); // LIKE, GLOB
bool eval_text_case(struct call *c);  // lower, upper
bool eval_text_length(struct call *c);
bool eval_text_substr(struct call *c);
bool eval_text_instr(struct call *c);
bool eval_text_trim(struct call *c);
bool eval_text_digits(struct call *c);
bool eval_text_crc32(struct call *c);
bool eval_time_of_date(struct call *c);
bool eval_time_hour(struct call *c);
bool eval_time_weekday(struct call *c);
bool eval_time_date(struct call *c);
bool eval_time_days_between(struct call *c);
bool eval_time_years_between(struct call *c);
bool fit_bucket(struct call *c);
bool fit_percent_rank(struct call *c);

#endif
