// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The built plugin through its vtable, on small files.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "source_harness.h"

#define A_HEAD "1.2.3.4 - bob [01/Jun/2025:08:00:00 +0800] "
#define A_TAIL " \"http://r/\" \"Mozilla/5.0 (X11) Firefox/115.0\""

static const char combined_log[] =
    A_HEAD "\"GET /product/P%2D1?cid=C%201&utm_source=mail HTTP/1.1\" 200 10" A_TAIL "\n"
           "::1 - - [01/Jun/2025:08:00:01 +0800] \"\\x16\\x03\" 400 - \"-\" \"-\"\r\n"
           "\n"
           "broken\n" A_HEAD "\"POST /cart/add HTTP/1.1\" 302 0 \"-\" \"curl/8.0\"";

static struct harness *combined_harness(void)
{
    struct harness *h = harness_new("weblog");
    harness_bytes(h, "path", "a.log", combined_log, sizeof combined_log - 1);
    harness_put(h, "pages", "product", "/product/{sku}");
    harness_put(h, "pages", "cart", "/cart/add");
    harness_add(h, "query", "cid");
    harness_add(h, "query", "utm-source");
    return h;
}

static void read_all(struct harness *h, struct harness_table *t)
{
    const struct harness_options options = {.threads = 1};
    if (harness_read(h, &options, t) != PT_OK) {
        fail_msg("%s", harness_message(h));
    }
}

static void test_weblog_source__all_columns(void **state)
{
    (void)state;
    struct harness *h = combined_harness();
    struct harness_table t;
    harness_set(h, "format", "combined");
    read_all(h, &t);
    assert_string_equal(t.schema,
                        "ts tsu:UTC, ip u, ident dict, user u, request u, method dict, path dict, "
                        "query u, protocol dict, status i, bytes l, referer dict, user_agent dict, "
                        "bot b, page dict, sku dict, query_cid dict, query_utm_source dict");
    assert_string_equal(t.time_column, "ts");
    assert_int_equal(t.n_rows, 3);
    assert_string_equal(
        t.rows[0],
        "2025-06-01T00:00:00Z\t1.2.3.4\t\\N\tbob\tGET /product/P%2D1?cid=C%201&utm_source=mail "
        "HTTP/1.1\tGET\t/product/P%2D1\tcid=C%201&utm_source=mail\tHTTP/1.1\t200\t10\thttp://r/\t"
        "Mozilla/5.0 (X11) Firefox/115.0\tfalse\tproduct\tP-1\tC 1\t\\N");
    assert_string_equal(t.rows[1],
                        "2025-06-01T00:00:01Z\t::1\t\\N\t\\N\t\x16\x03\t\\N\t\\N\t\\N\t\\N\t400\t"
                        "\\N\t\\N\t\\N\tfalse\t\\N\t\\N\t\\N\t\\N");
    assert_string_equal(t.rows[2],
                        "2025-06-01T00:00:00Z\t1.2.3.4\t\\N\tbob\tPOST /cart/add HTTP/1.1\tPOST\t"
                        "/cart/add\t\\N\tHTTP/1.1\t302\t0\t\\N\tcurl/8.0\ttrue\tcart\t\\N\t\\N\t"
                        "\\N");
    assert_int_equal(t.n_rejects, 1);
    assert_string_equal(t.rejects[0].reason, "line ends early");
    assert_string_equal(t.rejects[0].column_name, "ip");
    assert_string_equal(t.rejects[0].excerpt, "broken");
    assert_int_equal(t.rejects[0].line, 4);
    assert_int_equal(t.rejects[0].offset, strstr(combined_log, "broken") - combined_log);
    assert_int_equal(t.records, 4);
    assert_int_equal(t.lines, 5);
    harness_table_release(&t);
    assert_int_equal(harness_live_blocks(h), 0);
    harness_free(h);
}

