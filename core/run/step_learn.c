// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Step 3: models. Learn or load each, keep its file, score the people. What column functions
// learnt travels in the model file, so that scoring only sees the same edges.
#include <errno.h>

#include "clock.h"
#include "fsys.h"
#include "mem.h"
#include "model_file.h"
#include "publish.h"
#include "reasons.h"
#include "reopen.h"
#include "run_state.h"
#include "table_rows.h"

static pt_status no_memory(struct pt_error *err)
{
    return error_set(err, PT_E_NO_MEMORY, "out of memory");
}

// --- What a model file says about its training -------------------------------------------------

static void put_fits(const struct run *r, struct json_writer *w)
{
    json_key(w, "derived");
    json_begin_object(w);
    for (size_t k = 0; k < r->plan->pipeline->n_derive; k++) {
        if (r->fits[k] == NULL) {
            continue;
        }
        json_key(w, r->plan->derived[k].name);
        json_begin_array(w);
        for (size_t i = 0; i < expr_fit_count(r->fits[k]); i++) {
            size_t n = 0;
            const double *values = expr_fit_values(r->fits[k], i, &n);
            json_begin_array(w);
            for (size_t j = 0; j < n; j++) {
                json_put_f64(w, values[j]);
            }
            json_end_array(w);
        }
        json_end_array(w);
    }
    json_end_object(w);
}

static bool training_text(const struct run *r, size_t model, struct str *out)
{
    const struct plan *p = r->plan;
    struct json_writer w = json_writer_of(out, false);
    json_begin_object(&w);
    json_key(&w, "pipeline");
    json_put_str(&w, p->pipeline->name);
    json_key(&w, "cutoffs");
    json_begin_array(&w);
    size_t n = p->n_cutoffs > 1 ? p->n_cutoffs - 1 : 1;
    for (size_t i = 0; i < n && p->cutoffs_us[i] != INT64_MAX; i++) {
        char text[32];
        time_format(p->cutoffs_us[i], text);
        json_put_str(&w, text);
    }
    json_end_array(&w);
    put_fits(r, &w);
    json_key(&w, REOPEN_OPTIONS);
    reopen_put_options(p->pipeline->models[model].with, &w);
    json_end_object(&w);
    return !out->failed;
}

// --- Loading -----------------------------------------------------------------------------------

static pt_status load_model(struct run *r, const struct plan_model *m, const char *path,
                            struct learned **out, struct pt_error *err)
{
    struct str bytes = {0};
    pt_status status = model_file_read(path, &bytes, err);
    if (status == PT_OK) {
        status = learned_load(m->component, config_struct(m->config),
                              host_services_table(r->plan->host), str_view(&bytes), out, err);
        if (status != PT_OK) {
            error_prefix(err, "%s", path);
        }
    }
    str_release(&bytes);
    return status;
}

static pt_status fit_from_json(const struct expr *e, const struct json *lists,
                               struct expr_fit **out, struct pt_error *err)
{
    size_t count = json_count(lists);
    double **values = mem_zero(count, sizeof(double *));
    size_t *sizes = mem_zero(count, sizeof *sizes);
    pt_status status = values == NULL || sizes == NULL ? no_memory(err) : PT_OK;
    for (size_t i = 0; i < count && status == PT_OK; i++) {
        const struct json *list = json_at(lists, i);
        sizes[i] = json_count(list);
        values[i] = mem_zero(sizes[i], sizeof(double));
        status = values[i] == NULL ? no_memory(err) : PT_OK;
        for (size_t k = 0; k < sizes[i] && status == PT_OK; k++) {
            if (!json_f64(json_at(list, k), &values[i][k])) {
                status = error_set(err, PT_E_DATA, "an edge is no number");
            }
        }
    }
    if (status == PT_OK) {
        status = expr_fit_load(e, count, (const double *const *)values, sizes, out, err);
    }
    for (size_t i = 0; values != NULL && i < count; i++) {
        mem_free(values[i]);
    }
    mem_free(values);
    mem_free(sizes);
    return status;
}

