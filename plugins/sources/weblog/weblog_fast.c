// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "weblog_fast.h"

#include <string.h>

#include "pt_number.h"
#include "pt_utf8.h"
#include "weblog_template.h"

#define CLF_BYTES 26u

const enum weblog_role weblog_fast_counted[4] = {WEBLOG_BYTES, WEBLOG_PORT, WEBLOG_BYTES_IN,
                                                 WEBLOG_BYTES_OUT};

enum op_kind {
    OP_LITERAL = 1,
    OP_MARKED, // up to the next of its marks: a blank or a quote
    OP_INSIDE, // up to its text, no quote before
    OP_CLF,    // 26 bytes of Apache's time, then the text
    OP_UNTIL,  // up to its text
    OP_REST,
    OP_DASH,
};

static uint64_t load_64(const uint8_t *p)
{
    uint64_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static enum op_kind kind_of(const struct weblog_format *f, const struct weblog_step *step)
{
    const char *text = f->pool + step->text.at;
    const struct weblog_field *field = &f->fields[step->field];
    switch (step->mode) {
    case WEBLOG_STEP_LITERAL:
        return OP_LITERAL;
    case WEBLOG_STEP_WORD:
        return text[0] == ' ' ? OP_MARKED : OP_UNTIL;
    case WEBLOG_STEP_INSIDE:
        return OP_INSIDE;
    case WEBLOG_STEP_QUOTED:
        return OP_MARKED;
    case WEBLOG_STEP_REST:
        return OP_REST;
    case WEBLOG_STEP_DASH:
        return OP_DASH;
    default:
        break;
    }
    bool is_clf = field->role == WEBLOG_TIME && field->clock == WEBLOG_CLOCK_CLF;
    return is_clf && text[0] == ']' ? OP_CLF : OP_UNTIL;
}

static void op_set(struct weblog_op *op, const struct weblog_format *f,
                   const struct weblog_step *step)
{
    uint8_t first[8] = {0};
    uint8_t mask[8] = {0};
    *op = (struct weblog_op){.kind = (uint8_t)kind_of(f, step),
                             .field = step->field,
                             .skip = step->skip,
                             .until = step->until,
                             .is_quoted = step->mode == WEBLOG_STEP_QUOTED,
                             .n_eat = step->eat,
                             .n_text = (uint8_t)step->text.n,
                             .text = f->pool + step->text.at};
    if (op->kind == OP_UNTIL && step->mode == WEBLOG_STEP_WORD) {
        op->n_text = 1; // a word ends at the first byte of its text
    }
    for (uint32_t i = 0; i < 8 && i < step->eat; i++) {
        first[i] = (uint8_t)op->text[i];
        mask[i] = 0xff;
    }
    op->first = load_64(first);
    op->mask = load_64(mask);
}

void weblog_fast_prepare(struct weblog_fast *out, const struct weblog_format *f, uint32_t cpu)
{
    static const enum weblog_role apart[] = {WEBLOG_METHOD, WEBLOG_URI, WEBLOG_PATH, WEBLOG_QUERY,
                                             WEBLOG_PROTOCOL};

    *out = (struct weblog_fast){.format = f, .scan = weblog_scan_choose(cpu)};
    out->is_usable =
        out->scan != NULL && f->kind == WEBLOG_TEMPLATE && f->prefix == WEBLOG_PREFIX_NONE;
    out->has_request_only = f->by_role[WEBLOG_REQUEST] >= 0 && !f->is_balancer;
    for (size_t i = 0; i < sizeof apart / sizeof apart[0]; i++) {
        out->has_request_only = out->has_request_only && f->by_role[apart[i]] < 0;
    }
    out->n_ops = out->is_usable ? f->n_steps : 0;
    for (uint32_t i = 0; i < out->n_ops; i++) {
        op_set(&out->ops[i], f, &f->steps[i]);
    }
}

// What a line is read by.
struct line {
    const uint8_t *p;
    const struct weblog_marks *marks;
    uint32_t size;
};

// Whether the text of the step stands at `at`.
static inline bool text_follows(const struct line *line, const struct weblog_op *op, uint32_t at)
{
    const uint8_t *p = line->p + at;
    return op->n_eat <= line->size - at && ((load_64(p) ^ op->first) & op->mask) == 0 &&
           (op->n_eat <= 8 || memcmp(p + 8, op->text + 8, op->n_eat - 8u) == 0);
}

static bool text_find(const struct line *line, const struct weblog_op *op, uint32_t at,
                      uint32_t *end)
{
    const uint8_t *p = line->p + at;
    const uint8_t *found = memmem(p, line->size - at, op->text, op->n_text);
    *end = found == NULL ? 0 : (uint32_t)(found - line->p);
    return found != NULL;
}

// Where the field that begins at `at` ends; false when its text does not follow.
static bool field_end(const struct line *line, const struct weblog_op *op, uint32_t at,
                      uint32_t *end)
{
    switch (op->kind) {
    case OP_CLF: // no byte of a time that turns out good can be the bracket that ends it
        *end = at + CLF_BYTES;
        return *end < line->size;
    case OP_REST:
        *end = line->size;
        return true;
    case OP_INSIDE:
        return text_find(line, op, at, end) &&
               weblog_marks_next(line->marks->quote, at, line->size) >= *end;
    default:
        return text_find(line, op, at, end);
    }
}

static inline void cut_set(struct weblog_cut *cut, const uint8_t *p, uint32_t at, uint32_t end)
{
    uint32_t n = end - at;
    cut->at = (uint16_t)at;
    cut->n = n == 1 && p[at] == '-' ? 0 : (uint16_t)n;
}

// A dash alone makes the fields up to op->skip NULL: *i goes there, *at behind it. Else nothing
// happens.
static void dash_take(const struct weblog_fast *fast, const struct line *line, uint32_t *i,
                      uint32_t *at, struct weblog_cut *cuts)
{
    const struct weblog_op *op = &fast->ops[*i];
    uint32_t left = line->size - *at;
    const uint8_t *p = line->p + *at;
    if (left == 0 || *p != '-' || (op->until == 0 ? left != 1 : left < 2 || p[1] != op->until)) {
        (*i)++;
        return;
    }
    for (uint32_t k = *i; k < op->skip; k++) {
        if (fast->ops[k].kind != OP_LITERAL && fast->ops[k].kind != OP_DASH) {
            cuts[fast->ops[k].field] = (struct weblog_cut){0, 0};
        }
    }
    (*at)++;
    *i = op->skip;
}

// Runs the steps; where the last one ended, or UINT32_MAX when one does not fit.
static uint32_t ops_run(const struct weblog_fast *fast, const struct line *line,
                        struct weblog_cut *cuts)
{
    const struct weblog_marks *marks = line->marks;
    uint32_t size = line->size;
    uint32_t at = 0;
    for (uint32_t i = 0; i < fast->n_ops;) {
        const struct weblog_op *op = &fast->ops[i];
        uint32_t end = at;
        if (op->kind == OP_MARKED) {
            end = weblog_marks_next(op->is_quoted ? marks->quote : marks->blank, at, size);
            if (end >= size) {
                return UINT32_MAX;
            }
            cut_set(&cuts[op->field], line->p, at, end);
        } else if (op->kind == OP_DASH) {
            dash_take(fast, line, &i, &at, cuts);
            continue;
        } else if (op->kind != OP_LITERAL) {
            if (!field_end(line, op, at, &end)) {
                return UINT32_MAX;
            }
            cut_set(&cuts[op->field], line->p, at, end);
        }
        if (!text_follows(line, op, end)) {
            return UINT32_MAX;
        }
        at = end + op->n_eat;
        i++;
    }
    return at;
}

// Up to eight digits at once, after Daniel Lemire, "Quickly parsing eight digits"
// (https://lemire.me/blog/2022/01/21/swar-explained-parsing-eight-digits/); eight bytes may be
// read.
static inline bool digits_read(const uint8_t *p, uint32_t n, int64_t *out)
{
    uint64_t v = load_64(p);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    v = v << (64 - n * 8) | UINT64_C(0x3030303030303030) >> 1 >> (n * 8 - 1);
    const uint64_t high = UINT64_C(0xf0f0f0f0f0f0f0f0);
    const uint64_t zeros = UINT64_C(0x3030303030303030);
    if ((v & high) != zeros || ((v + UINT64_C(0x0606060606060606)) & high) != zeros) {
        return false;
    }
    v = (v & UINT64_C(0x0f0f0f0f0f0f0f0f)) * 2561 >> 8;
    v = (v & UINT64_C(0x00ff00ff00ff00ff)) * 6553601 >> 16;
    v = (v & UINT64_C(0x0000ffff0000ffff)) * UINT64_C(42949672960001) >> 32;
    *out = (int64_t)v;
    return true;
}

static bool count_read(const uint8_t *p, struct weblog_cut cut, int64_t *out)
{
    *out = -1;
    if (cut.n > 0 && cut.n <= 8) {
        return digits_read(p + cut.at, cut.n, out);
    }
    return cut.n == 0 || weblog_value_count((struct weblog_bytes){p + cut.at, cut.n}, out);
}

static inline bool status_read(const uint8_t *p, struct weblog_cut cut, int32_t *out)
{
    uint32_t a = (uint32_t)p[cut.at] - '0';
    uint32_t b = (uint32_t)p[cut.at + 1] - '0';
    uint32_t c = (uint32_t)p[cut.at + 2] - '0';
    if (cut.n == 3 && a <= 9 && b <= 9 && c <= 9) {
        *out = (int32_t)(a * 100 + b * 10 + c);
        return true;
    }
    int64_t value = -1;
    bool is_good = count_read(p, cut, &value) && value <= 999;
    *out = (int32_t)value;
    return is_good;
}

// The checked values, by the same rules as weblog_row_check().
static bool row_read(const struct weblog_fast *fast, const uint8_t *p,
                     const struct weblog_cut *cuts, struct weblog_time_reader *time,
                     struct weblog_plain_row *row)
{
    const struct weblog_format *f = fast->format;
    int8_t field = f->by_role[WEBLOG_TIME];
    row->ts = INT64_MIN;
    if (time->is_joined) {
        struct weblog_cut date = cuts[f->by_role[WEBLOG_DATE]];
        struct weblog_cut clock = cuts[f->by_role[WEBLOG_CLOCK]];
        bool is_given = date.n > 0 && clock.n > 0;
        if (is_given &&
            !weblog_value_joined(time, (struct weblog_bytes){p + date.at, date.n},
                                 (struct weblog_bytes){p + clock.at, clock.n}, &row->ts)) {
            return false;
        }
    } else if (field >= 0 && cuts[field].n > 0 &&
               !weblog_value_time(time, (struct weblog_bytes){p + cuts[field].at, cuts[field].n},
                                  &row->ts)) {
        return false;
    }
    row->status = -1;
    field = f->by_role[WEBLOG_STATUS];
    if (field >= 0 && !status_read(p, cuts[field], &row->status)) {
        return false;
    }
    for (uint32_t i = 0; i < 4; i++) {
        field = f->by_role[weblog_fast_counted[i]];
        row->counts[i] = -1;
        if (field >= 0 && !count_read(p, cuts[field], &row->counts[i])) {
            return false;
        }
    }
    field = f->by_role[WEBLOG_DURATION];
    row->has_duration = field >= 0 && cuts[field].n > 0;
    if (!row->has_duration) {
        return true;
    }
    double value = 0;
    bool is_good = pt_number_f64(p + cuts[field].at, cuts[field].n, &value);
    row->duration_ms = value * f->fields[field].unit_ms;
    return is_good;
}

bool weblog_fast_line(const struct weblog_fast *fast, const uint8_t *p,
                      const struct weblog_marks *marks, struct weblog_time_reader *time,
                      struct weblog_cut *cuts, struct weblog_plain_row *row)
{
    uint32_t size = marks->size;
    struct line line = {.p = p, .marks = marks, .size = size};
    bool is_wrapped = p[0] == '"' && p[size - 1] == '"' && !fast->format->starts_quoted;
    if (marks->has_backslash || is_wrapped) {
        return false;
    }
    uint32_t at = ops_run(fast, &line, cuts);
    while (at < size && (p[at] == ' ' || p[at] == '\t')) {
        at++;
    }
    if (at > size || (at < size && !weblog_format_is_open(fast->format)) ||
        (marks->has_odd && pt_utf8_check(p, size) != PT_UTF8_GOOD)) {
        return false;
    }
    return row_read(fast, p, cuts, time, row);
}

static bool is_method(const uint8_t *p, uint32_t n)
{
    uint32_t four;
    memcpy(&four, p, sizeof four);
    static const uint8_t get[4] = "GET ";
    uint32_t wanted;
    memcpy(&wanted, get, sizeof wanted);
    return (n == 3 && four == wanted) || weblog_request_is_method(p, n);
}

// As weblog_request_split(), by marks.
static void request_cut(const uint8_t *p, const struct weblog_marks *marks,
                        struct weblog_cut request, struct weblog_cut *parts)
{
    uint32_t end = (uint32_t)request.at + request.n;
    memset(parts, 0, WEBLOG_CUT_PARTS * sizeof *parts);
    uint32_t first = weblog_marks_next(marks->blank, request.at, marks->size);
    if (first >= end || first + 1 == end || !is_method(p + request.at, first - request.at)) {
        return;
    }
    uint32_t target = first + 1;
    uint32_t stop = weblog_marks_next(marks->blank, target, marks->size);
    if (stop >= end) {
        stop = end;
        if (p[target] != '/' && p[target] != '*' && p[target] != 'h') {
            return;
        }
    } else {
        uint32_t last = stop;
        for (uint32_t next = stop; next < end;) {
            last = next;
            next = weblog_marks_next(marks->blank, next + 1, marks->size);
        }
        if (end - last < 6 || memcmp(p + last + 1, "HTTP/", 5) != 0) {
            return;
        }
        cut_set(&parts[WEBLOG_CUT_PROTOCOL], p, last + 1, end);
    }
    parts[WEBLOG_CUT_METHOD] = (struct weblog_cut){request.at, (uint16_t)(first - request.at)};
    uint32_t mark = weblog_marks_next(marks->question, target, marks->size);
    mark = mark < stop ? mark : stop;
    parts[WEBLOG_CUT_PATH] = (struct weblog_cut){(uint16_t)target, (uint16_t)(mark - target)};
    if (mark + 1 < stop) {
        parts[WEBLOG_CUT_QUERY] =
            (struct weblog_cut){(uint16_t)(mark + 1), (uint16_t)(stop - mark - 1)};
    }
}

static struct weblog_cut cut_of(const uint8_t *p, struct weblog_bytes value)
{
    return value.p == NULL ? (struct weblog_cut){0, 0}
                           : (struct weblog_cut){(uint16_t)(value.p - p), (uint16_t)value.n};
}

// Formats that log the request in pieces: by the simple rules, whose values lie in the line as
// nothing is escaped.
static bool pieces_cut(const struct weblog_fast *fast, const uint8_t *p, struct weblog_cut *cuts)
{
    const struct weblog_format *f = fast->format;
    struct weblog_record record;
    struct weblog_request request;
    for (uint32_t i = 0; i < f->n_fields; i++) {
        record.field[i] =
            (struct weblog_span){cuts[i].n == 0 ? NULL : p + cuts[i].at, cuts[i].n, WEBLOG_PLAIN};
    }
    weblog_row_request(f, &record, NULL, &request);
    if (request.query.p != NULL && request.query.n == 0) {
        return false; // a %q that is a ? alone: empty, not NULL
    }
    struct weblog_cut *parts = cuts + f->n_fields;
    parts[WEBLOG_CUT_METHOD] = cut_of(p, request.method);
    parts[WEBLOG_CUT_PATH] = cut_of(p, request.path);
    parts[WEBLOG_CUT_QUERY] = cut_of(p, request.query);
    parts[WEBLOG_CUT_PROTOCOL] = cut_of(p, request.protocol);
    return true;
}

bool weblog_fast_request(const struct weblog_fast *fast, const uint8_t *p,
                         const struct weblog_marks *marks, struct weblog_cut *cuts)
{
    const struct weblog_format *f = fast->format;
    if (fast->has_request_only) {
        struct weblog_cut request = cuts[f->by_role[WEBLOG_REQUEST]];
        request_cut(p, marks, request, cuts + f->n_fields);
        return true;
    }
    return pieces_cut(fast, p, cuts);
}