// Whatever is bound, in whatever order: the same values and the same rejects.
static void test_weblog_source__projection(void **state)
{
    (void)state;
    static const char *const all[] = {
        "ts",         "ip",    "ident",    "user",   "request",   "method",
        "path",       "query", "protocol", "status", "bytes",     "referer",
        "user_agent", "bot",   "page",     "sku",    "query_cid", "query_utm_source"};
    struct harness *h = combined_harness();
    struct harness_table whole;
    read_all(h, &whole);
    for (uint32_t c = 0; c < 18; c++) {
        const char *pair[] = {all[c], all[(c * 7 + 3) % 18]};
        struct harness_options options = {.columns = pair, .n_columns = 2};
        struct harness_table t;
        assert_int_equal(harness_read(h, &options, &t), PT_OK);
        assert_int_equal(t.n_rejects, 1);
        for (uint64_t row = 0; row < whole.n_rows; row++) {
            for (uint32_t k = 0; k < 2; k++) {
                char *is = harness_value(&t, row, k);
                char *should = harness_value(&whole, row, k == 0 ? c : (c * 7 + 3) % 18);
                assert_string_equal(is, should);
                free(is);
                free(should);
            }
        }
        harness_table_release(&t);
    }
    struct harness_options none = {.columns = all, .n_columns = 0};
    struct harness_table t;
    assert_int_equal(harness_read(h, &none, &t), PT_OK);
    assert_int_equal(t.n_rows, 3);
    harness_table_release(&t);
    const char *unknown[] = {"nothing"};
    struct harness_options bad = {.columns = unknown, .n_columns = 1};
    assert_int_equal(harness_read(h, &bad, &t), PT_E_NOT_FOUND);
    assert_non_null(strstr(harness_message(h), "nothing"));
    harness_table_release(&whole);
    harness_free(h);
}

// 3,000 lines with faults of all kinds.
static char *large_log(uint64_t *size)
{
    char *log = malloc(3000 * 300);
    uint64_t n = 0;
    for (uint32_t i = 0; i < 3000; i++) {
        static const char *const faults[] = {"", "\xff\n", "x\n", "a\rb\n", "\"\"\n"};
        n += (uint64_t)sprintf(
            log + n,
            "10.0.%u.%u - %s [%02u/Jun/2025:%02u:%02u:00 +0800] \"GET /p/%u?cid=%u "
            "HTTP/1.1\" %u %u \"-\" \"UA %u\"%s",
            i / 250, i % 250, i % 3 == 0 ? "-" : "user", i % 28 + 1, i % 24, i % 60, i * 7 % 1700,
            i % 50, 200 + i % 5, i, i % 1500, i % 2 ? "\r\n" : "\n");
        n += (uint64_t)sprintf(log + n, "%s", i % 40 == 0 ? faults[i / 40 % 5] : "");
    }
    *size = n;
    return log;
}

static void test_weblog_source__splits_and_threads_change_nothing(void **state)
{
    (void)state;
    static const uint64_t targets[] = {0, 100, 4096, 50000};
    static const uint32_t threads[] = {1, 2, 8};
    uint64_t size = 0;
    char *log = large_log(&size);
    struct harness *h = harness_new("weblog");
    struct harness_table whole;
    harness_bytes(h, "path", "a.log", log, size);
    harness_bytes(h, "path", "b.log", log, size / 2);
    harness_put(h, "pages", "p", "/p/{id}");
    harness_add(h, "query", "cid");
    harness_set(h, "format", "combined");
    read_all(h, &whole);
    assert_true(whole.n_rows > 4400 && whole.n_rejects > 50);
    for (size_t i = 0; i < 4; i++) {
        for (size_t k = 0; k < 3; k++) {
            struct harness_options options = {.threads = threads[k],
                                              .target_bytes = targets[i],
                                              .batch_rows = k == 0 ? 7 : 16384};
            struct harness_table t;
            harness_read_limit(h, k == 1 ? 1000 : 0);
            assert_int_equal(harness_read(h, &options, &t), PT_OK);
            assert_true(harness_equal(&whole, &t));
            assert_true(targets[i] == 0 ? t.n_splits == 2 : t.n_splits > 5);
            harness_table_release(&t);
        }
    }
    harness_table_release(&whole);
    assert_int_equal(harness_live_blocks(h), 0);
    harness_free(h);
    free(log);
}

