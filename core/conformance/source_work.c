// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "source_work.h"

#include "mem.h"

static pt_status take_schema(void *ctx, struct ArrowSchema *schema, pt_error *err)
{
    struct source_work *w = ctx;
    if (w->schema.n > 0) {
        subject_fault(w->subject, "discover reports two schemas");
    }
    schema_release(&w->schema);
    pt_status status = schema_import(schema, &w->schema, err);
    if (schema->release != NULL) {
        schema->release(schema);
    }
    return status;
}

static pt_status take_time_column(void *ctx, const char *name, pt_error *err)
{
    (void)ctx;
    (void)name;
    (void)err;
    return PT_OK;
}

static pt_status take_state(void *ctx, pt_bytes state, pt_error *err)
{
    struct source_work *w = ctx;
    if (state.size > PT_STATE_MAX) {
        subject_fault(w->subject, "discover gives a state of %llu bytes; %u are allowed",
                      (unsigned long long)state.size, PT_STATE_MAX);
        FAIL(err, PT_E_LIMIT, "too large a state");
    }
    str_reset(&w->state);
    if (!str_add_n(&w->state, (const char *)state.data, state.size)) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    return PT_OK;
}

static void take_note(void *ctx, const char *text)
{
    struct source_work *w = ctx;
    if (text == NULL || !text_is_utf8(text_of(text), NULL)) {
        subject_fault(w->subject, "discover gives a note that is no UTF-8 text");
    }
}

pt_status work_create(struct source_work *w, struct subject *s, const struct config *config,
                      struct pt_error *err)
{
    *w = (struct source_work){.subject = s, .v = s->component->vtable, .config = config};
    return subject_create(s, config, &w->self, err);
}

pt_status work_discover(struct source_work *w, struct pt_error *err)
{
    const pt_discovery discovery = {.struct_size = sizeof discovery,
                                    .ctx = w,
                                    .schema = take_schema,
                                    .time_column = take_time_column,
                                    .state = take_state,
                                    .note = take_note};
    TRY(w->v->discover(w->self, &discovery, err));
    if (w->schema.n == 0) {
        FAIL(err, PT_E_DATA, "discover reports no columns");
    }
    return PT_OK;
}

pt_status work_bind(struct source_work *w, const size_t *columns, size_t n, struct pt_error *err)
{
    if (columns == NULL) {
        n = w->schema.n;
    }
    const char **names = arena_zero(&w->arena, n, sizeof *names);
    struct schema_field *fields = arena_zero(&w->arena, n, sizeof *fields);
    if (names == NULL || fields == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < n; i++) {
        fields[i] = w->schema.fields[columns == NULL ? i : columns[i]];
        names[i] = fields[i].name;
    }
    const pt_column_list list = {.struct_size = sizeof list, .n = (uint32_t)n, .names = names};
    const pt_bytes state = {(const uint8_t *)w->state.p, w->state.n};
    TRY(w->v->bind(w->self, state, &list, err));
    w->bound = (struct schema){.fields = fields, .n = n, .zone = w->schema.zone};
    return PT_OK;
}

static pt_status take_split(void *ctx, const pt_split *split, pt_error *err)
{
    struct source_work *w = ctx;
    if (split->id == NULL || split->id[0] == '\0' || split->data.size > PT_SPLIT_MAX) {
        subject_fault(w->subject, "plan emits a split without an id or of more than %u bytes",
                      PT_SPLIT_MAX);
        FAIL(err, PT_E_LIMIT, "a split that cannot be");
    }
    struct work_split copy = {.est_rows = split->est_rows, .est_bytes = split->est_bytes};
    copy.id = arena_strdup(&w->arena, split->id);
    copy.file = split->file == NULL ? NULL : arena_strdup(&w->arena, split->file);
    copy.data.data =
        (uint8_t *)arena_strndup(&w->arena, (const char *)split->data.data, split->data.size);
    copy.data.size = split->data.size;
    if (copy.id == NULL || copy.data.data == NULL ||
        !mem_reserve(&w->splits, &w->splits_capacity, w->n_splits + 1, sizeof *w->splits)) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < w->n_splits; i++) {
        if (strcmp(w->splits[i].id, copy.id) == 0) {
            subject_fault(w->subject, "plan emits two splits with the id %s", copy.id);
        }
    }
    w->splits[w->n_splits++] = copy;
    return PT_OK;
}

