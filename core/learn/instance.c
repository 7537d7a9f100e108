// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "instance.h"

#include <math.h>
#include <string.h>

// A model's bytes go to and come from memory; the host adds the envelope.
struct pt_writer {
    struct str *out;
};

struct pt_reader {
    struct text left;
};

static pt_status write_bytes(pt_writer *writer, const void *data, uint64_t size, pt_error *err)
{
    if (!str_add_n(writer->out, data, size)) {
        FAIL(err, PT_E_NO_MEMORY, "no memory for the model's bytes");
    }
    return PT_OK;
}

static pt_status read_bytes(pt_reader *reader, void *buffer, uint64_t size, pt_error *err)
{
    if (size > reader->left.n) {
        FAIL(err, PT_E_DATA, "the model's bytes end too early");
    }
    if (size > 0) {
        memcpy(buffer, reader->left.p, size);
    }
    reader->left.p += size;
    reader->left.n -= size;
    return PT_OK;
}

static uint64_t bytes_left(const pt_reader *reader)
{
    return reader->left.n;
}

static const pt_writer_api payload_writer = {
    .struct_size = sizeof payload_writer,
    .write = write_bytes,
};

static const pt_reader_api payload_reader = {
    .struct_size = sizeof payload_reader,
    .read = read_bytes,
    .remaining = bytes_left,
};

static pt_status refuse(const struct instance *m, const char *what, struct pt_error *err)
{
    return error_set(err, PT_E_UNSUPPORTED, "model plugin `%s` %s", m->plugin->name, what);
}

static pt_status check_needs(const struct instance *m, struct pt_error *err)
{
    const pt_model_needs *n = &m->needs;
    if (n->task < PT_TASK_CLUSTER || n->task > PT_TASK_CLASSES) {
        return refuse(m, "has a task this host does not know", err);
    }
    if (n->layout != PT_LAYOUT_ROWS && n->layout != PT_LAYOUT_COLUMNS) {
        return refuse(m, "wants a layout this host does not know", err);
    }
    if (n->dtype != 8 && n->dtype != 4) {
        return refuse(m, "wants numbers of neither 4 nor 8 bytes", err);
    }
    if (n->contributes > PT_CONTRIBUTES_OUTPUT) {
        return refuse(m, "explains rows in a way this host does not know", err);
    }
    if (n->contributes != PT_CONTRIBUTES_NOTHING && !PT_HAS(m->vtable, contribute)) {
        return refuse(m, "says that it explains rows and leaves out the call", err);
    }
    return PT_OK;
}

// The role of the first output, by task.
static int32_t first_role(pt_task task)
{
    switch (task) {
    case PT_TASK_CLUSTER:
        return PT_ROLE_SEGMENT;
    case PT_TASK_REGRESS:
        return PT_ROLE_VALUE;
    case PT_TASK_CLASSES:
        return PT_ROLE_CLASS;
    default:
        return PT_ROLE_PROBABILITY;
    }
}

static pt_status check_class_outputs(const struct instance *m, struct pt_error *err)
{
    if (m->n_outputs < 3) {
        return refuse(m, "must give a class and the probability of each class", err);
    }
    for (uint32_t i = 1; i < m->n_outputs; i++) {
        if (m->outputs[i]->role != PT_ROLE_PROBABILITY) {
            return refuse(m, "must give the probability of each class after the class", err);
        }
    }
    return PT_OK;
}

static pt_status check_outputs(const struct instance *m, struct pt_error *err)
{
    if (m->n_outputs == 0 || m->n_outputs > INSTANCE_OUTPUTS || m->outputs == NULL) {
        return refuse(m, "must have 1 to 257 outputs", err);
    }
    for (uint32_t i = 0; i < m->n_outputs; i++) {
        const pt_output *o = m->outputs[i];
        if (o == NULL || o->name == NULL || o->name[0] == '\0') {
            return refuse(m, "has an output without a name", err);
        }
        if (o->role < PT_ROLE_SEGMENT || o->role > PT_ROLE_CLASS) {
            return refuse(m, "has an output of an unknown role", err);
        }
    }
    if (m->outputs[0]->role != first_role(m->needs.task)) {
        return refuse(m, "must give its segment, probability, number or class as the first output",
                      err);
    }
    return m->needs.task == PT_TASK_CLASSES ? check_class_outputs(m, err) : PT_OK;
}

