// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Plain lines of a template by the marks of one scan. It only ever says yes: a line it takes gives
// what weblog_template_parse() and weblog_row_check() give, every other line is left to them (a bad
// one, one with backslashes, one wrapped in quotes, one above WEBLOG_SCAN_BYTES).
#ifndef WEBLOG_FAST_H
#define WEBLOG_FAST_H

#include "weblog_row.h"
#include "weblog_scan.h"

// Bytes of the line; n = 0 is NULL.
struct weblog_cut {
    uint16_t at;
    uint16_t n;
};

// Cuts behind those of the fields: parts of the request.
enum weblog_part_cut {
    WEBLOG_CUT_METHOD = 0,
    WEBLOG_CUT_PATH,
    WEBLOG_CUT_QUERY,
    WEBLOG_CUT_PROTOCOL,
    WEBLOG_CUT_PARTS,
};

// One line read.
struct weblog_plain_row {
    int64_t ts;     // INT64_MIN = NULL
    int32_t status; // -1 = NULL, as the counts
    int64_t counts[4];
    double duration_ms;
    bool has_duration;
};

// The roles of `counts`, in their order.
extern const enum weblog_role weblog_fast_counted[4];

// A step with what the scan finds quickly.
struct weblog_op {
    uint8_t kind;
    uint8_t field;
    uint8_t skip;   // DASH: the step to go on at
    uint8_t until;  // DASH: byte behind it
    uint8_t n_eat;  // bytes of the text passed
    uint8_t n_text; // bytes of the text
    bool is_quoted; // MARKED: ends at a quote, else at a blank
    const char *text;
    uint64_t first; // its first eight bytes
    uint64_t mask;  // of them, those that are there and eaten
};

struct weblog_fast {
    bool is_usable; // for this format at all
    bool has_request_only;
    const struct weblog_format *format;
    weblog_scan_fn *scan;
    uint32_t n_ops;
    struct weblog_op ops[WEBLOG_STEPS_MAX];
};

// Prepares for a format that outlives `out`; `cpu` is pt_host.cpu.
void weblog_fast_prepare(struct weblog_fast *out, const struct weblog_format *f, uint32_t cpu);

// Reads the line at p by its marks (marks->size without a '\r' before the newline; eight more bytes
// may be read). `cuts` has room for the fields and WEBLOG_CUT_PARTS. False: the line must be read
// the simple way.
bool weblog_fast_line(const struct weblog_fast *fast, const uint8_t *p,
                      const struct weblog_marks *marks, struct weblog_time_reader *time,
                      struct weblog_cut *cuts, struct weblog_plain_row *row);

// Cuts the request's parts of a line that weblog_fast_line() took; false: as above.
bool weblog_fast_request(const struct weblog_fast *fast, const uint8_t *p,
                         const struct weblog_marks *marks, struct weblog_cut *cuts);

#endif
