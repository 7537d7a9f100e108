// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// A state machine over the file's bytes; a record's text is gathered in one string and its fields
// are cut by end offsets, so that nothing is allocated a field.
#include "csv_records.h"

#include <inttypes.h>

#include "mem.h"

#define CHUNK_BYTES ((size_t)64 << 10)

enum csv_state {
    CSV_FIELD_START,
    CSV_PLAIN,
    CSV_QUOTED,
    CSV_QUOTE_SEEN, // a quote inside a quoted field: doubled, or the end of the field
};

struct csv_records {
    const char *path;
    struct input_stream *stream;
    uint8_t *chunk;
    size_t at;
    size_t size;
    bool is_first; // nothing read yet: a BOM may stand here
    bool at_end;
    uint64_t line; // of the next byte
    struct str text;
    size_t *ends; // of the fields in `text`
    size_t n_ends;
    size_t ends_capacity;
    struct text *fields;
    size_t fields_capacity;
};

pt_status csv_records_open(const struct input *in, uint32_t file, struct csv_records **out,
                           struct pt_error *err)
{
    struct csv_records *r = mem_zero(1, sizeof *r);
    if (r == NULL) {
        FAIL(err, PT_E_NO_MEMORY, "no memory to read a list");
    }
    r->path = input_file_at(in, file)->path;
    r->is_first = true;
    r->line = 1;
    r->chunk = mem_alloc(CHUNK_BYTES);
    pt_status status = PT_E_NO_MEMORY;
    if (r->chunk == NULL) {
        error_set(err, status, "%s: no memory to read it", r->path);
    } else {
        status = input_stream_open(in, file, 0, &r->stream, err);
    }
    if (status != PT_OK) {
        csv_records_close(r);
        return status;
    }
    *out = r;
    return PT_OK;
}

void csv_records_close(struct csv_records *r)
{
    if (r == NULL) {
        return;
    }
    input_stream_close(r->stream);
    mem_free(r->chunk);
    str_release(&r->text);
    mem_free(r->ends);
    mem_free(r->fields);
    mem_free(r);
}

// Reads on until at least three bytes (a BOM) or the end are there.
static pt_status fill_first(struct csv_records *r, struct pt_error *err)
{
    r->is_first = false;
    while (r->size < 3 && !r->at_end) {
        uint64_t size = 0;
        TRY(input_stream_read(r->stream, r->chunk + r->size, CHUNK_BYTES - r->size, &size, err));
        r->at_end = size == 0;
        r->size += size;
    }
    bool is_bom = r->size >= 3 && memcmp(r->chunk, "\xEF\xBB\xBF", 3) == 0;
    r->at = is_bom ? 3 : 0;
    return PT_OK;
}

static pt_status fill(struct csv_records *r, struct pt_error *err)
{
    if (r->is_first) {
        return fill_first(r, err);
    }
    uint64_t size = 0;
    TRY(input_stream_read(r->stream, r->chunk, CHUNK_BYTES, &size, err));
    r->at_end = size == 0;
    r->at = 0;
    r->size = size;
    return PT_OK;
}

static pt_status end_field(struct csv_records *r, struct pt_error *err)
{
    if (!mem_reserve(&r->ends, &r->ends_capacity, r->n_ends + 1, sizeof *r->ends)) {
        FAIL(err, PT_E_NO_MEMORY, "%s:%" PRIu64 ": no memory for a record", r->path, r->line);
    }
    r->ends[r->n_ends++] = r->text.n;
    return PT_OK;
}

// Steps over one byte. *ended tells that it closed the record.
static pt_status step(struct csv_records *r, enum csv_state *state, char c, bool *ended,
                      struct pt_error *err)
{
    *ended = false;
    if (c == '\n') {
        r->line++;
    }
    if (*state == CSV_QUOTED) {
        if (c == '"') {
            *state = CSV_QUOTE_SEEN;
            return PT_OK;
        }
    } else if (c == ',' || c == '\n') {
        *state = CSV_FIELD_START;
        *ended = c == '\n';
        return end_field(r, err);
    } else if (*state == CSV_FIELD_START && c == '"') {
        *state = CSV_QUOTED;
        return PT_OK;
    } else if (*state == CSV_QUOTE_SEEN && c == '"') {
        *state = CSV_QUOTED;
    } else if (*state == CSV_QUOTE_SEEN && c == '\r') {
        return PT_OK; // of CRLF; anything else behind it fails below
    } else if (*state == CSV_QUOTE_SEEN) {
        FAIL(err, PT_E_DATA, "%s:%" PRIu64 ": text behind a closing quote", r->path, r->line);
    } else {
        *state = CSV_PLAIN;
    }
    if (!str_add_char(&r->text, c)) {
        FAIL(err, PT_E_NO_MEMORY, "%s:%" PRIu64 ": no memory for a record", r->path, r->line);
    }
    return PT_OK;
}

// Gathers one record; *found is false at the end of the file.
static pt_status gather(struct csv_records *r, bool *found, struct pt_error *err)
{
    enum csv_state state = CSV_FIELD_START;
    bool ended = false;
    *found = false;
    str_reset(&r->text);
    r->n_ends = 0;
    while (!ended) {
        if (r->at == r->size && !r->at_end) {
            TRY(fill(r, err));
        }
        if (r->at == r->size) {
            break;
        }
        *found = true;
        TRY(step(r, &state, (char)r->chunk[r->at++], &ended, err));
        if (r->text.n > CSV_RECORDS_MAX) {
            FAIL(err, PT_E_LIMIT, "%s:%" PRIu64 ": record over %u bytes", r->path, r->line,
                 CSV_RECORDS_MAX);
        }
    }
    if (state == CSV_QUOTED) {
        FAIL(err, PT_E_DATA, "%s:%" PRIu64 ": open quote", r->path, r->line);
    }
    return ended || !*found ? PT_OK : end_field(r, err);
}

static pt_status cut_fields(struct csv_records *r, struct csv_record *out, struct pt_error *err)
{
    if (!mem_reserve(&r->fields, &r->fields_capacity, r->n_ends, sizeof *r->fields)) {
        FAIL(err, PT_E_NO_MEMORY, "%s:%" PRIu64 ": no memory for a record", r->path, out->line);
    }
    const char *text = r->text.p == NULL ? "" : r->text.p;
    size_t begin = 0;
    for (size_t i = 0; i < r->n_ends; i++) {
        size_t n = r->ends[i] - begin;
        bool is_last = i + 1 == r->n_ends;
        if (is_last && n > 0 && text[begin + n - 1] == '\r') {
            n--;
        }
        r->fields[i] = text_n(text + begin, n);
        begin = r->ends[i];
    }
    out->fields = r->fields;
    out->n = r->n_ends;
    return PT_OK;
}

pt_status csv_records_next(struct csv_records *r, struct csv_record *out, bool *done,
                           struct pt_error *err)
{
    bool found = true;
    bool is_empty = true;
    while (found && is_empty) {
        out->line = r->line;
        TRY(gather(r, &found, err));
        TRY(cut_fields(r, out, err));
        is_empty = out->n <= 1 && (out->n == 0 || out->fields[0].n == 0);
    }
    *done = !found;
    struct text all = str_view(&r->text);
    if (all.p != NULL && (memchr(all.p, '\0', all.n) != NULL || !text_is_utf8(all, NULL))) {
        FAIL(err, PT_E_DATA, "%s:%" PRIu64 ": not UTF-8 text", r->path, out->line);
    }
    return PT_OK;
}
