// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The learnt model: applied, saved, loaded.
#include <math.h>
#include <string.h>

#include "gbdt.h"
#include "tree_pmml.h"
#include "shap.h"

#define FORMAT 1

void gbdt_reset(struct gbdt_model *m)
{
    ensemble_release(m->host, &m->trees);
    m->trees = (struct ensemble){0};
    pt_mem_free(m->host, m->trace.train);
    pt_mem_free(m->host, m->trace.validation);
    m->trace = (struct gbdt_trace){0};
    pt_columns_release(m->host, &m->columns);
    for (uint32_t i = 0; i < 2; i++) {
        pt_mem_free(m->host, m->classes[i]);
        m->classes[i] = NULL;
    }
    m->is_learnt = false;
}

pt_status gbdt_check_learnt(const struct gbdt_model *m, pt_error *err)
{
    if (!m->is_learnt) {
        return pt_fail(m->host, err, PT_E_STATE, NULL, "this model has learnt nothing yet");
    }
    return PT_OK;
}

pt_status gbdt_take_schema(struct gbdt_model *m, const pt_schema *schema, pt_error *err)
{
    pt_status status = pt_columns_copy(m->host, schema, &m->columns, err);
    for (uint32_t i = 0; i < 2 && i < schema->n_classes && status == PT_OK; i++) {
        const char *name = schema->classes[i];
        m->classes[i] = pt_mem_text(m->host, name, strlen(name));
        if (m->classes[i] == NULL) {
            status = pt_fail(m->host, err, PT_E_NO_MEMORY, NULL, "no memory for class names");
        }
    }
    return status;
}

pt_status gbdt_fit(void *self, const pt_data *data, const pt_run *run, pt_error *err)
{
    struct gbdt_model *m = self;
    gbdt_reset(m);
    pt_status status = gbdt_take_schema(m, data->schema, err);
    if (status == PT_OK) {
        status = gbdt_boost(m, data, run, err);
    }
    if (status == PT_OK) {
        status = ensemble_seal(m->host, &m->trees, &m->columns, err);
    }
    if (status != PT_OK) {
        gbdt_reset(m);
    }
    m->is_learnt = status == PT_OK;
    return status;
}

static pt_status check_block(const struct gbdt_model *m, const pt_block *block, pt_error *err)
{
    pt_status status = gbdt_check_learnt(m, err);
    if (status == PT_OK && block->cols != m->columns.n) {
        status = pt_fail(m->host, err, PT_E_INVALID, NULL, "%u columns instead of %u", block->cols,
                         m->columns.n);
    }
    return status;
}

pt_status gbdt_predict(const void *self, const pt_block *block, double *out, pt_error *err)
{
    const struct gbdt_model *m = self;
    pt_status status = check_block(m, block, err);
    if (status == PT_OK) {
        status = ensemble_predict(m->host, &m->trees, gbdt_layout(), block, out, err);
    }
    for (uint64_t i = 0; status == PT_OK && m->loss == GBDT_LOGISTIC && i < block->rows; i++) {
        out[i] = 1 / (1 + exp(-out[i]));
    }
    return status;
}

pt_status gbdt_contribute(const void *self, const pt_block *block, double *out, pt_error *err)
{
    const struct gbdt_model *m = self;
    pt_status status = check_block(m, block, err);
    if (status == PT_OK) {
        status = shap_contribute(m->host, &m->trees, gbdt_layout(), block, out, err);
    }
    return status;
}

pt_status gbdt_export(const void *self, const char *format, pt_writer *writer, pt_error *err)
{
    const struct gbdt_model *m = self;
    pt_status status = gbdt_check_learnt(m, err);
    if (status != PT_OK) {
        return status;
    }
    if (strcmp(format, PT_EXPORT_XGBOOST) == 0) {
        return gbdt_write_xgboost(m, writer, err);
    }
    if (strcmp(format, PT_EXPORT_PMML) != 0) {
        return pt_fail(m->host, err, PT_E_UNSUPPORTED, NULL, "gbdt does not export `%s`", format);
    }
    struct tree_pmml model = {.host = m->host,
                              .trees = &m->trees,
                              .columns = &m->columns,
                              .classes = (const char *const *)m->classes,
                              .shape =
                                  m->loss == GBDT_LOGISTIC ? TREE_PMML_LOG_ODDS : TREE_PMML_SUM};
    return tree_pmml_write(&model, writer, err);
}

