// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Step 2: people and their features at every cut-off, then what is derived from them. Column
// functions learn from the training rows and are used on the scored ones.
#include "mem.h"
#include "run_state.h"
#include "table_rows.h"

static pt_status no_memory(struct pt_error *err)
{
    return error_set(err, PT_E_NO_MEMORY, "out of memory");
}

void run_inputs(const struct plan *p, const struct table *t, struct vec *out)
{
    for (size_t i = 0; i < p->n_columns; i++) {
        ptrdiff_t at = table_find(t, p->columns[i].name);
        out[i] = at < 0 ? (struct vec){.type = p->columns[i].type, .n = t->n_rows}
                        : table_vec(t, (size_t)at);
    }
}

static pt_status add_as_of(const struct run *r, struct profile_cut *cut, struct pt_error *err)
{
    int64_t as_of = r->plan->cutoffs_us[cut->cutoff];
    struct column *c = table_add(&cut->table, "as_of", VEC_TIME, as_of == INT64_MAX);
    if (c == NULL) {
        return no_memory(err);
    }
    for (size_t i = 0; i < cut->table.n_rows && as_of != INT64_MAX; i++) {
        c->i[i] = as_of;
    }
    return PT_OK;
}

static pt_status add_rows(struct profile_cut *cut, struct pt_error *err)
{
    struct column *c = table_add(&cut->table, "row", VEC_I64, true);
    if (c == NULL) {
        return no_memory(err);
    }
    const struct column *names = &cut->table.columns[0];
    for (size_t i = 0; i < cut->table.n_rows; i++) {
        c->valid[i] = text_to_i64(names->s[i], &c->i[i]);
    }
    return PT_OK;
}

static pt_status add_consent(const struct plan *p, struct table *t, struct text purpose,
                             struct pt_error *err)
{
    char name[96];
    snprintf(name, sizeof name, "consent:%.*s", (int)purpose.n, purpose.p);
    struct column *c = table_add(t, name, VEC_BOOL, false);
    if (c == NULL) {
        return no_memory(err);
    }
    memset(c->b, 0, t->n_rows);
    static const char *const answers[] = {":yes", ":no"};
    for (size_t i = 0; i < 2 * p->n_columns; i++) {
        const struct plan_column *from = &p->columns[i % p->n_columns];
        bool is_no = i >= p->n_columns;
        struct text of = plan_consent_purpose(from);
        if (!text_equal(of, purpose) || strcmp(strrchr(from->name, ':'), answers[is_no]) != 0) {
            continue;
        }
        ptrdiff_t at = table_find(t, from->name);
        if (at < 0) {
            FAIL(err, PT_E_INTERNAL, "column `%s` was not computed", from->name);
        }
        const struct vec said = table_vec(t, (size_t)at);
        for (size_t k = 0; k < t->n_rows; k++) {
            c->b[k] = table_rows_truth(&said, k) ? !is_no : c->b[k];
        }
    }
    return PT_OK;
}

// One column a purpose from its hidden ones, of every source that declares it: granted when some
// row says yes and none says no.
static pt_status add_consents(const struct plan *p, struct profile_cut *cut, struct pt_error *err)
{
    for (size_t i = 0; i < p->n_columns; i++) {
        struct text purpose = plan_consent_purpose(&p->columns[i]);
        char name[96];
        snprintf(name, sizeof name, "consent:%.*s", (int)purpose.n, purpose.p);
        if (purpose.n > 0 && table_find(&cut->table, name) < 0) {
            TRY(add_consent(p, &cut->table, purpose, err));
        }
    }
    return PT_OK;
}

static pt_status complete_cut(struct run *r, struct profile_cut *cut, struct pt_error *err)
{
    const struct plan *p = r->plan;
    TRY(add_as_of(r, cut, err));
    for (size_t i = 0; i < p->n_columns; i++) {
        const struct plan_column *c = &p->columns[i];
        if (c->origin == PLAN_ROW) {
            TRY(add_rows(cut, err));
        } else if (c->origin == PLAN_NAMESPACE && c->is_used) {
            TRY(profile_cut_add_ids(r->profile, cut, c->index, c->name, err));
        }
    }
    return add_consents(p, cut, err);
}

