// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Lines by the steps of a template.
#include <string.h>

#include "weblog_template.h"

struct cursor {
    const uint8_t *p;
    const uint8_t *end;
};

static const char *const line_ends_early = "line ends early";
static const char *const quote_is_open = "quote is not closed";

// First place of `text` in [p, end), NULL when there is none.
static const uint8_t *text_find(const uint8_t *p, const uint8_t *end, const char *text, size_t n)
{
    while ((size_t)(end - p) >= n) {
        const uint8_t *found = memchr(p, text[0], (size_t)(end - p) - n + 1);
        if (found == NULL) {
            return NULL;
        }
        if (n == 1 || memcmp(found + 1, text + 1, n - 1) == 0) {
            return found;
        }
        p = found + 1;
    }
    return NULL;
}

// The quote at [p, end) that no backslash escapes; NULL when there is none.
static const uint8_t *quote_find(const uint8_t *p, const uint8_t *end)
{
    for (const uint8_t *at = p; at < end; at++) {
        at = memchr(at, '"', (size_t)(end - at));
        if (at == NULL) {
            return NULL;
        }
        const uint8_t *back = at;
        while (back > p && back[-1] == '\\') {
            back--;
        }
        if ((at - back) % 2 == 0) {
            return at;
        }
    }
    return NULL;
}

static void field_set(struct weblog_record *out, uint8_t field, const uint8_t *p,
                      const uint8_t *end)
{
    struct weblog_span *span = &out->field[field];
    span->p = p;
    span->n = (uint32_t)(end - p);
    span->escape = WEBLOG_BACKSLASH;
    if (span->n == 0 || (span->n == 1 && *p == '-')) {
        span->p = NULL;
    }
}

// NULL for the fields of the steps from `step` on; a line that may end here is good.
static struct weblog_reason rest_missing(const struct weblog_format *f, uint32_t step,
                                         struct weblog_record *out)
{
    int32_t first = -1;
    for (uint32_t i = step; i < f->n_steps; i++) {
        const struct weblog_step *s = &f->steps[i];
        if (s->mode != WEBLOG_STEP_LITERAL && s->mode != WEBLOG_STEP_DASH) {
            out->field[s->field].p = NULL;
            first = first < 0 ? s->field : first;
        }
    }
    return weblog_format_may_end(f, step) ? (struct weblog_reason){NULL, -1}
                                          : (struct weblog_reason){line_ends_early, first};
}

static const uint8_t *field_end(const struct weblog_format *f, const struct weblog_step *step,
                                const struct cursor *c)
{
    const char *text = f->pool + step->text.at;
    switch (step->mode) {
    case WEBLOG_STEP_QUOTED:
        return quote_find(c->p, c->end);
    case WEBLOG_STEP_REST:
        return c->end;
    case WEBLOG_STEP_INSIDE: {
        const uint8_t *found = text_find(c->p, c->end, text, step->text.n);
        const uint8_t *quote = quote_find(c->p, c->end);
        return quote != NULL && found != NULL && quote < found ? NULL : found;
    }
    case WEBLOG_STEP_WORD:
        return c->p == c->end ? NULL : memchr(c->p, text[0], (size_t)(c->end - c->p));
    default:
        return text_find(c->p, c->end, text, step->text.n);
    }
}

// What came of a step.
enum outcome {
    STEP_DONE,
    STEP_CUT,    // the line ends inside it
    STEP_FAULTY, // the reason is set
};

// Matches the text a step eats.
static enum outcome text_eat(const struct weblog_format *f, const struct weblog_step *step,
                             struct cursor *c, struct weblog_reason *why)
{
    const char *text = f->pool + step->text.at;
    size_t left = (size_t)(c->end - c->p);
    size_t n = left < step->eat ? left : step->eat;
    for (size_t i = 0; i < n; i++) { // one to three bytes as a rule
        if (c->p[i] != (uint8_t)text[i]) {
            int32_t field = step->mode == WEBLOG_STEP_LITERAL ? -1 : step->field;
            *why = (struct weblog_reason){"unexpected text between fields", field};
            return STEP_FAULTY;
        }
    }
    c->p += n;
    return n == step->eat ? STEP_DONE : STEP_CUT;
}

static bool dash_matches(const struct weblog_step *step, const struct cursor *c)
{
    if (c->p == c->end || *c->p != '-') {
        return false;
    }
    if (step->until == 0) {
        return c->p + 1 == c->end;
    }
    return c->p + 1 < c->end && c->p[1] == step->until;
}

static void fields_clear(const struct weblog_format *f, uint32_t from, uint32_t to,
                         struct weblog_record *out)
{
    for (uint32_t i = from; i < to; i++) {
        if (f->steps[i].mode != WEBLOG_STEP_LITERAL && f->steps[i].mode != WEBLOG_STEP_DASH) {
            out->field[f->steps[i].field].p = NULL;
        }
    }
}