static void test_weblog_source__bad_bytes_are_quarantined(void **state)
{
    (void)state;
    static const char log[] = A_HEAD
        "\"GET /a\0b HTTP/1.1\" 200 1" A_TAIL "\n" A_HEAD "\"GET /\xff HTTP/1.1\" 200 1" A_TAIL
        "\n" A_HEAD "\"GET /\xc3\xa4 HTTP/1.1\" 200 1" A_TAIL "\n"
        "1.2.3.4 - - [01/Jun/2025:08:00:00] \"GET / HTTP/1.1\" 200 1" A_TAIL "\n" A_HEAD
        "\"GET / HTTP/1.1\" 2OO 1" A_TAIL "\n" A_HEAD "\"GET / HTTP/1.1\" 1200 1" A_TAIL "\n" A_HEAD
        "\"GET / HTTP/1.1\" 200 -1" A_TAIL "\n" A_HEAD
        "\"GET /long-long-long-long-long-long-long-long-long-long-long"
        "-long-long-long-long HTTP/1.1\" 200 1" A_TAIL "\n";
    static const char *const reasons[] = {"NUL byte",
                                          "not UTF-8",
                                          "not a time",
                                          "not a status",
                                          "not a status",
                                          "not a number",
                                          "longer than max_record"};
    struct harness *h = harness_new("weblog");
    struct harness_table t;
    harness_bytes(h, "path", "a.log", log, sizeof log - 1);
    harness_set(h, "format", "combined");
    const char *columns[] = {"path"};
    struct harness_options options = {.columns = columns, .n_columns = 1, .max_record = 150};
    assert_int_equal(harness_read(h, &options, &t), PT_OK);
    assert_int_equal(t.n_rows, 1);
    assert_string_equal(t.rows[0], "/\xc3\xa4");
    assert_int_equal(t.n_rejects, 7);
    for (size_t i = 0; i < 7; i++) {
        assert_string_equal(t.rejects[i].reason, reasons[i]);
        assert_int_equal(t.rejects[i].line, i < 2 ? i + 1 : i + 2);
    }
    assert_string_equal(t.rejects[3].column_name, "status");
    harness_table_release(&t);
    harness_free(h);
}

static void test_weblog_source__skipped_lines(void **state)
{
    (void)state;
    static const char log[] = "host time status\n-----\n1.1.1.1 800000000 200\n2.2.2.2 x 200\n"
                              "3.3.3.3 800000001 404\n";
    struct harness *h = harness_new("weblog");
    harness_bytes(h, "path", "a.log", log, sizeof log - 1);
    harness_bytes(h, "path", "b.log", log, sizeof log - 1);
    harness_bytes(h, "path", "c.log", log, 20);
    harness_set(h, "format", "%h %{sec}t %s");
    harness_set(h, "skip_lines", "2");
    for (uint64_t target = 0; target < 40; target += 4) {
        struct harness_options options = {.target_bytes = target, .threads = 2};
        struct harness_table t;
        assert_int_equal(harness_read(h, &options, &t), PT_OK);
        assert_int_equal(t.n_rows, 4);
        assert_int_equal(t.n_rejects, 2);
        assert_int_equal(t.rejects[1].line, 4);
        assert_int_equal(t.lines, 12);
        harness_table_release(&t);
    }
    harness_free(h);
}

static void test_weblog_source__w3c(void **state)
{
    (void)state;
    static const char log[] =
        "#Software: Microsoft Internet Information Services 8.5\n"
        "#Fields: date time c-ip cs-method cs-uri-stem cs-uri-query sc-status "
        "cs(User-Agent) time-taken x-tag\n"
        "2025-06-01 00:00:00 1.1.1.1 GET /a - 200 curl/8+x 12 t1\n"
        "  \n"
        "#Fields: c-ip sc-status date time cs-uri-stem cs(Referer)\n"
        "2.2.2.2 404 2025-06-01 00:00:01 /b http://r/\n"
        "2.2.2.2 404 2025-06-01\n";
    struct harness *h = harness_new("weblog");
    struct harness_table t;
    static const char *const columns[] = {"ts",    "ip",         "method", "path",
                                          "query", "status",     "bot",    "duration_ms",
                                          "x_tag", "user_agent", "referer"};
    struct harness_options options = {.columns = columns, .n_columns = 11, .target_bytes = 50};
    harness_bytes(h, "path", "a.log", log, sizeof log - 1);
    assert_int_equal(harness_read(h, &options, &t), PT_OK);
    assert_int_equal(t.n_splits, 1); // what #Fields says holds for the rest of the file
    assert_string_equal(t.notes, "format `w3c`: 2 of the first 3 lines fit\n");
    assert_int_equal(t.n_rows, 2);
    assert_string_equal(t.rows[0],
                        "2025-06-01T00:00:00Z\t1.1.1.1\tGET\t/a\t\\N\t200\ttrue\t12\tt1\tcurl/8 x\t"
                        "\\N");
    assert_string_equal(t.rows[1],
                        "2025-06-01T00:00:01Z\t2.2.2.2\t\\N\t/b\t\\N\t404\tfalse\t\\N\t\\N\t\\N\t"
                        "http://r/");
    assert_int_equal(t.n_rejects, 1);
    assert_string_equal(t.rejects[0].reason, "fewer fields than #Fields names");
    assert_int_equal(t.rejects[0].line, 7);
    harness_table_release(&t);
    harness_free(h);
}

