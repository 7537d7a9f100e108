// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "model_file.h"

#include "label.h"
#include "mem.h"

#define SEGMENTS_MAX 1000000

static pt_status no_memory(struct pt_error *err)
{
    return error_set(err, PT_E_NO_MEMORY, "no memory for a model file");
}

static bool put_facts(const struct learned *m, struct str *out)
{
    const char *const texts[] = {
        m->plugin_id, m->plugin_version, m->component,           m->label,
        m->numbering, m->training_text,  m->trained.fingerprint,
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        flat_put_text(out, text_of(texts[i]));
    }
    flat_put_u32(out, m->n_classes);
    for (uint32_t i = 0; i < m->n_classes; i++) {
        flat_put_text(out, text_of(m->classes[i]));
    }
    flat_put_u64(out, m->seed);
    flat_put_u64(out, m->rows);
    flat_put_u64(out, m->positives);
    flat_put_u64(out, m->unlabelled);
    return flat_put_u32(out, m->n_segments);
}

static bool put_payload(struct str *payload, struct str *out)
{
    return flat_put_u64(out, payload->n) && str_add_n(out, payload->p, payload->n);
}

// The length stands near the start and is known at the end.
static void patch_length(struct str *out, size_t begin)
{
    uint64_t length = out->n - begin + SHA256_BYTES;
    for (size_t i = 0; i < 8; i++) {
        out->p[begin + 16 + i] = (char)(uint8_t)(length >> (8 * i));
    }
}

static pt_status write_file(const struct learned *m, struct str *payload, struct str *out,
                            struct pt_error *err)
{
    TRY(instance_save(&m->trained.instance, payload, err));
    size_t begin = out->n;
    str_add_n(out, MODEL_FILE_MAGIC, 8);
    flat_put_u32(out, MODEL_FILE_FORMAT);
    flat_put_u32(out, 0);
    flat_put_u64(out, 0);
    put_facts(m, out);
    model_file_put_prepare(&m->trained.prepare, out);
    calibrate_put(&m->calibration, out);
    calibrate_classes_put(&m->class_calibration, out);
    drift_put(&m->reference, out);
    if (!put_payload(payload, out)) {
        return no_memory(err);
    }
    patch_length(out, begin);
    uint8_t digest[SHA256_BYTES];
    TRY(sha256_of(out->p + begin, out->n - begin, digest, err));
    return str_add_n(out, (const char *)digest, sizeof digest) ? PT_OK : no_memory(err);
}

pt_status learned_save(const struct learned *m, struct str *out, struct pt_error *err)
{
    struct str payload = {0};
    pt_status status = write_file(m, &payload, out, err);
    str_release(&payload);
    return status;
}

static pt_status damaged(struct pt_error *err)
{
    return error_set(err, PT_E_DATA, "not a model file, or a damaged one");
}

// Header and seal; *r then reads what lies between them.
static pt_status open_envelope(struct text bytes, struct flat_reader *r, struct pt_error *err)
{
    if (bytes.n < MODEL_FILE_HEADER + SHA256_BYTES || memcmp(bytes.p, MODEL_FILE_MAGIC, 8) != 0) {
        return damaged(err);
    }
    size_t sealed = bytes.n - SHA256_BYTES;
    *r = (struct flat_reader){.left = {bytes.p + 8, sealed - 8}};
    uint32_t format = flat_u32(r);
    uint32_t reserved = flat_u32(r);
    uint64_t length = flat_u64(r);
    uint8_t digest[SHA256_BYTES];
    TRY(sha256_of(bytes.p, sealed, digest, err));
    if (length != bytes.n || memcmp(digest, bytes.p + sealed, sizeof digest) != 0) {
        return damaged(err);
    }
    if (format != MODEL_FILE_FORMAT || reserved != 0) {
        FAIL(err, PT_E_UNSUPPORTED, "model file of format %u; this version reads format %d", format,
             MODEL_FILE_FORMAT);
    }
    return PT_OK;
}

static const char *copy_text(struct learned *m, struct flat_reader *r, bool *is_out)
{
    struct text t = flat_text(r);
    const char *copy = arena_strndup(&m->arena, t.p, t.n);
    *is_out = *is_out || copy == NULL;
    return copy;
}

static void read_classes(struct learned *m, struct flat_reader *r, bool *is_out)
{
    m->n_classes = flat_u32(r);
    if (r->failed || m->n_classes > LABEL_CLASSES) {
        r->failed = true;
        m->n_classes = 0;
        return;
    }
    const char **classes = arena_zero(&m->arena, (size_t)m->n_classes + 1, sizeof *classes);
    for (uint32_t i = 0; classes != NULL && i < m->n_classes; i++) {
        classes[i] = copy_text(m, r, is_out);
    }
    *is_out = *is_out || classes == NULL;
    m->classes = m->n_classes == 0 ? NULL : classes;
}

