// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Values are gathered in blocks, so that a normalising expression runs over many at a time.
#include "suppression.h"

#include <inttypes.h>
#include <stdio.h>

#include "csv_records.h"
#include "map.h"
#include "mem.h"
#include "suggest.h"

#define BLOCK_VALUES ((size_t)1024)

struct suppression {
    struct map *sets; // one a namespace
    uint8_t *covers;
    size_t n_namespaces;
};

// What one read needs; values of a block lie in the arena.
struct list_reader {
    const struct suppression_spec *spec;
    struct suppression *list;
    struct arena arena;
    struct text *values; // n_namespaces * BLOCK_VALUES
    size_t *n_values;    // a namespace
    size_t *columns;     // namespace of each header column
    size_t n_columns;
    size_t columns_capacity;
    bool is_header_only;
};

static pt_status no_memory(struct pt_error *err)
{
    return error_set(err, PT_E_NO_MEMORY, "no memory for a suppression list");
}

static pt_status block_flush(struct list_reader *r, size_t namespace_, struct pt_error *err)
{
    struct text *values = r->values + namespace_ * BLOCK_VALUES;
    size_t n = r->n_values[namespace_];
    if (n > 0 && r->spec->normalize != NULL) {
        TRY(r->spec->normalize(r->spec->ctx, namespace_, values, n, err));
    }
    for (size_t i = 0; i < n; i++) {
        if (values[i].n > 0 && map_put(&r->list->sets[namespace_], values[i], NULL) == NULL) {
            return no_memory(err);
        }
    }
    r->n_values[namespace_] = 0;
    return PT_OK;
}

static pt_status flush_all(struct list_reader *r, struct pt_error *err)
{
    for (size_t i = 0; i < r->spec->n_namespaces; i++) {
        TRY(block_flush(r, i, err));
    }
    arena_reset(&r->arena);
    return PT_OK;
}

static pt_status value_add(struct list_reader *r, size_t namespace_, struct text raw,
                           struct pt_error *err)
{
    struct text value = text_trim(raw);
    if (value.n == 0) {
        return PT_OK;
    }
    if (r->n_values[namespace_] == BLOCK_VALUES) {
        TRY(flush_all(r, err));
    }
    struct text *slot = &r->values[namespace_ * BLOCK_VALUES + r->n_values[namespace_]];
    if (!arena_text(&r->arena, value, slot)) {
        return no_memory(err);
    }
    r->n_values[namespace_]++;
    return PT_OK;
}

static pt_status header_unknown(const struct suppression_spec *spec, const char *path,
                                uint64_t line, struct text name, struct pt_error *err)
{
    struct str known = {0};
    for (size_t i = 0; i < spec->n_namespaces; i++) {
        str_addf(&known, "%s`%s`", i == 0 ? "" : ", ", spec->namespaces[i]);
    }
    const char *names = str_get(&known);
    error_set(err, PT_E_DATA, "%s:%" PRIu64 ": header `%.*s` names no namespace; known: %s", path,
              line, (int)(name.n > 64 ? 64 : name.n), name.p, names == NULL ? "?" : names);
    str_release(&known);
    char wrong[64];
    snprintf(wrong, sizeof wrong, "%.*s", (int)(name.n > 63 ? 63 : name.n), name.p);
    const char *close = suggest(wrong, spec->namespaces, spec->n_namespaces);
    if (close != NULL && err != NULL) {
        snprintf(err->hint, sizeof err->hint, "did you mean `%s`?", close);
    }
    return PT_E_DATA;
}

static pt_status header_read(struct list_reader *r, const struct csv_record *record,
                             const char *path, struct pt_error *err)
{
    if (!mem_reserve(&r->columns, &r->columns_capacity, record->n, sizeof *r->columns)) {
        return no_memory(err);
    }
    r->n_columns = record->n;
    for (size_t i = 0; i < record->n; i++) {
        struct text name = text_trim(record->fields[i]);
        size_t at = 0;
        while (at < r->spec->n_namespaces && !text_is(name, r->spec->namespaces[at])) {
            at++;
        }
        if (at == r->spec->n_namespaces) {
            return header_unknown(r->spec, path, record->line, name, err);
        }
        r->columns[i] = at;
        r->list->covers[at] = 1;
    }
    return PT_OK;
}