static enum outcome field_read(const struct weblog_format *f, const struct weblog_step *step,
                               struct cursor *c, struct weblog_record *out,
                               struct weblog_reason *why)
{
    const uint8_t *end = field_end(f, step, c);
    bool is_bare = step->mode == WEBLOG_STEP_UNTIL || step->mode == WEBLOG_STEP_WORD;
    if (end == NULL && (!is_bare || !weblog_format_may_end(f, (uint32_t)(step - f->steps)))) {
        *why = (struct weblog_reason){is_bare ? line_ends_early : quote_is_open, step->field};
        return STEP_FAULTY;
    }
    const uint8_t *stop = end == NULL ? c->end : end;
    field_set(out, step->field, c->p, stop);
    c->p = stop;
    return end == NULL ? STEP_CUT : text_eat(f, step, c, why);
}

static struct weblog_reason steps_run(const struct weblog_format *f, struct cursor *c,
                                      struct weblog_record *out)
{
    struct weblog_reason why = {NULL, -1};
    for (uint32_t i = 0; i < f->n_steps; i++) {
        const struct weblog_step *step = &f->steps[i];
        if (step->mode == WEBLOG_STEP_DASH) {
            if (dash_matches(step, c)) {
                fields_clear(f, i, step->skip, out);
                c->p++;
                i = step->skip - 1u;
            }
            continue;
        }
        enum outcome outcome = step->mode == WEBLOG_STEP_LITERAL
                                   ? text_eat(f, step, c, &why)
                                   : field_read(f, step, c, out, &why);
        if (outcome == STEP_CUT) {
            return i + 1 == f->n_steps ? (struct weblog_reason){line_ends_early, -1}
                                       : rest_missing(f, i + 1, out);
        }
        if (outcome == STEP_FAULTY) {
            break;
        }
    }
    return why;
}

struct weblog_reason weblog_template_parse(const struct weblog_format *f, const uint8_t *line,
                                           size_t n, struct weblog_record *out)
{
    struct cursor c = {line, line + n};
    if (n >= 2 && line[0] == '"' && line[n - 1] == '"' && !f->starts_quoted) {
        c.p++;
        c.end--;
    }
    struct weblog_reason reason = steps_run(f, &c, out);
    if (reason.text != NULL || weblog_format_is_open(f)) {
        return reason;
    }
    while (c.p < c.end && (*c.p == ' ' || *c.p == '\t')) {
        c.p++;
    }
    if (c.p < c.end) {
        return (struct weblog_reason){"text after the last field", -1};
    }
    return reason;
}

// Skips one word and the blank behind it; NULL when there is none.
static const uint8_t *word_skip(const uint8_t *p, const uint8_t *end)
{
    const uint8_t *blank = p < end ? memchr(p, ' ', (size_t)(end - p)) : NULL;
    return blank == NULL || blank == p ? NULL : blank + 1;
}

static bool looks_like_clock(const uint8_t *p, const uint8_t *end)
{
    return end - p >= 9 && p[2] == ':' && p[5] == ':' && p[8] == ' ' && p[0] >= '0' && p[0] <= '2';
}

// "Sep 15 16:13:46 host tag[pid]: "
static size_t syslog_length(const uint8_t *line, const uint8_t *end)
{
    if (end - line < 16 || line[3] != ' ' || line[6] != ' ' || !looks_like_clock(line + 7, end)) {
        return 0;
    }
    const uint8_t *host = line + 16;
    const uint8_t *tag = word_skip(host, end);
    const uint8_t *rest = tag == NULL ? NULL : word_skip(tag, end);
    return rest != NULL && rest[-2] == ':' ? (size_t)(rest - line) : 0;
}

// "2025-12-31T17:37:40.493035218+01:00 stdout F "
static size_t container_length(const uint8_t *line, const uint8_t *end)
{
    if (end - line < 20 || line[4] != '-' || line[10] != 'T') {
        return 0;
    }
    const uint8_t *stream = word_skip(line, end);
    const uint8_t *flag = stream == NULL ? NULL : word_skip(stream, end);
    const uint8_t *rest = flag == NULL ? NULL : word_skip(flag, end);
    bool is_stream = rest != NULL && stream[0] == 's' && stream[1] == 't' && stream[2] == 'd';
    return is_stream && rest == flag + 2 && (*flag == 'F' || *flag == 'P') ? (size_t)(rest - line)
                                                                           : 0;
}

// "service-1  | "
static size_t compose_length(const uint8_t *line, const uint8_t *end)
{
    const uint8_t *bar = memchr(line, '|', (size_t)(end - line));
    if (bar == NULL || bar - line < 2 || bar[-1] != ' ' || end - bar < 2 || bar[1] != ' ') {
        return 0;
    }
    const uint8_t *p = line;
    while (*p != ' ') {
        p++;
    }
    while (*p == ' ') {
        p++;
    }
    return p == bar ? (size_t)(bar + 2 - line) : 0;
}

size_t weblog_prefix_length(enum weblog_prefix prefix, const uint8_t *line, size_t n)
{
    if (n == 0) {
        return 0;
    }
    switch (prefix) {
    case WEBLOG_PREFIX_SYSLOG:
        return syslog_length(line, line + n);
    case WEBLOG_PREFIX_CONTAINER:
        return container_length(line, line + n);
    case WEBLOG_PREFIX_COMPOSE:
        return compose_length(line, line + n);
    default:
        return 0;
    }
}
