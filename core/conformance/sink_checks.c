// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Sinks: cells of every type, the same bytes twice, failing writers, requests and verdicts.
#include <string.h>

#include "mem.h"
#include "sink_work.h"

#define STATUSES 600

static bool is_delivery(const struct subject *s)
{
    return (s->component->caps & PT_CAP_DELIVERY) != 0;
}

static bool render(struct subject *s, uint64_t n_rows, uint64_t batch_rows, struct page *page)
{
    struct sink_work w;
    struct pt_error err = ERROR_INIT;
    bool is_good = subject_good(s, sink_create(&w, s, SINK_ALL_TYPES, &err), "create", &err) &&
                   subject_good(s, sink_write(&w, n_rows, batch_rows, page, &err),
                                "begin, render and finish", &err);
    sink_release(&w);
    return is_good;
}

static void compare(struct subject *s, const struct page *a, const struct page *b, const char *how)
{
    if (s->n_faults == 0 && !text_equal(str_view(&a->text), str_view(&b->text))) {
        subject_fault(s, "rendered %s, the same rows are other bytes (%zu, then %zu)", how,
                      a->text.n, b->text.n);
    }
}

static void check_render(struct subject *s)
{
    struct page pages[3] = {{{0}, 0, 0}};
    subject_at(s, "rows of every type");
    if (render(s, SINK_ROWS, SINK_ROWS, &pages[0]) && render(s, SINK_ROWS, SINK_ROWS, &pages[1])) {
        compare(s, &pages[0], &pages[1], "twice");
    }
    // How rows fall into bodies is a delivery sink's own business within a batch.
    subject_at(s, "batches of 7 rows");
    if (s->n_faults == 0 && render(s, SINK_ROWS, 7, &pages[2]) && !is_delivery(s)) {
        compare(s, &pages[0], &pages[2], "in batches of 7 rows");
    }
    if (s->n_faults == 0 && pages[0].text.n == 0) {
        subject_fault(s, "%u rows are rendered as nothing", SINK_ROWS);
    }
    for (size_t i = 0; i < 3; i++) {
        str_release(&pages[i].text);
    }
}

// The same instance begun again must not remember the first time.
static void check_again(struct subject *s)
{
    struct sink_work w;
    struct pt_error err = ERROR_INIT;
    struct page first = {0};
    struct page second = {0};
    subject_at(s, "two jobs of one instance");
    if (subject_good(s, sink_create(&w, s, SINK_ALL_TYPES, &err), "create", &err) &&
        subject_good(s, sink_write(&w, SINK_ROWS, 16, &first, &err), "the first job", &err) &&
        subject_good(s, sink_write(&w, SINK_ROWS, 16, &second, &err), "the second job", &err)) {
        compare(s, &first, &second, "by the same instance again");
    }
    str_release(&first.text);
    str_release(&second.text);
    sink_release(&w);
}

static void check_empty(struct subject *s)
{
    struct sink_work w;
    struct pt_error err = ERROR_INIT;
    struct page page = {0};
    subject_at(s, "no rows, no batch");
    if (subject_good(s, sink_create(&w, s, SINK_ALL_TYPES, &err), "create", &err)) {
        subject_good(s, sink_write(&w, 0, 16, &page, &err), "a job without rows", &err);
    }
    subject_at(s, "an empty batch");
    if (s->n_faults == 0 && subject_good(s, sink_begin(&w, 0, &err), "begin", &err) &&
        subject_good(s, sink_render(&w, 0, 0, &page, &err), "render of an empty batch", &err)) {
        subject_good(s, sink_finish(&w, &page, &err), "finish", &err);
    }
    str_release(&page.text);
    sink_release(&w);
}

static void check_writer(struct subject *s)
{
    struct pt_error err = ERROR_INIT;
    bool is_hit = true;
    for (uint64_t at = 1; is_hit && at < 500 && s->n_faults == 0; at++) {
        struct sink_work w;
        struct page page = {.fail_at = at};
        int64_t before = mem_live_blocks();
        subject_at(s, "the writer fails at its call %llu", (unsigned long long)at);
        pt_status status = sink_create(&w, s, SINK_ALL_TYPES, &err);
        if (status == PT_OK) {
            status = sink_write(&w, SINK_ROWS, 16, &page, &err);
        }
        is_hit = page.calls >= at;
        subject_status(s, status, "rendering");
        if (is_hit && status == PT_OK) {
            subject_fault(s, "writing fails at call %llu, and the sink says all went well",
                          (unsigned long long)at);
        }
        str_release(&page.text);
        sink_release(&w);
        if (mem_live_blocks() > before) {
            subject_fault(s, "after a failed write it leaves %lld blocks",
                          (long long)(mem_live_blocks() - before));
        }
    }
}

