// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The learnt forest: applied, saved, loaded, exported.
#include <math.h>
#include <string.h>

#include "forest.h"
#include "tree_pmml.h"
#include "shap.h"

#define FORMAT 1

void forest_reset(struct forest_model *m)
{
    ensemble_release(m->host, &m->trees);
    pt_columns_release(m->host, &m->columns);
    for (int c = 0; c < 2; c++) {
        pt_mem_free(m->host, m->classes[c]);
        m->classes[c] = NULL;
    }
}

uint32_t forest_features_of(const struct forest_features *f, uint32_t n)
{
    double wanted = f->number;
    if (f->kind == FOREST_SQRT) {
        wanted = sqrt(n);
    } else if (f->kind == FOREST_LOG2) {
        wanted = log2(n);
    } else if (f->kind == FOREST_SHARE) {
        wanted = f->number * n;
    }
    uint32_t count = wanted < n ? (uint32_t)ceil(wanted) : n;
    return count < 1 ? 1 : count;
}

// Columns and names of the classes, which the host's schema has only now.
static pt_status copy_schema(struct forest_model *m, const pt_schema *schema, pt_error *err)
{
    pt_status status = pt_columns_copy(m->host, schema, &m->columns, err);
    for (uint32_t c = 0; status == PT_OK && c < 2; c++) {
        const char *name = schema->n_classes == 2 ? schema->classes[c] : (c == 0 ? "0" : "1");
        m->classes[c] = pt_mem_text(m->host, name, strlen(name));
        if (m->classes[c] == NULL) {
            status = pt_fail(m->host, err, PT_E_NO_MEMORY, NULL, "no memory for a forest");
        }
    }
    return status;
}

static pt_status check_learnt(const struct forest_model *m, pt_error *err)
{
    if (m->trees.scorer == NULL) {
        return pt_fail(m->host, err, PT_E_STATE, NULL, "this forest has learnt nothing yet");
    }
    return PT_OK;
}

pt_status forest_fit(void *self, const pt_data *data, const pt_run *run, pt_error *err)
{
    struct forest_model *m = self;
    forest_reset(m);
    pt_status status = copy_schema(m, data->schema, err);
    if (status == PT_OK) {
        status = forest_learn(m, data, run, err);
    }
    if (status == PT_OK) {
        status = ensemble_seal(m->host, &m->trees, &m->columns, err);
    }
    if (status != PT_OK) {
        forest_reset(m);
    }
    return status;
}

pt_status forest_predict(const void *self, const pt_block *block, double *out, pt_error *err)
{
    const struct forest_model *m = self;
    return ensemble_predict(m->host, &m->trees, forest_layout, block, out, err);
}

pt_status forest_contribute(const void *self, const pt_block *block, double *out, pt_error *err)
{
    const struct forest_model *m = self;
    return shap_contribute(m->host, &m->trees, forest_layout, block, out, err);
}

pt_status forest_export(const void *self, const char *format, pt_writer *writer, pt_error *err)
{
    const struct forest_model *m = self;
    pt_status status = check_learnt(m, err);
    if (status != PT_OK) {
        return status;
    }
    if (strcmp(format, PT_EXPORT_PMML) != 0) {
        return pt_fail(m->host, err, PT_E_UNSUPPORTED, NULL, "a forest cannot be written as %s",
                       format);
    }
    const struct tree_pmml model = {
        .host = m->host,
        .trees = &m->trees,
        .columns = &m->columns,
        .classes = (const char *const *)m->classes,
        .shape = TREE_PMML_AVERAGE,
    };
    return tree_pmml_write(&model, writer, err);
}

pt_status forest_save(const void *self, pt_writer *writer, pt_error *err)
{
    const struct forest_model *m = self;
    pt_status status = check_learnt(m, err);
    if (status != PT_OK) {
        return status;
    }
    struct pt_payload_writer w = {.host = m->host, .writer = writer, .err = err};
    pt_payload_put_u32(&w, FORMAT);
    pt_payload_put_u64(&w, m->n[0]);
    pt_payload_put_u64(&w, m->n[1]);
    pt_payload_put_u64(&w, m->oob.rows);
    pt_payload_put_f64(&w, m->oob.log_loss);
    pt_payload_put_f64(&w, m->oob.auc);
    ensemble_save(&m->trees, &m->columns, &w);
    return w.status;
}

static pt_status read_facts(struct forest_model *m, struct pt_payload_reader *r)
{
    if (pt_payload_u32(r) != FORMAT) {
        return pt_payload_refuse(r, "another format");
    }
    m->n[0] = pt_payload_u64(r);
    m->n[1] = pt_payload_u64(r);
    m->oob.rows = pt_payload_u64(r);
    m->oob.log_loss = pt_payload_f64(r);
    m->oob.auc = pt_payload_f64(r);
    if (r->status != PT_OK || m->n[0] == 0 || m->n[1] == 0 || m->n[0] > INT32_MAX ||
        m->n[1] > INT32_MAX || m->oob.rows > m->n[0] + m->n[1] || m->oob.log_loss < 0 ||
        m->oob.auc < 0 || m->oob.auc > 1) {
        return pt_payload_refuse(r, "its numbers do not fit each other");
    }
    return PT_OK;
}

// What is more than a sum of trees: an average of shares, no deeper than options allow.
static pt_status check_trees(struct forest_model *m, struct pt_payload_reader *r)
{
    const struct ensemble *e = &m->trees;
    if (e->n_trees == 0 || e->n_trees > FOREST_TREES_MAX || e->base != 0 ||
        e->scale != 1 / (double)e->n_trees) {
        return pt_payload_refuse(r, "trees that are no forest");
    }
    for (uint64_t i = 0; i < e->n_nodes; i++) {
        if (!(e->nodes[i].value >= 0 && e->nodes[i].value <= 1)) {
            return pt_payload_refuse(r, "a leaf that is no share");
        }
    }
    for (uint64_t t = 0; t < e->n_trees; t++) {
        if (ensemble_depth(e, t) > FOREST_DEPTH_MAX) {
            return pt_payload_refuse(r, "a tree that is too deep");
        }
    }
    return PT_OK;
}

pt_status forest_load(void *self, const pt_schema *schema, pt_reader *reader, pt_error *err)
{
    struct forest_model *m = self;
    forest_reset(m);
    struct pt_payload_reader r = {.host = m->host, .reader = reader, .err = err};
    pt_status status = copy_schema(m, schema, err);
    if (status == PT_OK) {
        status = read_facts(m, &r);
    }
    if (status == PT_OK) {
        status = ensemble_load(m->host, &m->trees, &m->columns, &r);
    }
    if (status == PT_OK) {
        status = check_trees(m, &r);
    }
    if (status == PT_OK) {
        status = ensemble_seal(m->host, &m->trees, &m->columns, err);
    }
    if (status != PT_OK) {
        forest_reset(m);
    }
    return status;
}
