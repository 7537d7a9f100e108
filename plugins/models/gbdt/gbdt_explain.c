// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What was learnt: importances by gain and by number of splits, losses round by round, sizes.
#include <math.h>

#include "gains.h"
#include "gbdt.h"
#include "pt_json.h"

static void put_f64(struct pt_json *j, const char *key, double value)
{
    pt_json_key(j, key);
    pt_json_f64(j, value);
}

static void put_u64(struct pt_json *j, const char *key, uint64_t value)
{
    pt_json_key(j, key);
    pt_json_u64(j, value);
}

static void put_f64s(struct pt_json *j, const char *key, const double *values, uint32_t n)
{
    pt_json_key(j, key);
    pt_json_open(j, '[');
    for (uint32_t i = 0; i < n; i++) {
        pt_json_f64(j, values[i]);
    }
    pt_json_close(j, ']');
}

static void put_size(const struct gbdt_model *m, struct pt_json *j)
{
    uint64_t leaves = 0;
    uint32_t depth = 0;
    for (uint64_t i = 0; i < m->trees.n_nodes; i++) {
        leaves += m->trees.nodes[i].kind == ENSEMBLE_LEAF;
    }
    for (uint64_t t = 0; t < m->trees.n_trees; t++) {
        uint32_t d = ensemble_depth(&m->trees, t);
        depth = d > depth ? d : depth;
    }
    put_u64(j, "trees", m->trees.n_trees);
    put_u64(j, "leaves", leaves);
    put_u64(j, "depth", depth);
}

// Splits by column, in the columns' order; columns without any are left out.
static pt_status put_counts(const struct gbdt_model *m, struct pt_json *j, pt_error *err)
{
    uint64_t *counts = pt_mem_zero(m->host, m->columns.n, sizeof *counts);
    if (counts == NULL) {
        return pt_fail(m->host, err, PT_E_NO_MEMORY, NULL, "no memory to explain the model");
    }
    for (uint64_t i = 0; i < m->trees.n_nodes; i++) {
        if (m->trees.nodes[i].kind != ENSEMBLE_LEAF) {
            counts[m->trees.nodes[i].column]++;
        }
    }
    pt_json_key(j, "splits");
    pt_json_open(j, '[');
    for (uint32_t c = 0; c < m->columns.n; c++) {
        if (counts[c] > 0) {
            pt_json_open(j, '{');
            pt_json_key(j, "name");
            pt_json_text(j, m->columns.items[c].name);
            put_u64(j, "count", counts[c]);
            pt_json_close(j, '}');
        }
    }
    pt_json_close(j, ']');
    pt_mem_free(m->host, counts);
    return PT_OK;
}

static void put_trace(const struct gbdt_model *m, struct pt_json *j)
{
    const struct gbdt_trace *t = &m->trace;
    pt_json_key(j, "trace");
    pt_json_open(j, '{');
    put_f64s(j, "train", t->train, t->n);
    if (m->n_validation > 0) {
        put_f64s(j, "validation", t->validation, t->n);
    }
    pt_json_close(j, '}');
}

pt_status gbdt_explain(const void *self, pt_writer *writer, pt_error *err)
{
    const struct gbdt_model *m = self;
    pt_status status = gbdt_check_learnt(m, err);
    if (status != PT_OK) {
        return status;
    }
    struct pt_json j = {.host = m->host};
    pt_json_open(&j, '{');
    pt_json_key(&j, "loss");
    pt_json_text(&j, m->loss == GBDT_LOGISTIC ? "logistic" : "squared");
    put_u64(&j, "rows", m->n_rows);
    put_u64(&j, "validation_rows", m->n_validation);
    put_f64(&j, "base", m->trees.base);
    put_size(m, &j);
    status = gains_put(&m->trees, &m->columns, m->host, &j, err);
    if (status == PT_OK) {
        status = put_counts(m, &j, err);
    }
    put_trace(m, &j);
    pt_json_close(&j, '}');
    if (status != PT_OK) {
        pt_json_release(&j);
        return status;
    }
    return pt_json_write(&j, writer, err);
}
