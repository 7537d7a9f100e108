// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Records of a byte range of one file, one after the other: what discovery, planning and reading
// all go by, so that they agree on where records begin. A bad record costs its first line: reading
// goes on at the next one.
#ifndef CSV_CURSOR_H
#define CSV_CURSOR_H

#include "csv_record.h"
#include "csv_utf16.h"
#include "pt_splits.h"
#include "pt_window.h"

// A record that has no end within so many bytes is bad: a quote that never closes would else take
// the rest of the file.
#define CSV_HORIZON (UINT64_C(16) << 20)
#define CSV_EXCERPT 4096u // bytes of a bad record that are kept for sure

struct csv_item {
    enum csv_step step;  // RECORD, COMMENT, BAD or END
    const uint8_t *data; // valid until the next call
    uint64_t size;   // of the text, without line end; BAD: of its first line as far as it is held
    uint64_t offset; // in the file
    uint64_t line;   // within the range, from 0
    const char *fault;
};

struct csv_cursor {
    const struct csv_dialect *dialect;
    struct csv_record *record; // of the item given out last
    struct csv_input input;
    struct pt_window window;
    uint64_t offset; // in the file, of the first unread byte
    uint64_t end;
    uint64_t lines;  // passed
    uint64_t passed; // records given out, good ones
    uint64_t mark;   // bytes of a byte order mark in the file before the first record
};

// Opens the range; a byte order mark at the start of a file is passed. `dialect` stays the
// caller's.
pt_status csv_cursor_open(struct csv_cursor *c, const pt_host *host, const pt_input *input,
                          const struct pt_range *range, const struct csv_dialect *dialect,
                          pt_error *err);
// Accepts a zeroed cursor.
void csv_cursor_close(struct csv_cursor *c);
// Passes `n` physical lines.
pt_status csv_cursor_skip(struct csv_cursor *c, int64_t n, pt_error *err);
pt_status csv_cursor_next(struct csv_cursor *c, struct csv_item *out, pt_error *err);

#endif
