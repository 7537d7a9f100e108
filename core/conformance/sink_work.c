// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "sink_work.h"

#include <stdio.h>
#include <string.h>

#include "mem.h"

static const char *const texts[] = {
    "Ada",
    "Lovelace, Ada",
    "a \"quoted\" word",
    "two\nlines",
    "tab\there",
    "=1+1",
    "+44 20 7946",
    "-5",
    "@cmd",
    "\u00e9t\u00e9 \u6771\u4eac \U0001F600",
    "",
    " padded ",
    "semi;colon",
    "null",
    "back\\slash",
    "<b>&amp;</b>",
};
#define N_TEXTS (sizeof texts / sizeof texts[0])

static void fill_cell(struct column *c, size_t row)
{
    static const int64_t whole[] = {0, -1, INT64_MAX, INT64_MIN, 42, 1000000};
    static const double real[] = {0.0, -0.5, 1e300, -1e-300, 0.1, 123456789.125};
    switch (c->type) {
    case VEC_BOOL:
        c->b[row] = row % 2 == 0;
        break;
    case VEC_I64:
        c->i[row] = whole[row % 6];
        break;
    case VEC_F64:
        c->f[row] = real[row % 6];
        break;
    case VEC_STR:
        c->s[row] = text_of(texts[row % N_TEXTS]);
        break;
    case VEC_DATE:
        c->i[row] = (int64_t)row * 400 - 3000;
        break;
    case VEC_TIME:
        c->i[row] = (int64_t)row * 86399123457 - 400000000;
        break;
    }
}

// Texts of a column without gaps are all different, as names of people are.
static bool set_apart(struct table *t, struct column *c)
{
    for (size_t row = 0; row < t->n_rows; row++) {
        char *text = arena_printf(&t->arena, "%.*s %zu", (int)c->s[row].n, c->s[row].p, row);
        if (text == NULL) {
            return false;
        }
        c->s[row] = text_of(text);
    }
    return true;
}

static bool add_column(struct table *t, const char *name, enum vec_type type, bool with_nulls)
{
    struct column *c = table_add(t, name, type, with_nulls);
    for (size_t row = 0; c != NULL && row < t->n_rows; row++) {
        fill_cell(c, row);
        if (with_nulls) {
            c->valid[row] = row % 3 != 0;
        }
    }
    return c != NULL && (type != VEC_STR || with_nulls || set_apart(t, c));
}

static bool build_table(struct table *t, enum sink_rows rows)
{
    static const struct {
        const char *name;
        enum vec_type type;
    } columns[] = {
        {"name", VEC_STR},  {"is_known", VEC_BOOL}, {"visits", VEC_I64},
        {"spend", VEC_F64}, {"born", VEC_DATE},     {"last_seen", VEC_TIME},
    };

    bool is_good = true;
    t->n_rows = SINK_ROWS;
    for (size_t i = 0; i < sizeof columns / sizeof columns[0]; i++) {
        enum vec_type type = rows == SINK_TEXTS ? VEC_STR : columns[i].type;
        char with_nulls[32];
        snprintf(with_nulls, sizeof with_nulls, "%s_or_not", columns[i].name);
        is_good = is_good && add_column(t, columns[i].name, type, false) &&
                  add_column(t, with_nulls, type, true);
    }
    return is_good;
}

static pt_status export_rows(struct sink_work *w, const size_t *index, uint64_t n,
                             struct ArrowSchema *schema, struct ArrowArray *array,
                             struct pt_error *err)
{
    struct export_column columns[16] = {{0}};
    for (size_t i = 0; i < w->table.n_columns; i++) {
        columns[i] = (struct export_column){.column = i};
    }
    const struct export_request request = {.table = &w->table,
                                           .columns = columns,
                                           .n_columns = w->table.n_columns,
                                           .row_index = index,
                                           .n_rows = n};
    return array == NULL ? schema_export(&request, schema, err)
                         : batch_export(&request, NULL, array, err);
}

pt_status sink_create(struct sink_work *w, struct subject *s, enum sink_rows rows,
                      struct pt_error *err)
{
    *w = (struct sink_work){.subject = s,
                            .v = s->component->vtable,
                            .is_delivery = (s->component->caps & PT_CAP_DELIVERY) != 0};
    if (!build_table(&w->table, rows)) {
        FAIL(err, PT_E_NO_MEMORY, "out of memory");
    }
    TRY(export_rows(w, NULL, SINK_ROWS, &w->schema, NULL, err));
    return subject_create(s, s->config, &w->self, err);
}

