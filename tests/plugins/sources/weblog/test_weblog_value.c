// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "weblog_page.h"
#include "weblog_request.h"

static uint8_t room[65536];
static char shown[4096];

static struct weblog_bytes text(const char *p)
{
    return (struct weblog_bytes){(const uint8_t *)p, p == NULL ? 0 : strlen(p)};
}

static const char *show(struct weblog_bytes b)
{
    snprintf(shown, sizeof shown, "%.*s", b.p == NULL ? 4 : (int)b.n,
             b.p == NULL ? "NULL" : (const char *)b.p);
    return shown;
}

static const char *undone(const char *in, enum weblog_escape escape)
{
    struct weblog_scratch scratch = {room, 0, sizeof room};
    struct weblog_span span = {(const uint8_t *)in, (uint32_t)strlen(in), escape};
    return show(weblog_value(&span, &scratch));
}

static void test_weblog_value__log_escapes(void **state)
{
    (void)state;
    assert_string_equal(undone("plain", WEBLOG_BACKSLASH), "plain");
    assert_string_equal(undone("a\\\"b\\\\c", WEBLOG_BACKSLASH), "a\"b\\c");
    assert_string_equal(undone("\\xf0\\x9f\\x92\\xa9", WEBLOG_BACKSLASH), "\xf0\x9f\x92\xa9");
    assert_string_equal(undone("\\xC3\\xA4\\t", WEBLOG_BACKSLASH), "\xc3\xa4\t");
    assert_string_equal(undone("\\x16\\x03\\xff", WEBLOG_BACKSLASH), "\\x16\\x03\\xff");
    assert_string_equal(undone("a\\x00b", WEBLOG_BACKSLASH), "a\\x00b");
    assert_string_equal(undone("\\xg1\\q\\", WEBLOG_BACKSLASH), "\\xg1\\q\\");
    assert_string_equal(undone("\\x4", WEBLOG_BACKSLASH), "\\x4");
    assert_string_equal(undone("\\\\x41", WEBLOG_BACKSLASH), "\\x41");
    assert_string_equal(undone("a+b\\", WEBLOG_PLAIN), "a+b\\");
}

static void test_weblog_value__other_escapes(void **state)
{
    (void)state;
    assert_string_equal(undone("Mozilla/5.0+(X)", WEBLOG_PLUS), "Mozilla/5.0 (X)");
    assert_string_equal(undone("\"\"a\"\" b", WEBLOG_DOUBLED), "\"a\" b");
    assert_string_equal(undone("\\u00e4\\n\\/\\ud83d\\udca9", WEBLOG_JSON_TEXT),
                        "\xc3\xa4\n/\xf0\x9f\x92\xa9");
    assert_string_equal(undone("\\ud83dx", WEBLOG_JSON_TEXT), "\xef\xbf\xbdx");
    assert_string_equal(undone("\\ud83d\\u0041", WEBLOG_JSON_TEXT), "\xef\xbf\xbd"
                                                                    "A");
    assert_string_equal(undone("a\\u0000", WEBLOG_JSON_TEXT), "a\\u0000");
    assert_string_equal(undone("\\x22", WEBLOG_JSON_TEXT), "\"");
    struct weblog_scratch scratch = {room, 0, sizeof room};
    struct weblog_span null = {NULL, 0, WEBLOG_BACKSLASH};
    assert_null(weblog_value(&null, &scratch).p);
}

static const char *percent(const char *in, bool is_query)
{
    struct weblog_scratch scratch = {room, 0, sizeof room};
    return show(weblog_value_percent(text(in), is_query, &scratch));
}

static void test_weblog_value__percent_escapes(void **state)
{
    (void)state;
    assert_string_equal(percent("a%20b+c", true), "a b c");
    assert_string_equal(percent("a%20b+c", false), "a b+c");
    assert_string_equal(percent("%E4%BD%A0", true), "\xe4\xbd\xa0");
    assert_string_equal(percent("%ff%20", true), "%ff%20");
    assert_string_equal(percent("%00", true), "%00");
    assert_string_equal(percent("100%", true), "100%");
    assert_string_equal(percent("%zz%4", true), "%zz%4");
    assert_string_equal(percent(NULL, true), "NULL");
}

static const char *split(const char *line)
{
    static char out[1024];
    struct weblog_request r;
    weblog_request_split(text(line), &r);
    size_t at = 0;
    const struct weblog_bytes parts[] = {r.method, r.path, r.query, r.protocol};
    for (size_t i = 0; i < 4; i++) {
        at += (size_t)snprintf(out + at, sizeof out - at, "%s%s", i > 0 ? "|" : "", show(parts[i]));
    }
    return out;
}