static void check_json(const char *log, const char *expected, const char *note)
{
    static const char *const columns[] = {"ts",    "ip",         "user",       "method",
                                          "path",  "query",      "protocol",   "status",
                                          "bytes", "user_agent", "duration_ms"};
    struct harness *h = harness_new("weblog");
    struct harness_table t;
    struct harness_options options = {.columns = columns, .n_columns = 11};
    harness_bytes(h, "path", "a.log", log, strlen(log));
    if (harness_read(h, &options, &t) != PT_OK) {
        fail_msg("%s", harness_message(h));
    }
    assert_int_equal(t.n_rows, 1);
    assert_string_equal(t.rows[0], expected);
    assert_string_equal(t.notes, note);
    harness_table_release(&t);
    harness_free(h);
}

static void test_weblog_source__json_flavours(void **state)
{
    (void)state;
    check_json("{\"ts\":1748736000.25,\"request\":{\"remote_ip\":\"9.9.9.9\",\"client_ip\":"
               "\"1.1.1.1\",\"proto\":\"HTTP/2.0\",\"method\":\"GET\",\"uri\":\"/a?b=1\","
               "\"headers\":{\"User-Agent\":[\"UA\"]}},\"user_id\":\"\",\"duration\":0.5,"
               "\"size\":7,\"status\":200}\n",
               "2025-06-01T00:00:00.250000Z\t1.1.1.1\t\\N\tGET\t/a\tb=1\tHTTP/2.0\t200\t7\tUA\t500",
               "format `json`: 1 of the first 1 lines fit\n");
    check_json("{\"ClientHost\":\"1.1.1.1\",\"ClientUsername\":\"-\",\"DownstreamContentSize\":7,"
               "\"DownstreamStatus\":404,\"Duration\":1500000,\"RequestMethod\":\"GET\","
               "\"RequestPath\":\"/x\",\"RequestProtocol\":\"HTTP/1.1\",\"StartUTC\":"
               "\"2025-06-01T00:00:00.123456789Z\",\"request_User-Agent\":\"UA\"}\n",
               "2025-06-01T00:00:00.123456Z\t1.1.1.1\t\\N\tGET\t/x\t\\N\tHTTP/1.1\t404\t7\tUA\t1.5",
               "format `json`: 1 of the first 1 lines fit\n");
    check_json(
        "{\"ClientIP\":\"1.1.1.1\",\"ClientRequestMethod\":\"GET\",\"ClientRequestURI\":"
        "\"/?q=\",\"EdgeStartTimestamp\":1748736000100000000,\"EdgeResponseBytes\":5,"
        "\"EdgeResponseStatus\":200,\"ClientRequestUserAgent\":\"\",\"ClientRequestProtocol\":"
        "\"HTTP/2\"}\n",
        "2025-06-01T00:00:00.100000Z\t1.1.1.1\t\\N\tGET\t/\tq=\tHTTP/2\t200\t5\t\\N\t\\N",
        "format `json`: 1 of the first 1 lines fit\n");
    check_json("{\"time_local\":\"01/Jun/2025:08:00:00 +0800\",\"remote_addr\":\"1.1.1.1\","
               "\"remote_user\":\"bob\",\"request\":\"GET /n HTTP/1.1\",\"status\":\"200\","
               "\"body_bytes_sent\":\"9\",\"http_user_agent\":\"U\\x22A\",\"request_time\":"
               "\"0.002\"}\n",
               "2025-06-01T00:00:00Z\t1.1.1.1\tbob\tGET\t/n\t\\N\tHTTP/1.1\t200\t9\tU\"A\t2",
               "format `json`: 1 of the first 1 lines fit\n");
    check_json(
        "2025-12-31T17:37:40.49+01:00 stdout F {\"start_time\":\"2025-06-01T00:00:00Z\","
        "\"method\":\"GET\",\"x-envoy-origin-path\":\"/e\",\"response_code\":200,"
        "\"user-agent\":\"UA\",\"downstream_remote_address\":\"[::1]:59292\",\"duration\":11,"
        "\"bytes_sent\":3,\"protocol\":\"HTTP/2\"}\n",
        "2025-06-01T00:00:00Z\t::1\t\\N\tGET\t/e\t\\N\tHTTP/2\t200\t3\tUA\t11",
        "format `json`, after a container prefix: 1 of the first 1 lines fit\n");
}

