// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What a forest learnt: importances, the out-of-bag score, its size.
#include <stdlib.h>

#include "forest.h"
#include "gains.h"
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

static void put_oob(const struct forest_model *m, struct pt_json *j)
{
    pt_json_key(j, "out_of_bag");
    if (m->oob.rows == 0) {
        pt_json_open(j, '{');
        put_u64(j, "rows", 0);
        pt_json_close(j, '}');
        return;
    }
    pt_json_open(j, '{');
    put_u64(j, "rows", m->oob.rows);
    put_f64(j, "log_loss", m->oob.log_loss);
    put_f64(j, "auc", m->oob.auc);
    pt_json_close(j, '}');
}

static void put_size(const struct forest_model *m, struct pt_json *j)
{
    uint32_t depth = 0;
    uint64_t leaves = 0;
    for (uint64_t t = 0; t < m->trees.n_trees; t++) {
        uint32_t d = ensemble_depth(&m->trees, t);
        depth = d > depth ? d : depth;
    }
    for (uint64_t i = 0; i < m->trees.n_nodes; i++) {
        leaves += m->trees.nodes[i].kind == ENSEMBLE_LEAF;
    }
    put_u64(j, "trees", m->trees.n_trees);
    put_u64(j, "leaves", leaves);
    put_u64(j, "depth", depth);
}

pt_status forest_explain(const void *self, pt_writer *writer, pt_error *err)
{
    const struct forest_model *m = self;
    if (m->trees.scorer == NULL) {
        return pt_fail(m->host, err, PT_E_STATE, NULL, "this forest has learnt nothing yet");
    }
    struct pt_json j = {.host = m->host};
    pt_json_open(&j, '{');
    put_u64(&j, "rows", m->n[0] + m->n[1]);
    put_size(m, &j);
    put_oob(m, &j);
    pt_status status = gains_put(&m->trees, &m->columns, m->host, &j, err);
    pt_json_close(&j, '}');
    if (status != PT_OK) {
        pt_json_release(&j);
        return status;
    }
    return pt_json_write(&j, writer, err);
}