static void test_weblog_value__request_lines(void **state)
{
    (void)state;
    assert_string_equal(split("GET /a?b=1&c HTTP/1.1"), "GET|/a|b=1&c|HTTP/1.1");
    assert_string_equal(split("GET /a? HTTP/1.1"), "GET|/a|NULL|HTTP/1.1");
    assert_string_equal(split("GET /a?b?c HTTP/1.1"), "GET|/a|b?c|HTTP/1.1");
    assert_string_equal(split("GET /a"), "GET|/a|NULL|NULL");
    assert_string_equal(split("OPTIONS * HTTP/1.0"), "OPTIONS|*|NULL|HTTP/1.0");
    assert_string_equal(split("CONNECT foo.com:25 HTTP/1.1"), "CONNECT|foo.com:25|NULL|HTTP/1.1");
    assert_string_equal(split("M-SEARCH * HTTP/1.1"), "M-SEARCH|*|NULL|HTTP/1.1");
    assert_string_equal(split("GET  HTTP/1.1"), "GET|NULL|NULL|HTTP/1.1");
    assert_string_equal(split("GET /a b c HTTP/1.1"), "GET|/a|NULL|HTTP/1.1");
    static const char *const bad[] = {
        "",        "GET",         "GET ",     "HELP me",       "\x16\x03 \x02",
        "t3 12.1", "lv|x Win XP", "GET /a b", " GET / HTTP/1", "/ GET x",
        "-"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_string_equal(split(bad[i]), "NULL|NULL|NULL|NULL");
    }
    assert_string_equal(split(NULL), "NULL|NULL|NULL|NULL");
}

static const char *parameter(const char *query, const char *name)
{
    return show(weblog_request_parameter(text(query), name, strlen(name)));
}

static void test_weblog_value__query_parameters(void **state)
{
    (void)state;
    assert_string_equal(parameter("cid=C1", "cid"), "C1");
    assert_string_equal(parameter("a=1&cid=C1&b=2", "cid"), "C1");
    assert_string_equal(parameter("a=1&cid=&b=2&cid=C2", "cid"), "NULL");
    assert_string_equal(parameter("xcid=1&cidx=2&cid", "cid"), "NULL");
    assert_string_equal(parameter("cid=a=b", "cid"), "a=b");
    assert_string_equal(parameter("&&cid=7&", "cid"), "7");
    assert_string_equal(parameter(NULL, "cid"), "NULL");
}

static struct weblog_pages pages;

static const char *page(const char *path)
{
    static char out[512];
    struct weblog_bytes captured[WEBLOG_CAPTURES_MAX];
    int32_t at = weblog_page_match(&pages, text(path), captured);
    size_t n = (size_t)snprintf(out, sizeof out, "%s", at < 0 ? "-" : pages.page[at].name);
    for (uint32_t i = 0; i < pages.n_captures; i++) {
        if (captured[i].p != NULL) {
            n += (size_t)snprintf(out + n, sizeof out - n, " %s=%s", pages.captures[i],
                                  show(captured[i]));
        }
    }
    return out;
}

static void test_weblog_value__pages(void **state)
{
    (void)state;
    static const char *const templates[][2] = {{"product", "/product/{sku}"},
                                               {"review", "/product/{sku}/review/{id}"},
                                               {"item", "/i-{id}.html"},
                                               {"cart", "/cart/add"},
                                               {"file", "/files/{name*}"},
                                               {"late", "/cart/{any}"},
                                               {"root", "/"}};
    struct weblog_fault fault;
    memset(&pages, 0, sizeof pages);
    for (size_t i = 0; i < sizeof templates / sizeof templates[0]; i++) {
        assert_true(weblog_page_add(&pages, templates[i][0], templates[i][1], &fault));
    }
    assert_int_equal(pages.n_captures, 4);
    assert_string_equal(page("/product/P1"), "product sku=P1");
    assert_string_equal(page("/product/P1/review/9"), "review sku=P1 id=9");
    assert_string_equal(page("/product/"), "-");
    assert_string_equal(page("/product/P1/"), "-");
    assert_string_equal(page("/product"), "-");
    assert_string_equal(page("/products/P1"), "-");
    assert_string_equal(page("/i-77.html"), "item id=77");
    assert_string_equal(page("/i-.html"), "-");
    assert_string_equal(page("/i-7/8.html"), "-");
    assert_string_equal(page("/cart/add"), "cart");
    assert_string_equal(page("/cart/del"), "late any=del");
    assert_string_equal(page("/files/a/b/c"), "file name=a/b/c");
    assert_string_equal(page("/files/"), "-");
    assert_string_equal(page("/"), "root");
}

