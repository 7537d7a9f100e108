// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "mongo_reader.h"

#include <stdio.h>

#include "mongo_record.h"
#include "mongo_row.h"
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
    struct mongo_rows rows;
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
    mongo_rows_release(&r->rows);
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

// Appends the document's row; one with a value that does not fit is rejected. guess = NULL: r->doc
// has read it.
static pt_status row_put(struct mongo_reader *r, const struct mongo_record *record,
                         const struct mongo_guess *guess)
{
    uint32_t bound = MONGO_NONE;
    const char *fault = mongo_rows_add(&r->rows, guess, &r->doc, &bound);
    if (fault != NULL) {
        return record_reject(r, record, fault, bound);
    }
    return r->rows.scratch.failed ? PT_E_NO_MEMORY : PT_OK;
}

static pt_status record_take(struct mongo_reader *r, const struct mongo_record *record)
{
    r->n_records++;
    if (record->kind == MONGO_RECORD_BAD) {
        return record_reject(r, record, record->fault, MONGO_NONE);
    }
    const uint8_t *end = record->p + record->n;
    if (r->records.layout != MONGO_LINES && mongo_guess_read(&r->guess, record->p, end) == end) {
        return row_put(r, record, &r->guess);
    }
    const char *fault = mongo_doc_read(&r->doc, record->p, end);
    if (fault == NULL) {
        pt_status status = mongo_guess_learn(&r->guess, &r->doc, record->p, end);
        return status == PT_OK ? row_put(r, record, NULL) : status;
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
static pt_status record_next(struct mongo_reader *r, struct mongo_record *record, char *message,
                             uint64_t capacity)
{
    const pt_host *host = r->instance->host;
    if (r->n_records % CANCEL_RECORDS == 0 && host->cancelled(host) != 0) {
        return PT_E_CANCELLED;
    }
    if (mongo_records_guess(&r->records, &r->guess, record)) {
        r->n_records++;
        return row_put(r, record, &r->guess);
    }
    mongo_rows_settle(&r->rows);
    pt_status status = mongo_records_next(&r->records, record, r->run.err);
    if (status == PT_OK) {
        return record->kind == MONGO_RECORD_END ? PT_OK : record_take(r, record);
    }
    snprintf(message, capacity, "cannot read on at byte %llu",
             (unsigned long long)mongo_records_offset(&r->records));
    return status;
}

static pt_status reader_next(void *self, struct ArrowArray *out, char *message, uint64_t capacity)
{
    struct mongo_reader *r = self;
    struct mongo_record record = {.kind = MONGO_RECORD_DOCUMENT};
    while (r->rows.n < r->run.batch_rows) {
        pt_status status = record_next(r, &record, message, capacity);
        if (status == PT_OK && record.kind == MONGO_RECORD_END) {
            break;
        }
        if (status != PT_OK) {
            return status;
        }
        if (r->rows.n % BATCH_CHECK_ROWS == 0 && r->rows.n > 0 &&
            pt_batch_bytes(&r->rows.batch) > BATCH_BYTES_MAX) {
            break;
        }
    }
    if (r->rows.n > 0) {
        uint64_t n = r->rows.n;
        mongo_rows_settle(&r->rows);
        r->rows.n = 0;
        return pt_batch_finish(&r->rows.batch, n, out);
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
        status = mongo_rows_init(&r->rows, in, r->run.batch_rows);
    }
    if (status != PT_OK) {
        return pt_fail(in->host, err, status, NULL, "out of memory");
    }
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
