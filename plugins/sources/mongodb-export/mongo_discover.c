// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "mongo_discover.h"

#include <stdio.h>

#include "mongo_infer.h"
#include "mongo_record.h"
#include "mongo_sniff.h"
#include "mongo_survey.h"
#include "mongo_table.h"

#define SAMPLE_RECORD_MAX (UINT64_C(16) << 20) // bytes of one document in the sample
#define HEAD_PAD 64u                           // readable bytes behind a head

// What one discovery works with.
struct discovery {
    const pt_host *host;
    const struct mongo_config *config;
    enum mongo_layout layout;
    uint32_t layout_file; // the first file with documents
    struct mongo_paths paths;
    struct mongo_doc doc;
    struct mongo_survey survey;
    struct mongo_infer infer;
    struct mongo_text found; // names and paths of the survey's columns
    uint32_t n;              // columns
    const char **names;      // of the columns
    const char **path;       // likewise
    uint32_t *slots;         // likewise
    uint64_t documents;      // good ones in the sample
    uint64_t bad;            // others
    struct mongo_text state;
};

static void discovery_release(struct discovery *d)
{
    mongo_infer_release(&d->infer);
    mongo_survey_release(&d->survey);
    mongo_doc_release(&d->doc);
    mongo_paths_release(&d->paths);
    mongo_text_release(&d->state);
    mongo_text_release(&d->found);
    pt_mem_free(d->host, d->names);
    pt_mem_free(d->host, d->path);
    pt_mem_free(d->host, d->slots);
}

static pt_status no_memory(const struct discovery *d, pt_error *err)
{
    return pt_fail(d->host, err, PT_E_NO_MEMORY, NULL, "out of memory");
}

static pt_status head_read(const struct discovery *d, uint32_t file, uint8_t *head, uint64_t *size,
                           pt_error *err)
{
    const pt_input_api *input = d->host->input;
    pt_stream *stream = NULL;
    pt_status status = input->open(d->config->path, file, 0, &stream, err);
    uint64_t n = 0;
    uint64_t got = 1;
    while (status == PT_OK && got > 0 && n <= MONGO_SNIFF_BYTES) {
        status = input->read(stream, head + n, MONGO_SNIFF_BYTES + 1 - n, &got, err);
        n += status == PT_OK ? got : 0;
    }
    input->close(stream);
    memset(head + n, 0, HEAD_PAD);
    *size = n;
    return status;
}

// Lines and pretty documents may be read as each other, nothing else may.
static bool has_one_form(enum mongo_layout layout)
{
    return layout == MONGO_LIST || mongo_layout_is_dump(layout);
}

// Checks what the file is against what is known and asked for.
static pt_status layout_join(struct discovery *d, uint32_t file, enum mongo_layout layout,
                             const char *refusal, pt_error *err)
{
    pt_file_info info = {.struct_size = sizeof info};
    pt_file_info other = {.struct_size = sizeof other};
    enum mongo_layout wish = (enum mongo_layout)d->config->format;
    pt_status status = d->host->input->describe(d->config->path, file, &info, err);
    if (status != PT_OK) {
        return status;
    }
    if (refusal != NULL) {
        return pt_fail(d->host, err, PT_E_DATA, "path", "%s is not Extended JSON: %s", info.path,
                       refusal);
    }
    if (layout == MONGO_AUTO) {
        return PT_OK;
    }
    if (wish != MONGO_AUTO && wish != layout && (has_one_form(wish) || has_one_form(layout))) {
        return pt_fail(d->host, err, PT_E_DATA, "format", "%s is %s", info.path,
                       mongo_sniff_name(layout));
    }
    if (d->layout != MONGO_AUTO && d->layout != layout && wish == MONGO_AUTO) {
        status = d->host->input->describe(d->config->path, d->layout_file, &other, err);
        return status != PT_OK
                   ? status
                   : pt_fail(d->host, err, PT_E_DATA, "path", "%s is %s, but %s is %s", other.path,
                             mongo_sniff_name(d->layout), info.path, mongo_sniff_name(layout));
    }
    d->layout_file = d->layout == MONGO_AUTO ? file : d->layout_file;
    d->layout = wish != MONGO_AUTO ? wish : layout;
    return PT_OK;
}

