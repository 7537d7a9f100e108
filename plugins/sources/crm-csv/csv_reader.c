// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// One split read: records to batches of the bound columns, by one thread.
#include <stdio.h>
#include <string.h>

#include "csv_block.h"
#include "pt_export.h"

#define BATCH_BYTES_MAX (UINT64_C(64) << 20) // a batch ends early above this
#define CHECK_STEPS 16u // between looks at the batch's size and whether to stop

struct csv_reader {
    const struct csv_instance *instance;
    pt_split_run run;
    struct csv_cursor cursor;
    struct csv_text text;
    struct pt_batch batch;
    struct csv_block block;
    uint64_t records;
    bool awaits_header;
    bool is_counted;
};

// Why a record is no row.
struct fault {
    const char *text;
    uint32_t column; // 1-based, 0 = the record
    bool is_no_memory;
    char own[64];
};

static void reader_free(void *self)
{
    struct csv_reader *r = self;
    const pt_host *host = r->instance->host;
    csv_block_close(&r->block);
    csv_cursor_close(&r->cursor);
    csv_text_release(&r->text);
    pt_batch_release(&r->batch);
    pt_mem_free(host, r);
}

static pt_status reader_schema(void *self, struct ArrowSchema *out, char *message,
                               uint64_t capacity)
{
    const struct csv_instance *in = ((struct csv_reader *)self)->instance;
    (void)message;
    (void)capacity;
    return pt_schema_build(in->host, in->fields, in->n_bound, out);
}

static pt_status reject(struct csv_reader *r, const struct csv_item *item, const struct fault *why)
{
    const struct csv_layout *layout = &r->instance->layout;
    pt_reject reject = {
        .struct_size = sizeof reject,
        .column = why->column,
        .offset = item->offset,
        .line = item->line,
        .column_name = why->column == 0 ? NULL : layout->columns[why->column - 1].name,
        .reason = why->text,
        .excerpt = {item->data, item->size < CSV_EXCERPT ? item->size : CSV_EXCERPT}};
    return r->run.reject(r->run.ctx, &reject, r->run.err);
}

// Fields too many are fine as long as they are empty.
static bool is_padded(const struct csv_record *record, uint32_t wanted)
{
    for (uint32_t i = wanted; i < record->n; i++) {
        if (record->fields[i].size > 0) {
            return false;
        }
    }
    return record->n >= wanted;
}

static bool check_fields(const struct csv_reader *r, struct fault *why)
{
    const struct csv_record *record = r->cursor.record;
    uint32_t wanted = r->instance->layout.n;
    if (record->n == wanted || r->instance->config->ragged == CSV_RAGGED_FILL ||
        is_padded(record, wanted)) {
        return true;
    }
    snprintf(why->own, sizeof why->own, "%u field%s, expected %u", record->n,
             record->n == 1 ? "" : "s", wanted);
    why->text = why->own;
    return false;
}

static bool append(struct csv_reader *r, const struct csv_column *column, struct csv_cell *cell,
                   struct pt_column *out)
{
    bool is_empty = cell->n == 0 && column->type.kind != CSV_STRING;
    if (cell->is_null || is_empty) {
        pt_column_null(out);
        return true;
    }
    if (csv_type_append(&column->type, &r->instance->numbers, cell->p, cell->n, out)) {
        return true;
    }
    if (r->instance->config->on_mismatch == CSV_MISMATCH_NULL) {
        pt_column_null(out);
        return true;
    }
    return false;
}

// Appends the record's cells; false when it is no row (columns may have grown then).
static bool take_cells(struct csv_reader *r, const uint8_t *data, struct fault *why)
{
    const struct csv_instance *in = r->instance;
    const struct csv_record *record = r->cursor.record;
    for (uint32_t i = 0; i < in->n_bound; i++) {
        uint32_t at = in->bound[i];
        const struct csv_column *column = &in->layout.columns[at];
        struct pt_column *out = &r->batch.columns[i];
        struct csv_cell cell;
        if (at >= record->n) {
            pt_column_null(out);
            continue;
        }
        enum csv_text_step step = csv_text_get(&r->text, data, &record->fields[at], &cell);
        if (step == CSV_TEXT_OK && append(r, column, &cell, out)) {
            continue;
        }
        why->is_no_memory = step == CSV_TEXT_NO_MEMORY;
        why->column = at + 1;
        why->text = step == CSV_TEXT_BAD ? "not GB18030"
                                         : csv_type_fault(column->type.kind, column->is_inferred);
        return false;
    }
    return true;
}

static pt_status take_record(struct csv_reader *r, const struct csv_item *item, uint64_t *rows)
{
    struct fault why = {.text = item->fault};
    if (item->step == CSV_COMMENT) {
        return PT_OK;
    }
    r->records++;
    if (item->step == CSV_RECORD && item->size > r->run.max_record) {
        why.text = "longer than max_record";
    } else if (item->step == CSV_RECORD) {
        why.text = csv_text_check(&r->instance->layout.dialect, item->data, item->size);
    }
    if (why.text != NULL || !check_fields(r, &why)) {
        return reject(r, item, &why);
    }
    if (!take_cells(r, item->data, &why)) {
        pt_batch_truncate(&r->batch, *rows);
        return why.is_no_memory ? PT_E_NO_MEMORY : reject(r, item, &why);
    }
    (*rows)++;
    return PT_OK;
}