static void check_order(struct subject *s)
{
    struct pt_error err = ERROR_INIT;
    for (int step = 1; step <= 3; step++) {
        struct sink_work w;
        struct page page = {0};
        int64_t before = mem_live_blocks();
        subject_at(s, "destroy after step %d", step);
        bool goes_on = subject_good(s, sink_create(&w, s, SINK_ALL_TYPES, &err), "create", &err);
        goes_on = goes_on && step > 1 && sink_begin(&w, SINK_ROWS, &err) == PT_OK;
        if (goes_on && step > 2) {
            subject_status(s, sink_render(&w, 0, 4, &page, &err), "render");
        }
        str_release(&page.text);
        sink_release(&w);
        if (mem_live_blocks() > before) {
            subject_fault(s, "destroyed after step %d, it leaves %lld blocks", step,
                          (long long)(mem_live_blocks() - before));
        }
    }
}

// A schema it may refuse, cleanly, and does not have to.
static void check_texts(struct subject *s)
{
    struct sink_work w;
    struct pt_error err = ERROR_INIT;
    struct page page = {0};
    subject_at(s, "rows of texts alone");
    if (subject_good(s, sink_create(&w, s, SINK_TEXTS, &err), "create", &err)) {
        subject_status(s, sink_write(&w, SINK_ROWS, 16, &page, &err), "rendering texts");
    }
    str_release(&page.text);
    sink_release(&w);
}

static void check_path(struct subject *s)
{
    struct sink_work w;
    struct pt_error err = ERROR_INIT;
    if (subject_good(s, sink_create(&w, s, SINK_ALL_TYPES, &err), "create", &err) &&
        PT_HAS(w.v, path)) {
        const char *first = w.v->path(w.self);
        const char *second = w.v->path(w.self);
        if ((first == NULL) != (second == NULL) || (first != NULL && strcmp(first, second) != 0)) {
            subject_fault(s, "path() gives another answer the second time");
        }
        if (first != NULL && !text_is_utf8(text_of(first), NULL)) {
            subject_fault(s, "path() is no UTF-8");
        }
    }
    sink_release(&w);
}

// --- Requests and verdicts ---

struct request {
    struct subject *subject;
    uint32_t n_targets;
    uint64_t digest;
};

static bool is_one_line(const char *text)
{
    return text != NULL && strpbrk(text, "\r\n") == NULL;
}

static pt_status take_target(void *ctx, const char *method, const char *url, pt_error *err)
{
    struct request *r = ctx;
    (void)err;
    r->n_targets++;
    if (!is_one_line(method) || !is_one_line(url) || method[0] == '\0' || url[0] == '\0') {
        subject_fault(r->subject, "request() gives no method and URL of one line");
        return PT_OK;
    }
    r->digest = digest_add(digest_add(r->digest, method, strlen(method)), url, strlen(url));
    return PT_OK;
}

static pt_status take_header(void *ctx, const char *name, const char *value, pt_error *err)
{
    struct request *r = ctx;
    (void)err;
    if (!is_one_line(name) || !is_one_line(value) || name[0] == '\0' ||
        strpbrk(name, " :\t") != NULL) {
        subject_fault(r->subject, "request() gives a header that is none");
        return PT_OK;
    }
    r->digest = digest_add(digest_add(r->digest, name, strlen(name)), value, strlen(value));
    return PT_OK;
}

static pt_status take_policy(void *ctx, uint8_t allow_http, uint8_t allow_private,
                             uint32_t timeout_ms, uint32_t max_attempts, pt_error *err)
{
    struct request *r = ctx;
    const uint32_t numbers[] = {allow_http, allow_private, timeout_ms, max_attempts};
    (void)err;
    r->digest = digest_add(r->digest, numbers, sizeof numbers);
    return PT_OK;
}

static void ask(struct subject *s, struct sink_work *w, struct request *r)
{
    static const char body[] = "{\"rows\":[]}";
    struct pt_error err = ERROR_INIT;
    const pt_frozen_body frozen = {.struct_size = sizeof frozen,
                                   .id = "00112233445566778899aabbccddeeff",
                                   .content_type = "application/json",
                                   .body = {(const uint8_t *)body, sizeof body - 1},
                                   .now_ms = INT64_C(1750000000000)};
    const pt_request_out out = {.struct_size = sizeof out,
                                .ctx = r,
                                .target = take_target,
                                .header = take_header,
                                .policy = take_policy};
    if (subject_good(s, w->v->request(w->self, &frozen, &out, &err), "request", &err) &&
        r->n_targets != 1) {
        subject_fault(s, "request() gives %u targets", r->n_targets);
    }
}

