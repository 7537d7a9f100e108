// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "delivery_exchange.h"

#include <stdio.h>

#include "arena.h"
#include "mem.h"

#define HEADERS_MAX 100

// What the sink asks for, copied as it calls.
struct wanted {
    struct arena arena;
    struct http_request request;
    struct http_header headers[HEADERS_MAX];
    uint32_t max_attempts;
};

static pt_status no_memory(struct pt_error *err)
{
    return error_set(err, PT_E_NO_MEMORY, "no memory for a request");
}

static pt_status take_target(void *ctx, const char *method, const char *url, pt_error *err)
{
    struct wanted *w = ctx;
    w->request.method = arena_strdup(&w->arena, method);
    w->request.url = arena_strdup(&w->arena, url);
    return w->request.method == NULL || w->request.url == NULL ? no_memory(err) : PT_OK;
}

static bool has_line_break(const char *text)
{
    return strpbrk(text, "\r\n") != NULL;
}

static pt_status take_header(void *ctx, const char *name, const char *value, pt_error *err)
{
    struct wanted *w = ctx;
    if (w->request.n_headers == HEADERS_MAX) {
        FAIL(err, PT_E_LIMIT, "a sink asks for more than %d headers", HEADERS_MAX);
    }
    if (name[0] == '\0' || has_line_break(name) || has_line_break(value)) {
        FAIL(err, PT_E_INVALID, "a sink's header holds a line break or has no name");
    }
    struct http_header *h = &w->headers[w->request.n_headers];
    h->name = arena_strdup(&w->arena, name);
    h->value = arena_strdup(&w->arena, value);
    if (h->name == NULL || h->value == NULL) {
        return no_memory(err);
    }
    w->request.n_headers++;
    return PT_OK;
}

static pt_status take_policy(void *ctx, uint8_t allow_http, uint8_t allow_private,
                             uint32_t timeout_ms, uint32_t max_attempts, pt_error *err)
{
    (void)err;
    struct wanted *w = ctx;
    w->request.allow_http = allow_http != 0;
    w->request.allow_private = allow_private != 0;
    w->request.timeout_ms = timeout_ms;
    w->max_attempts = max_attempts;
    return PT_OK;
}

static pt_status ask_sink(const struct delivery_attempt *attempt, struct wanted *w,
                          struct pt_error *err)
{
    const pt_request_out out = {.struct_size = sizeof out,
                                .ctx = w,
                                .target = take_target,
                                .header = take_header,
                                .policy = take_policy};
    TRY(attempt->sink->request(attempt->self, attempt->body, &out, err));
    if (w->request.url == NULL) {
        FAIL(err, PT_E_INTERNAL, "a sink wrote a request without a URL");
    }
    w->request.headers = w->headers;
    w->request.body = text_n((const char *)attempt->body->body.data, attempt->body->body.size);
    w->request.cancelled = attempt->cancelled;
    return PT_OK;
}

// Cuts "name: value\n" lines into the two arrays a sink sees.
static bool split_headers(struct arena *arena, struct text lines, pt_http_response *out)
{
    size_t n_max = 1;
    for (size_t i = 0; i < lines.n; i++) {
        n_max += lines.p[i] == '\n';
    }
    const char **names = arena_zero(arena, n_max, sizeof *names);
    const char **values = arena_zero(arena, n_max, sizeof *values);
    char *copy = arena_strndup(arena, lines.n == 0 ? "" : lines.p, lines.n);
    if (names == NULL || values == NULL || copy == NULL) {
        return false;
    }
    char *rest = NULL;
    for (char *line = strtok_r(copy, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        char *colon = strchr(line, ':');
        if (colon == NULL) {
            continue;
        }
        *colon = '\0';
        names[out->n_headers] = line;
        values[out->n_headers++] = colon + 1 + strspn(colon + 1, " \t");
    }
    out->header_names = names;
    out->header_values = values;
    return true;
}

static pt_status ask_verdict(const struct delivery_attempt *attempt, struct arena *arena,
                             const struct http_answer *answer, struct delivery_outcome *out,
                             struct pt_error *err)
{
    pt_http_response response = {
        .struct_size = sizeof response,
        .status = answer->status,
        .body = {(const uint8_t *)answer->body.p, answer->body.n},
    };
    if (!split_headers(arena, str_view(&answer->headers), &response)) {
        return no_memory(err);
    }
    out->http_status = answer->status;
    out->verdict = attempt->sink->verdict(attempt->self, &response, attempt->body->attempt,
                                          &out->retry_after_ms);
    if (out->verdict < PT_VERDICT_ACCEPTED || out->verdict > PT_VERDICT_DISABLE) {
        FAIL(err, PT_E_INTERNAL, "a sink's verdict on HTTP status %d is unknown: %d",
             answer->status, out->verdict);
    }
    if (out->verdict != PT_VERDICT_ACCEPTED && answer->status != 0) {
        snprintf(out->error, sizeof out->error, "HTTP status %d", answer->status);
    }
    return PT_OK;
}

static pt_status exchange(struct http *http, const struct delivery_attempt *attempt,
                          struct wanted *w, struct delivery_outcome *out, struct pt_error *err)
{
    TRY(ask_sink(attempt, w, err));
    out->max_attempts = w->max_attempts;
    struct http_answer answer = {0};
    struct pt_error why = ERROR_INIT;
    pt_status status = http_send(http, &w->request, &answer, &why);
    if (status == PT_E_NETWORK) {
        answer.status = 0;
        snprintf(out->error, sizeof out->error, "%.*s", (int)sizeof out->error - 1, why.message);
        status = PT_OK;
    } else if (status != PT_OK && err != NULL) {
        *err = why;
    }
    if (status == PT_OK) {
        status = ask_verdict(attempt, &w->arena, &answer, out, err);
    }
    http_answer_release(&answer);
    return status;
}

pt_status delivery_exchange(struct http *http, const struct delivery_attempt *attempt,
                            struct delivery_outcome *out, struct pt_error *err)
{
    struct wanted *w = mem_zero(1, sizeof *w);
    if (w == NULL) {
        return no_memory(err);
    }
    struct delivery_outcome outcome = {0};
    pt_status status = exchange(http, attempt, w, &outcome, err);
    arena_release(&w->arena);
    mem_free(w);
    if (status == PT_OK) {
        *out = outcome;
    }
    return status;
}
