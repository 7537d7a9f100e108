// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The class whose mean is nearest, as a model of several classes. Written from the pages of
// docs/plugins and the installed SDK alone, without a starter.
#include <math.h>
#include <string.h>

#include <portrait/model.h>
#include <portrait/plugin.h>

#include "pt_columns.h"
#include "pt_json.h"
#include "pt_mem.h"
#include "pt_payload.h"

struct config {
    pt_list classes;
};

static const pt_option class_row = {
    .struct_size = sizeof(pt_option), .type = PT_OPT_STRING, .name = "class", .help = "A class."};
static const pt_option *const class_rows[] = {&class_row};
static const pt_option o_classes = {.struct_size = sizeof(pt_option),
                                    .type = PT_OPT_LIST,
                                    .flags = PT_OPTF_REQUIRED | PT_OPTF_AFFECTS_RESULT,
                                    .offset = offsetof(struct config, classes),
                                    .name = "classes",
                                    .help = "The classes, in order.",
                                    .fields = class_rows,
                                    .n_fields = 1,
                                    .elem_size = sizeof(const char *)};
static const pt_option *const options[] = {&o_classes};

struct model {
    const pt_host *host;
    const struct config *config;
    uint32_t k, d;
    double *centre;
    double *weight;
    struct pt_columns columns;
    pt_output *outs;
    const pt_output **list;
    char **names;
};

static void destroy(void *self)
{
    struct model *m = self;
    if (m == NULL) {
        return;
    }
    pt_columns_release(m->host, &m->columns);
    pt_mem_free(m->host, m->centre);
    pt_mem_free(m->host, m->weight);
    pt_mem_free(m->host, m->outs);
    pt_mem_free(m->host, (void *)m->list);
    for (uint32_t i = 0; m->names && i < m->k; i++) {
        pt_mem_free(m->host, m->names[i]);
    }
    pt_mem_free(m->host, m->names);
    pt_mem_free(m->host, m);
}

static pt_status create(const pt_host *host, const void *config, void **self, pt_error *err)
{
    const struct config *c = config;
    struct model *m = pt_mem_zero(host, 1, sizeof *m);
    if (m == NULL) {
        return pt_fail(host, err, PT_E_NO_MEMORY, NULL, "no memory");
    }
    m->host = host;
    m->config = c;
    m->k = c->classes.n;
    m->outs = pt_mem_zero(host, m->k + 1, sizeof *m->outs);
    m->list = pt_mem_zero(host, m->k + 1, sizeof *m->list);
    m->names = pt_mem_zero(host, m->k, sizeof *m->names);
    if (!m->outs || !m->list || !m->names) {
        goto bad;
    }
    const char *const *names = c->classes.items;
    for (uint32_t i = 0; i < m->k; i++) {
        m->names[i] = pt_mem_zero(host, strlen(names[i]) + 3, 1);
        if (!m->names[i]) {
            goto bad;
        }
        memcpy(m->names[i], "p_", 2);
        memcpy(m->names[i] + 2, names[i], strlen(names[i]));
    }
    for (uint32_t i = 0; i <= m->k; i++) {
        m->outs[i] = (pt_output){.struct_size = sizeof(pt_output),
                                 .role = i == 0 ? PT_ROLE_CLASS : PT_ROLE_PROBABILITY,
                                 .name = i == 0 ? "class" : m->names[i - 1],
                                 .help = "Nearest centre."};
        m->list[i] = &m->outs[i];
    }
    *self = m;
    return PT_OK;
bad:
    destroy(m);
    return pt_fail(host, err, PT_E_NO_MEMORY, NULL, "no memory");
}

static pt_status describe(void *self, pt_model_needs *out, pt_error *err)
{
    (void)self;
    (void)err;
    out->task = PT_TASK_CLASSES;
    out->layout = PT_LAYOUT_ROWS;
    out->dtype = 8;
    out->takes_weight = 1;
    out->wants_scaling = 1;
    return PT_OK;
}

static pt_status outputs(void *self, const pt_output *const **outs, uint32_t *n, pt_error *err)
{
    struct model *m = self;
    (void)err;
    *outs = m->list;
    *n = m->k + 1;
    return PT_OK;
}

struct job {
    const pt_data *data;
    uint32_t k, d;
};

