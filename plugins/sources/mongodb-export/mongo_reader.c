// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "mongo_reader.h"

#include <stdio.h>

#include "mongo_cell.h"
#include "mongo_quick.h"
#include "mongo_record.h"
#include "pt_export.h"

#define BATCH_BYTES_MAX (UINT64_C(64) << 20) // a batch ends early above this
#define BATCH_CHECK_ROWS 256u
#define EXCERPT_MAX 4096u
#define CANCEL_RECORDS 4096u

struct mongo_reader {
    const struct mongo_instance *instance;
    pt_split_run run;
    struct mongo_records records;
    struct mongo_doc doc;
    struct mongo_guess guess;
    struct mongo_quick_day day;
    struct mongo_text scratch;
    struct pt_batch batch;
    uint64_t n_records;
    bool is_counted;
};

static void reader_free(void *self)
{
    struct mongo_reader *r = self;
    const pt_host *host = r->instance->host;
    mongo_records_close(&r->records);
    mongo_doc_release(&r->doc);
    mongo_guess_release(&r->guess);
    mongo_text_release(&r->scratch);
    pt_batch_release(&r->batch);
    pt_mem_free(host, r);
}

static pt_status reader_schema(void *self, struct ArrowSchema *out, char *message,
                               uint64_t capacity)
{
    const struct mongo_instance *in = ((struct mongo_reader *)self)->instance;
    (void)message;
    (void)capacity;
    return pt_schema_build(in->host, in->fields, in->n_bound, out);
}

// `bound` = the bound column the fault is about, MONGO_NONE = the document.
static pt_status record_reject(struct mongo_reader *r, const struct mongo_record *record,
                               const char *fault, uint32_t bound)
{
    const struct mongo_instance *in = r->instance;
    uint32_t column = bound == MONGO_NONE ? 0 : in->bound[bound] + 1;
    pt_reject reject = {.struct_size = sizeof reject,
                        .offset = record->offset,
                        .line = record->line,
                        .column = column,
                        .column_name = column == 0 ? NULL : in->table.columns[column - 1].name,
                        .reason = fault,
                        .excerpt = {record->p, record->n < EXCERPT_MAX ? record->n : EXCERPT_MAX}};
    return r->run.reject(r->run.ctx, &reject, r->run.err);
}

static uint32_t bound_of_slot(const struct mongo_instance *in, uint32_t slot)
{
    uint32_t i = 0;
    while (i < in->n_bound && in->slots[i] != slot) {
        i++;
    }
    return i < in->n_bound ? i : MONGO_NONE;
}

// Appends a value that is written as most are; false = it is not, nothing was done.
static bool cell_quick(struct mongo_reader *r, struct pt_column *column, enum mongo_type type,
                       const struct mongo_guess_place *place)
{
    if (place->form == MONGO_FORM_ABSENT) {
        pt_column_null(column);
        return true;
    }
    if (place->form == MONGO_FORM_SPAN) {
        return false;
    }
    struct mongo_raw raw = mongo_guess_value(&r->guess, place);
    int64_t integer = 0;
    double real = 0;
    if (type == MONGO_STRING && place->form == MONGO_FORM_TEXT && !raw.is_escaped) {
        pt_column_text(column, raw.p, raw.n);
        return true;
    }
    if (type == MONGO_TIME && place->form == MONGO_FORM_DATE &&
        mongo_quick_date(&r->day, raw.p, raw.n, &integer)) {
        pt_column_i64(column, integer);
        return true;
    }
    if (place->form != MONGO_FORM_SCALAR || raw.token != MONGO_NUMBER) {
        return false;
    }
    if (type == MONGO_F64 && mongo_quick_f64(raw.p, raw.n, &real)) {
        pt_column_f64(column, real);
        return true;
    }
    if (type == MONGO_I64 && mongo_quick_i64(raw.p, raw.n, &integer)) {
        pt_column_i64(column, integer);
        return true;
    }
    return false;
}

// Appends the value `raw` to bound column i; false when it does not fit.
static const char *cell_put(struct mongo_reader *r, uint32_t i, const struct mongo_raw *raw)
{
    const struct mongo_instance *in = r->instance;
    struct pt_column *column = &r->batch.columns[i];
    bool is_mismatch = false;
    const char *fault = mongo_cell_put(column, in->table.columns[in->bound[i]].type, raw,
                                       &r->scratch, &is_mismatch);
    if (fault != NULL && is_mismatch && in->config->on_mismatch == MONGO_MISMATCH_NULL) {
        pt_column_null(column);
        return NULL;
    }
    return fault;
}

// Appends the document's row; a value that does not fit takes the row back. `places` is NULL for a
// document that was not guessed.
static pt_status row_put(struct mongo_reader *r, const struct mongo_record *record,
                         const struct mongo_guess_place *places, uint64_t *rows)
{
    const struct mongo_instance *in = r->instance;
    for (uint32_t i = 0; i < in->n_bound; i++) {
        uint32_t slot = in->slots[i];
        enum mongo_type type = in->table.columns[in->bound[i]].type;
        if (places != NULL && cell_quick(r, &r->batch.columns[i], type, &places[slot])) {
            continue;
        }
        struct mongo_raw raw =
            places == NULL ? r->doc.slots[slot] : mongo_guess_raw(&r->guess, &places[slot]);
        const char *fault = cell_put(r, i, &raw);
        if (fault != NULL) {
            pt_batch_truncate(&r->batch, *rows);
            return record_reject(r, record, fault, i);
        }
    }
    (*rows)++;
    return r->scratch.failed ? PT_E_NO_MEMORY : PT_OK;
}

