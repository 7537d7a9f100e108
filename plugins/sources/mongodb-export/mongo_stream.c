// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "mongo_stream.h"

#include "mongo_scan.h"

#define EXCERPT_MAX 4096u
#define BORDER 32u // a fault this close to the window's end may only be for want of bytes

static void pass(struct mongo_stream *s, uint64_t n)
{
    const uint8_t *p = s->window.buffer + s->window.begin;
    const uint8_t *end = p + n;
    const uint8_t *newline = n == 0 ? NULL : memchr(p, '\n', n);
    while (newline != NULL) {
        s->newlines++;
        s->column = 0;
        p = newline + 1;
        newline = p == end ? NULL : memchr(p, '\n', (size_t)(end - p));
    }
    s->column += (uint64_t)(end - p);
    s->window.begin += n;
}

static uint64_t left_of(const struct mongo_stream *s)
{
    return s->window.end - s->window.begin;
}

static const uint8_t *at_of(const struct mongo_stream *s)
{
    return s->window.buffer + s->window.begin;
}

// Makes byte `i` from here readable; *is_there tells whether the file has it.
static pt_status reach(struct mongo_stream *s, uint64_t i, bool *is_there, pt_error *err)
{
    while (left_of(s) <= i && !s->window.is_at_end) {
        pt_status status = pt_window_fill(&s->window, err);
        if (status != PT_OK) {
            return status;
        }
    }
    *is_there = left_of(s) > i;
    return PT_OK;
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

// Passes blanks; *byte = the byte behind them, -1 at the end of the file.
static pt_status skip_blanks(struct mongo_stream *s, int32_t *byte, pt_error *err)
{
    for (;;) {
        bool is_there = false;
        pt_status status = reach(s, 0, &is_there, err);
        if (status != PT_OK) {
            return status;
        }
        if (!is_there) {
            *byte = -1;
            return PT_OK;
        }
        uint64_t n = 0;
        while (n < left_of(s) && is_blank(at_of(s)[n])) {
            n++;
        }
        pass(s, n);
        if (left_of(s) > 0) {
            *byte = *at_of(s);
            return PT_OK;
        }
    }
}

static pt_status skip_mark(struct mongo_stream *s, pt_error *err)
{
    bool is_there = false;
    pt_status status = reach(s, 2, &is_there, err);
    if (status == PT_OK && is_there && memcmp(at_of(s), "\xEF\xBB\xBF", 3) == 0) {
        s->window.begin += 3;
    }
    return status;
}

static void record_fill(const struct mongo_stream *s, struct mongo_record *out)
{
    out->p = at_of(s);
    out->offset = pt_window_offset(&s->window);
    out->line = s->newlines;
}

// What is shown of a bad document: up to the end of the line the fault is in, `at` bytes from here.
static pt_status record_bad(struct mongo_stream *s, const char *fault, uint64_t at,
                            struct mongo_record *out, pt_error *err)
{
    bool is_there = false;
    pt_status status = reach(s, EXCERPT_MAX - 1, &is_there, err);
    if (status != PT_OK) {
        return status;
    }
    uint64_t n = left_of(s) < EXCERPT_MAX ? left_of(s) : EXCERPT_MAX;
    const uint8_t *newline = at < n ? memchr(at_of(s) + at, '\n', n - at) : NULL;
    *out = (struct mongo_record){.kind = MONGO_RECORD_BAD, .fault = fault, .n = n};
    record_fill(s, out);
    out->n = newline == NULL ? n : (uint64_t)(newline - out->p);
    s->must_recover = true;
    return PT_OK;
}

// Where brackets and lines stand while a bad document is passed over.
struct recovery {
    uint64_t start_column;
    int64_t depth;
    uint64_t indent;
    bool is_text;
    bool is_escaped;
    bool is_lost; // a text ran over a line's end: brackets tell nothing any more
    bool is_line_start;
};

enum verdict { GO_ON, STOP_BEFORE, STOP_BEHIND };

static enum verdict line_start_step(struct recovery *r, uint8_t c)
{
    if (c == ' ' || c == '\t' || c == ',') {
        r->indent++;
        return GO_ON;
    }
    r->is_line_start = false;
    return (c == '{' || c == ']') && r->indent <= r->start_column ? STOP_BEFORE : GO_ON;
}

static enum verdict bracket_step(struct recovery *r, uint8_t c, bool is_list)
{
    switch (c) {
    case '"':
        r->is_text = true;
        return GO_ON;
    case '{':
    case '[':
        r->depth++;
        return GO_ON;
    case '}':
    case ']':
        r->depth--;
        return r->depth <= 0 && !r->is_lost ? STOP_BEHIND : GO_ON;
    case ',':
        return is_list && r->depth == 0 && !r->is_lost ? STOP_BEFORE : GO_ON;
    default:
        return GO_ON;
    }
}

static enum verdict recovery_step(struct recovery *r, uint8_t c, bool is_list)
{
    if (c == '\n') {
        r->is_lost = r->is_lost || r->is_text;
        r->is_text = false;
        r->is_escaped = false;
        r->is_line_start = true;
        r->indent = 0;
        return GO_ON;
    }
    if (r->is_line_start && line_start_step(r, c) == STOP_BEFORE) {
        return STOP_BEFORE;
    }
    if (!r->is_text) {
        return bracket_step(r, c, is_list);
    }
    r->is_text = r->is_escaped || c != '"';
    r->is_escaped = !r->is_escaped && c == '\\';
    return GO_ON;
}

// Passes the bad bytes at the window's begin; at least one byte.
static pt_status recover(struct mongo_stream *s, pt_error *err)
{
    struct recovery r = {.start_column = s->column};
    enum verdict verdict = GO_ON;
    if (s->is_list && *at_of(s) == ',') {
        pass(s, 1);
        s->place = MONGO_BEHIND_RECOVERED;
        return PT_OK;
    }
    bool is_first = true;
    while (verdict == GO_ON) {
        bool is_there = false;
        pt_status status = reach(s, 0, &is_there, err);
        if (status != PT_OK) {
            return status;
        }
        if (!is_there) {
            s->place = MONGO_AT_END;
            return PT_OK;
        }
        uint64_t n = 0;
        for (; n < left_of(s) && verdict == GO_ON; n++) {
            verdict = recovery_step(&r, at_of(s)[n], s->is_list);
            verdict = is_first && verdict == STOP_BEFORE ? GO_ON : verdict;
            is_first = false;
        }
        pass(s, verdict == STOP_BEFORE ? n - 1 : n);
    }
    s->place = MONGO_BEHIND_RECOVERED;
    return PT_OK;
}

// Scans the value at the window's begin, reading on as far as needed.
static pt_status value_scan(struct mongo_stream *s, struct mongo_raw *raw, const char **fault,
                            uint64_t *fault_at, pt_error *err)
{
    for (;;) {
        const uint8_t *end = s->window.buffer + s->window.end;
        struct mongo_scan scan = {.end = end};
        const uint8_t *behind = mongo_scan_value(&scan, at_of(s), 0, raw);
        const uint8_t *at = behind == NULL ? scan.at : behind;
        *fault = behind == NULL ? scan.fault : NULL;
        *fault_at = (uint64_t)(at - at_of(s));
        bool is_cut = (at >= end || (behind == NULL && end - at < BORDER)) && !s->window.is_at_end;
        if (!is_cut) {
            return PT_OK;
        }
        if (left_of(s) > s->max_record) {
            *fault = MONGO_RECORD_TOO_LONG;
            *fault_at = 0;
            return PT_OK;
        }
        pt_status status = pt_window_fill(&s->window, err);
        if (status != PT_OK) {
            return status;
        }
    }
}

static pt_status document_take(struct mongo_stream *s, bool has_comma, struct mongo_record *out,
                               pt_error *err)
{
    struct mongo_raw raw;
    const char *fault = NULL;
    uint64_t fault_at = 0;
    pt_status status = value_scan(s, &raw, &fault, &fault_at, err);
    if (status != PT_OK || fault != NULL) {
        return status != PT_OK ? status : record_bad(s, fault, fault_at, out, err);
    }
    fault = raw.n > s->max_record       ? MONGO_RECORD_TOO_LONG
            : raw.token != MONGO_OBJECT ? "not a document"
            : !has_comma                ? "no comma before the document"
                                        : NULL;
    s->pending = raw.token == MONGO_TEXT ? raw.n + 2 : raw.n;
    s->place = MONGO_BEHIND_DOCUMENT;
    *out = (struct mongo_record){.kind = fault == NULL ? MONGO_RECORD_DOCUMENT : MONGO_RECORD_BAD,
                                 .n = s->pending,
                                 .fault = fault};
    record_fill(s, out);
    return PT_OK;
}

static pt_status end_give(struct mongo_stream *s, struct mongo_record *out)
{
    bool is_open = s->is_list && s->place != MONGO_BEHIND_ARRAY && s->place != MONGO_AT_START;
    bool was_at_end = s->place == MONGO_AT_END;
    s->place = MONGO_AT_END;
    *out = (struct mongo_record){.kind = MONGO_RECORD_END};
    if (is_open && !was_at_end) {
        *out = (struct mongo_record){.kind = MONGO_RECORD_BAD, .fault = "the array is not closed"};
    }
    record_fill(s, out);
    return PT_OK;
}

// Reads what is between documents of an array up to the next one; *byte as skip_blanks.
static pt_status separator_take(struct mongo_stream *s, int32_t *byte, pt_error *err)
{
    pt_status status = PT_OK;
    if (s->place == MONGO_AT_START && *byte == '[') {
        pass(s, 1);
        s->place = MONGO_AT_FIRST;
        status = skip_blanks(s, byte, err);
    }
    bool may_comma = s->place == MONGO_BEHIND_DOCUMENT || s->place == MONGO_BEHIND_RECOVERED;
    if (status == PT_OK && *byte == ',' && may_comma) {
        pass(s, 1);
        s->place = MONGO_BEHIND_COMMA;
        status = skip_blanks(s, byte, err);
    }
    bool may_close = may_comma || s->place == MONGO_AT_FIRST;
    if (status == PT_OK && *byte == ']' && may_close && s->place != MONGO_BEHIND_COMMA) {
        pass(s, 1);
        s->place = MONGO_BEHIND_ARRAY;
        status = skip_blanks(s, byte, err);
    }
    return status;
}

// The rest of the file is bad.
static pt_status rest_reject(struct mongo_stream *s, const char *fault, struct mongo_record *out,
                             pt_error *err)
{
    pt_status status = record_bad(s, fault, 0, out, err);
    s->must_recover = false;
    s->place = MONGO_AT_END;
    return status;
}

// A comma and then the array's end.
static void comma_reject(struct mongo_stream *s, struct mongo_record *out)
{
    *out = (struct mongo_record){
        .kind = MONGO_RECORD_BAD, .n = 1, .fault = "a comma before the array's end"};
    record_fill(s, out);
    s->pending = 1;
    s->place = MONGO_BEHIND_ARRAY;
}

// After the end was given out: the rest is only counted.
static pt_status rest_pass(struct mongo_stream *s, pt_error *err)
{
    bool is_there = true;
    while (is_there) {
        pass(s, left_of(s));
        pt_status status = reach(s, 0, &is_there, err);
        if (status != PT_OK) {
            return status;
        }
    }
    return PT_OK;
}

static pt_status last_finish(struct mongo_stream *s, pt_error *err)
{
    pt_status status = PT_OK;
    pass(s, s->pending);
    s->pending = 0;
    if (s->must_recover) {
        s->must_recover = false;
        status = recover(s, err);
    } else if (s->place == MONGO_AT_START) {
        status = skip_mark(s, err);
    }
    return status == PT_OK && s->place == MONGO_AT_END ? rest_pass(s, err) : status;
}

pt_status mongo_stream_next(struct mongo_stream *s, struct mongo_record *out, pt_error *err)
{
    int32_t byte = -1;
    pt_status status = last_finish(s, err);
    if (status == PT_OK) {
        status = skip_blanks(s, &byte, err);
    }
    if (status == PT_OK && s->is_list) {
        status = separator_take(s, &byte, err);
    }
    if (status != PT_OK) {
        return status;
    }
    if (byte < 0) {
        return end_give(s, out);
    }
    if (s->is_list && s->place == MONGO_AT_START) {
        return rest_reject(s, "not an array", out, err);
    }
    if (s->place == MONGO_BEHIND_COMMA && byte == ']') {
        comma_reject(s, out);
        return PT_OK;
    }
    if (s->place == MONGO_BEHIND_ARRAY) {
        return rest_reject(s, "bytes behind the array", out, err);
    }
    return document_take(s, !s->is_list || s->place != MONGO_BEHIND_DOCUMENT, out, err);
}

uint64_t mongo_stream_lines(const struct mongo_stream *s)
{
    return s->newlines + (s->column > 0 ? 1 : 0);
}
