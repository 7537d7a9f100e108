// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A model made of the ABI headers alone: it learns the mean of the label.
#include <stdio.h>
#include <string.h>

#include <portrait/model.h>
#include <portrait/plugin.h>

struct model {
    const pt_host *host;
    double mean;
};

static pt_status create(const pt_host *host, const void *config, void **self, pt_error *err)
{
    (void)config;
    struct model *m = host->alloc(host, sizeof *m);
    if (m == NULL) {
        return host->error_set(err, PT_E_NO_MEMORY, "no memory for a model", NULL, 0);
    }
    *m = (struct model){.host = host};
    *self = m;
    return PT_OK;
}

static void destroy(void *self)
{
    struct model *m = self;
    if (m != NULL) {
        m->host->free(m->host, m);
    }
}

static pt_status describe(void *self, pt_model_needs *out, pt_error *err)
{
    (void)self;
    (void)err;
    out->task = PT_TASK_REGRESS;
    out->layout = PT_LAYOUT_ROWS;
    out->dtype = 8;
    return PT_OK;
}

static pt_status outputs(void *self, const pt_output *const **list, uint32_t *n, pt_error *err)
{
    static const pt_output mean = {
        .struct_size = sizeof mean, .role = PT_ROLE_VALUE, .name = "mean", .help = "The mean."};
    static const pt_output *const all[] = {&mean};
    (void)self;
    (void)err;
    *list = all;
    *n = 1;
    return PT_OK;
}

static pt_status fit(void *self, const pt_data *data, const pt_run *run, pt_error *err)
{
    struct model *m = self;
    double sum = 0;
    (void)run;
    for (uint32_t i = 0; i < data->n_blocks; i++) {
        pt_block block = {.struct_size = sizeof block};
        pt_status status = data->block(data->ctx, i, &block, err);
        if (status != PT_OK) {
            return status;
        }
        for (uint64_t row = 0; row < block.rows; row++) {
            sum += block.label[row];
        }
    }
    m->mean = data->n_rows == 0 ? 0 : sum / (double)data->n_rows;
    return PT_OK;
}

static pt_status predict(const void *self, const pt_block *block, double *out, pt_error *err)
{
    const struct model *m = self;
    (void)err;
    for (uint64_t row = 0; row < block->rows; row++) {
        out[row] = m->mean;
    }
    return PT_OK;
}

static pt_status save(const void *self, pt_writer *writer, pt_error *err)
{
    const struct model *m = self;
    return m->host->writer->write(writer, &m->mean, sizeof m->mean, err);
}

static pt_status load(void *self, const pt_schema *schema, pt_reader *reader, pt_error *err)
{
    struct model *m = self;
    (void)schema;
    return m->host->reader->read(reader, &m->mean, sizeof m->mean, err);
}

static pt_status explain(const void *self, pt_writer *writer, pt_error *err)
{
    const struct model *m = self;
    char text[64];
    int n = snprintf(text, sizeof text, "{\"mean\": %.17g}", m->mean);
    return m->host->writer->write(writer, text, (uint64_t)n, err);
}

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
};

static const pt_component component = {
    .struct_size = sizeof component,
    .kind = PT_KIND_MODEL,
    .name = "abi-model",
    .summary = "Learns a mean, to try the ABI.",
    .threads = PT_THREADS_PARALLEL,
    .caps = PT_CAP_DETERMINISTIC,
    .vtable = &vtable,
};

static const pt_component *const components[] = {&component};

static const pt_plugin plugin = {
    .struct_size = sizeof plugin,
    .abi_major = PT_ABI_MAJOR,
    .abi_minor = PT_ABI_MINOR,
    .n_components = 1,
    .id = "portrait.abi-model",
    .version = "0.1.0-rc.1",
    .components = components,
};

PT_PLUGIN(plugin, "portrait.abi-model", 0)