static pt_status map(const void *arg, uint64_t begin, uint64_t end, void *state, pt_error *err)
{
    const struct job *j = arg;
    double *sum = state;
    for (uint64_t b = begin; b < end; b++) {
        pt_block block = {.struct_size = sizeof block};
        pt_status st = j->data->block(j->data->ctx, (uint32_t)b, &block, err);
        if (st) {
            return st;
        }
        const double *x = block.x;
        for (uint64_t i = 0; i < block.rows; i++) {
            if (block.fold && block.fold[i]) {
                continue;
            }
            double w = block.weight ? block.weight[i] : 1;
            double *s = sum + (uint64_t)block.label[i] * (j->d + 1);
            for (uint32_t c = 0; c < j->d; c++) {
                s[c] += w * x[i * block.stride + c];
            }
            s[j->d] += w;
        }
    }
    return PT_OK;
}

static void combine(const void *arg, void *into, const void *from)
{
    const struct job *j = arg;
    double *a = into;
    const double *b = from;
    for (uint64_t i = 0; i < (uint64_t)j->k * (j->d + 1); i++) {
        a[i] += b[i];
    }
}

// What an earlier fit or load left.
static void forget(struct model *m)
{
    pt_columns_release(m->host, &m->columns);
    pt_mem_free(m->host, m->centre);
    pt_mem_free(m->host, m->weight);
    m->centre = NULL;
    m->weight = NULL;
}

static pt_status keep(struct model *m, const pt_schema *schema, pt_error *err)
{
    m->d = schema->n_columns;
    forget(m);
    m->centre = pt_mem_zero(m->host, (uint64_t)m->k * m->d, sizeof(double));
    m->weight = pt_mem_zero(m->host, m->k, sizeof(double));
    if (!m->centre || !m->weight) {
        return pt_fail(m->host, err, PT_E_NO_MEMORY, NULL, "no memory");
    }
    return pt_columns_copy(m->host, schema, &m->columns, err);
}

// What fit() leaves: no weight below 0, and some above.
static bool is_learnt(const struct model *m)
{
    double sum = 0;
    for (uint32_t k = 0; k < m->k; k++) {
        if (!(m->weight[k] >= 0)) {
            return false;
        }
        sum += m->weight[k];
    }
    return sum > 0;
}

static pt_status fit(void *self, const pt_data *data, const pt_run *run, pt_error *err)
{
    struct model *m = self;
    pt_status st = keep(m, data->schema, err);
    if (st) {
        return st;
    }
    struct job j = {data, m->k, m->d};
    uint64_t bytes = (uint64_t)m->k * (m->d + 1) * sizeof(double);
    double *sum = run->scratch(run, bytes);
    if (!sum) {
        return pt_fail(m->host, err, PT_E_NO_MEMORY, NULL, "no memory");
    }
    st = run->map_reduce(run, data->n_blocks, bytes, map, combine, &j, sum, err);
    if (st) {
        return st;
    }
    for (uint32_t k = 0; k < m->k; k++) {
        double *s = sum + (uint64_t)k * (m->d + 1);
        m->weight[k] = s[m->d];
        for (uint32_t c = 0; c < m->d; c++) {
            m->centre[k * m->d + c] = s[m->d] > 0 ? s[c] / s[m->d] : 0;
        }
    }
    if (!is_learnt(m)) {
        return pt_fail(m->host, err, PT_E_DATA, NULL, "no row to learn from");
    }
    return PT_OK;
}

static pt_status predict(const void *self, const pt_block *block, double *out, pt_error *err)
{
    const struct model *m = self;
    const double *x = block->x;
    (void)err;
    for (uint64_t i = 0; i < block->rows; i++) {
        double best = INFINITY, sum = 0;
        uint32_t at = 0;
        for (uint32_t k = 0; k < m->k; k++) {
            double d2 = 0;
            for (uint32_t c = 0; c < m->d; c++) {
                double d = x[i * block->stride + c] - m->centre[k * m->d + c];
                d2 += d * d;
            }
            if (m->weight[k] <= 0) {
                d2 = INFINITY;
            }
            if (d2 < best) {
                best = d2;
                at = k;
            }
            out[(k + 1) * block->rows + i] = d2;
        }
        for (uint32_t k = 0; k < m->k; k++) {
            double *p = &out[(k + 1) * block->rows + i];
            *p = exp(-(*p - best) / 2);
            sum += *p;
        }
        for (uint32_t k = 0; k < m->k; k++) {
            out[(k + 1) * block->rows + i] /= sum;
        }
        out[i] = at;
    }
    return PT_OK;
}