static pt_status row_read(struct list_reader *r, const struct csv_record *record, const char *path,
                          struct pt_error *err)
{
    if (record->n > r->n_columns) {
        FAIL(err, PT_E_DATA, "%s:%" PRIu64 ": %zu fields, the header has %zu", path, record->line,
             record->n, r->n_columns);
    }
    for (size_t i = 0; i < record->n; i++) {
        TRY(value_add(r, r->columns[i], record->fields[i], err));
    }
    return PT_OK;
}

static pt_status rows_read(struct list_reader *r, struct csv_records *records, const char *path,
                           struct pt_error *err)
{
    bool done = false;
    struct csv_record record = {0};
    TRY(csv_records_next(records, &record, &done, err));
    if (done) {
        FAIL(err, PT_E_DATA, "%s: empty; the first line must name namespaces", path);
    }
    TRY(header_read(r, &record, path, err));
    if (r->is_header_only) {
        return PT_OK;
    }
    TRY(csv_records_next(records, &record, &done, err));
    while (!done) {
        TRY(row_read(r, &record, path, err));
        TRY(csv_records_next(records, &record, &done, err));
    }
    return flush_all(r, err);
}

static pt_status file_read(struct list_reader *r, const struct input *in, uint32_t file,
                           struct pt_error *err)
{
    struct csv_records *records = NULL;
    TRY(csv_records_open(in, file, &records, err));
    pt_status status = rows_read(r, records, input_file_at(in, file)->path, err);
    csv_records_close(records);
    return status;
}

static pt_status read_all(struct list_reader *r, const struct input *in, struct pt_error *err)
{
    size_t n = r->spec->n_namespaces;
    r->values = mem_array(n, BLOCK_VALUES * sizeof *r->values);
    r->n_values = mem_zero(n, sizeof *r->n_values);
    if (r->list == NULL || r->values == NULL || r->n_values == NULL) {
        return no_memory(err);
    }
    r->list->n_namespaces = n;
    r->list->sets = mem_zero(n, sizeof *r->list->sets);
    r->list->covers = mem_zero(n, 1);
    if (r->list->sets == NULL || r->list->covers == NULL) {
        return no_memory(err);
    }
    for (uint32_t file = 0; file < input_count(in); file++) {
        TRY(file_read(r, in, file, err));
    }
    return PT_OK;
}

static pt_status list_read(const struct input *in, const struct suppression_spec *spec,
                           bool is_header_only, struct suppression **out, struct pt_error *err)
{
    struct list_reader r = {
        .spec = spec, .list = mem_zero(1, sizeof *r.list), .is_header_only = is_header_only};
    pt_status status = read_all(&r, in, err);
    mem_free(r.values);
    mem_free(r.n_values);
    mem_free(r.columns);
    arena_release(&r.arena);
    if (status != PT_OK) {
        suppression_free(r.list);
        return status;
    }
    *out = r.list;
    return PT_OK;
}

pt_status suppression_read(const struct input *in, const struct suppression_spec *spec,
                           struct suppression **out, struct pt_error *err)
{
    return list_read(in, spec, false, out, err);
}

pt_status suppression_check(const struct input *in, const struct suppression_spec *spec,
                            struct pt_error *err)
{
    struct suppression *headers = NULL;
    pt_status status = list_read(in, spec, true, &headers, err);
    suppression_free(headers);
    return status;
}

bool suppression_has(const struct suppression *s, size_t namespace_, struct text value)
{
    return value.n > 0 && namespace_ < s->n_namespaces &&
           map_get(&s->sets[namespace_], value) != NULL;
}

bool suppression_covers(const struct suppression *s, size_t namespace_)
{
    return namespace_ < s->n_namespaces && s->covers[namespace_] != 0;
}

size_t suppression_count(const struct suppression *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->n_namespaces; i++) {
        n += s->sets[i].n;
    }
    return n;
}

void suppression_free(struct suppression *s)
{
    if (s == NULL) {
        return;
    }
    for (size_t i = 0; s->sets != NULL && i < s->n_namespaces; i++) {
        map_release(&s->sets[i]);
    }
    mem_free(s->sets);
    mem_free(s->covers);
    mem_free(s);
}