static void test_weblog_source__json_fields(void **state)
{
    (void)state;
    static const char log[] =
        "{\"when\":\"2025-06-01\",\"u\":\"/a\",\"labels\":{\"tenant\":\"t1\"},"
        "\"status\":200}\n{\"msg\":\"started\"}\n{\"u\":\"/b\",\"status\":\"x\"}\n";
    static const char *const columns[] = {"ts", "path", "status", "tenant"};
    struct harness *h = harness_new("weblog");
    struct harness_table t;
    struct harness_options options = {.columns = columns, .n_columns = 4};
    harness_bytes(h, "path", "a.log", log, sizeof log - 1);
    harness_set(h, "format", "json");
    harness_put(h, "fields", "ts", "when");
    harness_put(h, "fields", "uri", "u");
    harness_put(h, "fields", "tenant", "labels.tenant");
    assert_int_equal(harness_read(h, &options, &t), PT_OK);
    assert_int_equal(t.n_rows, 1);
    assert_string_equal(t.rows[0], "2025-06-01T00:00:00Z\t/a\t200\tt1");
    assert_int_equal(t.n_rejects, 2);
    assert_string_equal(t.rejects[0].reason, "no request in it");
    assert_string_equal(t.rejects[1].reason, "not a status");
    harness_table_release(&t);
    harness_free(h);
}

static void check_config(const char *option, const char *value, const char *key, const char *part)
{
    struct harness *h = harness_new("weblog");
    struct harness_table t;
    struct harness_options options = {.threads = 1};
    harness_bytes(h, "path", "a.log", combined_log, sizeof combined_log - 1);
    if (key != NULL) {
        harness_put(h, option, key, value);
    } else {
        harness_set(h, option, value);
    }
    assert_int_equal(harness_read(h, &options, &t), PT_E_CONFIG);
    assert_string_equal(harness_option_at_fault(h), option);
    if (strstr(harness_message(h), part) == NULL) {
        fail_msg("%s does not say `%s`", harness_message(h), part);
    }
    assert_int_equal(harness_live_blocks(h), 0);
    harness_free(h);
}

static void test_weblog_source__bad_options(void **state)
{
    (void)state;
    check_config("format", "haproxy", NULL, "`haproxy` is not read yet");
    check_config("format", "combnied", NULL, "neither a preset");
    check_config("format", "combinde \"uid=%{uid}\"", NULL, "`combinde` is no preset");
    check_config("format", "combined %Z", NULL, "unknown directive letter `Z`");
    check_config("utc_offset", "+99:00", NULL, "not an offset");
    check_config("pages", "product", "product", "begins with /");
    struct harness *h = combined_harness();
    struct harness_table t;
    struct harness_options options = {.threads = 1};
    harness_put(h, "pages", "x", "/x/{status}");
    assert_int_equal(harness_read(h, &options, &t), PT_E_CONFIG);
    assert_non_null(strstr(harness_message(h), "`status`"));
    harness_free(h);
    h = combined_harness();
    harness_add(h, "bots", "");
    assert_int_equal(harness_read(h, &options, &t), PT_E_CONFIG);
    assert_string_equal(harness_option_at_fault(h), "bots");
    harness_free(h);
    h = combined_harness();
    harness_put(h, "fields", "user", "u");
    harness_set(h, "format", "combined");
    assert_int_equal(harness_read(h, &options, &t), PT_E_CONFIG);
    assert_non_null(strstr(harness_message(h), "JSON"));
    harness_free(h);
}

