// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "csv_block.h"

#include <string.h>

#include "pt_utf8.h"

#define STRIDE 128u // rows that are taken, or left, together

// Rows first .. first + n - 1 of the index.
struct stride {
    const uint8_t *p; // first byte of the index
    const struct csv_index *index;
    uint32_t first;
    uint32_t n;
    uint32_t begin; // bytes of the rows
    uint32_t end;
};

void csv_block_open(struct csv_block *b)
{
    const struct csv_instance *in = b->instance;
    b->index = NULL;
    if (csv_index_can(&in->layout.dialect) && in->layout.n > 1) {
        b->index = pt_mem_array(in->host, 1, sizeof *b->index);
    }
    if (b->index != NULL) {
        b->index->n_rows = 0;
    }
}

void csv_block_close(struct csv_block *b)
{
    if (b->instance != NULL) {
        pt_mem_free(b->instance->host, b->index);
    }
    b->index = NULL;
}

// A new index at the cursor; without rows when there is nothing plain.
static pt_status index_next(struct csv_block *b, pt_error *err)
{
    struct csv_cursor *c = b->cursor;
    struct pt_window *w = &c->window;
    pt_status status = PT_OK;
    while (status == PT_OK && !w->is_at_end && w->end - w->begin < CSV_INDEX_BYTES) {
        status = pt_window_fill(w, err);
    }
    uint64_t n = w->end - w->begin;
    uint64_t left = c->end - c->offset;
    n = n < left ? n : left;
    n = n < CSV_INDEX_BYTES ? n : CSV_INDEX_BYTES;
    b->at = 0;
    b->byte = 0;
    b->index->n_rows = 0;
    if (status == PT_OK && n > 0) {
        csv_index_make(b->instance->host->cpu, c->dialect, w->buffer + w->begin, (uint32_t)n,
                       b->index);
    }
    return status;
}

static uint32_t row_end(const struct csv_index *index, uint32_t row)
{
    return index->ends[index->rows[row + 1] - 1] + 1;
}

// As many fields as there are columns in each row, none longer than is allowed, UTF-8 all over.
static bool is_regular(const struct csv_block *b, const struct stride *s)
{
    const uint32_t *rows = s->index->rows + s->first;
    uint32_t wanted = b->instance->layout.n;
    uint32_t wrong = 0;
    uint32_t begin = s->begin;
    for (uint32_t i = 0; i < s->n; i++) {
        uint32_t end = row_end(s->index, s->first + i);
        wrong |= (rows[i + 1] - rows[i]) ^ wanted;
        wrong |= end - begin > b->max_record;
        begin = end;
    }
    return wrong == 0 &&
           pt_utf8_is_clean(b->instance->host->cpu, s->p + s->begin, s->end - s->begin);
}

// Field `k` of a row; `is_last`: a line end is behind it.
static inline struct csv_field field_at(const struct csv_dialect *d, const struct stride *s,
                                        uint32_t k, uint32_t begin, bool is_last)
{
    uint32_t end = s->index->ends[k];
    if (is_last && end > begin && s->p[end - 1] == '\r') {
        end--;
    }
    if (d->quote == 0 || end == begin || s->p[begin] != d->quote) {
        return (struct csv_field){begin, end - begin, false, false};
    }
    uint32_t size = end - begin - 2;
    bool has_escapes = memchr(s->p + begin + 1, d->quote, size) != NULL;
    return (struct csv_field){begin + 1, size, true, has_escapes};
}

// False when a cell is none of the column: nothing is decided then.
static bool take_column(struct csv_block *b, const struct stride *s, uint32_t i)
{
    const struct csv_instance *in = b->instance;
    uint32_t at = in->bound[i];
    const struct csv_type *type = &in->layout.columns[at].type;
    struct pt_column *out = &b->batch->columns[i];
    bool is_last = at + 1 == in->layout.n;
    const uint32_t *rows = s->index->rows + s->first;
    for (uint32_t r = 0; r < s->n; r++) {
        struct csv_cell cell;
        uint32_t k = rows[r] + at;
        uint32_t begin = k == 0 ? 0 : s->index->ends[k - 1] + 1;
        struct csv_field field = field_at(&in->layout.dialect, s, k, begin, is_last);
        if (csv_text_get(b->text, s->p, &field, &cell) != CSV_TEXT_OK) {
            return false;
        }
        if (cell.is_null || (cell.n == 0 && type->kind != CSV_STRING)) {
            pt_column_null(out);
        } else if (!csv_type_append(type, &in->numbers, cell.p, cell.n, out)) {
            return false;
        }
    }
    return true;
}

static uint64_t count_lines(const struct stride *s)
{
    if (!s->index->has_breaks) {
        return s->n;
    }
    uint64_t lines = 0;
    for (uint32_t i = s->begin; i < s->end; i++) {
        lines += s->p[i] == '\n';
    }
    return lines;
}

pt_status csv_block_take(struct csv_block *b, uint64_t rows, uint32_t most, uint32_t *taken,
                         pt_error *err)
{
    struct csv_cursor *c = b->cursor;
    struct pt_window *w = &c->window;
    *taken = 0;
    if (b->index == NULL || c->mark > 0 || c->offset < b->wait_till || c->offset >= c->end) {
        return PT_OK;
    }
    if (b->at == b->index->n_rows) {
        pt_status status = index_next(b, err);
        if (status != PT_OK) {
            return status;
        }
        if (b->index->n_rows == 0) {
            b->wait_till = c->offset + 1;
            return PT_OK;
        }
    }
    uint32_t n = b->index->n_rows - b->at < STRIDE ? b->index->n_rows - b->at : STRIDE;
    n = n < most ? n : most;
    struct stride s = {.p = w->buffer + w->begin - b->byte,
                       .index = b->index,
                       .first = b->at,
                       .n = n,
                       .begin = b->byte,
                       .end = row_end(b->index, b->at + n - 1)};
    bool is_fine = is_regular(b, &s);
    for (uint32_t i = 0; i < b->instance->n_bound && is_fine; i++) {
        is_fine = take_column(b, &s, i);
    }
    if (!is_fine) {
        pt_batch_truncate(b->batch, rows);
        b->wait_till = c->offset + (s.end - s.begin);
        b->at = b->index->n_rows = 0; // single records may move what it points to
        return PT_OK;
    }
    w->begin += s.end - s.begin;
    c->offset += s.end - s.begin;
    c->lines += count_lines(&s);
    c->passed += n;
    b->at += n;
    b->byte = s.end;
    *taken = n;
    return PT_OK;
}