static pt_status restore_fits(struct run *r, size_t model, struct pt_error *err)
{
    const char *text = learned_training_text(r->models[model]);
    struct json *training = NULL;
    if (text[0] == '\0') {
        return PT_OK;
    }
    pt_status status = json_parse(text_of(text), &training, err);
    const struct json *derived = json_get(training, "derived");
    for (size_t k = 0; k < r->plan->pipeline->n_derive && status == PT_OK; k++) {
        const struct json *lists = json_get(derived, r->plan->derived[k].name);
        if (lists != NULL && r->fits[k] == NULL &&
            expr_has_column_function(r->plan->derived[k].expr)) {
            status = fit_from_json(r->plan->derived[k].expr, lists, &r->fits[k], err);
        }
    }
    json_free(training);
    return status;
}

pt_status step_learn_restore_fits(struct run *r, struct pt_error *err)
{
    const struct plan *p = r->plan;
    r->models = arena_zero(&r->arena, p->pipeline->n_models, sizeof *r->models);
    if (r->models == NULL) {
        return no_memory(err);
    }
    for (size_t i = 0; i < p->pipeline->n_models; i++) {
        if (p->models[i].load_path != NULL) {
            pt_status status =
                load_model(r, &p->models[i], p->models[i].load_path, &r->models[i], err);
            if (status == PT_OK) {
                status = restore_fits(r, i, err);
            }
            if (status != PT_OK) {
                r->exit_code = status == PT_E_NO_MEMORY ? 0 : EXIT_CONFIG;
                return error_prefix(err, "model `%s`", p->pipeline->models[i].name);
            }
        }
    }
    return PT_OK;
}

// --- Learning ----------------------------------------------------------------------------------

static pt_status mark_test(struct run *r, const struct plan_model *m, uint8_t *mask,
                           struct pt_error *err)
{
    struct table *t = r->train_table;
    if (m->test == NULL) {
        learn_test_mask(t->columns[0].s, t->n_rows, m->test_fraction,
                        (uint64_t)r->plan->pipeline->seed, mask);
        return PT_OK;
    }
    struct expr_scratch *scratch = expr_scratch_new();
    struct vec *inputs = mem_zero(r->plan->n_columns, sizeof *inputs);
    pt_status status = scratch == NULL || inputs == NULL ? no_memory(err) : PT_OK;
    struct vec is_test;
    if (status == PT_OK) {
        run_inputs(r->plan, t, inputs);
        status = expr_eval(m->test, &(struct expr_rows){.inputs = inputs, .n = t->n_rows}, scratch,
                           &is_test, err);
    }
    for (size_t i = 0; status == PT_OK && i < t->n_rows; i++) {
        mask[i] = table_rows_truth(&is_test, i);
    }
    expr_scratch_free(scratch);
    mem_free(inputs);
    return status;
}

static void say_progress(void *ctx, uint64_t done, uint64_t total)
{
    progress_count(ctx, done, total);
}

static struct learn_spec spec_of(struct run *r, size_t i)
{
    const struct plan_model *m = &r->plan->models[i];
    int64_t seed = m->written->seed >= 0 ? m->written->seed : r->plan->pipeline->seed;
    return (struct learn_spec){
        .name = m->written->name,
        .plugin = m->component,
        .config = config_struct(m->config),
        .host = host_services_table(r->plan->host),
        .inputs = m->inputs,
        .n_inputs = m->n_inputs,
        .prepare = m->prepare,
        .label = m->label,
        .test_text = m->test_text,
        .folds = (uint32_t)m->written->folds,
        .calibrate = m->calibrate,
        .judge = {.threshold = m->written->threshold,
                  .bootstrap = (uint32_t)m->written->bootstrap,
                  .importance = (uint32_t)m->written->importance,
                  .curve = m->written->curve,
                  .n_curve = m->written->n_curve},
        .key = "profile",
        .seed = (uint64_t)seed,
        .pool = r->pool,
        .progress = say_progress,
        .progress_ctx = &r->progress,
    };
}