static pt_status read_facts(struct flat_reader *r, struct learned *m, struct pt_error *err)
{
    bool is_out = false;
    m->plugin_id = copy_text(m, r, &is_out);
    m->plugin_version = copy_text(m, r, &is_out);
    m->component = copy_text(m, r, &is_out);
    m->label = copy_text(m, r, &is_out);
    m->numbering = copy_text(m, r, &is_out);
    m->training_text = copy_text(m, r, &is_out);
    struct text fingerprint = flat_text(r);
    read_classes(m, r, &is_out);
    m->seed = flat_u64(r);
    m->rows = flat_u64(r);
    m->positives = flat_u64(r);
    m->unlabelled = flat_u64(r);
    m->n_segments = flat_u32(r);
    if (is_out) {
        return no_memory(err);
    }
    if (r->failed || fingerprint.n != SHA256_HEX - 1 || m->n_segments > SEGMENTS_MAX) {
        return damaged(err);
    }
    memcpy(m->trained.fingerprint, fingerprint.p, fingerprint.n);
    return PT_OK;
}

static pt_status check_plugin(const struct learned *m, const struct component_info *plugin,
                              struct pt_error *err)
{
    if (strcmp(m->plugin_id, plugin->plugin->id) != 0 || strcmp(m->component, plugin->name) != 0) {
        FAIL(err, PT_E_CONFIG, "the model was learnt by `%s` of plugin %s, not by `%s` of %s",
             m->component, m->plugin_id, plugin->name, plugin->plugin->id);
    }
    return PT_OK;
}

static pt_status read_payload(struct flat_reader *r, struct learned *m, struct pt_error *err)
{
    uint64_t n = flat_u64(r);
    if (r->failed || n != r->left.n) {
        return damaged(err);
    }
    struct prepare *p = &m->trained.prepare;
    p->schema.n_classes = m->n_classes;
    p->schema.classes = m->classes;
    return instance_load(&m->trained.instance, &p->schema, r->left, err);
}

static bool has_fitting_label(const struct learned *m)
{
    bool has_label = m->label[0] != '\0';
    switch (m->trained.instance.needs.task) {
    case PT_TASK_CLUSTER:
        return !has_label && m->n_classes == 0;
    case PT_TASK_REGRESS:
        return has_label && m->n_classes == 0;
    case PT_TASK_BINARY:
        return has_label && m->n_classes == 2;
    default:
        return has_label && m->n_classes >= 2;
    }
}

static bool has_fitting_calibration(const struct learned *m)
{
    pt_task task = m->trained.instance.needs.task;
    return (m->calibration.kind == LEARN_CALIBRATE_NONE || task == PT_TASK_BINARY) &&
           (m->class_calibration.n == 0 || task == PT_TASK_CLASSES);
}

static pt_status read_file(const struct component_info *plugin, const void *config,
                           const pt_host *host, struct flat_reader *r, struct learned *m,
                           struct pt_error *err)
{
    TRY(read_facts(r, m, err));
    TRY(check_plugin(m, plugin, err));
    TRY(model_file_read_prepare(r, &m->trained.prepare, err));
    TRY(calibrate_read(r, &m->calibration, err));
    TRY(calibrate_classes_read(r, m->n_classes, &m->class_calibration, err));
    TRY(drift_read(r, &m->trained.prepare, &m->reference, err));
    TRY(instance_open(plugin, config, host, &m->trained.instance, err));
    if (!has_fitting_label(m) || !has_fitting_calibration(m)) {
        return damaged(err);
    }
    TRY(instance_set_classes(&m->trained.instance, m->n_classes, err));
    return read_payload(r, m, err);
}

pt_status model_file_facts(struct text bytes, struct learned **out, struct pt_error *err)
{
    struct flat_reader r = {0};
    TRY(open_envelope(bytes, &r, err));
    struct learned *m = learned_new();
    if (m == NULL) {
        return no_memory(err);
    }
    pt_status status = read_facts(&r, m, err);
    if (status != PT_OK) {
        learned_free(m);
        return status;
    }
    *out = m;
    return PT_OK;
}

pt_status learned_load(const struct component_info *plugin, const void *config, const pt_host *host,
                       struct text bytes, struct learned **out, struct pt_error *err)
{
    struct flat_reader r = {0};
    TRY(open_envelope(bytes, &r, err));
    struct learned *m = learned_new();
    if (m == NULL) {
        return no_memory(err);
    }
    pt_status status = read_file(plugin, config, host, &r, m, err);
    if (status != PT_OK) {
        learned_free(m);
        return status;
    }
    *out = m;
    return PT_OK;
}
