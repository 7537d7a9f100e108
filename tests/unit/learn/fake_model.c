// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "fake_model.h"

#include <math.h>
#include <string.h>

#include "mem.h"

struct fake {
    const pt_host *host;
    const struct fake_config *config;
    const pt_output *outputs[4];
    double rate;
    uint32_t new_of[64];
};

static pt_status create(const pt_host *host, const void *config, void **self, pt_error *err)
{
    struct fake *f = mem_zero(1, sizeof *f);
    if (f == NULL) {
        return host->error_set(err, PT_E_NO_MEMORY, "no memory", NULL, 0);
    }
    f->host = host;
    f->config = config;
    f->outputs[0] = &f->config->output;
    for (uint32_t i = 1; i < 4; i++) {
        f->outputs[i] = &f->config->more[i - 1];
    }
    for (uint32_t i = 0; i < 64; i++) {
        f->new_of[i] = i;
    }
    *self = f;
    return PT_OK;
}

static void destroy(void *self)
{
    mem_free(self);
}

static pt_status describe(void *self, pt_model_needs *out, pt_error *err)
{
    (void)err;
    uint32_t size = out->struct_size;
    *out = ((struct fake *)self)->config->needs;
    out->struct_size = size;
    return PT_OK;
}

static pt_status outputs(void *self, const pt_output *const **list, uint32_t *n, pt_error *err)
{
    (void)err;
    struct fake *f = self;
    *list = f->outputs;
    *n = f->config->n_outputs;
    return PT_OK;
}

// Blocks must be aligned, complete, in order and the same every time.
static void check_block(const struct fake *f, const pt_block *b, uint64_t first, uint32_t *faults)
{
    uint64_t wide = f->config->needs.layout == PT_LAYOUT_ROWS ? b->cols : b->rows;
    *faults += (uintptr_t)b->x % 64 != 0;
    *faults += b->first_row != first || b->rows == 0 || b->stride < wide;
    *faults += b->key == NULL || b->weight != NULL || b->fold != NULL;
    *faults += (f->config->needs.task == PT_TASK_CLUSTER) != (b->label == NULL);
}

static pt_status fit(void *self, const pt_data *data, const pt_run *run, pt_error *err)
{
    struct fake *f = self;
    uint64_t rows = 0;
    double sum = 0;
    (*f->config->n_fits)++;
    if (f->config->fit_status != PT_OK) {
        return f->host->error_set(err, f->config->fit_status, "as told", NULL, 0);
    }
    for (uint32_t i = 0; i < data->n_blocks; i++) {
        pt_block b = {.struct_size = sizeof b};
        pt_block again = {.struct_size = sizeof again};
        if (data->block(data->ctx, i, &b, err) != PT_OK ||
            data->block(data->ctx, i, &again, err) != PT_OK) {
            return PT_E_DATA;
        }
        check_block(f, &b, rows, f->config->faults);
        *f->config->faults += b.x != again.x;
        for (uint64_t r = 0; b.label != NULL && r < b.rows; r++) {
            sum += b.label[r];
        }
        rows += b.rows;
    }
    pt_block none = {.struct_size = sizeof none};
    *f->config->faults += data->block(data->ctx, data->n_blocks, &none, err) != PT_E_INVALID;
    *f->config->faults += rows != data->n_rows;
    if (data->n_blocks > 0) { // a struct that was never sized is left alone
        pt_block unsized = {.rows = 77};
        *f->config->faults += data->block(data->ctx, 0, &unsized, err) != PT_E_INVALID;
        *f->config->faults += unsized.rows != 77 || unsized.x != NULL;
    }
    if (run->scratch(run, 100) == NULL) {
        return f->host->error_set(err, PT_E_NO_MEMORY, "no memory", NULL, 0);
    }
    *f->config->n_rows += rows;
    f->rate = rows == 0 ? 0 : sum / (double)rows;
    return PT_OK;
}

static double first_value(const struct fake *f, const pt_block *b, uint64_t row)
{
    uint64_t at = f->config->needs.layout == PT_LAYOUT_ROWS ? row * b->stride : row;
    return f->config->needs.dtype == 4 ? (double)((const float *)b->x)[at]
                                       : ((const double *)b->x)[at];
}

