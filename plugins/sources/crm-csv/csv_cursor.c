// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "csv_cursor.h"

#include <string.h>

#define READ_BLOCK (UINT64_C(256) << 10) // stays in the second-level cache

// Passes `n` bytes of the window.
static void pass(struct csv_cursor *c, uint64_t n)
{
    struct pt_window *w = &c->window;
    c->offset += c->dialect->utf16 == CSV_UTF16_NONE ? n : csv_utf16_bytes(w->buffer + w->begin, n);
    w->begin += n;
}

static pt_status pass_mark(struct csv_cursor *c, pt_error *err)
{
    struct pt_window *w = &c->window;
    while (w->end - w->begin < 3 && !w->is_at_end) {
        pt_status status = pt_window_fill(w, err);
        if (status != PT_OK) {
            return status;
        }
    }
    if (w->end - w->begin >= 3 && memcmp(w->buffer + w->begin, "\xEF\xBB\xBF", 3) == 0) {
        pass(c, 3);
        c->mark = c->offset;
    }
    return PT_OK;
}

// Passes the rest of the line at the window's begin.
static pt_status pass_line(struct csv_cursor *c, pt_error *err)
{
    struct pt_window *w = &c->window;
    c->lines++;
    for (;;) {
        uint64_t left = w->end - w->begin;
        uint64_t length = csv_line_length(c->dialect, w->buffer + w->begin, left);
        if (length < left) {
            pass(c, length + 1);
            return PT_OK;
        }
        pass(c, left);
        if (w->is_at_end) {
            return PT_OK;
        }
        pt_status status = pt_window_fill(w, err);
        if (status != PT_OK) {
            return status;
        }
    }
}

// True (unless *status fails) when a byte is left to read.
static bool has_more(struct csv_cursor *c, pt_status *status, pt_error *err)
{
    struct pt_window *w = &c->window;
    *status = PT_OK;
    while (w->begin == w->end && !w->is_at_end && *status == PT_OK) {
        *status = pt_window_fill(w, err);
    }
    return *status == PT_OK && w->begin < w->end;
}

pt_status csv_cursor_open(struct csv_cursor *c, const pt_host *host, const pt_input *input,
                          const struct pt_range *range, const struct csv_dialect *dialect,
                          pt_error *err)
{
    *c = (struct csv_cursor){.dialect = dialect, .offset = range->begin, .end = range->end};
    c->record = pt_mem_array(host, 1, sizeof *c->record);
    if (c->record == NULL) {
        return pt_fail(host, err, PT_E_NO_MEMORY, NULL, "out of memory for reading");
    }
    csv_input_init(&c->input, host, input, (enum csv_utf16_order)dialect->utf16);
    c->window.host = host;
    pt_status status =
        pt_window_open(&c->window, &c->input.host, c->input.input, range, READ_BLOCK, err);
    if (status == PT_OK && range->begin == 0) {
        status = pass_mark(c, err);
    }
    if (status != PT_OK) {
        csv_cursor_close(c);
    }
    return status;
}

void csv_cursor_close(struct csv_cursor *c)
{
    if (c->window.host != NULL) {
        pt_mem_free(c->window.host, c->record);
    }
    pt_window_close(&c->window);
    *c = (struct csv_cursor){0};
}

pt_status csv_cursor_skip(struct csv_cursor *c, int64_t n, pt_error *err)
{
    pt_status status = PT_OK;
    for (int64_t i = 0; i < n && has_more(c, &status, err); i++) {
        status = pass_line(c, err);
        if (status != PT_OK) {
            return status;
        }
    }
    return status;
}

// A bad record: its first line is passed, the next call goes on behind it. The excerpt is the same
// however the bytes came in.
static pt_status take_bad(struct csv_cursor *c, struct csv_item *out, const char *fault,
                          pt_error *err)
{
    struct pt_window *w = &c->window;
    pt_status status = PT_OK;
    out->step = CSV_BAD;
    out->fault = fault;
    while (status == PT_OK && w->end - w->begin < CSV_EXCERPT && !w->is_at_end) {
        status = pt_window_fill(w, err);
    }
    if (status != PT_OK) {
        return status;
    }
    uint64_t left = w->end - w->begin;
    uint64_t most = left < CSV_EXCERPT ? left : CSV_EXCERPT;
    // Its bytes must outlive the way to the end of a long line.
    memcpy(c->record->fields, w->buffer + w->begin, most);
    out->data = (const uint8_t *)c->record->fields;
    out->size = csv_line_length(c->dialect, out->data, most);
    return pass_line(c, err);
}

static void take_record(struct csv_cursor *c, struct csv_item *out)
{
    out->size = c->record->text;
    pass(c, c->record->size);
    c->lines += c->record->lines;
    c->passed += out->step == CSV_RECORD;
}

// Reads on until twice as much is held, so that a long record is not scanned over and over.
static pt_status read_on(struct csv_cursor *c, uint64_t held, pt_error *err)
{
    struct pt_window *w = &c->window;
    pt_status status = PT_OK;
    while (status == PT_OK && !w->is_at_end && w->end - w->begin < held * 2 &&
           w->end - w->begin <= CSV_HORIZON) {
        status = pt_window_fill(w, err);
    }
    return status;
}

pt_status csv_cursor_next(struct csv_cursor *c, struct csv_item *out, pt_error *err)
{
    struct pt_window *w = &c->window;
    pt_status status = PT_OK;
    *out = (struct csv_item){.step = CSV_END, .line = c->lines, .offset = c->offset};
    if (c->offset - c->mark >= c->end || !has_more(c, &status, err)) {
        return status;
    }
    c->mark = 0;
    for (;;) {
        uint64_t left = w->end - w->begin;
        bool is_far = left > CSV_HORIZON;
        uint64_t n = is_far ? CSV_HORIZON : left;
        out->data = w->buffer + w->begin;
        out->step = csv_record_scan(c->dialect, out->data, n, w->is_at_end && !is_far, c->record);
        if (out->step == CSV_RECORD || out->step == CSV_COMMENT) {
            take_record(c, out);
            return PT_OK;
        }
        if (out->step == CSV_BAD) {
            return take_bad(c, out, c->record->fault, err);
        }
        if (is_far) {
            return take_bad(c, out, "longer than 16 MiB, or a quote is not closed", err);
        }
        status = read_on(c, left, err);
        if (status != PT_OK) {
            return status;
        }
    }
}