static pt_status open_all(struct instance *m, const void *config, struct pt_error *err)
{
    const pt_model_vtable *v = m->vtable;
    if (v == NULL || v->create == NULL || v->destroy == NULL || v->describe == NULL ||
        v->outputs == NULL || v->fit == NULL || v->predict == NULL || v->save == NULL ||
        v->load == NULL || v->explain == NULL) {
        return refuse(m, "leaves out a call every model needs", err);
    }
    TRY(v->create(&m->host, config, &m->self, err));
    m->needs.struct_size = sizeof m->needs;
    TRY(v->describe(m->self, &m->needs, err));
    TRY(check_needs(m, err));
    TRY(v->outputs(m->self, &m->outputs, &m->n_outputs, err));
    return check_outputs(m, err);
}

pt_status instance_open(const struct component_info *plugin, const void *config,
                        const pt_host *host, struct instance *out, struct pt_error *err)
{
    *out = (struct instance){.plugin = plugin, .vtable = plugin->vtable, .config = config};
    size_t size = host->struct_size < sizeof *host ? host->struct_size : sizeof *host;
    memcpy(&out->host, host, size);
    out->host.writer = &payload_writer;
    out->host.reader = &payload_reader;
    pt_status status = open_all(out, config, err);
    if (status != PT_OK) {
        instance_release(out);
    }
    return status;
}

pt_status instance_fit(struct instance *m, const pt_data *data, const pt_run *run,
                       struct pt_error *err)
{
    return m->vtable->fit(m->self, data, run, err);
}

pt_status instance_save(const struct instance *m, struct str *out, struct pt_error *err)
{
    pt_writer writer = {out};
    return m->vtable->save(m->self, &writer, err);
}

pt_status instance_explain(const struct instance *m, struct str *out, struct pt_error *err)
{
    pt_writer writer = {out};
    return m->vtable->explain(m->self, &writer, err);
}

pt_status instance_export(const struct instance *m, const char *format, struct str *out,
                          struct pt_error *err)
{
    if (!PT_HAS(m->vtable, export_as)) {
        FAIL(err, PT_E_UNSUPPORTED, "model plugin `%s` knows no other format", m->plugin->name);
    }
    pt_writer writer = {out};
    return m->vtable->export_as(m->self, format, &writer, err);
}

pt_status instance_load(struct instance *m, const pt_schema *schema, struct text payload,
                        struct pt_error *err)
{
    pt_reader reader = {payload};
    TRY(m->vtable->load(m->self, schema, &reader, err));
    if (reader.left.n != 0) {
        FAIL(err, PT_E_DATA, "%zu bytes are left after the model", reader.left.n);
    }
    return PT_OK;
}

static bool is_sound(const struct instance *m, int32_t role, double value)
{
    switch (role) {
    case PT_ROLE_CLASS:
        return value >= 0 && value < m->n_classes && value == floor(value);
    case PT_ROLE_SEGMENT:
        return value >= 0 && value <= UINT32_MAX && value == floor(value);
    case PT_ROLE_PROBABILITY:
        return value >= 0 && value <= 1;
    default:
        return isfinite(value);
    }
}

pt_status instance_predict(const struct instance *m, const pt_block *block, double *out,
                           struct pt_error *err)
{
    TRY(m->vtable->predict(m->self, block, out, err));
    for (uint32_t c = 0; c < m->n_outputs; c++) {
        for (uint64_t i = 0; i < block->rows; i++) {
            if (!is_sound(m, m->outputs[c]->role, out[c * block->rows + i])) {
                FAIL(err, PT_E_NUMERIC, "model plugin `%s` gave %g as `%s`", m->plugin->name,
                     out[c * block->rows + i], m->outputs[c]->name);
            }
        }
    }
    return PT_OK;
}

pt_status instance_set_classes(struct instance *m, uint32_t n_classes, struct pt_error *err)
{
    if (m->needs.task == PT_TASK_CLASSES && n_classes != m->n_outputs - 1) {
        FAIL(err, PT_E_CONFIG, "%u classes for a model of %u", n_classes, m->n_outputs - 1);
    }
    m->n_classes = n_classes;
    return PT_OK;
}

pt_status instance_contribute(const struct instance *m, const pt_block *block, double *out,
                              struct pt_error *err)
{
    TRY(m->vtable->contribute(m->self, block, out, err));
    for (uint64_t i = 0; i < (block->cols + (uint64_t)1) * block->rows; i++) {
        if (!isfinite(out[i])) {
            FAIL(err, PT_E_NUMERIC, "model plugin `%s` gave %g as a reason", m->plugin->name,
                 out[i]);
        }
    }
    return PT_OK;
}

void instance_release(struct instance *m)
{
    if (m->self != NULL) {
        m->vtable->destroy(m->self);
    }
    *m = (struct instance){0};
}