// Classes: x modulo 4 (3 is none), with half the probability and a quarter for the others.
static void guess_class(double x, uint64_t rows, double *out)
{
    uint64_t class = (uint64_t)x % 4;
    out[0] = (double)class;
    for (uint64_t c = 0; c < 3; c++) {
        out[(1 + c) * rows] = c == class ? 0.5 : 0.25;
    }
}

static pt_status predict(const void *self, const pt_block *block, double *out, pt_error *err)
{
    const struct fake *f = self;
    (void)err;
    for (uint64_t i = 0; i < block->rows; i++) {
        out[i] = f->rate;
        if (f->config->is_mirror != 0) {
            out[i] = first_value(f, block, i);
        }
        if (f->config->needs.task == PT_TASK_CLUSTER) {
            out[i] = f->new_of[(uint32_t)first_value(f, block, i)];
        }
        if (f->config->needs.task == PT_TASK_CLASSES) {
            guess_class(first_value(f, block, i), block->rows, out + i);
        }
        out[i] = f->config->is_unfair != 0 ? (double)NAN : out[i];
    }
    return PT_OK;
}

static pt_status save(const void *self, pt_writer *writer, pt_error *err)
{
    const struct fake *f = self;
    return f->host->writer->write(writer, &f->rate, sizeof f->rate, err);
}

static pt_status load(void *self, const pt_schema *schema, pt_reader *reader, pt_error *err)
{
    struct fake *f = self;
    (void)schema;
    double more[2];
    uint64_t size = f->config->is_greedy != 0 ? sizeof more : sizeof f->rate;
    if (f->config->is_forgetful != 0) {
        return PT_OK;
    }
    pt_status status = f->host->reader->read(reader, more, size, err);
    f->rate = more[0];
    return status;
}

static pt_status explain(const void *self, pt_writer *writer, pt_error *err)
{
    const struct fake *f = self;
    const char *text = f->config->is_shapeless != 0 ? "it just knows"
                       : f->config->is_list != 0    ? "[1]"
                                                    : "{\"rate\": 1}";
    return f->host->writer->write(writer, text, strlen(text), err);
}

static pt_status renumber(void *self, const uint32_t *new_of, uint32_t n, pt_error *err)
{
    struct fake *f = self;
    (void)err;
    memcpy(f->new_of, new_of, n * sizeof *new_of);
    return PT_OK;
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
    .renumber = renumber,
};

static const struct option_row option_classes = {
    .type = PT_OPT_LIST, .offset = offsetof(struct fake_config, classes), .name = "classes"};

static const struct plugin_info plugin = {.id = "test.fake", .version = "1.2.3"};

const struct component_info fake_component = {
    .plugin = &plugin,
    .kind = PT_KIND_MODEL,
    .name = "fake",
    .config_size = sizeof(struct fake_config),
    .options = &option_classes,
    .n_options = 1,
    .vtable = &vtable,
};

struct fake_config fake_binary(void)
{
    return (struct fake_config){
        .needs = {.task = PT_TASK_BINARY, .layout = PT_LAYOUT_ROWS, .dtype = 8},
        .output = {.struct_size = sizeof(pt_output), .role = PT_ROLE_PROBABILITY, .name = "p"},
        .n_outputs = 1,
    };
}

struct fake_config fake_regress(void)
{
    struct fake_config c = fake_binary();
    c.needs.task = PT_TASK_REGRESS;
    c.output.role = PT_ROLE_VALUE;
    c.output.name = "value";
    return c;
}

struct fake_config fake_classes(void)
{
    static const char *const names[] = {"bronze", "silver", "gold"};
    static const char *const outputs[] = {"p_bronze", "p_silver", "p_gold"};
    struct fake_config c = fake_binary();
    c.needs.task = PT_TASK_CLASSES;
    c.output.role = PT_ROLE_CLASS;
    c.output.name = "class";
    for (int i = 0; i < 3; i++) {
        c.more[i].struct_size = sizeof(pt_output);
        c.more[i].role = PT_ROLE_PROBABILITY;
        c.more[i].name = outputs[i];
    }
    c.n_outputs = 4;
    c.classes = (pt_list){names, 3, sizeof *names};
    return c;
}

struct fake_config fake_cluster(void)
{
    return (struct fake_config){
        .needs = {.task = PT_TASK_CLUSTER, .layout = PT_LAYOUT_COLUMNS, .dtype = 4},
        .output = {.struct_size = sizeof(pt_output), .role = PT_ROLE_SEGMENT, .name = "segment"},
        .n_outputs = 1,
    };
}