static pt_status layout_find(struct discovery *d, pt_error *err)
{
    uint32_t n = d->host->input->count(d->config->path);
    uint8_t *head = pt_mem_array(d->host, MONGO_SNIFF_BYTES + 1 + HEAD_PAD, 1);
    pt_status status = head == NULL ? no_memory(d, err) : PT_OK;
    for (uint32_t i = 0; i < n && status == PT_OK; i++) {
        uint64_t size = 0;
        status = head_read(d, i, head, &size, err);
        if (status == PT_OK) {
            const char *refusal = NULL;
            bool is_whole = size <= MONGO_SNIFF_BYTES;
            enum mongo_layout layout = mongo_sniff(head, size, is_whole, &refusal);
            status = layout_join(d, i, layout, refusal, err);
        }
    }
    pt_mem_free(d->host, head);
    if (status == PT_OK && d->layout == MONGO_AUTO) {
        d->layout =
            d->config->format == MONGO_AUTO ? MONGO_LINES : (enum mongo_layout)d->config->format;
    }
    return status;
}

// What a pass over the sample does with a good document.
typedef pt_status (*document_fn)(struct discovery *d, const struct mongo_record *record);

static pt_status survey_document(struct discovery *d, const struct mongo_record *record)
{
    return mongo_survey_add(&d->survey, record->p, record->n);
}

static pt_status infer_document(struct discovery *d, const struct mongo_record *record)
{
    (void)record;
    return mongo_infer_add(&d->infer, &d->doc);
}

static pt_status sample_file(struct discovery *d, uint32_t file, document_fn take, pt_error *err)
{
    struct mongo_records records = {0};
    struct mongo_record record;
    struct pt_range whole = {file, 0, PT_RANGE_TO_END};
    struct mongo_records_options options = {.input = d->config->path,
                                            .layout = d->layout,
                                            .collection = mongo_collection(d->config),
                                            .max_record = SAMPLE_RECORD_MAX};
    pt_status status = mongo_records_open(&records, d->host, &options, &whole, err);
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
        status = take(d, &record) == PT_OK ? PT_OK : no_memory(d, err);
    }
    mongo_records_close(&records);
    return status;
}

static pt_status sample_read(struct discovery *d, document_fn take, pt_error *err)
{
    uint32_t n = d->host->input->count(d->config->path);
    d->documents = 0;
    d->bad = 0;
    for (uint32_t i = 0; i < n && d->documents + d->bad < (uint64_t)d->config->sample; i++) {
        pt_status status = sample_file(d, i, take, err);
        if (status != PT_OK) {
            return status;
        }
    }
    return PT_OK;
}

// Readies a pass that looks at the first `n` of d->path.
static pt_status paths_prepare(struct discovery *d, uint32_t n, pt_error *err)
{
    mongo_doc_release(&d->doc);
    mongo_paths_release(&d->paths);
    pt_status status = mongo_paths_build(&d->paths, d->host, d->path, n, d->slots);
    if (status == PT_OK) {
        status = mongo_doc_init(&d->doc, d->host, &d->paths);
    }
    return status == PT_OK ? PT_OK : no_memory(d, err);
}

static pt_status columns_reserve(struct discovery *d, uint32_t n, pt_error *err)
{
    d->n = n;
    d->names = pt_mem_array(d->host, n, sizeof *d->names);
    d->path = pt_mem_array(d->host, n, sizeof *d->path);
    d->slots = pt_mem_array(d->host, n, sizeof *d->slots);
    return d->names == NULL || d->path == NULL || d->slots == NULL ? no_memory(d, err) : PT_OK;
}

static pt_status columns_configured(struct discovery *d, pt_error *err)
{
    const pt_map *fields = &d->config->fields;
    const char *const *paths = fields->values;
    pt_status status = columns_reserve(d, fields->n, err);
    for (uint32_t i = 0; i < fields->n && status == PT_OK; i++) {
        d->names[i] = fields->keys[i];
        d->path[i] = paths[i];
    }
    return status;
}