static pt_status record_take(struct mongo_reader *r, const struct mongo_record *record,
                             uint64_t *rows)
{
    r->n_records++;
    if (record->kind == MONGO_RECORD_BAD) {
        return record_reject(r, record, record->fault, MONGO_NONE);
    }
    const uint8_t *end = record->p + record->n;
    if (r->records.layout != MONGO_LINES && mongo_guess_read(&r->guess, record->p, end) == end) {
        return row_put(r, record, mongo_guess_places(&r->guess), rows);
    }
    const char *fault = mongo_doc_read(&r->doc, record->p, end);
    if (fault == NULL) {
        pt_status status = mongo_guess_learn(&r->guess, &r->doc, record->p, end);
        return status == PT_OK ? row_put(r, record, NULL, rows) : status;
    }
    uint32_t slot = r->doc.fault_slot;
    return record_reject(r, record, fault,
                         slot == MONGO_NONE ? MONGO_NONE : bound_of_slot(r->instance, slot));
}

static pt_status split_end(struct mongo_reader *r)
{
    if (r->is_counted) {
        return PT_OK;
    }
    r->is_counted = true;
    return r->run.counted(r->run.ctx, r->n_records, mongo_records_lines(&r->records), r->run.err);
}

// The next document and its row, or what else there is.
static pt_status record_next(struct mongo_reader *r, struct mongo_record *record, uint64_t *rows,
                             char *message, uint64_t capacity)
{
    const pt_host *host = r->instance->host;
    if (r->n_records % CANCEL_RECORDS == 0 && host->cancelled(host) != 0) {
        return PT_E_CANCELLED;
    }
    if (mongo_records_guess(&r->records, &r->guess, record)) {
        r->n_records++;
        return row_put(r, record, mongo_guess_places(&r->guess), rows);
    }
    pt_status status = mongo_records_next(&r->records, record, r->run.err);
    if (status == PT_OK) {
        return record->kind == MONGO_RECORD_END ? PT_OK : record_take(r, record, rows);
    }
    snprintf(message, capacity, "cannot read on at byte %llu",
             (unsigned long long)mongo_records_offset(&r->records));
    return status;
}

static pt_status reader_next(void *self, struct ArrowArray *out, char *message, uint64_t capacity)
{
    struct mongo_reader *r = self;
    uint64_t rows = 0;
    struct mongo_record record = {.kind = MONGO_RECORD_DOCUMENT};
    while (rows < r->run.batch_rows) {
        pt_status status = record_next(r, &record, &rows, message, capacity);
        if (status == PT_OK && record.kind == MONGO_RECORD_END) {
            break;
        }
        if (status != PT_OK) {
            return status;
        }
        if (rows % BATCH_CHECK_ROWS == 0 && rows > 0 &&
            pt_batch_bytes(&r->batch) > BATCH_BYTES_MAX) {
            break;
        }
    }
    if (rows > 0) {
        return pt_batch_finish(&r->batch, rows, out);
    }
    return record.kind == MONGO_RECORD_END ? split_end(r) : PT_OK;
}

static const struct pt_export_ops reader_ops = {
    .schema = reader_schema, .next = reader_next, .free = reader_free};

static pt_status reader_start(struct mongo_reader *r, const struct pt_range *range, pt_error *err)
{
    const struct mongo_instance *in = r->instance;
    pt_status status = mongo_doc_init(&r->doc, in->host, &in->paths);
    if (status == PT_OK) {
        status = mongo_guess_init(&r->guess, in->host, in->paths.n_slots);
    }
    if (status == PT_OK) {
        status = pt_batch_init(&r->batch, in->host, in->fields, in->n_bound, r->run.batch_rows);
    }
    if (status != PT_OK) {
        return pt_fail(in->host, err, status, NULL, "out of memory");
    }
    r->scratch.host = in->host;
    struct mongo_records_options options = {.input = in->config->path,
                                            .layout = in->table.layout,
                                            .collection = mongo_collection(in->config),
                                            .max_record = r->run.max_record};
    return mongo_records_open(&r->records, in->host, &options, range, err);
}

pt_status mongo_reader_open(const struct mongo_instance *instance, const struct pt_range *range,
                            const pt_split_run *run, struct ArrowArrayStream *out, pt_error *err)
{
    struct mongo_reader *r = pt_mem_zero(instance->host, 1, sizeof *r);
    if (r == NULL) {
        return pt_fail(instance->host, err, PT_E_NO_MEMORY, NULL, "out of memory");
    }
    r->instance = instance;
    r->run = *run;
    pt_status status = reader_start(r, range, err);
    if (status == PT_OK) {
        status = pt_export_stream(instance->host, &reader_ops, r, out);
        if (status != PT_OK) {
            pt_fail(instance->host, err, status, NULL, "out of memory");
        }
    }
    if (status != PT_OK) {
        reader_free(r);
    }
    return status;
}