pt_status gbdt_save(const void *self, pt_writer *writer, pt_error *err)
{
    const struct gbdt_model *m = self;
    pt_status status = gbdt_check_learnt(m, err);
    if (status != PT_OK) {
        return status;
    }
    struct pt_payload_writer w = {.host = m->host, .writer = writer, .err = err};
    pt_payload_put_u32(&w, FORMAT);
    pt_payload_put_u32(&w, (uint32_t)m->loss);
    pt_payload_put_u64(&w, m->n_rows);
    pt_payload_put_u64(&w, m->n_validation);
    pt_payload_put_u32(&w, m->trace.n);
    pt_payload_put_f64s(&w, m->trace.train, m->trace.n);
    if (m->n_validation > 0) {
        pt_payload_put_f64s(&w, m->trace.validation, m->trace.n);
    }
    ensemble_save(&m->trees, &m->columns, &w);
    return w.status;
}

static pt_status read_losses(const struct gbdt_model *m, struct pt_payload_reader *r, uint32_t n,
                             double **out)
{
    double *values = pt_mem_array(m->host, n, sizeof *values);
    if (values == NULL) {
        return pt_fail(m->host, r->err, PT_E_NO_MEMORY, NULL, "no memory for %u losses", n);
    }
    *out = values;
    pt_payload_f64s(r, values, n);
    for (uint32_t i = 0; r->status == PT_OK && i < n; i++) {
        if (values[i] < 0) {
            return pt_payload_refuse(r, "a loss below 0");
        }
    }
    return r->status;
}

// Head and losses; the trees follow.
static pt_status read_head(struct gbdt_model *m, struct pt_payload_reader *r)
{
    uint32_t format = pt_payload_u32(r);
    uint32_t loss = pt_payload_u32(r);
    m->n_rows = pt_payload_u64(r);
    m->n_validation = pt_payload_u64(r);
    uint32_t n = pt_payload_u32(r);
    if (r->status != PT_OK || format != FORMAT) {
        return pt_payload_refuse(r, "another format");
    }
    // The loss decides what the output is, and that is the pipeline's.
    if (loss != (uint32_t)m->config->loss) {
        return pt_payload_refuse(r, "learnt with another `loss`");
    }
    m->loss = m->config->loss;
    if (m->n_rows == 0 || n == 0 || n > GBDT_TREES_MAX + 1) {
        return pt_payload_refuse(r, "its numbers do not fit each other");
    }
    uint64_t values = (uint64_t)n * (m->n_validation > 0 ? 2 : 1);
    if (pt_payload_fits(r, values, sizeof(double)) == 0) {
        return r->status;
    }
    pt_status status = read_losses(m, r, n, &m->trace.train);
    if (status == PT_OK && m->n_validation > 0) {
        status = read_losses(m, r, n, &m->trace.validation);
    }
    m->trace.n = n;
    return status;
}

static pt_status read_all(struct gbdt_model *m, struct pt_payload_reader *r)
{
    pt_status status = read_head(m, r);
    if (status == PT_OK) {
        status = ensemble_load(m->host, &m->trees, &m->columns, r);
    }
    // Without validation every round's tree is kept.
    if (status == PT_OK && (m->trees.n_trees >= m->trace.n || m->trees.scale != 1 ||
                            (m->n_validation == 0 && m->trees.n_trees + 1 != m->trace.n))) {
        status = pt_payload_refuse(r, "its numbers do not fit each other");
    }
    return status;
}

pt_status gbdt_load(void *self, const pt_schema *schema, pt_reader *reader, pt_error *err)
{
    struct gbdt_model *m = self;
    gbdt_reset(m);
    struct pt_payload_reader r = {.host = m->host, .reader = reader, .err = err};
    pt_status status = gbdt_take_schema(m, schema, err);
    if (status == PT_OK && m->config->loss == GBDT_LOGISTIC && m->classes[1] == NULL) {
        status = pt_payload_refuse(&r, "no class names");
    }
    if (status == PT_OK) {
        status = read_all(m, &r);
    }
    if (status == PT_OK) {
        status = ensemble_seal(m->host, &m->trees, &m->columns, err);
    }
    if (status != PT_OK) {
        gbdt_reset(m);
    }
    m->is_learnt = status == PT_OK;
    return status;
}
