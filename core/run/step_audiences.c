// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Step 4: audiences, with their suppression lists; controls and members go into the run folder.
#include <errno.h>

#include "fsys.h"
#include "mem.h"
#include "run_state.h"

static pt_status no_memory(struct pt_error *err)
{
    return error_set(err, PT_E_NO_MEMORY, "out of memory");
}

// --- Suppression -------------------------------------------------------------------------------

struct normalizing {
    const struct plan *plan;
    struct expr_scratch *scratch;
};

static pt_status normalize(void *ctx, size_t namespace_, struct text *values, size_t n,
                           struct pt_error *err)
{
    struct normalizing *z = ctx;
    const struct expr *e = z->plan->namespaces[namespace_].normalize;
    if (e == NULL) {
        return PT_OK;
    }
    const struct vec in = {.type = VEC_STR, .n = n, .s = values};
    struct vec out;
    expr_scratch_reset(z->scratch);
    TRY(expr_eval(e, &(struct expr_rows){.inputs = &in, .n = n}, z->scratch, &out, err));
    for (size_t i = 0; i < n; i++) {
        values[i] = vec_is_valid(&out, i) ? vec_text(&out, i) : text_n("", 0);
    }
    return PT_OK;
}

static pt_status read_list(struct run *r, const char *pattern, struct suppression **out,
                           struct pt_error *err)
{
    const struct plan *p = r->plan;
    struct normalizing z = {p, expr_scratch_new()};
    size_t n = p->pipeline->n_namespaces;
    const char **names = mem_zero(n, sizeof *names);
    struct input *in = NULL;
    pt_status status = z.scratch == NULL || names == NULL
                           ? no_memory(err)
                           : input_open(p->pipeline->folder, pattern, NULL, &in, err);
    for (size_t i = 0; status == PT_OK && i < n; i++) {
        names[i] = p->namespaces[i].name;
    }
    if (status == PT_OK) {
        const struct suppression_spec spec = {names, n, normalize, &z};
        status = suppression_read(in, &spec, out, err);
    }
    input_close(in);
    mem_free(names);
    expr_scratch_free(z.scratch);
    return status;
}

struct lists {
    struct suppression **items;
    struct profile_ids *ids; // a namespace: every identifier of every person
    struct audience_suppress *gates;
    size_t n;
    size_t n_gates;
};

static void lists_free(struct lists *l, size_t n_namespaces)
{
    for (size_t i = 0; l->items != NULL && i < l->n; i++) {
        suppression_free(l->items[i]);
    }
    for (size_t i = 0; l->ids != NULL && i < n_namespaces; i++) {
        profile_ids_release(&l->ids[i]);
    }
    mem_free(l->items);
    mem_free(l->ids);
    mem_free(l->gates);
}

static pt_status add_gate(struct run *r, struct lists *l, size_t list, size_t ns,
                          struct pt_error *err)
{
    struct profile_cut *cut = &r->cuts[r->plan->n_cutoffs - 1];
    if (l->ids[ns].starts == NULL) {
        TRY(profile_cut_all_ids(r->profile, cut, (uint32_t)ns, &l->ids[ns], err));
    }
    l->gates[l->n_gates++] = (struct audience_suppress){
        .list = l->items[list],
        .namespace_ = ns,
        .starts = l->ids[ns].starts,
        .values = l->ids[ns].values,
    };
    return PT_OK;
}

static pt_status read_lists(struct run *r, const struct plan_audience *a, struct lists *l,
                            struct pt_error *err)
{
    size_t n_namespaces = r->plan->pipeline->n_namespaces;
    l->items = mem_zero(a->n_suppress, sizeof(struct suppression *));
    l->ids = mem_zero(n_namespaces, sizeof *l->ids);
    l->gates = mem_zero(a->n_suppress * n_namespaces, sizeof *l->gates);
    if (l->items == NULL || l->ids == NULL || l->gates == NULL) {
        return no_memory(err);
    }
    for (size_t i = 0; i < a->n_suppress; i++) {
        pt_status status = read_list(r, a->suppress[i], &l->items[i], err);
        if (status != PT_OK) {
            return error_prefix(err, "suppression list %s", a->suppress[i]);
        }
        l->n = i + 1;
        for (size_t ns = 0; ns < n_namespaces; ns++) {
            if (suppression_covers(l->items[i], ns)) {
                TRY(add_gate(r, l, i, ns, err));
            }
        }
    }
    return PT_OK;
}

