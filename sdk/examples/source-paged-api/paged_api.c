// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Orders of an HTTP API as a source: pages that follow a cursor, a key that is a secret, a server
// that asks for patience. The API answers lines of order, customer and amount with tabs between,
// and the cursor of the next page in the header x-next-cursor.
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <portrait/plugin.h>
#include <portrait/source.h>

#include "pt_batch.h"
#include "pt_export.h"
#include "pt_number.h"
#include "pt_utf8.h"

#define TRIES_MAX 6
#define WAIT_FIRST_MS 1000
#define WAIT_MAX_MS 60000
#define CURSOR_MAX 256
#define COLUMNS 3

struct config {
    const char *url;
    uint32_t token;
    int64_t page_rows;
};

static const pt_option o_url = {.struct_size = sizeof(pt_option),
                                .type = PT_OPT_STRING,
                                .flags = PT_OPTF_REQUIRED | PT_OPTF_AFFECTS_RESULT,
                                .offset = offsetof(struct config, url),
                                .name = "url",
                                .help = "The list of orders.",
                                .pattern = "https?://[^?#]+",
                                .example = "https://api.example.org/v1/orders"};
static const pt_option o_token = {.struct_size = sizeof(pt_option),
                                  .type = PT_OPT_SECRET,
                                  .flags = PT_OPTF_REQUIRED,
                                  .offset = offsetof(struct config, token),
                                  .name = "token",
                                  .help = "The key of the API."};
static const pt_option o_rows = {.struct_size = sizeof(pt_option),
                                 .type = PT_OPT_I64,
                                 .offset = offsetof(struct config, page_rows),
                                 .name = "page_rows",
                                 .help = "Orders asked for at once.",
                                 .default_text = "500",
                                 .i_min = 1,
                                 .i_max = 10000};
static const pt_option *const options[] = {&o_url, &o_token, &o_rows};

static const struct pt_field all[COLUMNS] = {
    {"order", PT_CELL_UTF8, NULL}, {"customer", PT_CELL_DICT, NULL}, {"amount", PT_CELL_F64, NULL}};

struct source {
    const pt_host *host;
    const struct config *config;
    struct pt_field asked[COLUMNS];
    uint32_t column[COLUMNS]; // of asked[i]
    uint32_t n;
};

static pt_status create(const pt_host *host, const void *config, void **self, pt_error *err)
{
    struct source *s = pt_mem_zero(host, 1, sizeof *s);
    if (s == NULL) {
        return pt_fail(host, err, PT_E_NO_MEMORY, NULL, "no memory");
    }
    s->host = host;
    s->config = config;
    *self = s;
    return PT_OK;
}

static void destroy(void *self)
{
    struct source *s = self;
    if (s != NULL) {
        pt_mem_free(s->host, s);
    }
}

// The columns are known, so nobody is called before the run.
static pt_status discover(void *self, const pt_discovery *out, pt_error *err)
{
    struct source *s = self;
    struct ArrowSchema schema;
    pt_status status = pt_schema_build(s->host, all, COLUMNS, &schema);
    return status != PT_OK ? pt_fail(s->host, err, status, NULL, "no memory")
                           : out->schema(out->ctx, &schema, err);
}

static pt_status bind(void *self, pt_bytes state, const pt_column_list *columns, pt_error *err)
{
    struct source *s = self;
    (void)state;
    s->n = 0;
    for (uint32_t i = 0; i < columns->n; i++) {
        uint32_t c = 0;
        while (c < COLUMNS && strcmp(all[c].name, columns->names[i]) != 0) {
            c++;
        }
        if (c == COLUMNS || s->n == COLUMNS) {
            return pt_fail(s->host, err, PT_E_NOT_FOUND, NULL, "no column `%s`", columns->names[i]);
        }
        s->column[s->n] = c;
        s->asked[s->n++] = all[c];
    }
    return PT_OK;
}

// A page is known only when the one before it has come: all pages are one split.
static pt_status plan(void *self, const pt_plan_request *request, pt_error *err)
{
    (void)self;
    static const pt_split split = {.struct_size = sizeof split, .id = "orders"};
    return request->emit(request->ctx, &split, err);
}

struct reader {
    struct source *s;
    const pt_split_run *run;
    struct pt_batch batch;
    char *authorization; // "Bearer ...", wiped at the end
    uint64_t authorization_size;
    char cursor[CURSOR_MAX]; // of the next page; "" = the first
    uint64_t records;
    uint64_t offset; // bytes of pages before this one
    bool is_last;    // no page follows
    bool is_counted;
};

static const char *header(const pt_http_response *response, const char *name)
{
    for (uint32_t i = 0; i < response->n_headers; i++) {
        if (strcmp(response->header_names[i], name) == 0) {
            return response->header_values[i];
        }
    }
    return NULL;
}

// In steps, so that a run that is stopped ends at once.
static pt_status wait_ms(const pt_host *host, int64_t ms)
{
    for (; ms > 0; ms -= 100) {
        const struct timespec step = {0, (long)(ms < 100 ? ms : 100) * 1000000};
        if (host->cancelled(host)) {
            return PT_E_CANCELLED;
        }
        nanosleep(&step, NULL);
    }
    return PT_OK;
}