static void test_weblog_source__auto(void **state)
{
    (void)state;

    static const struct {
        const char *log;
        const char *note;
    } cases[] = {
        {A_HEAD "\"GET / HTTP/1.1\" 200 1\n", "format `common`: 1 of the first 1 lines fit\n"},
        {"shop:443 " A_HEAD "\"GET / HTTP/1.1\" 200 1" A_TAIL "\n",
         "format `vhost`: 1 of the first 1 lines fit\n"},
        {A_HEAD "\"GET / HTTP/1.1\" 200 1" A_TAIL " \"-\"\nx\n",
         "format `nginx-main`: 1 of the first 2 lines fit\n"},
        {"Sep 15 16:13:46 host nginx[1]: " A_HEAD "\"GET / HTTP/1.1\" 200 1" A_TAIL "\n",
         "format `combined`, after a syslog prefix: 1 of the first 1 lines fit\n"},
        {"web-1  | " A_HEAD "\"GET / HTTP/1.1\" 200 1" A_TAIL "\n",
         "format `combined`, after a compose prefix: 1 of the first 1 lines fit\n"},
        {"", "format `combined`: 0 of the first 0 lines fit\n"}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct harness *h = harness_new("weblog");
        struct harness_table t;
        harness_bytes(h, "path", "a.log", cases[i].log, strlen(cases[i].log));
        read_all(h, &t);
        assert_string_equal(t.notes, cases[i].note);
        assert_int_equal(t.n_rows, i + 1 < sizeof cases / sizeof cases[0] ? 1 : 0);
        harness_table_release(&t);
        harness_free(h);
    }
    struct harness *h = harness_new("weblog");
    struct harness_table t;
    struct harness_options options = {.threads = 1};
    harness_bytes(h, "path", "a.log", "no log\nat all\n", 14);
    assert_int_equal(harness_read(h, &options, &t), PT_E_DATA);
    assert_string_equal(harness_option_at_fault(h), "format");
    harness_free(h);
}

static void test_weblog_source__times_without_a_zone(void **state)
{
    (void)state;
    static const char log[] = "1.1.1.1 2025-06-01 08:00:00\n";
    struct harness *h = harness_new("weblog");
    struct harness_table t;
    harness_bytes(h, "path", "a.log", log, sizeof log - 1);
    harness_set(h, "format", "%h %{%Y-%m-%d %H:%M:%S}t");
    harness_set(h, "utc_offset", "+08:00");
    static const char *const columns[] = {"ts"};
    struct harness_options options = {.columns = columns, .n_columns = 1};
    assert_int_equal(harness_read(h, &options, &t), PT_OK);
    assert_int_equal(t.n_rows, 1);
    assert_string_equal(t.rows[0], "2025-06-01T00:00:00Z");
    harness_table_release(&t);
    harness_free(h);
}

static void test_weblog_source__every_failed_allocation_is_clean(void **state)
{
    (void)state;
    uint64_t size = 0;
    char *log = large_log(&size);
    struct harness *h = harness_new("weblog");
    struct harness_table t;
    harness_bytes(h, "path", "a.log", log, size / 32);
    harness_put(h, "pages", "p", "/p/{id}");
    harness_add(h, "query", "cid");
    harness_set(h, "skip_lines", "1");
    struct harness_options options = {.target_bytes = 6000, .batch_rows = 40};
    harness_fault(h, 0, 0);
    assert_int_equal(harness_read(h, &options, &t), PT_OK);
    uint64_t calls = harness_fault_calls(h);
    uint64_t rows = t.n_rows;
    harness_table_release(&t);
    uint64_t n_failed = 0;
    for (uint64_t at = 1; at <= calls; at += at < 150 ? 1 : 17) {
        for (uint8_t forever = 0; forever < 2; forever++) {
            harness_fault(h, at, forever);
            pt_status status = harness_read(h, &options, &t);
            assert_true(status == PT_OK || status == PT_E_NO_MEMORY);
            assert_true(status != PT_OK || t.n_rows == rows);
            n_failed += status == PT_OK ? 0 : 1;
            harness_table_release(&t);
            assert_int_equal(harness_live_blocks(h), 0);
        }
    }
    assert_true(n_failed > 200);
    harness_free(h);
    free(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weblog_source__all_columns),
        cmocka_unit_test(test_weblog_source__projection),
        cmocka_unit_test(test_weblog_source__splits_and_threads_change_nothing),
        cmocka_unit_test(test_weblog_source__bad_bytes_are_quarantined),
        cmocka_unit_test(test_weblog_source__skipped_lines),
        cmocka_unit_test(test_weblog_source__w3c),
        cmocka_unit_test(test_weblog_source__json_flavours),
        cmocka_unit_test(test_weblog_source__json_fields),
        cmocka_unit_test(test_weblog_source__bad_options),
        cmocka_unit_test(test_weblog_source__auto),
        cmocka_unit_test(test_weblog_source__times_without_a_zone),
        cmocka_unit_test(test_weblog_source__every_failed_allocation_is_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