pt_status work_plan(struct source_work *w, uint64_t target_bytes, struct pt_error *err)
{
    const pt_plan_request request = {.struct_size = sizeof request,
                                     .n_hint = 2,
                                     .target_bytes = target_bytes,
                                     .ctx = w,
                                     .emit = take_split};
    w->n_splits = 0;
    return w->v->plan(w->self, &request, err);
}

pt_status work_begin(struct source_work *w, struct subject *s, const struct config *config,
                     uint64_t target_bytes, struct pt_error *err)
{
    TRY(work_create(w, s, config, err));
    TRY(work_discover(w, err));
    TRY(work_bind(w, NULL, 0, err));
    return work_plan(w, target_bytes, err);
}

static pt_status take_reject(void *ctx, const pt_reject *reject, pt_error *err)
{
    struct work_watch *watch = ctx;
    struct subject *s = watch->work->subject;
    if (reject->reason == NULL || reject->reason[0] == '\0' ||
        !text_is_utf8(text_of(reject->reason), NULL)) {
        subject_fault(s, "a reject without a reason");
    }
    if (reject->excerpt.data == NULL && reject->excerpt.size > 0) {
        subject_fault(s, "a reject whose excerpt is %llu bytes at NULL",
                      (unsigned long long)reject->excerpt.size);
    }
    if (watch->n_counted > 0) {
        subject_fault(s, "a reject after counted()");
    }
    watch->highest_line = reject->line > watch->highest_line ? reject->line : watch->highest_line;
    watch->rejected++;
    if (watch->work->rejects_fail) {
        FAIL(err, PT_E_LIMIT, "too many rejects");
    }
    return PT_OK;
}

static pt_status take_counted(void *ctx, uint64_t records, uint64_t lines, pt_error *err)
{
    struct work_watch *watch = ctx;
    (void)err;
    watch->n_counted++;
    watch->lines = lines;
    watch->rows->records += records;
    return PT_OK;
}

pt_status work_open(struct source_work *w, const struct work_split *split, uint32_t batch_rows,
                    struct work_watch *watch, struct ArrowArrayStream *out, struct pt_error *err)
{
    const pt_split handed = {.struct_size = sizeof handed,
                             .id = split->id,
                             .data = split->data,
                             .file = split->file,
                             .est_rows = split->est_rows,
                             .est_bytes = split->est_bytes};
    watch->work = w;
    watch->run = (pt_split_run){.struct_size = sizeof watch->run,
                                .batch_rows = batch_rows,
                                .max_record = (uint64_t)1 << 20,
                                .ctx = watch,
                                .reject = take_reject,
                                .counted = take_counted,
                                .err = &watch->inner};
    *out = (struct ArrowArrayStream){0};
    return w->v->open(w->self, &handed, &watch->run, out, err);
}

uint64_t work_row_hash(const struct batch *b, size_t n_columns, size_t row)
{
    uint64_t hash = DIGEST_INIT;
    for (size_t c = 0; c < n_columns; c++) {
        const struct vec *v = &b->columns[c];
        uint8_t is_there = vec_is_valid(v, row);
        hash = digest_add(hash, &is_there, 1);
        if (!is_there) {
            continue;
        }
        if (v->type == VEC_STR) {
            struct text text = vec_text(v, row);
            hash = digest_add(digest_add(hash, text.p, text.n), &text.n, sizeof text.n);
        } else if (v->type == VEC_BOOL) {
            hash = digest_add(hash, &v->b[row], 1);
        } else {
            const void *at = v->type == VEC_F64 ? (const void *)&v->f[row] : &v->i[row];
            hash = digest_add(hash, at, 8);
        }
    }
    return hash;
}

static pt_status keep_rows(struct work_rows *rows, const struct batch *b, size_t n_columns,
                           struct pt_error *err)
{
    if (!mem_reserve(&rows->hashes, &rows->capacity, rows->n + b->n_rows, sizeof *rows->hashes)) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    for (size_t i = 0; i < b->n_rows; i++) {
        rows->hashes[rows->n++] = work_row_hash(b, n_columns, i);
    }
    return PT_OK;
}

