// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The table is handed over a batch at a time, so that a sink's memory does not grow with its rows.
#include "export.h"

#include <inttypes.h>
#include <string.h>

#include "host_bytes.h"
#include "mem.h"

#define FILE_BATCH_ROWS ((size_t)65536)
// A body never spans two batches, so this fixes where bodies end: a multiple of usual body sizes.
#define BODY_BATCH_ROWS ((size_t)36000)

// A run of the job's rows as they are handed over.
struct span {
    const struct export_job *job;
    size_t begin;
    size_t n;
    size_t *index; // of the table's rows; used when the job takes all rows
    size_t index_capacity;
};

typedef pt_status (*take_batch)(void *ctx, const struct span *span, const struct ArrowArray *batch,
                                struct pt_error *err);

static pt_status no_memory(struct pt_error *err)
{
    return error_set(err, PT_E_NO_MEMORY, "no memory for an export");
}

static size_t total_rows(const struct export_job *job)
{
    return job->rows == NULL ? job->table->n_rows : job->n_rows;
}

static size_t table_row(const struct span *s, size_t row)
{
    return s->job->rows == NULL ? s->begin + row : s->job->rows[s->begin + row];
}

static struct export_request request_of(const struct export_job *job)
{
    return (struct export_request){
        .table = job->table, .columns = job->columns, .n_columns = job->n_columns};
}

static pt_status span_rows(struct span *s, const size_t **out, struct pt_error *err)
{
    if (s->job->rows != NULL) {
        *out = s->job->rows + s->begin;
        return PT_OK;
    }
    if (!mem_reserve(&s->index, &s->index_capacity, s->n, sizeof *s->index)) {
        return no_memory(err);
    }
    for (size_t i = 0; i < s->n; i++) {
        s->index[i] = s->begin + i;
    }
    *out = s->index;
    return PT_OK;
}

static pt_status hand_over(struct span *s, take_batch take, void *ctx, struct pt_error *err)
{
    struct export_request request = request_of(s->job);
    struct ArrowArray batch = {0};
    request.n_rows = s->n;
    TRY(span_rows(s, &request.row_index, err));
    TRY(batch_export(&request, NULL, &batch, err));
    pt_status status = take(ctx, s, &batch, err);
    if (batch.release != NULL) {
        batch.release(&batch);
    }
    return status;
}

static pt_status hand_over_all(struct span *s, size_t batch_rows, take_batch take, void *ctx,
                               struct pt_error *err)
{
    size_t total = total_rows(s->job);
    for (s->begin = 0; s->begin < total; s->begin += s->n) {
        if (s->job->cancelled != NULL && *s->job->cancelled != 0) {
            FAIL(err, PT_E_CANCELLED, "sink `%s` was asked to stop", s->job->name);
        }
        s->n = total - s->begin < batch_rows ? total - s->begin : batch_rows;
        TRY(hand_over(s, take, ctx, err));
    }
    return PT_OK;
}

static pt_status each_batch(const struct export_job *job, size_t usual_rows, take_batch take,
                            void *ctx, struct pt_error *err)
{
    struct span span = {.job = job};
    size_t batch_rows = job->batch_rows == 0 ? usual_rows : job->batch_rows;
    pt_status status = hand_over_all(&span, batch_rows, take, ctx, err);
    mem_free(span.index);
    return status;
}

// begin ... with the schema of the batches; the schema lives until `schema` is released.
static pt_status begin(const struct export_job *job, pt_sink_shape shape,
                       struct ArrowSchema *schema, struct pt_error *err)
{
    struct export_request request = request_of(job);
    TRY(schema_export(&request, schema, err));
    const pt_sink_job about = {
        .struct_size = sizeof about,
        .shape = shape,
        .pipeline = job->pipeline,
        .audience = job->audience,
        .sink = job->name,
        .wave = job->wave,
        .now_ms = job->now_ms,
        .n_rows = total_rows(job),
        .schema = schema,
    };
    return job->sink->begin(job->self, &about, err);
}

static void release_schema(struct ArrowSchema *schema)
{
    if (schema->release != NULL) {
        schema->release(schema);
    }
}

static pt_status take_file_batch(void *ctx, const struct span *span, const struct ArrowArray *batch,
                                 struct pt_error *err)
{
    return span->job->sink->render_file(span->job->self, batch, ctx, err);
}

pt_status export_file(const struct export_job *job, pt_writer *writer, struct pt_error *err)
{
    if (job->sink->begin == NULL || job->sink->render_file == NULL || job->sink->finish == NULL) {
        FAIL(err, PT_E_INVALID, "sink `%s` renders no file", job->name);
    }
    struct ArrowSchema schema = {0};
    pt_status status = begin(job, PT_SINK_FILE, &schema, err);
    if (status == PT_OK) {
        status = each_batch(job, FILE_BATCH_ROWS, take_file_batch, writer, err);
    }
    if (status == PT_OK) {
        status = job->sink->finish(job->self, writer, err);
    }
    release_schema(&schema);
    return status;
}