static pt_status join_training(struct run *r, struct pt_error *err)
{
    const struct plan *p = r->plan;
    r->score_table = &r->cuts[p->n_cutoffs - 1].table;
    if (p->n_cutoffs == 1) {
        r->train_table = r->score_table;
        return PT_OK;
    }
    const struct table **parts = arena_zero(&r->arena, p->n_cutoffs, sizeof(const struct table *));
    if (parts == NULL) {
        return no_memory(err);
    }
    for (size_t i = 0; i + 1 < p->n_cutoffs; i++) {
        parts[i] = &r->cuts[i].table;
    }
    r->train_table = &r->training;
    return table_rows_join(parts, p->n_cutoffs - 1, &r->training, err);
}

static pt_status derive_one(struct run *r, size_t k, struct table *t, struct vec *inputs,
                            struct expr_scratch *scratch, struct pt_error *err)
{
    const struct plan_derived *d = &r->plan->derived[k];
    struct vec value;
    run_inputs(r->plan, t, inputs);
    const struct expr_rows rows = {.inputs = inputs, .n = t->n_rows, .fit = r->fits[k]};
    TRY(expr_eval(d->expr, &rows, scratch, &value, err));
    TRY(table_rows_store(t, d->name, &value, err));
    expr_scratch_reset(scratch);
    return PT_OK;
}

static pt_status derive_all(struct run *r, struct vec *inputs, struct expr_scratch *scratch,
                            struct pt_error *err)
{
    const struct plan *p = r->plan;
    for (size_t k = 0; k < p->pipeline->n_derive; k++) {
        const struct expr *e = p->derived[k].expr;
        if (expr_has_column_function(e) && r->fits[k] == NULL) {
            run_inputs(p, r->train_table, inputs);
            TRY(expr_fit_new(e, inputs, r->train_table->n_rows, &r->fits[k], err));
        }
        TRY(derive_one(r, k, r->train_table, inputs, scratch, err));
        if (r->score_table != r->train_table) {
            TRY(derive_one(r, k, r->score_table, inputs, scratch, err));
        }
    }
    return PT_OK;
}

static pt_status derive(struct run *r, struct pt_error *err)
{
    struct expr_scratch *scratch = expr_scratch_new();
    struct vec *inputs = mem_zero(r->plan->n_columns, sizeof *inputs);
    r->fits = arena_zero(&r->arena, r->plan->pipeline->n_derive, sizeof *r->fits);
    pt_status status = scratch == NULL || inputs == NULL || r->fits == NULL
                           ? no_memory(err)
                           : step_learn_restore_fits(r, err);
    if (status == PT_OK) {
        status = derive_all(r, inputs, scratch, err);
    }
    expr_scratch_free(scratch);
    mem_free(inputs);
    return status;
}

pt_status step_people(struct run *r, struct pt_error *err)
{
    const struct plan *p = r->plan;
    r->cuts = arena_zero(&r->arena, p->n_cutoffs, sizeof *r->cuts);
    if (r->cuts == NULL) {
        return no_memory(err);
    }
    for (size_t i = 0; i < p->n_cutoffs; i++) {
        TRY(profile_cut(r->profile, i, &r->cuts[i], err));
        if (run_is_cancelled(r)) {
            FAIL(err, PT_E_CANCELLED, "stopped");
        }
        TRY(complete_cut(r, &r->cuts[i], err));
    }
    for (size_t i = 0; i < p->pipeline->n_sources; i++) {
        r->read[i].balance = profile_balance_of(r->profile, (uint32_t)i);
    }
    TRY(join_training(r, err));
    return derive(r, err);
}