// What the server asks for, else twice as long each time.
static int64_t patience(const pt_http_response *response, int tries)
{
    int64_t seconds = 0;
    const char *told = response == NULL ? NULL : header(response, "retry-after");
    bool is_told = told != NULL && pt_number_i64((const uint8_t *)told, strlen(told), &seconds);
    if (is_told && seconds >= 0 && seconds <= WAIT_MAX_MS / 1000) {
        return seconds * 1000;
    }
    int64_t ms = (int64_t)WAIT_FIRST_MS << (tries - 1);
    return ms < WAIT_MAX_MS ? ms : WAIT_MAX_MS;
}

static bool is_worth_a_try(int32_t status)
{
    return status == 429 || status >= 500;
}

// Any status is an answer to the host; to this source only a page is.
static pt_status judge(const struct reader *r, pt_status status, const pt_http_response *response)
{
    if (status != PT_OK || response->status == 200) {
        return status;
    }
    return pt_fail(r->s->host, r->run->err, PT_E_NETWORK, NULL, "the API answers %d",
                   (int)response->status);
}

// One page, asked for until the server gives it.
static pt_status fetch(struct reader *r, const pt_http_response **out)
{
    const pt_host *host = r->s->host;
    char url[4096];
    int n = snprintf(url, sizeof url, "%s?limit=%lld%s%s", r->s->config->url,
                     (long long)r->s->config->page_rows,
                     r->cursor[0] == '\0' ? "" : "&cursor=", r->cursor);
    if (n < 0 || (size_t)n >= sizeof url) {
        return pt_fail(host, r->run->err, PT_E_CONFIG, "url", "the URL is too long");
    }
    static const char *const names[] = {"Authorization", "Accept"};
    const char *const values[] = {r->authorization, "text/tab-separated-values"};
    const pt_http_request request = {.struct_size = sizeof request,
                                     .n_headers = 2,
                                     .method = "GET",
                                     .url = url,
                                     .header_names = names,
                                     .header_values = values,
                                     .answer_max = 16u << 20};
    for (int tries = 1;; tries++) {
        const pt_http_response *response = NULL;
        pt_status status = host->http->exchange(host, &request, &response, r->run->err);
        status = judge(r, status, response);
        if (status == PT_OK) {
            *out = response;
            return PT_OK;
        }
        bool is_final = status != PT_E_NETWORK || tries == TRIES_MAX ||
                        (response != NULL && !is_worth_a_try(response->status));
        int64_t ms = patience(response, tries);
        host->http->release(host, response);
        status = is_final ? status : wait_ms(host, ms);
        if (status != PT_OK) {
            return status;
        }
    }
}

// Appends a record's bound columns. Returns what is wrong with it, or NULL.
static const char *add(struct reader *r, const uint8_t *line, uint64_t n, uint32_t *column)
{
    const uint8_t *begin[COLUMNS] = {line};
    uint64_t size[COLUMNS] = {0};
    uint32_t k = 0;
    for (uint64_t i = 0; i < n; i++) {
        if (line[i] == '\t' && ++k < COLUMNS) {
            begin[k] = line + i + 1;
        } else if (line[i] != '\t' && k < COLUMNS) {
            size[k]++;
        }
    }
    if (k + 1 != COLUMNS) {
        return "not three fields";
    }
    if (!pt_utf8_is_valid(line, n)) {
        return "not UTF-8";
    }
    for (uint32_t i = 0; i < r->s->n; i++) {
        uint32_t c = r->s->column[i];
        double amount = 0;
        *column = c + 1;
        if (all[c].cell != PT_CELL_F64) {
            pt_column_text(&r->batch.columns[i], begin[c], size[c]);
        } else if (pt_number_f64(begin[c], size[c], &amount)) {
            pt_column_f64(&r->batch.columns[i], amount);
        } else {
            return "the amount is not a number";
        }
    }
    return NULL;
}

static pt_status add_page(struct reader *r, pt_bytes page, uint64_t *n_rows)
{
    pt_status status = PT_OK;
    for (uint64_t at = 0; at < page.size && status == PT_OK;) {
        const uint8_t *line = page.data + at;
        const uint8_t *end = memchr(line, '\n', page.size - at);
        uint64_t n = end == NULL ? page.size - at : (uint64_t)(end - line);
        uint32_t column = 0;
        const char *reason = n > r->run->max_record ? "record too long" : add(r, line, n, &column);
        if (reason == NULL) {
            ++*n_rows;
        } else {
            pt_batch_truncate(&r->batch, *n_rows);
            const pt_reject reject = {.struct_size = sizeof reject,
                                      .column = column,
                                      .offset = r->offset + at,
                                      .line = r->records,
                                      .reason = reason,
                                      .excerpt = {line, n}};
            status = r->run->reject(r->run->ctx, &reject, r->run->err);
        }
        r->records++;
        at += n + (end != NULL);
    }
    r->offset += page.size;
    return status;
}