static pt_status save(const void *self, pt_writer *writer, pt_error *err)
{
    const struct model *m = self;
    if (!m->centre) {
        return pt_fail(m->host, err, PT_E_STATE, NULL, "nothing is learnt yet");
    }
    struct pt_payload_writer w = {m->host, writer, err, PT_OK};
    pt_payload_put_u32(&w, 1);
    pt_payload_put_u32(&w, m->k);
    pt_payload_put_u32(&w, m->d);
    pt_payload_put_f64s(&w, m->weight, m->k);
    pt_payload_put_f64s(&w, m->centre, (uint64_t)m->k * m->d);
    return w.status;
}

static pt_status load(void *self, const pt_schema *schema, pt_reader *reader, pt_error *err)
{
    struct model *m = self;
    struct pt_payload_reader r = {m->host, reader, err, PT_OK};
    uint32_t version = pt_payload_u32(&r), k = pt_payload_u32(&r), d = pt_payload_u32(&r);
    if (r.status) {
        return r.status;
    }
    if (version != 1 || k != m->k || d != schema->n_columns) {
        return pt_payload_refuse(&r, "not of these columns and classes");
    }
    pt_status st = keep(m, schema, err);
    if (st) {
        return st;
    }
    pt_payload_f64s(&r, m->weight, m->k);
    pt_payload_f64s(&r, m->centre, (uint64_t)m->k * m->d);
    if (!r.status && (m->host->reader->remaining(reader) != 0 || !is_learnt(m))) {
        return pt_payload_refuse(&r, "not what was saved");
    }
    return r.status;
}

static pt_status explain(const void *self, pt_writer *writer, pt_error *err)
{
    const struct model *m = self;
    const char *const *names = m->config->classes.items;
    struct pt_json j = {.host = m->host};
    pt_json_open(&j, '{');
    pt_json_key(&j, "centres");
    pt_json_open(&j, '{');
    for (uint32_t k = 0; k < m->k; k++) {
        pt_json_key(&j, names[k]);
        pt_json_open(&j, '{');
        for (uint32_t c = 0; c < m->d; c++) {
            pt_json_key(&j, m->columns.items[c].name);
            pt_json_f64(&j, pt_column_raw(&m->columns.items[c], m->centre[k * m->d + c]));
        }
        pt_json_close(&j, '}');
    }
    pt_json_close(&j, '}');
    pt_json_close(&j, '}');
    return pt_json_write(&j, writer, err);
}

static const pt_model_vtable vtable = {.struct_size = sizeof vtable,
                                       .create = create,
                                       .destroy = destroy,
                                       .describe = describe,
                                       .outputs = outputs,
                                       .fit = fit,
                                       .predict = predict,
                                       .save = save,
                                       .load = load,
                                       .explain = explain};
static const pt_component component = {.struct_size = sizeof component,
                                       .kind = PT_KIND_MODEL,
                                       .name = "nearest-centroid",
                                       .summary = "The class whose mean is nearest.",
                                       .threads = PT_THREADS_PARALLEL_READERS,
                                       .config_size = sizeof(struct config),
                                       .caps = PT_CAP_DETERMINISTIC,
                                       .options = options,
                                       .n_options = 1,
                                       .vtable = &vtable};
static const pt_component *const components[] = {&component};
static const pt_plugin plugin = {.struct_size = sizeof plugin,
                                 .abi_major = PT_ABI_MAJOR,
                                 .abi_minor = PT_ABI_MINOR,
                                 .min_host_minor = 0,
                                 .n_components = 1,
                                 .id = "example.nearest-centroid",
                                 .version = "1.0.0",
                                 .vendor = "Portrait contributors",
                                 .license = "Apache-2.0",
                                 .summary = "Nearest centroid.",
                                 .components = components};
PT_PLUGIN(plugin, "example.nearest-centroid", 0)