static pt_status learn_model(struct run *r, size_t i, struct pt_error *err)
{
    const struct plan_model *m = &r->plan->models[i];
    struct learn_spec spec = spec_of(r, i);
    struct str training = {0};
    struct learned *old = NULL;
    uint8_t *mask = NULL;
    if (m->keep_path != NULL) {
        pt_status loaded = load_model(r, m, m->keep_path, &old, err);
        if (loaded != PT_OK) {
            r->exit_code = loaded == PT_E_NO_MEMORY ? 0 : EXIT_CONFIG;
            return error_prefix(err, "keep_ids");
        }
    }
    spec.keep_ids = old;
    pt_status status = training_text(r, i, &training) ? PT_OK : no_memory(err);
    spec.training_text = training.p;
    if (status == PT_OK && (m->test != NULL || m->test_fraction > 0)) {
        mask = mem_zero(r->train_table->n_rows, 1);
        status = mask == NULL ? no_memory(err) : mark_test(r, m, mask, err);
        spec.test = mask;
    }
    if (status == PT_OK) {
        status = learn_fit(&spec, r->train_table, &r->models[i], err);
    }
    mem_free(mask);
    learned_free(old);
    str_release(&training);
    return status;
}

static pt_status keep_model(struct run *r, size_t i, struct pt_error *err)
{
    char *folder = run_folder_path(&r->folder, "models");
    struct str bytes = {0};
    char name[128];
    snprintf(name, sizeof name, "models/%s.model", r->plan->pipeline->models[i].name);
    pt_status status = folder == NULL ? no_memory(err) : PT_OK;
    if (status == PT_OK && fsys_mkdir_all(folder, 0700) != 0) {
        status = error_system(err, errno, "%s", folder);
    }
    if (status == PT_OK) {
        status = learned_save(r->models[i], &bytes, err);
    }
    if (status == PT_OK) {
        status = run_folder_write(&r->folder, name, str_view(&bytes), err);
    }
    mem_free(folder);
    str_release(&bytes);
    return status;
}

static bool is_read_later(const struct plan *p, size_t model)
{
    for (size_t i = model + 1; i < p->pipeline->n_models; i++) {
        for (size_t k = 0; k < p->models[i].n_inputs; k++) {
            ptrdiff_t at = plan_column_find(p, text_of(p->models[i].inputs[k].name));
            if (at >= 0 && p->columns[at].origin == PLAN_OUTPUT && p->columns[at].index == model) {
                return true;
            }
        }
    }
    return false;
}

// Scores, and the reasons that are asked for.
static pt_status score_people(struct run *r, size_t i, struct table *t, struct pt_error *err)
{
    const struct pipeline_model *w = r->plan->models[i].written;
    TRY(learned_score(r->models[i], r->pool, t, w->name, err));
    if (w->reasons > 0) {
        TRY(learned_reasons(r->models[i], r->pool, t, w->name, (uint32_t)w->reasons, err));
    }
    return PT_OK;
}

static pt_status one_model(struct run *r, size_t i, struct pt_error *err)
{
    const struct plan_model *m = &r->plan->models[i];
    if (m->load_path == NULL) {
        TRY(learn_model(r, i, err));
    } else {
        const struct learn_spec spec = spec_of(r, i);
        pt_status status = learned_match(r->models[i], &spec, err);
        if (status != PT_OK) {
            r->exit_code = status == PT_E_CONFIG ? EXIT_CONFIG : 0;
            return status;
        }
    }
    TRY(keep_model(r, i, err));
    TRY(score_people(r, i, r->score_table, err));
    TRY(learned_watch(r->models[i], r->pool, r->score_table, m->written->name, err));
    if (r->train_table != r->score_table && is_read_later(r->plan, i)) {
        TRY(score_people(r, i, r->train_table, err));
    }
    return PT_OK;
}

pt_status step_learn(struct run *r, struct pt_error *err)
{
    for (size_t i = 0; i < r->plan->pipeline->n_models; i++) {
        if (run_is_cancelled(r)) {
            FAIL(err, PT_E_CANCELLED, "stopped");
        }
        progress_step(&r->progress, "learn", r->plan->pipeline->models[i].name);
        pt_status status = one_model(r, i, err);
        if (status != PT_OK) {
            return error_prefix(err, "model `%s`", r->plan->pipeline->models[i].name);
        }
    }
    return PT_OK;
}