pt_status sink_begin(struct sink_work *w, uint64_t n_rows, struct pt_error *err)
{
    w->job = (pt_sink_job){.struct_size = sizeof w->job,
                           .shape = w->is_delivery ? PT_SINK_DELIVERY : PT_SINK_FILE,
                           .pipeline = "check",
                           .audience = "all",
                           .sink = "check",
                           .wave = "1",
                           .now_ms = INT64_C(1750000000000),
                           .n_rows = n_rows,
                           .schema = &w->schema};
    return w->v->begin(w->self, &w->job, err);
}

static pt_status take_body(void *ctx, pt_bytes body, const char *content_type, uint64_t first_row,
                           uint64_t n_rows, pt_error *err)
{
    struct sink_work *w = ctx;
    if (first_row != w->next_row || n_rows == 0 || n_rows > w->rows_of_batch - first_row) {
        subject_fault(w->subject, "a body carries rows %llu to %llu where row %llu of %llu is next",
                      (unsigned long long)first_row, (unsigned long long)(first_row + n_rows),
                      (unsigned long long)w->next_row, (unsigned long long)w->rows_of_batch);
    }
    if (content_type == NULL || content_type[0] == '\0') {
        subject_fault(w->subject, "a body without a content type");
    }
    w->next_row = first_row + n_rows;
    TRY(page_write(w->page, body.data, body.size, err));
    return page_write(w->page, "\n", 1, err);
}

static const char *id_of_row(void *ctx, uint64_t row)
{
    const struct sink_work *w = ctx;
    static const char *const ids[] = {
        "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff",
        "ffeeddccbbaa99887766554433221100ffeeddccbbaa99887766554433221100",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    };
    return ids[(w->first_row + row) % 3];
}

static const char *profile_of_row(void *ctx, uint64_t row)
{
    const struct sink_work *w = ctx;
    return (w->first_row + row) % 2 == 0 ? "email:ada@example.org" : "customer:17";
}

static pt_status render_bodies(struct sink_work *w, const struct ArrowArray *array,
                               struct pt_error *err)
{
    const pt_body_out out = {.struct_size = sizeof out,
                             .ctx = w,
                             .body = take_body,
                             .delivery_id = id_of_row,
                             .profile = profile_of_row};
    w->next_row = 0;
    TRY(w->v->render_bodies(w->self, array, &out, err));
    if (w->next_row != w->rows_of_batch) {
        subject_fault(w->subject, "bodies carry %llu of %llu rows", (unsigned long long)w->next_row,
                      (unsigned long long)w->rows_of_batch);
    }
    return PT_OK;
}

pt_status sink_render(struct sink_work *w, uint64_t first, uint64_t n, struct page *page,
                      struct pt_error *err)
{
    size_t index[SINK_ROWS];
    struct ArrowArray array = {0};
    for (uint64_t i = 0; i < n && i < SINK_ROWS; i++) {
        index[i] = (size_t)(first + i);
    }
    TRY(export_rows(w, index, n, NULL, &array, err));
    w->page = page;
    w->first_row = first;
    w->rows_of_batch = n;
    pt_writer writer = {.ctx = page, .write = page_write};
    pt_status status = w->is_delivery ? render_bodies(w, &array, err)
                                      : w->v->render_file(w->self, &array, &writer, err);
    if (array.release != NULL) {
        array.release(&array);
    } else {
        subject_fault(w->subject, "it releases a batch that is the host's");
    }
    return status;
}

pt_status sink_finish(struct sink_work *w, struct page *page, struct pt_error *err)
{
    pt_writer writer = {.ctx = page, .write = page_write};
    return w->v->finish(w->self, w->is_delivery ? NULL : &writer, err);
}

pt_status sink_write(struct sink_work *w, uint64_t n_rows, uint64_t batch_rows, struct page *page,
                     struct pt_error *err)
{
    TRY(sink_begin(w, n_rows, err));
    for (uint64_t at = 0; at < n_rows; at += batch_rows) {
        uint64_t left = n_rows - at;
        TRY(sink_render(w, at, left < batch_rows ? left : batch_rows, page, err));
    }
    return sink_finish(w, page, err);
}

void sink_release(struct sink_work *w)
{
    if (w->self != NULL) {
        w->v->destroy(w->self);
    }
    if (w->schema.release != NULL) {
        w->schema.release(&w->schema);
    }
    table_release(&w->table);
    *w = (struct sink_work){0};
}

pt_status sink_life(struct subject *s, uint64_t *digest, struct pt_error *err)
{
    struct sink_work w;
    struct page page = {0};
    pt_status status = sink_create(&w, s, SINK_ALL_TYPES, err);
    if (status == PT_OK) {
        status = sink_write(&w, SINK_ROWS, 16, &page, err);
    }
    *digest = digest_add(DIGEST_INIT, page.text.p, page.text.n);
    str_release(&page.text);
    sink_release(&w);
    return status;
}
