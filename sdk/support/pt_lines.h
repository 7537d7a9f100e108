// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Lines of a byte range of one file. '\n' ends a line, one '\r' before it is dropped, and so is a
// UTF-8 byte order mark at the start of the file; the last line needs no '\n'. What the bytes mean
// (NUL, UTF-8) is the caller's business.
#ifndef PT_LINES_H
#define PT_LINES_H

#include "pt_splits.h"
#include "pt_window.h"

PT_EXTERN_C_BEGIN

enum pt_line_kind {
    PT_LINE_END = 0, // no more lines
    PT_LINE_WHOLE,
    PT_LINE_TOO_LONG, // over max_record; data is its start, the rest is skipped
};

struct pt_line {
    enum pt_line_kind kind;
    const uint8_t *data; // valid until the next call; 64 bytes behind it may be read
    uint64_t size;
    uint64_t offset; // of the first byte in the file
    uint64_t number; // within the range, from 0
};

struct pt_lines {
    struct pt_window window;
    uint64_t end;        // lines that begin at or behind this offset are not ours
    uint64_t max_record; // bytes of a line without its end
    uint64_t n_lines;    // lines passed so far
    uint64_t mark;       // bytes of a byte order mark before the first line
    bool is_skipping;    // inside an over-long line
};

struct pt_lines_limits {
    uint64_t max_record; // bytes of a line without its end
    uint64_t block;      // bytes of one read; 0 = PT_WINDOW_BLOCK
};

// Opens the range and finds its first line.
pt_status pt_lines_open(struct pt_lines *r, const pt_host *host, const pt_input *input,
                        const struct pt_range *range, const struct pt_lines_limits *limits,
                        pt_error *err);
// Accepts a zeroed reader.
void pt_lines_close(struct pt_lines *r);
pt_status pt_lines_next(struct pt_lines *r, struct pt_line *out, pt_error *err);

// The bytes in memory from the next line of the range on, 64 more readable behind them; NULL when
// pt_lines_next() must be asked. For scanners that find whole lines by themselves: they pass each
// one, with its '\n', by pt_lines_pass().
static inline const uint8_t *pt_lines_peek(const struct pt_lines *r, const uint8_t **end)
{
    const struct pt_window *w = &r->window;
    if (r->is_skipping || r->mark > 0 || w->begin == w->end || pt_window_offset(w) >= r->end) {
        return NULL;
    }
    *end = w->buffer + w->end;
    return w->buffer + w->begin;
}

static inline void pt_lines_pass(struct pt_lines *r, uint64_t size)
{
    r->window.begin += size;
    r->n_lines++;
}

PT_EXTERN_C_END

#endif
