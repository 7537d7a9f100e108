// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Reading the splits of a source: each by one thread, in the order of the plan.
#include <portrait/source.h>

#include "mem.h"
#include "source_instance.h"

struct split {
    const char *id;
    const char *file;
    pt_bytes data;
    uint64_t est_rows;
    uint64_t est_bytes;
};

struct split_list {
    struct arena arena;
    struct split *items;
    size_t n;
    size_t capacity;
};

struct reading {
    const struct source_read *read;
    struct split_list splits;
    struct quarantine *rejects;
    uint64_t *good;      // a split
    uint64_t rows_taken; // with needs_row or row_limit: splits come one by one
};

// One open split.
struct split_reading {
    struct reading *reading;
    struct quarantine_part *part;
    uint32_t ordinal;
    uint64_t rows;
    uint64_t records;
    uint64_t lines;
    bool has_counted;
    void *taker;
    struct ArrowArrayStream stream;
    struct batch batch;
    struct vec *columns;   // of the whole schema
    struct pt_error inner; // what host calls inside get_next said
};

static pt_status emit_split(void *ctx, const pt_split *split, pt_error *err)
{
    struct split_list *list = ctx;
    if (split->data.size > PT_SPLIT_MAX) {
        FAIL(err, PT_E_LIMIT, "a split is described by %llu bytes, at most %u are allowed",
             (unsigned long long)split->data.size, PT_SPLIT_MAX);
    }
    struct split copy = {.est_rows = split->est_rows, .est_bytes = split->est_bytes};
    copy.id = arena_strdup(&list->arena, split->id == NULL ? "" : split->id);
    copy.file = split->file == NULL ? NULL : arena_strdup(&list->arena, split->file);
    char *data = arena_strndup(&list->arena, (const char *)split->data.data, split->data.size);
    if (copy.id == NULL || data == NULL || (split->file != NULL && copy.file == NULL) ||
        !mem_reserve(&list->items, &list->capacity, list->n + 1, sizeof *list->items)) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    copy.data = (pt_bytes){(const uint8_t *)data, split->data.size};
    list->items[list->n++] = copy;
    return PT_OK;
}

static pt_status plan_splits(struct reading *r, struct pt_error *err)
{
    struct source_instance *s = r->read->source;
    const pt_source_vtable *v = s->component->vtable;
    const pt_plan_request request = {
        .struct_size = sizeof request,
        .n_hint = pool_threads(r->read->pool),
        .target_bytes = r->read->split_bytes == 0 ? SOURCE_SPLIT_BYTES : r->read->split_bytes,
        .ctx = &r->splits,
        .emit = emit_split,
    };
    return source_told(v->plan(s->self, &request, err), err);
}

static pt_status on_reject(void *ctx, const pt_reject *reject, pt_error *err)
{
    struct split_reading *s = ctx;
    return quarantine_reject(s->part, reject, err);
}

static pt_status on_counted(void *ctx, uint64_t records, uint64_t lines, pt_error *err)
{
    struct split_reading *s = ctx;
    (void)err;
    s->records = records;
    s->lines = lines;
    s->has_counted = true;
    return PT_OK;
}

static pt_status stream_failed(struct split_reading *s, int code, struct pt_error *err)
{
    const char *text =
        s->stream.get_last_error == NULL ? NULL : s->stream.get_last_error(&s->stream);
    pt_status status = code >= PT_E_INVALID && code <= PT_E_INTERNAL ? code : PT_E_INTERNAL;
    bool has_text = text != NULL && text[0] != '\0';
    if (s->inner.code == PT_OK) {
        FAIL(err, status, "%s", has_text ? text : error_name(status));
    }
    FAIL(err, status, "%s%s%s", has_text ? text : "", has_text ? ": " : "", s->inner.message);
}

static bool is_full(const struct reading *r)
{
    return r->read->row_limit != 0 && r->rows_taken >= r->read->row_limit;
}

static pt_status hand_on(struct split_reading *s, struct pt_error *err)
{
    struct reading *r = s->reading;
    const struct source_instance *source = r->read->source;
    size_t n = s->batch.n_rows;
    uint64_t first = s->rows;
    if (r->read->needs_row || r->read->row_limit != 0) {
        uint64_t left = r->read->row_limit == 0 ? n : r->read->row_limit - r->rows_taken;
        n = n < left ? n : (size_t)left;
        first = r->rows_taken;
        r->rows_taken += n;
    }
    for (size_t i = 0; i < source->n_bound; i++) {
        s->columns[source->bound[i]] = s->batch.columns[i];
        s->columns[source->bound[i]].n = n;
    }
    s->rows += s->batch.n_rows;
    if (r->read->rows_seen != NULL) {
        *r->read->rows_seen += n;
    }
    return n == 0 ? PT_OK : r->read->taker.rows(s->taker, s->columns, n, first, err);
}

// A batch that does not hold what its schema says is the plugin's fault, not the data's.
static pt_status wrong_batch(pt_status status, struct pt_error *err)
{
    if (status == PT_E_NO_MEMORY) {
        return status;
    }
    error_prefix(err, "the plugin gave a wrong batch");
    if (err != NULL) {
        err->code = PT_E_INTERNAL;
    }
    return PT_E_INTERNAL;
}