static pt_status write_publish(void *ctx, const void *data, uint64_t size, struct pt_error *err)
{
    return publish_write(ctx, data, size, err);
}

pt_status export_publish(const struct export_job *job, struct publish *out, struct pt_error *err)
{
    struct pt_writer writer = {.ctx = out, .write = write_publish};
    return export_file(job, &writer, err);
}

// What the callbacks of one batch need.
struct bodies {
    const struct export_job *job;
    struct delivery_freezer *freezer;
    struct arena arena;    // of the batch
    const char **ids;      // a row
    const char **profiles; // a row
    uint8_t *carried;      // a row
    size_t n_rows;
};

static const char *row_id(void *ctx, uint64_t row)
{
    const struct bodies *b = ctx;
    return row < b->n_rows ? b->ids[row] : NULL;
}

static const char *row_profile(void *ctx, uint64_t row)
{
    const struct bodies *b = ctx;
    return row < b->n_rows ? b->profiles[row] : NULL;
}

static pt_status take_body(void *ctx, pt_bytes body, const char *content_type, uint64_t first_row,
                           uint64_t n_rows, pt_error *err)
{
    struct bodies *b = ctx;
    if (n_rows == 0 || first_row >= b->n_rows || n_rows > b->n_rows - first_row) {
        FAIL(err, PT_E_INTERNAL, "sink `%s` rendered a body of rows that do not exist",
             b->job->name);
    }
    for (uint64_t row = first_row; row < first_row + n_rows; row++) {
        if (b->carried[row]) {
            FAIL(err, PT_E_INTERNAL, "sink `%s` rendered a row into two bodies", b->job->name);
        }
        b->carried[row] = 1;
    }
    const struct delivery_body frozen = {.bytes = body,
                                         .content_type = content_type,
                                         .ids = b->ids + first_row,
                                         .profiles = b->profiles + first_row,
                                         .n = n_rows};
    return delivery_freezer_add(b->freezer, &frozen, err);
}

static pt_status name_rows(struct bodies *b, const struct span *span, struct pt_error *err)
{
    const struct export_job *job = b->job;
    const struct delivery_key key = {job->pipeline, job->audience, job->name, job->wave};
    const struct text *names = job->table->columns[job->profile].s;
    for (size_t i = 0; i < span->n; i++) {
        struct text profile = names[table_row(span, i)];
        char *id = arena_alloc(&b->arena, DELIVERY_ID_CHARS);
        char *name = arena_strndup(&b->arena, profile.n == 0 ? "" : profile.p, profile.n);
        if (id == NULL || name == NULL) {
            return no_memory(err);
        }
        TRY(delivery_id(&key, profile, id, err));
        b->ids[i] = id;
        b->profiles[i] = name;
    }
    return PT_OK;
}

static pt_status take_bodies_batch(void *ctx, const struct span *span,
                                   const struct ArrowArray *batch, struct pt_error *err)
{
    struct bodies *b = ctx;
    const pt_body_out out = {.struct_size = sizeof out,
                             .ctx = b,
                             .body = take_body,
                             .delivery_id = row_id,
                             .profile = row_profile};
    arena_reset(&b->arena);
    b->n_rows = span->n;
    b->ids = arena_zero(&b->arena, span->n, sizeof *b->ids);
    b->profiles = arena_zero(&b->arena, span->n, sizeof *b->profiles);
    b->carried = arena_zero(&b->arena, span->n, 1);
    if (b->ids == NULL || b->profiles == NULL || b->carried == NULL) {
        return no_memory(err);
    }
    TRY(name_rows(b, span, err));
    TRY(b->job->sink->render_bodies(b->job->self, batch, &out, err));
    if (memchr(b->carried, 0, span->n) != NULL) {
        FAIL(err, PT_E_INTERNAL, "sink `%s` left a row out of its bodies", b->job->name);
    }
    return PT_OK;
}

static pt_status check_bodies(const struct export_job *job, struct pt_error *err)
{
    const struct table *t = job->table;
    if (job->sink->begin == NULL || job->sink->render_bodies == NULL || job->sink->finish == NULL) {
        FAIL(err, PT_E_INVALID, "sink `%s` renders no bodies", job->name);
    }
    if (job->profile >= t->n_columns || t->columns[job->profile].type != VEC_STR) {
        FAIL(err, PT_E_INVALID, "sink `%s`: the profile column is no text", job->name);
    }
    return PT_OK;
}

pt_status export_bodies(const struct export_job *job, struct delivery_freezer *out,
                        struct pt_error *err)
{
    TRY(check_bodies(job, err));
    struct bodies b = {.job = job, .freezer = out};
    struct ArrowSchema schema = {0};
    pt_status status = begin(job, PT_SINK_DELIVERY, &schema, err);
    if (status == PT_OK) {
        status = each_batch(job, BODY_BATCH_ROWS, take_bodies_batch, &b, err);
    }
    if (status == PT_OK) {
        status = job->sink->finish(job->self, NULL, err);
    }
    release_schema(&schema);
    arena_release(&b.arena);
    return status;
}
