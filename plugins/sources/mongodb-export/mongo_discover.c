// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "mongo_discover.h"

#include <stdio.h>

#include "mongo_infer.h"
#include "mongo_record.h"
#include "mongo_table.h"

#define SAMPLE_RECORD_MAX (UINT64_C(16) << 20) // bytes of one document in the sample

// What one discovery works with.
struct discovery {
    const pt_host *host;
    const struct mongo_config *config;
    enum mongo_layout layout;
    struct mongo_paths paths;
    struct mongo_doc doc;
    struct mongo_infer infer;
    uint32_t n;         // columns
    const char **names; // of the columns
    const char **path;  // likewise
    uint32_t *slots;    // likewise
    uint64_t documents; // good ones in the sample
    uint64_t bad;       // others
    struct mongo_text state;
};

static void discovery_release(struct discovery *d)
{
    mongo_infer_release(&d->infer);
    mongo_doc_release(&d->doc);
    mongo_paths_release(&d->paths);
    mongo_text_release(&d->state);
    pt_mem_free(d->host, d->slots);
}

static pt_status no_memory(const struct discovery *d, pt_error *err)
{
    return pt_fail(d->host, err, PT_E_NO_MEMORY, NULL, "out of memory");
}

static pt_status sample_file(struct discovery *d, uint32_t file, pt_error *err)
{
    struct mongo_records records = {0};
    struct mongo_record record;
    struct pt_range whole = {file, 0, PT_RANGE_TO_END};
    pt_status status = mongo_records_open(&records, d->host, d->config->path, &whole, d->layout,
                                          SAMPLE_RECORD_MAX, err);
    while (status == PT_OK && d->documents + d->bad < (uint64_t)d->config->sample) {
        status = mongo_records_next(&records, &record, err);
        if (status != PT_OK || record.kind == MONGO_RECORD_END) {
            break;
        }
        if (record.kind == MONGO_RECORD_BAD ||
            mongo_doc_read(&d->doc, record.p, record.p + record.n) != NULL) {
            d->bad++;
            continue;
        }
        d->documents++;
        status = mongo_infer_add(&d->infer, &d->doc);
        status = status == PT_OK ? PT_OK : no_memory(d, err);
    }
    mongo_records_close(&records);
    return status;
}

static pt_status sample_read(struct discovery *d, pt_error *err)
{
    uint32_t n = d->host->input->count(d->config->path);
    for (uint32_t i = 0; i < n && d->documents + d->bad < (uint64_t)d->config->sample; i++) {
        pt_status status = sample_file(d, i, err);
        if (status != PT_OK) {
            return status;
        }
    }
    return PT_OK;
}

static pt_status paths_prepare(struct discovery *d, pt_error *err)
{
    d->slots = pt_mem_array(d->host, d->n, sizeof *d->slots);
    pt_status status = d->slots == NULL
                           ? PT_E_NO_MEMORY
                           : mongo_paths_build(&d->paths, d->host, d->path, d->n, d->slots);
    if (status == PT_OK) {
        status = mongo_doc_init(&d->doc, d->host, &d->paths);
    }
    if (status == PT_OK) {
        status = mongo_infer_init(&d->infer, d->host, d->paths.n_slots);
    }
    return status == PT_OK ? PT_OK : no_memory(d, err);
}

static enum mongo_type type_of(const struct discovery *d, uint32_t column)
{
    const pt_map *types = &d->config->types;
    for (uint32_t i = 0; i < types->n; i++) {
        if (strcmp(types->keys[i], d->names[column]) == 0) {
            return (enum mongo_type)((const int32_t *)types->values)[i];
        }
    }
    return mongo_infer_type(d->infer.seen[d->slots[column]].kinds);
}

static pt_status table_give(struct discovery *d, const pt_discovery *out, pt_error *err)
{
    struct ArrowSchema schema = {0};
    struct pt_field *fields = pt_mem_array(d->host, d->n, sizeof *fields);
    if (fields == NULL) {
        return no_memory(d, err);
    }
    mongo_table_begin(&d->state, d->layout, d->n);
    for (uint32_t i = 0; i < d->n; i++) {
        struct mongo_column column = {.name = d->names[i],
                                      .path = d->path[i],
                                      .type = type_of(d, i),
                                      .is_dict = mongo_infer_is_dict(&d->infer.seen[d->slots[i]])};
        mongo_table_add(&d->state, &column);
        fields[i] = mongo_table_field(&column);
    }
    pt_status status =
        d->state.failed ? PT_E_NO_MEMORY : pt_schema_build(d->host, fields, d->n, &schema);
    pt_mem_free(d->host, fields);
    if (status != PT_OK) {
        return no_memory(d, err);
    }
    status = out->schema(out->ctx, &schema, err);
    if (schema.release != NULL) {
        schema.release(&schema);
    }
    return status == PT_OK ? out->state(out->ctx, (pt_bytes){d->state.p, d->state.n}, err) : status;
}

pt_status mongo_discover(const pt_host *host, const struct mongo_config *config,
                         const pt_discovery *out, pt_error *err)
{
    struct discovery d = {.host = host,
                          .config = config,
                          .layout = MONGO_LINES,
                          .n = config->fields.n,
                          .names = (const char **)(uintptr_t)config->fields.keys,
                          .path = (const char **)(uintptr_t)config->fields.values,
                          .state = {.host = host}};
    pt_status status = paths_prepare(&d, err);
    if (status == PT_OK) {
        status = sample_read(&d, err);
    }
    if (status == PT_OK) {
        status = table_give(&d, out, err);
    }
    discovery_release(&d);
    return status;
}