static pt_status read_stream(struct split_reading *s, struct pt_error *err)
{
    const struct source_read *read = s->reading->read;
    while (!is_full(s->reading)) {
        if (read->cancelled != NULL && *read->cancelled != 0) {
            FAIL(err, PT_E_CANCELLED, "stopped");
        }
        struct ArrowArray array = {0};
        int code = s->stream.get_next(&s->stream, &array);
        if (code != 0) {
            return stream_failed(s, code, err);
        }
        if (array.release == NULL) {
            break;
        }
        pt_status status = batch_import(&s->batch, &read->source->bound_schema, &array,
                                        read->source->is_checked, err);
        if (status != PT_OK) {
            array.release(&array);
            return wrong_batch(status, err);
        }
        TRY(hand_on(s, err));
    }
    return PT_OK;
}

static pt_status check_counts(struct split_reading *s, struct pt_error *err)
{
    uint64_t rejected = quarantine_part_rows(s->part);
    if (is_full(s->reading)) {
        return PT_OK;
    }
    if (!s->has_counted || s->records != s->rows + rejected) {
        FAIL(err, PT_E_INTERNAL,
             "the plugin counted %llu records, but gave %llu rows and rejected %llu",
             (unsigned long long)s->records, (unsigned long long)s->rows,
             (unsigned long long)rejected);
    }
    return PT_OK;
}

static pt_status open_stream(struct split_reading *s, const pt_split_run *run, struct pt_error *err)
{
    const struct source_instance *source = s->reading->read->source;
    const struct split *split = &s->reading->splits.items[s->ordinal];
    const pt_split handed = {
        .struct_size = sizeof handed,
        .id = split->id,
        .data = split->data,
        .file = split->file,
        .est_rows = split->est_rows,
        .est_bytes = split->est_bytes,
    };
    const pt_source_vtable *v = source->component->vtable;
    return source_told(v->open(source->self, &handed, run, &s->stream, err), err);
}

static pt_status read_begun(struct split_reading *s, struct pt_error *err)
{
    const struct source_read *read = s->reading->read;
    const pt_split_run run = {
        .struct_size = sizeof run,
        .batch_rows = SOURCE_BATCH_ROWS,
        .max_record = read->max_record,
        .ctx = s,
        .reject = on_reject,
        .counted = on_counted,
        .err = &s->inner,
    };
    TRY(open_stream(s, &run, err));
    pt_status status = read_stream(s, err);
    if (s->stream.release != NULL) {
        s->stream.release(&s->stream);
    }
    return status == PT_OK ? check_counts(s, err) : status;
}

static pt_status read_split(void *arg, uint64_t item, uint32_t worker, struct pt_error *err)
{
    struct reading *r = arg;
    (void)worker;
    struct split_reading s = {.reading = r, .ordinal = (uint32_t)item};
    s.part = quarantine_part_of(r->rejects, s.ordinal);
    quarantine_part_file(s.part, r->splits.items[item].file);
    if (is_full(r)) {
        return PT_OK;
    }
    s.columns = mem_zero(r->read->source->schema.n, sizeof *s.columns);
    if (s.columns == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    pt_status status = r->read->taker.begin(r->read->taker.ctx, s.ordinal, &s.taker, err);
    if (status == PT_OK) {
        status = read_begun(&s, err);
        pt_status ended =
            r->read->taker.end(s.taker, status == PT_OK, status == PT_OK ? err : NULL);
        status = status == PT_OK ? ended : status;
    }
    if (status != PT_OK && status != PT_E_CANCELLED && r->splits.items[item].file != NULL) {
        error_prefix(err, "%s", r->splits.items[item].file);
    }
    quarantine_part_lines(s.part, s.lines);
    r->good[item] = s.rows;
    batch_release(&s.batch);
    mem_free(s.columns);
    return status;
}

static pt_status read_splits(struct reading *r, struct pt_error *err)
{
    if (!r->read->needs_row && r->read->row_limit == 0 &&
        r->read->source->component->threads >= PT_THREADS_PARALLEL_READERS) {
        return pool_run(r->read->pool, r->splits.n, read_split, r, err);
    }
    for (size_t i = 0; i < r->splits.n; i++) {
        TRY(read_split(r, i, 0, err));
    }
    return PT_OK;
}

pt_status source_read_all(const struct source_read *read, struct source_counts *out,
                          struct pt_error *err)
{
    struct reading r = {.read = read};
    pt_status status = plan_splits(&r, err);
    if (status != PT_OK) {
        goto cleanup;
    }
    r.good = mem_zero(r.splits.n, sizeof *r.good);
    if (r.good == NULL) {
        status = error_set(err, PT_E_NO_MEMORY, "out of memory");
        goto cleanup;
    }
    status =
        quarantine_new(read->quarantine_folder, read->name, (uint32_t)r.splits.n, &r.rejects, err);
    if (status == PT_OK) {
        status = read_splits(&r, err);
    }
    if (status == PT_OK) {
        status = quarantine_finish(r.rejects, err);
    }
    if (status != PT_OK) {
        goto cleanup;
    }
    *out = (struct source_counts){.splits = (uint32_t)r.splits.n, .rejects = r.rejects};
    for (size_t i = 0; i < r.splits.n; i++) {
        out->good += r.good[i];
    }
    out->rejected = quarantine_rows(r.rejects);
    r.rejects = NULL;

cleanup:
    quarantine_free(r.rejects);
    mem_free(r.good);
    mem_free(r.splits.items);
    arena_release(&r.splits.arena);
    return status;
}