// A cursor is the server's word and goes into a URL: plain characters only, and never the same.
static pt_status take_cursor(struct reader *r, const pt_http_response *response)
{
    const char *next = header(response, "x-next-cursor");
    r->is_last = next == NULL || next[0] == '\0';
    if (r->is_last) {
        return PT_OK;
    }
    size_t n = strlen(next);
    if (n >= sizeof r->cursor || strcmp(next, r->cursor) == 0 ||
        next[strspn(next, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")] !=
            '\0') {
        return pt_fail(r->s->host, r->run->err, PT_E_DATA, NULL, "a cursor that leads nowhere");
    }
    memcpy(r->cursor, next, n + 1);
    return PT_OK;
}

static pt_status next(void *self, struct ArrowArray *out, char *message, uint64_t capacity)
{
    struct reader *r = self;
    const pt_host *host = r->s->host;
    uint64_t n = 0;
    pt_status status = PT_OK;
    (void)message;
    (void)capacity;
    out->release = NULL;
    while (status == PT_OK && n == 0 && !r->is_last) {
        const pt_http_response *response = NULL;
        status = fetch(r, &response);
        if (status == PT_OK) {
            status = add_page(r, response->body, &n);
        }
        if (status == PT_OK) {
            status = take_cursor(r, response);
        }
        host->http->release(host, response);
    }
    if (status == PT_OK && n == 0 && !r->is_counted) {
        r->is_counted = true;
        status = r->run->counted(r->run->ctx, r->records, r->records, r->run->err);
    }
    return status != PT_OK || n == 0 ? status : pt_batch_finish(&r->batch, n, out);
}

static pt_status schema(void *self, struct ArrowSchema *out, char *message, uint64_t capacity)
{
    struct reader *r = self;
    (void)message;
    (void)capacity;
    return pt_schema_build(r->s->host, r->s->asked, r->s->n, out);
}

static void close_reader(void *self)
{
    struct reader *r = self;
    for (uint64_t i = 0; i < r->authorization_size; i++) {
        ((volatile char *)r->authorization)[i] = 0;
    }
    pt_mem_free(r->s->host, r->authorization);
    pt_batch_release(&r->batch);
    pt_mem_free(r->s->host, r);
}

// The secret's bytes end without a NUL.
static pt_status authorize(struct reader *r, pt_error *err)
{
    const pt_host *host = r->s->host;
    static const char scheme[] = "Bearer ";
    pt_bytes token = {0};
    pt_status status = host->secret_get(host, r->s->config->token, &token, err);
    if (status != PT_OK) {
        return status;
    }
    r->authorization = pt_mem_zero(host, sizeof scheme + token.size, 1);
    if (r->authorization == NULL) {
        return pt_fail(host, err, PT_E_NO_MEMORY, NULL, "no memory");
    }
    r->authorization_size = sizeof scheme + token.size;
    memcpy(r->authorization, scheme, sizeof scheme - 1);
    if (token.size > 0) {
        memcpy(r->authorization + sizeof scheme - 1, token.data, token.size);
    }
    return PT_OK;
}

static const struct pt_export_ops ops = {schema, next, close_reader};

static pt_status open_split(void *self, const pt_split *split, const pt_split_run *run,
                            struct ArrowArrayStream *out, pt_error *err)
{
    struct source *s = self;
    (void)split;
    struct reader *r = pt_mem_zero(s->host, 1, sizeof *r);
    if (r == NULL) {
        return pt_fail(s->host, err, PT_E_NO_MEMORY, NULL, "no memory");
    }
    r->s = s;
    r->run = run;
    pt_status status = authorize(r, err);
    if (status == PT_OK) {
        status = pt_batch_init(&r->batch, s->host, s->asked, s->n, run->batch_rows);
    }
    if (status == PT_OK) {
        status = pt_export_stream(s->host, &ops, r, out);
    }
    if (status != PT_OK) {
        close_reader(r);
    }
    return status;
}

static const pt_source_vtable vtable = {.struct_size = sizeof vtable,
                                        .create = create,
                                        .destroy = destroy,
                                        .discover = discover,
                                        .bind = bind,
                                        .plan = plan,
                                        .open = open_split};
static const pt_component component = {.struct_size = sizeof component,
                                       .kind = PT_KIND_SOURCE,
                                       .name = "paged-api",
                                       .summary = "Orders of an HTTP API, page by page.",
                                       .threads = PT_THREADS_SERIAL_INSTANCE,
                                       .config_size = sizeof(struct config),
                                       .caps = PT_CAP_PROJECTION | PT_CAP_NETWORK,
                                       .options = options,
                                       .n_options = 3,
                                       .vtable = &vtable};
static const pt_component *const components[] = {&component};
static const pt_plugin plugin = {.struct_size = sizeof plugin,
                                 .abi_major = PT_ABI_MAJOR,
                                 .abi_minor = PT_ABI_MINOR,
                                 .min_host_minor = 0,
                                 .n_components = 1,
                                 .id = "example.paged-api",
                                 .version = "1.0.0",
                                 .vendor = "Portrait contributors",
                                 .license = "Apache-2.0",
                                 .summary = "An HTTP API as a source.",
                                 .components = components};
PT_PLUGIN(plugin, "example.paged-api", 0)
