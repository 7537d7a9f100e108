// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The generated shop's log, value by value against a plain reading of the same lines: words split
// at blanks and quotes, nothing of the plugin's code.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <cmocka.h>

#include "source_harness.h"

static char *shop_log(uint64_t *size)
{
    const char *build = getenv("PORTRAIT_BUILD");
    char command[4096];
    snprintf(command, sizeof command,
             "'%s/tests/weblog_shop_gen' --customers 1000 --lines 20000 --seed 3 --only weblog "
             "--stdout 2>/dev/null",
             build == NULL ? "." : build);
    FILE *in = popen(command, "r");
    assert_non_null(in);
    char *log = malloc(32u << 20);
    *size = fread(log, 1, (32u << 20) - 1, in);
    log[*size] = '\0';
    assert_int_equal(pclose(in), 0);
    assert_true(*size > 1000000);
    return log;
}

static const char *or_null(const char *value)
{
    return *value == '\0' || strcmp(value, "-") == 0 ? "\\N" : value;
}

// Takes the next word, cut at `stop`, and moves behind it.
static char *word(char **p, const char *stop)
{
    char *begin = *p;
    char *end = strstr(begin, stop);
    assert_non_null(end);
    *end = '\0';
    *p = end + strlen(stop);
    return begin;
}

static void parameter(const char *query, const char *name, char *out, size_t capacity)
{
    const char *found = strstr(query, name);
    snprintf(out, capacity, "%.*s", found == NULL ? 0 : (int)strcspn(found + strlen(name), "&"),
             found == NULL ? "" : found + strlen(name));
}

static void time_text(const char *clf, char *out, size_t capacity)
{
    struct tm parts;
    memset(&parts, 0, sizeof parts);
    const char *zone = strptime(clf, "%d/%b/%Y:%H:%M:%S ", &parts);
    assert_non_null(zone);
    int hours = (zone[1] - '0') * 10 + zone[2] - '0';
    time_t when = timegm(&parts) - (zone[0] == '-' ? -hours : hours) * 3600;
    gmtime_r(&when, &parts);
    strftime(out, capacity, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

static int holds_any(const char *agent)
{
    static const char *const marks[] = {"bot", "spider", "crawl", "curl/", "python-requests"};
    for (size_t i = 0; i < 5; i++) {
        if (strcasestr(agent, marks[i]) != NULL) {
            return 1;
        }
    }
    return 0;
}

static const char *page_of(const char *path, char *sku, size_t capacity)
{
    static const char *const pages[][2] = {
        {"cart", "/cart/add"}, {"order", "/checkout/complete"}, {"search", "/search"}};
    snprintf(sku, capacity, "%s", "");
    if (strncmp(path, "/product/", 9) == 0 && path[9] != '\0') {
        snprintf(sku, capacity, "%s", path + 9);
        return "product";
    }
    for (size_t i = 0; i < 3; i++) {
        if (strcmp(path, pages[i][1]) == 0) {
            return pages[i][0];
        }
    }
    return "";
}

// One line read the plain way, as the harness prints a row.
static void plain_row(char *line, char *out, size_t capacity)
{
    char *p = line;
    char *ip = word(&p, " - ");
    char *user = word(&p, " [");
    char *stamp = word(&p, "] \"");
    char *method = word(&p, "\" ");
    char *target = strchr(method, ' ');
    if (target == NULL) {
        target = method += strlen(method); // no request line: \x16\x03\x01
    } else {
        *target++ = '\0';
        target[strcspn(target, " ")] = '\0';
    }
    char *status = word(&p, " ");
    char *bytes = word(&p, " \"");
    char *referer = word(&p, "\" \"");
    char *agent = word(&p, "\" \"");
    for (char *q = strstr(agent, "\\\""); q != NULL; q = strstr(q, "\\\"")) {
        memmove(q, q + 1, strlen(q)); // \" is a quote
    }
    char *uid = word(&p, "\"");
    char *query = strchr(target, '?');
    char ts[64];
    char cid[256];
    char utm[256];
    char sku[256];
    if (query != NULL) {
        *query++ = '\0';
    }
    query = query == NULL ? target + strlen(target) : query;
    parameter(query, "cid=", cid, sizeof cid);
    parameter(query, "utm_source=", utm, sizeof utm);
    time_text(stamp, ts, sizeof ts);
    const char *page = page_of(target, sku, sizeof sku);
    snprintf(out, capacity, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s", ts,
             ip, or_null(user), or_null(method), or_null(target), or_null(query), status,
             or_null(bytes), or_null(referer), or_null(agent), holds_any(agent) ? "true" : "false",
             or_null(page), or_null(sku), or_null(cid), or_null(utm),
             strncmp(uid, "uid=", 4) == 0 ? uid + 4 : or_null(uid));
}

static void test_weblog_shop__equals_a_plain_reading(void **state)
{
    (void)state;
    static const char *const columns[] = {
        "ts",      "ip",         "user", "method", "path", "query",     "status",           "bytes",
        "referer", "user_agent", "bot",  "page",   "sku",  "query_cid", "query_utm_source", "uid"};
    static const char *const bots[] = {"bot", "spider", "crawl", "curl/", "python-requests"};
    uint64_t size = 0;
    char *log = shop_log(&size);
    struct harness *h = harness_new("weblog");
    struct harness_table t;
    harness_bytes(h, "path", "access.log", log, size);
    harness_set(h, "format", "combined \"uid=%{uid}\"");
    harness_put(h, "pages", "product", "/product/{sku}");
    harness_put(h, "pages", "cart", "/cart/add");
    harness_put(h, "pages", "order", "/checkout/complete");
    harness_put(h, "pages", "search", "/search");
    harness_add(h, "query", "cid");
    harness_add(h, "query", "utm_source");
    for (size_t i = 0; i < 5; i++) {
        harness_add(h, "bots", bots[i]);
    }
    struct harness_options options = {
        .columns = columns, .n_columns = 16, .target_bytes = 100000, .threads = 2};
    assert_int_equal(harness_read(h, &options, &t), PT_OK);
    assert_int_equal(t.n_rejects, 0);
    uint64_t row = 0;
    uint64_t n_without_cookie = 0;
    uint64_t n_bots = 0;
    uint64_t n_cid = 0;
    for (char *line = strtok(log, "\n"); line != NULL; line = strtok(NULL, "\n"), row++) {
        char expected[4096];
        assert_true(row < t.n_rows);
        n_without_cookie += strstr(line, " \"-\"") == line + strlen(line) - 4 ? 1 : 0;
        plain_row(line, expected, sizeof expected);
        assert_string_equal(t.rows[row], expected);
        n_bots += strstr(expected, "\ttrue\t") != NULL ? 1 : 0;
        n_cid += strstr(expected, "cid=") != NULL ? 1 : 0;
    }
    assert_int_equal(row, t.n_rows);
    assert_true(row > 15000);
    assert_true(n_without_cookie > 100 && n_bots > 100 && n_cid > 100); // the shop has all kinds
    harness_table_release(&t);
    assert_int_equal(harness_live_blocks(h), 0);
    harness_free(h);
    free(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weblog_shop__equals_a_plain_reading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