static void check_request(struct subject *s)
{
    struct sink_work w;
    struct pt_error err = ERROR_INIT;
    if (!is_delivery(s)) {
        subject_skip(s, "it writes files");
        return;
    }
    subject_at(s, "request without begin");
    if (subject_good(s, sink_create(&w, s, SINK_ALL_TYPES, &err), "create", &err)) {
        struct request first = {.subject = s, .digest = DIGEST_INIT};
        struct request second = {.subject = s, .digest = DIGEST_INIT};
        ask(s, &w, &first);
        ask(s, &w, &second);
        if (first.digest != second.digest) {
            subject_fault(s, "the same body at the same time has another request");
        }
    }
    sink_release(&w);
}

struct odd_headers {
    const char *names[3];
    const char *values[3];
    uint32_t n;
};

static const struct odd_headers odd[] = {
    {{NULL}, {NULL}, 0},
    {{"Retry-After"}, {"120"}, 1},
    {{"retry-after"}, {"-1"}, 1},
    {{"Retry-After"}, {"99999999999999999999"}, 1},
    {{"Retry-After"}, {"soon"}, 1},
    {{"Retry-After"}, {""}, 1},
    {{"Retry-After"}, {"Fri, 31 Dec 2027 23:59:59 GMT"}, 1},
    {{"Retry-After", "Retry-After", "X"}, {"1", "2", ""}, 3},
    {{"", "\xff\xfe", "Content-Type"}, {"", "\xff", "text/html"}, 3},
};

static void judge(struct subject *s, struct sink_work *w, int status)
{
    static const uint32_t attempts[] = {0, 1, 7, UINT32_MAX};
    static const char answer[] = "{\"error\": \"\xff\"";
    for (size_t h = 0; h < sizeof odd / sizeof odd[0]; h++) {
        const pt_http_response response = {.struct_size = sizeof response,
                                           .status = status,
                                           .n_headers = odd[h].n,
                                           .header_names = odd[h].names,
                                           .header_values = odd[h].values,
                                           .body = {(const uint8_t *)(h % 2 == 0 ? NULL : answer),
                                                    h % 2 == 0 ? 0 : sizeof answer - 1}};
        for (size_t a = 0; a < 4 && s->n_faults == 0; a++) {
            uint64_t after[2] = {0, 0};
            pt_verdict verdict = w->v->verdict(w->self, &response, attempts[a], &after[0]);
            pt_verdict again = w->v->verdict(w->self, &response, attempts[a], &after[1]);
            if (verdict < PT_VERDICT_ACCEPTED || verdict > PT_VERDICT_DISABLE) {
                subject_fault(s, "status %d has the verdict %d, which does not exist", status,
                              verdict);
            } else if (verdict != again || after[0] != after[1]) {
                subject_fault(s, "status %d is judged differently the second time", status);
            } else if (verdict == PT_VERDICT_ACCEPTED && (status < 200 || status > 299)) {
                subject_fault(s, "status %d counts as accepted", status);
            }
        }
    }
}

static void check_verdict(struct subject *s)
{
    struct sink_work w;
    struct pt_error err = ERROR_INIT;
    if (!is_delivery(s)) {
        subject_skip(s, "it writes files");
        return;
    }
    if (subject_good(s, sink_create(&w, s, SINK_ALL_TYPES, &err), "create", &err)) {
        for (int status = 0; status < STATUSES; status++) {
            subject_at(s, "verdict of status %d", status);
            judge(s, &w, status);
        }
    }
    sink_release(&w);
}

const struct check sink_checks[] = {
    {"render", "rows of every type, the same bytes twice", check_render, false},
    {"again", "a second job of one instance is like the first", check_again, false},
    {"empty", "no rows and empty batches", check_empty, false},
    {"texts", "another schema is rendered or refused", check_texts, false},
    {"writer", "every failing write is told", check_writer, false},
    {"order", "destroy after every step", check_order, false},
    {"path", "the path stays the same", check_path, false},
    {"request", "one target and sound headers, without begin", check_request, false},
    {"verdict", "every status and odd headers have a verdict", check_verdict, false},
    {NULL, NULL, NULL, false},
};
