// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Glue between the host and the algorithm: options, needs, fit over blocks, saved bytes.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <portrait/model.h>
#include <portrait/plugin.h>

#include "base_rate.h"
#include "pt_format.h"
#include "pt_mem.h"
#include "pt_xml.h"

// 1. What a user may say. The host fills this struct by the rows below before create().
struct config {
    double prior;
};

static const pt_option option_prior = {.struct_size = sizeof option_prior,
                                       .type = PT_OPT_F64,
                                       .flags = PT_OPTF_AFFECTS_RESULT,
                                       .offset = offsetof(struct config, prior),
                                       .name = "prior",
                                       .help = "Rows of each class added to what was seen.",
                                       .unit = "rows",
                                       .default_text = "1",
                                       .f_min = 0,
                                       .f_max = 1e6};
static const pt_option *const options[] = {&option_prior};

// 2. What is learnt: one number.
struct model {
    const pt_host *host;
    const struct config *config;
    double p;
    char *classes[2]; // names of label 0 and 1; known once loaded
};

static pt_status create(const pt_host *host, const void *config, void **self, pt_error *err)
{
    struct model *m = pt_mem_zero(host, 1, sizeof *m);
    if (m == NULL) {
        return pt_fail(host, err, PT_E_NO_MEMORY, NULL, "no memory for a model");
    }
    *m = (struct model){.host = host, .config = config, .p = 0.5};
    *self = m;
    return PT_OK;
}

static void destroy(void *self)
{
    struct model *m = self;
    if (m != NULL) {
        pt_mem_free(m->host, m->classes[0]);
        pt_mem_free(m->host, m->classes[1]);
        pt_mem_free(m->host, m);
    }
}

// 3. What matrix it wants, and which columns it adds.
static pt_status describe(void *self, pt_model_needs *out, pt_error *err)
{
    (void)self;
    (void)err;
    out->task = PT_TASK_BINARY;
    out->layout = PT_LAYOUT_ROWS;
    out->dtype = 8;
    out->takes_missing = 1;
    out->takes_weight = 1;
    out->contributes = PT_CONTRIBUTES_LOG_ODDS;
    return PT_OK;
}

static pt_status outputs(void *self, const pt_output *const **list, uint32_t *n, pt_error *err)
{
    static const pt_output p = {.struct_size = sizeof p,
                                .role = PT_ROLE_PROBABILITY,
                                .name = "p",
                                .help = "Probability of class 1."};
    static const pt_output *const all[] = {&p};
    (void)self;
    (void)err;
    *list = all;
    *n = 1;
    return PT_OK;
}

// 4. Learning. map_reduce() calls add_blocks() from several threads and combines in one fixed
// order, so that the result does not depend on how many there are.
static pt_status add_blocks(const void *arg, uint64_t begin, uint64_t end, void *state,
                            pt_error *err)
{
    const pt_data *data = arg;
    for (uint64_t i = begin; i < end; i++) {
        pt_block block = {.struct_size = sizeof block};
        pt_status status = data->block(data->ctx, (uint32_t)i, &block, err);
        if (status != PT_OK) {
            return status;
        }
        base_rate_add(state, block.label, block.weight, block.fold, block.rows);
    }
    return PT_OK;
}

static void combine(const void *arg, void *into, const void *from)
{
    (void)arg;
    base_rate_combine(into, from);
}

static pt_status fit(void *self, const pt_data *data, const pt_run *run, pt_error *err)
{
    struct model *m = self;
    struct base_rate seen;
    pt_status status =
        run->map_reduce(run, data->n_blocks, sizeof seen, add_blocks, combine, data, &seen, err);
    if (status == PT_OK) {
        m->p = base_rate_p(&seen, m->config->prior);
    }
    return status;
}

// 5. Scoring: called from many threads at once, so it only reads.
static pt_status predict(const void *self, const pt_block *block, double *out, pt_error *err)
{
    const struct model *m = self;
    (void)err;
    for (uint64_t i = 0; i < block->rows; i++) {
        out[i] = m->p;
    }
    return PT_OK;
}

// 6. Reasons: what each column of a row adds to the log-odds, then the base. Here no column counts.
static pt_status contribute(const void *self, const pt_block *block, double *out, pt_error *err)
{
    const struct model *m = self;
    (void)err;
    for (uint64_t i = 0; i < block->cols * block->rows; i++) {
        out[i] = 0;
    }
    for (uint64_t i = 0; i < block->rows; i++) {
        out[block->cols * block->rows + i] = log(m->p / (1 - m->p));
    }
    return PT_OK;
}