static void test_weblog_value__bad_pages(void **state)
{
    (void)state;
    static const char *const bad[] = {"",       "product", "/a/{x",   "/a/{}",
                                      "/{x-y}", "/{a}{b}", "/{a*}/b", "/{1a}"};
    struct weblog_fault fault;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        memset(&pages, 0, sizeof pages);
        fault.text[0] = '\0';
        assert_false(weblog_page_add(&pages, "p", bad[i], &fault));
        assert_true(fault.text[0] != '\0');
    }
    memset(&pages, 0, sizeof pages);
    for (uint32_t i = 0; i < WEBLOG_PAGES_MAX; i++) {
        assert_true(weblog_page_add(&pages, "p", "/x", &fault));
    }
    assert_false(weblog_page_add(&pages, "p", "/x", &fault));
}

static void test_weblog_value__times(void **state)
{
    (void)state;

    static const struct {
        enum weblog_clock clock;
        const char *text;
        int64_t us; // -1 = refused
    } cases[] = {{WEBLOG_CLOCK_CLF, "01/Jun/2025:00:00:00 +0000", INT64_C(1748736000000000)},
                 {WEBLOG_CLOCK_CLF, "01/Jun/2025:23:59:59 +0000", INT64_C(1748822399000000)},
                 {WEBLOG_CLOCK_CLF, "01/Jun/2025:08:00:00 +0800", INT64_C(1748736000000000)},
                 {WEBLOG_CLOCK_CLF, "01/Jun/2025:08:00:01 +0800", INT64_C(1748736001000000)},
                 {WEBLOG_CLOCK_CLF, "01/Jun/2025:08:60:01 +0800", -1},
                 {WEBLOG_CLOCK_CLF, "01/Jun/2025:24:00:01 +0800", -1},
                 {WEBLOG_CLOCK_CLF, "01/Jun/2025:08.00:01 +0800", -1},
                 {WEBLOG_CLOCK_CLF, "01/Jun/2025:08:00:61 +0800", -1},
                 {WEBLOG_CLOCK_CLF, "02/Jun/2025:08:00:01 +0800", INT64_C(1748822401000000)},
                 {WEBLOG_CLOCK_CLF, "", -1},
                 {WEBLOG_CLOCK_ANY, "1748736000", INT64_C(1748736000000000)},
                 {WEBLOG_CLOCK_ANY, "1748736000.25", INT64_C(1748736000250000)},
                 {WEBLOG_CLOCK_ANY, "1748736000250", INT64_C(1748736000250000)},
                 {WEBLOG_CLOCK_ANY, "1748736000250001", INT64_C(1748736000250001)},
                 {WEBLOG_CLOCK_ANY, "1748736000250001999", INT64_C(1748736000250001)},
                 {WEBLOG_CLOCK_ANY, "2025-06-01T00:00:00Z", INT64_C(1748736000000000)},
                 {WEBLOG_CLOCK_ANY, "01/Jun/2025:08:00:00 +0800", INT64_C(1748736000000000)},
                 {WEBLOG_CLOCK_ANY, "", -1},
                 {WEBLOG_CLOCK_ANY, "yesterday", -1},
                 {WEBLOG_CLOCK_ANY, "123456789012345678901", -1},
                 {WEBLOG_CLOCK_ANY, "99999999999999999999", -1},
                 {WEBLOG_CLOCK_MS, "1748736000250", INT64_C(1748736000250000)},
                 {WEBLOG_CLOCK_US, "1748736000250001", INT64_C(1748736000250001)}};
    struct weblog_time_reader r = {.offset_s = 0};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t us = -1;
        size_t n = strlen(cases[i].text);
        uint8_t *copy = malloc(n == 0 ? 1 : n);
        memcpy(copy, cases[i].text, n);
        r.clock = cases[i].clock;
        bool is_good = weblog_value_time(&r, (struct weblog_bytes){copy, n}, &us);
        free(copy);
        if (is_good != (cases[i].us >= 0) || (is_good && us != cases[i].us)) {
            fail_msg("%s: %lld", cases[i].text, (long long)us);
        }
    }
    int64_t count = 0;
    assert_true(weblog_value_count(text("007"), &count) && count == 7);
    assert_false(weblog_value_count(text(""), &count));
    assert_false(weblog_value_count(text("-1"), &count));
    assert_false(weblog_value_count(text("1234567890123456789"), &count));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weblog_value__log_escapes),
        cmocka_unit_test(test_weblog_value__other_escapes),
        cmocka_unit_test(test_weblog_value__percent_escapes),
        cmocka_unit_test(test_weblog_value__request_lines),
        cmocka_unit_test(test_weblog_value__query_parameters),
        cmocka_unit_test(test_weblog_value__pages),
        cmocka_unit_test(test_weblog_value__bad_pages),
        cmocka_unit_test(test_weblog_value__times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