static pt_status read_stream(struct source_work *w, struct ArrowArrayStream *stream,
                             struct work_watch *watch, struct pt_error *err)
{
    struct batch batch = {0};
    pt_status status = PT_OK;
    for (;;) {
        struct ArrowArray array = {0};
        status = stream->get_next(stream, &array);
        if (status != PT_OK) {
            const char *text = stream->get_last_error(stream);
            error_set(err, status, "get_next: %s", text == NULL ? "" : text);
            break;
        }
        if (array.release == NULL) {
            break;
        }
        status = batch_import(&batch, &w->bound, &array, true, err);
        if (status != PT_OK) {
            array.release(&array);
            if (status != PT_E_NO_MEMORY) {
                subject_fault(w->subject, "a batch is wrong: %s", err->message);
            }
            break;
        }
        status = keep_rows(watch->rows, &batch, w->bound.n, err);
        if (status != PT_OK) {
            break;
        }
    }
    batch_release(&batch);
    return status;
}

static void check_counts(struct source_work *w, const struct work_watch *watch, size_t rows,
                         uint64_t records)
{
    struct subject *s = w->subject;
    if (watch->n_counted != 1) {
        subject_fault(s, "counted() is called %llu times for a split",
                      (unsigned long long)watch->n_counted);
    } else if (records != rows + watch->rejected) {
        subject_fault(s, "a split counts %llu records, gives %zu rows and rejects %llu",
                      (unsigned long long)records, rows, (unsigned long long)watch->rejected);
    }
    if (watch->rejected > 0 && watch->highest_line >= watch->lines && watch->n_counted == 1) {
        subject_fault(s, "a reject of line %llu in a split of %llu lines",
                      (unsigned long long)watch->highest_line + 1,
                      (unsigned long long)watch->lines);
    }
}

pt_status work_read(struct source_work *w, const struct work_split *split, uint32_t batch_rows,
                    struct work_rows *out, struct pt_error *err)
{
    struct work_watch watch = {.rows = out};
    struct ArrowArrayStream stream;
    size_t rows_before = out->n;
    uint64_t records_before = out->records;
    TRY(work_open(w, split, batch_rows, &watch, &stream, err));
    pt_status status = read_stream(w, &stream, &watch, err);
    if (stream.release != NULL) {
        stream.release(&stream);
    } else {
        subject_fault(w->subject, "open gives a stream without release");
    }
    if (status == PT_OK) {
        check_counts(w, &watch, out->n - rows_before, out->records - records_before);
    }
    out->rejected += watch.rejected;
    out->n_counted += watch.n_counted;
    return status;
}

pt_status work_read_all(struct source_work *w, uint32_t batch_rows, struct work_rows *out,
                        struct pt_error *err)
{
    for (size_t i = 0; i < w->n_splits; i++) {
        TRY(work_read(w, &w->splits[i], batch_rows, out, err));
    }
    return PT_OK;
}

void work_release(struct source_work *w)
{
    if (w->self != NULL) {
        w->v->destroy(w->self);
    }
    schema_release(&w->schema);
    str_release(&w->state);
    mem_free(w->splits);
    arena_release(&w->arena);
    *w = (struct source_work){0};
}

void work_rows_release(struct work_rows *rows)
{
    mem_free(rows->hashes);
    *rows = (struct work_rows){0};
}

pt_status source_life(struct subject *s, uint64_t *digest, struct pt_error *err)
{
    struct source_work work;
    struct work_rows rows = {0};
    pt_status status = work_begin(&work, s, s->config, (uint64_t)1 << 16, err);
    if (status == PT_OK) {
        status = work_read_all(&work, 1024, &rows, err);
    }
    *digest = digest_add(DIGEST_INIT, rows.hashes, rows.n * sizeof *rows.hashes);
    *digest = digest_add(*digest, &rows.rejected, sizeof rows.rejected);
    work_release(&work);
    work_rows_release(&rows);
    return status;
}