// 7. Saved bytes are little-endian; load() refuses what save() could not have written.
static pt_status save(const void *self, pt_writer *writer, pt_error *err)
{
    const struct model *m = self;
    uint64_t bits = 0;
    uint8_t bytes[8];
    memcpy(&bits, &m->p, sizeof bits);
    for (int i = 0; i < 8; i++) {
        bytes[i] = (uint8_t)(bits >> (8 * i));
    }
    return m->host->writer->write(writer, bytes, sizeof bytes, err);
}

static pt_status keep_classes(struct model *m, const pt_schema *schema, pt_error *err)
{
    for (uint32_t i = 0; i < 2; i++) {
        const char *name = schema->n_classes == 2 ? schema->classes[i] : i == 0 ? "0" : "1";
        m->classes[i] = pt_mem_text(m->host, name, strlen(name));
        if (m->classes[i] == NULL) {
            return pt_fail(m->host, err, PT_E_NO_MEMORY, NULL, "no memory for a model");
        }
    }
    return PT_OK;
}

static pt_status load(void *self, const pt_schema *schema, pt_reader *reader, pt_error *err)
{
    struct model *m = self;
    uint8_t bytes[8];
    uint64_t bits = 0;
    double p = 0;
    pt_status status = m->host->reader->read(reader, bytes, sizeof bytes, err);
    if (status != PT_OK) {
        return status;
    }
    for (int i = 0; i < 8; i++) {
        bits |= (uint64_t)bytes[i] << (8 * i);
    }
    memcpy(&p, &bits, sizeof p);
    if (!(p > 0 && p < 1) || m->host->reader->remaining(reader) != 0) {
        return pt_fail(m->host, err, PT_E_DATA, NULL, "not a saved base-rate model");
    }
    m->p = p;
    return keep_classes(m, schema, err);
}

static pt_status explain(const void *self, pt_writer *writer, pt_error *err)
{
    const struct model *m = self;
    char number[PT_FORMAT_MAX];
    char text[PT_FORMAT_MAX + 16];
    uint32_t n = pt_format_f64(m->p, number);
    int size = snprintf(text, sizeof text, "{\"p\": %.*s}", (int)n, number);
    return m->host->writer->write(writer, text, (uint64_t)size, err);
}

// 8. The model in a format of others. The host puts the preparation where `<MiningSchema/>` stands.
static pt_status export_as(const void *self, const char *format, pt_writer *writer, pt_error *err)
{
    const struct model *m = self;
    if (strcmp(format, PT_EXPORT_PMML) != 0) {
        return pt_fail(m->host, err, PT_E_UNSUPPORTED, NULL, "base-rate exports to pmml only");
    }
    struct pt_xml x = {.host = m->host};
    pt_xml_open(&x, "RegressionModel");
    pt_xml_attribute(&x, "functionName", "classification");
    pt_xml_attribute(&x, "normalizationMethod", "logit");
    pt_xml_open(&x, "MiningSchema");
    pt_xml_close(&x, "MiningSchema");
    for (int i = 1; i >= 0; i--) {
        pt_xml_open(&x, "RegressionTable");
        pt_xml_attribute_f64(&x, "intercept", i == 1 ? log(m->p / (1 - m->p)) : 0);
        pt_xml_attribute(&x, "targetCategory", m->classes[i]);
        pt_xml_close(&x, "RegressionTable");
    }
    pt_xml_close(&x, "RegressionModel");
    return pt_xml_write(&x, writer, err);
}

// 9. Who this is.
static const pt_model_vtable vtable = {
    .struct_size = sizeof vtable,
    .create = create,
    .destroy = destroy,
    .describe = describe,
    .outputs = outputs,
    .fit = fit,
    .predict = predict,
    .save = save,
    .load = load,
    .explain = explain,
    .contribute = contribute,
    .export_as = export_as,
};

static const pt_component component = {
    .struct_size = sizeof component,
    .kind = PT_KIND_MODEL,
    .name = "base-rate",
    .summary = "The share of class 1, the same for everybody: what other models must beat.",
    .threads = PT_THREADS_PARALLEL_READERS,
    .config_size = sizeof(struct config),
    .caps = PT_CAP_DETERMINISTIC,
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .vtable = &vtable,
};

static const pt_component *const components[] = {&component};

static const pt_plugin plugin = {
    .struct_size = sizeof plugin,
    .abi_major = PT_ABI_MAJOR,
    .abi_minor = PT_ABI_MINOR,
    .min_host_minor = 0,
    .n_components = 1,
    .id = "example.base-rate",
    .version = "0.1.0",
    .vendor = "Portrait contributors",
    .license = "Apache-2.0",
    .summary = "A model to start from.",
    .components = components,
};

PT_PLUGIN(plugin, "example.base-rate", 0)
