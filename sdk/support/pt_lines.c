// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "pt_lines.h"

#include <string.h>

// Drops bytes up to and with the next '\n'; false at the end of the file.
static pt_status skip_line(struct pt_lines *r, pt_error *err)
{
    struct pt_window *w = &r->window;
    for (;;) {
        uint64_t left = w->end - w->begin;
        const uint8_t *start = left == 0 ? NULL : w->buffer + w->begin;
        const uint8_t *newline = left == 0 ? NULL : memchr(start, '\n', left);
        if (newline != NULL) {
            w->begin += (uint64_t)(newline - start) + 1;
            return PT_OK;
        }
        w->begin = w->end;
        if (w->is_at_end) {
            return PT_OK;
        }
        pt_status status = pt_window_fill(w, err);
        if (status != PT_OK) {
            return status;
        }
    }
}

static pt_status skip_mark(struct pt_lines *r, pt_error *err)
{
    struct pt_window *w = &r->window;
    while (w->end - w->begin < 3 && !w->is_at_end) {
        pt_status status = pt_window_fill(w, err);
        if (status != PT_OK) {
            return status;
        }
    }
    if (w->end - w->begin >= 3 && memcmp(w->buffer + w->begin, "\xEF\xBB\xBF", 3) == 0) {
        w->begin += 3;
        r->mark = 3;
    }
    return PT_OK;
}

pt_status pt_lines_open(struct pt_lines *r, const pt_host *host, const pt_input *input,
                        const struct pt_range *range, const struct pt_lines_limits *limits,
                        pt_error *err)
{
    *r = (struct pt_lines){.end = range->end, .max_record = limits->max_record};
    struct pt_range from = *range;
    from.begin -= range->begin > 0 ? 1 : 0;
    pt_status status = pt_window_open(&r->window, host, input, &from, limits->block, err);
    if (status == PT_OK) {
        status = range->begin > 0 ? skip_line(r, err) : skip_mark(r, err);
    }
    if (status != PT_OK) {
        pt_lines_close(r);
    }
    return status;
}

void pt_lines_close(struct pt_lines *r)
{
    pt_window_close(&r->window);
}

// Gives out `size` bytes at the window's begin as a line and passes `passed` bytes.
static void line_take(struct pt_lines *r, uint64_t size, uint64_t passed, struct pt_line *out)
{
    struct pt_window *w = &r->window;
    const uint8_t *data = w->buffer + w->begin;
    *out = (struct pt_line){.kind = PT_LINE_WHOLE,
                            .data = data,
                            .size = size,
                            .offset = pt_window_offset(w),
                            .number = r->n_lines};
    if (size > 0 && data[size - 1] == '\r') {
        out->size--;
    }
    if (out->size > r->max_record) {
        out->kind = PT_LINE_TOO_LONG;
        out->size = r->max_record;
    }
    r->mark = 0;
    w->begin += passed;
    r->n_lines++;
}

// A line without its end in the window: an over-long one is given out by its start.
static bool line_take_partial(struct pt_lines *r, struct pt_line *out)
{
    struct pt_window *w = &r->window;
    uint64_t left = w->end - w->begin;
    if (left > r->max_record + 1) { // one more for a '\r'
        line_take(r, left, left, out);
        r->is_skipping = true;
        return true;
    }
    if (w->is_at_end && left > 0) {
        line_take(r, left, left, out);
        return true;
    }
    return false;
}

pt_status pt_lines_next(struct pt_lines *r, struct pt_line *out, pt_error *err)
{
    struct pt_window *w = &r->window;
    if (r->is_skipping) {
        pt_status status = skip_line(r, err);
        if (status != PT_OK) {
            return status;
        }
        r->is_skipping = false;
    }
    uint64_t scanned = 0;
    while (pt_window_offset(w) - r->mark < r->end) {
        uint64_t left = w->end - w->begin;
        const uint8_t *start = w->buffer + w->begin;
        const uint8_t *newline =
            left == scanned ? NULL : memchr(start + scanned, '\n', left - scanned);
        if (newline != NULL) {
            uint64_t size = (uint64_t)(newline - start);
            line_take(r, size, size + 1, out);
            return PT_OK;
        }
        if (line_take_partial(r, out)) {
            return PT_OK;
        }
        if (w->is_at_end) {
            break;
        }
        scanned = left;
        pt_status status = pt_window_fill(w, err);
        if (status != PT_OK) {
            return status;
        }
    }
    *out =
        (struct pt_line){.kind = PT_LINE_END, .offset = pt_window_offset(w), .number = r->n_lines};
    return PT_OK;
}