static pt_status split_end(struct csv_reader *r)
{
    if (r->is_counted) {
        return PT_OK;
    }
    r->is_counted = true;
    return r->run.counted(r->run.ctx, r->records, r->cursor.lines, r->run.err);
}

// The next item behind the header.
static pt_status next_item(struct csv_reader *r, struct csv_item *item)
{
    for (;;) {
        pt_status status = csv_cursor_next(&r->cursor, item, r->run.err);
        bool is_header = r->awaits_header && item->step == CSV_RECORD;
        if (status != PT_OK || item->step == CSV_END || !is_header) {
            return status;
        }
        r->awaits_header = false;
    }
}

// Rows taken at once, or one record. *has_read: a failure is not that of reading on.
static pt_status take_next(struct csv_reader *r, struct csv_item *item, uint64_t *rows,
                           bool *has_read)
{
    uint32_t taken = 0;
    *has_read = false;
    if (!r->awaits_header) {
        uint32_t most = r->run.batch_rows - (uint32_t)*rows;
        pt_status status = csv_block_take(&r->block, *rows, most, &taken, r->run.err);
        *rows += taken;
        r->records += taken;
        if (status != PT_OK || taken > 0) {
            return status;
        }
    }
    pt_status status = next_item(r, item);
    *has_read = status == PT_OK;
    return *has_read && item->step != CSV_END ? take_record(r, item, rows) : status;
}

static pt_status reader_next(void *self, struct ArrowArray *out, char *message, uint64_t capacity)
{
    struct csv_reader *r = self;
    const pt_host *host = r->instance->host;
    uint64_t rows = 0;
    struct csv_item item = {.step = CSV_COMMENT};
    for (uint32_t i = 1; rows < r->run.batch_rows && item.step != CSV_END; i++) {
        bool has_read = false;
        pt_status status = take_next(r, &item, &rows, &has_read);
        if (status != PT_OK && !has_read) {
            snprintf(message, capacity, "cannot read on at byte %llu",
                     (unsigned long long)r->cursor.offset);
        }
        if (status == PT_OK && i % CHECK_STEPS == 0) {
            status = host->cancelled(host) != 0 ? PT_E_CANCELLED : PT_OK;
            if (status == PT_OK && rows > 0 && pt_batch_bytes(&r->batch) > BATCH_BYTES_MAX) {
                break;
            }
        }
        if (status != PT_OK) {
            return status;
        }
    }
    if (rows > 0) {
        return pt_batch_finish(&r->batch, rows, out);
    }
    return item.step == CSV_END ? split_end(r) : PT_OK;
}

static const struct pt_export_ops reader_ops = {
    .schema = reader_schema, .next = reader_next, .free = reader_free};

static pt_status reader_start(struct csv_reader *r, const struct pt_range *range, pt_error *err)
{
    const struct csv_instance *in = r->instance;
    const struct csv_dialect *dialect = &in->layout.dialect;
    pt_status status = csv_text_init(&r->text, in->host, dialect, &in->nulls, err);
    if (status == PT_OK) {
        status = pt_batch_init(&r->batch, in->host, in->fields, in->n_bound, r->run.batch_rows);
        if (status != PT_OK) {
            return pt_fail(in->host, err, status, NULL, "out of memory");
        }
        status = csv_cursor_open(&r->cursor, in->host, in->config->path, range, dialect, err);
        r->block = (struct csv_block){.instance = in,
                                      .cursor = &r->cursor,
                                      .text = &r->text,
                                      .batch = &r->batch,
                                      .max_record = r->run.max_record};
        csv_block_open(&r->block);
    }
    if (status == PT_OK && range->begin == 0) {
        r->awaits_header = in->layout.has_header;
        status = csv_cursor_skip(&r->cursor, in->config->skip, err);
    }
    return status;
}

pt_status csv_reader_open(const struct csv_instance *in, const struct pt_range *range,
                          const pt_split_run *run, struct ArrowArrayStream *out, pt_error *err)
{
    struct csv_reader *r = pt_mem_zero(in->host, 1, sizeof *r);
    if (r == NULL) {
        return pt_fail(in->host, err, PT_E_NO_MEMORY, NULL, "out of memory");
    }
    r->instance = in;
    r->run = *run;
    pt_status status = reader_start(r, range, err);
    if (status == PT_OK) {
        status = pt_export_stream(in->host, &reader_ops, r, out);
        if (status != PT_OK) {
            pt_fail(in->host, err, status, NULL, "out of memory");
        }
    }
    if (status != PT_OK) {
        reader_free(r);
    }
    return status;
}