// --- Selecting ---------------------------------------------------------------------------------

static pt_status select_rows(struct run *r, size_t i, const struct lists *l, struct pt_error *err)
{
    const struct plan *p = r->plan;
    const struct plan_audience *a = &p->audiences[i];
    struct vec *inputs = mem_zero(p->n_columns, sizeof *inputs);
    if (inputs == NULL) {
        return no_memory(err);
    }
    run_inputs(p, r->score_table, inputs);
    size_t consent = 0;
    if (a->has_consent) {
        char name[192];
        snprintf(name, sizeof name, "consent:%s", a->written->consent->text.p);
        ptrdiff_t at = table_find(r->score_table, name);
        consent = at < 0 ? 0 : (size_t)at;
    }
    const struct audience_spec spec = {
        .name = a->written->name,
        .pipeline = p->pipeline->name,
        .profile = 0,
        .where = a->where,
        .consent = &consent,
        .n_consent = a->has_consent,
        .suppress = l->gates,
        .n_suppress = l->n_gates,
        .order = a->order,
        .n_order = a->n_order,
        .limit = a->limit,
        .limit_value = a->limit_value,
        .hold_out = a->written->hold_out,
        .salt = a->written->salt,
    };
    const struct audience_people people = {r->score_table, inputs, p->n_columns};
    pt_status status = audience_select(&spec, &people, &r->audiences[i], err);
    mem_free(inputs);
    return status;
}

// audiences/<name>.csv: every profile that passed the gates, and on which side it is.
static pt_status keep_members(struct run *r, size_t i, struct pt_error *err)
{
    const struct audience *a = &r->audiences[i];
    const struct column *names = &r->score_table->columns[0];
    struct str out = {0};
    str_add(&out, "profile,group\n");
    for (size_t g = 0; g < 2; g++) {
        const size_t *rows = g == 0 ? a->rows : a->controls;
        size_t n = g == 0 ? a->n_rows : a->n_controls;
        for (size_t k = 0; k < n; k++) {
            struct text name = names->s[rows[k]];
            bool is_plain = memchr(name.p, ',', name.n) == NULL &&
                            memchr(name.p, '"', name.n) == NULL &&
                            memchr(name.p, '\n', name.n) == NULL;
            str_add(&out, is_plain ? "" : "\"");
            for (size_t c = 0; c < name.n; c++) {
                str_add_n(&out, name.p + c, 1);
                if (name.p[c] == '"') {
                    str_add(&out, "\"");
                }
            }
            str_addf(&out, "%s,%s\n", is_plain ? "" : "\"", g == 0 ? "selected" : "control");
        }
    }
    char file[128];
    snprintf(file, sizeof file, "audiences/%s.csv", r->plan->pipeline->audiences[i].name);
    pt_status status = str_get(&out) == NULL
                           ? no_memory(err)
                           : run_folder_write(&r->folder, file, str_view(&out), err);
    str_release(&out);
    return status;
}

pt_status step_audiences(struct run *r, struct pt_error *err)
{
    const struct plan *p = r->plan;
    r->audiences = arena_zero(&r->arena, p->pipeline->n_audiences, sizeof *r->audiences);
    if (r->audiences == NULL) {
        return no_memory(err);
    }
    for (size_t i = 0; i < p->pipeline->n_audiences; i++) {
        struct lists lists = {0};
        pt_status status = read_lists(r, &p->audiences[i], &lists, err);
        if (status == PT_OK) {
            status = select_rows(r, i, &lists, err);
        }
        if (status == PT_OK) {
            status = keep_members(r, i, err);
        }
        lists_free(&lists, p->pipeline->n_namespaces);
        if (status != PT_OK) {
            return error_prefix(err, "audience `%s`", p->pipeline->audiences[i].name);
        }
    }
    return PT_OK;
}