static pt_status columns_surveyed(struct discovery *d, pt_error *err)
{
    pt_status status = paths_prepare(d, 0, err);
    if (status == PT_OK && mongo_survey_init(&d->survey, d->host) != PT_OK) {
        status = no_memory(d, err);
    }
    if (status == PT_OK) {
        status = sample_read(d, survey_document, err);
    }
    if (status != PT_OK) {
        return status;
    }
    uint32_t n = mongo_survey_columns(&d->survey, MONGO_COLUMNS_MAX, &d->found);
    if (d->found.failed) {
        return no_memory(d, err);
    }
    if (n == 0 || n > MONGO_COLUMNS_MAX) {
        return pt_fail(d->host, err, PT_E_DATA, "fields",
                       n == 0 ? "the sample has no documents; name the fields"
                              : "the sample has more than %u paths; name the fields",
                       MONGO_COLUMNS_MAX);
    }
    status = columns_reserve(d, n, err);
    const char *at = (const char *)d->found.p;
    for (uint32_t i = 0; i < n && status == PT_OK; i++) {
        d->names[i] = at;
        d->path[i] = at + strlen(at) + 1;
        at = d->path[i] + strlen(d->path[i]) + 1;
    }
    return status;
}

// Every column of the option `types` must be there.
static pt_status types_check(const struct discovery *d, pt_error *err)
{
    const pt_map *types = &d->config->types;
    for (uint32_t i = 0; i < types->n; i++) {
        uint32_t at = 0;
        while (at < d->n && strcmp(d->names[at], types->keys[i]) != 0) {
            at++;
        }
        if (at == d->n) {
            char option[160];
            snprintf(option, sizeof option, "types.%s", types->keys[i]);
            return pt_fail(d->host, err, PT_E_CONFIG, option, "there is no column `%s`",
                           types->keys[i]);
        }
    }
    return PT_OK;
}

static pt_status columns_find(struct discovery *d, pt_error *err)
{
    pt_status status =
        d->config->fields.n > 0 ? columns_configured(d, err) : columns_surveyed(d, err);
    if (status == PT_OK) {
        status = types_check(d, err);
    }
    if (status == PT_OK) {
        status = paths_prepare(d, d->n, err);
    }
    if (status == PT_OK && mongo_infer_init(&d->infer, d->host, d->paths.n_slots) != PT_OK) {
        status = no_memory(d, err);
    }
    return status == PT_OK ? sample_read(d, infer_document, err) : status;
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

static void note_give(const struct discovery *d, const pt_discovery *out)
{
    char note[256];
    snprintf(note, sizeof note, "%s; %u columns told from %llu documents, %llu bad ones among them",
             mongo_sniff_name(d->layout), d->n, (unsigned long long)(d->documents + d->bad),
             (unsigned long long)d->bad);
    out->note(out->ctx, note);
    if (d->survey.n > 0 && d->survey.places[0].is_map) {
        out->note(out->ctx, "keys that are empty or longer than 200 bytes are no columns");
    }
    for (uint32_t i = 0; i < d->n; i++) {
        const struct mongo_seen *seen = &d->infer.seen[d->slots[i]];
        if (seen->kinds == 0) {
            snprintf(note, sizeof note, "column `%.80s`: nothing at `%.80s` in the sample",
                     d->names[i], d->path[i]);
            out->note(out->ctx, note);
        }
    }
}

pt_status mongo_discover(const pt_host *host, const struct mongo_config *config,
                         const pt_discovery *out, pt_error *err)
{
    struct discovery d = {
        .host = host, .config = config, .found = {.host = host}, .state = {.host = host}};
    pt_status status = layout_find(&d, err);
    if (status == PT_OK) {
        status = columns_find(&d, err);
    }
    if (status == PT_OK) {
        status = table_give(&d, out, err);
    }
    if (status == PT_OK) {
        note_give(&d, out);
    }
    discovery_release(&d);
    return status;
}
