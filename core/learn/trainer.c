// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "trainer.h"

#include "map.h"
#include "mem.h"
#include "run_services.h"

static pt_status hash_names(const struct learn_spec *spec, const struct table *table, uint64_t *key,
                            struct pt_error *err)
{
    ptrdiff_t at = table_find(table, spec->key);
    if (at < 0) {
        FAIL(err, PT_E_NOT_FOUND, "column `%s` of row names is not in the training table",
             spec->key);
    }
    const struct column *c = &table->columns[at];
    if (c->type != VEC_STR) {
        FAIL(err, PT_E_DATA, "column `%s` of row names is %s, not str", spec->key,
             vec_type_name(c->type));
    }
    for (size_t i = 0; i < table->n_rows; i++) {
        key[i] = hash_bytes(c->s[i].p, c->s[i].n, 0);
    }
    return PT_OK;
}

pt_status trainer_init(const struct learn_spec *spec, const struct table *table,
                       struct trainer *out, struct pt_error *err)
{
    struct trainer t = {.spec = spec, .table = table};
    t.key = mem_array(table->n_rows, sizeof *t.key);
    if (t.key == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for %zu row keys", table->n_rows);
    }
    for (size_t i = 0; i < table->n_rows; i++) {
        t.key[i] = i;
    }
    pt_status status = PT_OK;
    if (spec->key != NULL) {
        status = hash_names(spec, table, t.key, err);
    }
    if (status != PT_OK) {
        mem_free(t.key);
        return status;
    }
    *out = t;
    return PT_OK;
}

static pt_status fit_matrix(const struct trainer *t, const struct matrix *m, struct trained *out,
                            struct pt_error *err)
{
    struct run_services *services = NULL;
    TRY(run_services_new(t->spec->pool, t->spec->seed, &out->instance.host, &services, err));
    run_services_watch(services, t->spec->progress, t->spec->progress_ctx);
    pt_status status = instance_fit(&out->instance, &m->data, run_services_view(services), err);
    run_services_free(services);
    return status;
}

static pt_status fit_prepared(const struct trainer *t, const struct prepare_rows *from,
                              struct trained *out, struct pt_error *err)
{
    struct matrix m = {0};
    struct matrix_extra extra = {t->label, t->key, t->spec->pool};
    TRY(matrix_build(&out->prepare, &out->instance.needs, from, &extra, &m, err));
    pt_status status = matrix_fingerprint(&m, out->fingerprint, err);
    if (status == PT_OK) {
        status = fit_matrix(t, &m, out, err);
    }
    matrix_release(&m);
    return status;
}

static pt_status run_all(const struct trainer *t, const struct prepare_rows *from,
                         struct trained *out, struct pt_error *err)
{
    const struct learn_spec *spec = t->spec;
    TRY(instance_open(spec->plugin, spec->config, spec->host, &out->instance, err));
    TRY(prepare_fit(spec, &out->instance.needs, from, &out->prepare, err));
    out->prepare.schema.n_classes = t->n_classes;
    out->prepare.schema.classes = t->classes;
    TRY(instance_set_classes(&out->instance, t->n_classes, err));
    return fit_prepared(t, from, out, err);
}

pt_status trainer_run(const struct trainer *t, const struct prepare_rows *from, struct trained *out,
                      struct pt_error *err)
{
    *out = (struct trained){0};
    pt_status status = run_all(t, from, out, err);
    if (status != PT_OK) {
        trained_release(out);
    }
    return status;
}

void trained_release(struct trained *t)
{
    instance_release(&t->instance);
    prepare_release(&t->prepare);
    *t = (struct trained){0};
}

void trainer_release(struct trainer *t)
{
    mem_free(t->key);
    *t = (struct trainer){0};
}
