// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Formats of clouds and other tools, whole lines to whole rows: CloudFront, AWS load balancers,
// IIS in its variants, GoAccess' log-format. The lines follow the makers' documentation.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "source_harness.h"

#define COLUMNS(...)                                                                               \
    ((const char *const[]){__VA_ARGS__}),                                                          \
        sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *)

struct reading {
    const char *format;
    const char *date_format;
    const char *time_format;
    const char *utc_offset;
};

// Every line of `log` read under `how`, once the simple way and once by vectors: the same.
static void read_columns(const struct reading *how, const char *log, const char *const *columns,
                         uint32_t n, struct harness_table *out)
{
    struct harness_table simple;
    struct harness_options options = {.columns = columns, .n_columns = n, .threads = 1};
    for (uint32_t pass = 0; pass < 2; pass++) {
        struct harness *h = harness_new("weblog");
        harness_bytes(h, "path", "x.log", log, strlen(log));
        harness_set(h, "format", how->format);
        if (how->date_format != NULL) {
            harness_set(h, "date_format", how->date_format);
        }
        if (how->time_format != NULL) {
            harness_set(h, "time_format", how->time_format);
        }
        if (how->utc_offset != NULL) {
            harness_set(h, "utc_offset", how->utc_offset);
        }
        harness_cpu(h, pass == 0 ? 0 : harness_cpu_best());
        if (harness_read(h, &options, pass == 0 ? &simple : out) != PT_OK) {
            fail_msg("%s", harness_message(h));
        }
        assert_int_equal(harness_live_blocks(h), 0);
        harness_free(h);
    }
    assert_true(harness_equal(&simple, out));
    harness_table_release(&simple);
}

static void check_rows(const struct harness_table *t, const char *const *rows, uint64_t n)
{
    assert_int_equal(t->n_rows, n);
    for (uint64_t i = 0; i < n; i++) {
        assert_string_equal(t->rows[i], rows[i]);
    }
}

static const char cloudfront_log[] =
    "#Version: 1.0\n"
    "#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status "
    "cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id "
    "x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher "
    "x-edge-response-result-type cs-protocol-version\n"
    "2019-12-04\t21:02:31\tLAX1\t392\t192.0.2.24\tGET\td111111abcdef8.cloudfront.net\t"
    "/product/P%25201\t200\thttps://shop.example.com/a%2520b?q=%25C3%25A9\t"
    "Mozilla/5.0%20(Windows%20NT%2010.0;%20Win64;%20x64)%20A+B\tcid=C%2520001&x=1\t"
    "uid=00ff;%20theme=dark\tHit\tSOX4xwn4XV6Q4rgb7XiVGOHms_BGlTAC4KyHmureZmBNrjGdRLiNIQ==\t"
    "www.example.com\thttps\t23\t0.001\t-\tTLSv1.2\tECDHE-RSA-AES128-GCM-SHA256\tHit\tHTTP/2.0\n"
    "2019-12-04\t21:02:32\tLAX1\t7\t2001:db8::1\tPOST\td111111abcdef8.cloudfront.net\t/cart/add\t"
    "302\t-\tMozilla/5.0%2520(X11;%2520Linux)\t-\t-\tMiss\tk==\twww.example.com\thttps\t1\t1.250\t"
    "-\t-\t-\tMiss\tHTTP/1.1\n"
    "2019-12-04\t21:02:33\tLAX1\t7\n";

static void test_weblog_formats__cloudfront(void **state)
{
    (void)state;
    struct harness_table t;
    static const char *const formats[] = {"cloudfront", "auto"};
    for (size_t i = 0; i < 2; i++) {
        read_columns(&(struct reading){.format = formats[i]}, cloudfront_log,
                     COLUMNS("ts", "ip", "method", "path", "query", "protocol", "status", "bytes",
                             "referer", "user_agent", "vhost", "duration_ms", "bytes_in",
                             "cs_cookie", "x_edge_location", "x_host_header"),
                     &t);
        static const char *const rows[] = {
            "2019-12-04T21:02:31Z\t192.0.2.24\tGET\t/product/P%25201\tcid=C%2520001&x=1\tHTTP/2.0\t"
            "200\t392\thttps://shop.example.com/a%20b?q=%C3%A9\t"
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) A+B\td111111abcdef8.cloudfront.net\t1\t23\t"
            "uid=00ff; theme=dark\tLAX1\twww.example.com",
            "2019-12-04T21:02:32Z\t2001:db8::1\tPOST\t/cart/add\t\\N\tHTTP/1.1\t302\t7\t\\N\t"
            "Mozilla/5.0 (X11; Linux)\td111111abcdef8.cloudfront.net\t1250\t1\t\\N\tLAX1\t"
            "www.example.com"};
        check_rows(&t, rows, 2);
        assert_int_equal(t.n_rejects, 1);
        assert_string_equal(t.rejects[0].reason, "fewer fields than #Fields names");
        assert_non_null(strstr(t.notes, "format `cloudfront`"));
        harness_table_release(&t);
    }
}

#define ALB_TIMES "0.086 0.048 0.037 200 200 0 57 "
#define ALB_GROUP "arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/t/73e2d6bc24d8"
#define ALB_REST                                                                                   \
    "ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 " ALB_GROUP " \"Root=1-58337281\" \"www.example.com\" "   \
    "\"arn:aws:acm:us-east-2:123456789012:certificate/12345678\" 1 2018-07-02T22:22:48.364000Z "   \
    "\"authenticate,forward\" \"-\" \"-\" \"10.0.0.1:80\" \"200\" \"-\" \"-\""

static const char alb_log[] =
    // of today, with fields to come
    "https 2018-07-02T22:23:00.186641Z app/lb/50dc 192.168.131.39:2817 10.0.0.1:80 " ALB_TIMES
    "\"GET https://www.example.com:443/product/P1?cid=C1 HTTP/1.1\" \"curl/7.46.0\" " ALB_REST
    " TID_1234 \"-\" \"-\" \"-\" \"more\" 1 2\n"
    // of 2023: no connection trace yet
    "h2 2018-07-02T22:23:00.186641Z app/lb/50dc [2001:db8::1]:2817 - -1 -1 -1 404 - 0 57 "
    "\"POST https://www.example.com:443/cart/add HTTP/2.0\" \"Mozilla/5.0 \\x22x\" " ALB_REST "\n"
    // of 2016: ends behind the trace
    "http 2018-07-02T22:23:00.186641Z app/lb/50dc 2001:db8::2:2817 10.0.0.1:80 " ALB_TIMES
    "\"GET http://www.example.com:80/ HTTP/1.1\" \"-\" - - " ALB_GROUP " \"Root=1-5\"\n"
    // not a request; cut before the user agent; no port
    "http 2018-07-02T22:23:00.186641Z app/lb/50dc 10.0.0.9:2 - " ALB_TIMES
    "\"- http://www.example.com:80- -\" \"-\" - - -\n"
    "http 2018-07-02T22:23:00.186641Z app/lb/50dc 10.0.0.9:2 - " ALB_TIMES "\"GET http://a/ H\"\n"
    "http 2018-07-02T22:23:00.186641Z app/lb/50dc 10.0.0.9 - " ALB_TIMES "\"GET http://a:80?x "
    "HTTP/1.1\" \"-\"\n";

static void test_weblog_formats__alb(void **state)
{
    (void)state;
    struct harness_table t;
    read_columns(&(struct reading){.format = "alb"}, alb_log,
                 COLUMNS("ts", "ip", "method", "path", "query", "status", "bytes", "bytes_in",
                         "user_agent", "type", "target", "target_status", "trace_id", "actions",
                         "connection_trace_id"),
                 &t);
    static const char *const rows[] = {
        "2018-07-02T22:23:00.186641Z\t192.168.131.39\tGET\t/product/P1\tcid=C1\t200\t57\t0\t"
        "curl/7.46.0\thttps\t10.0.0.1:80\t200\tRoot=1-58337281\tauthenticate,forward\tTID_1234",
        "2018-07-02T22:23:00.186641Z\t2001:db8::1\tPOST\t/cart/add\t\\N\t404\t57\t0\t"
        "Mozilla/5.0 \"x\th2\t\\N\t\\N\tRoot=1-58337281\tauthenticate,forward\t\\N",
        "2018-07-02T22:23:00.186641Z\t2001:db8::2\tGET\t/"
        "\t\\N\t200\t57\t0\t\\N\thttp\t10.0.0.1:80\t"
        "200\tRoot=1-5\t\\N\t\\N",
        "2018-07-02T22:23:00.186641Z\t10.0.0."
        "9\t\\N\t\\N\t\\N\t200\t57\t0\t\\N\thttp\t\\N\t200\t\\N\t"
        "\\N\t\\N",
        "2018-07-02T22:23:00.186641Z\t10.0.0.9\tGET\t\\N\tx\t200\t57\t0\t\\N\thttp\t\\N\t200\t\\N\t"
        "\\N\t\\N"};
    check_rows(&t, rows, 5);
    assert_int_equal(t.n_rejects, 1);
    assert_string_equal(t.rejects[0].reason, "line ends early");
    assert_string_equal(t.rejects[0].column_name, "user_agent");
    harness_table_release(&t);
}

static void test_weblog_formats__elb(void **state)
{
    (void)state;
    struct harness_table t;
    read_columns(&(struct reading){.format = "elb"},
                 "2015-05-13T23:39:43.945958Z my-loadbalancer 192.168.131.39:2817 10.0.0.1:80 "
                 "0.000086 0.001048 0.001337 200 200 0 57 \"GET https://www.example.com:443/a "
                 "HTTP/1.1\" \"curl/7.38.0\" DHE-RSA-AES128-SHA TLSv1.2\n",
                 COLUMNS("ts", "ip", "path", "status", "bytes", "user_agent", "ssl_protocol"), &t);
    static const char *const rows[] = {
        "2015-05-13T23:39:43.945958Z\t192.168.131.39\t/a\t200\t57\tcurl/7.38.0\tTLSv1.2"};
    check_rows(&t, rows, 1);
    assert_int_equal(t.n_rejects, 0);
    harness_table_release(&t);
}

// Microsoft's W3C: fields and dates that change in mid-file, a restart of the server included.
static void test_weblog_formats__iis_w3c(void **state)
{
    (void)state;
    static const char log[] =
        "#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n"
        "#Date: 2025-06-01 23:59:58\r\n"
        "#Fields: time c-ip cs-method cs-uri-stem cs-uri-query sc-status cs(User-Agent) "
        "time-taken\r\n"
        "23:59:58 1.2.3.4 GET /product/P1 cid=C%201&utm_source=mail 200 Mozilla/5.0+(X11;+Linux) "
        "15\r\n"
        "#Date: 2025-06-02 00:00:03\r\n"
        "00:00:03 1.2.3.4 GET / - 304 - 0\r\n"
        "#Software: Microsoft Internet Information Services 10.0\r\n#Version: 1.0\r\n"
        "#Date: 2025-06-03 07:00:00\r\n"
        "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip "
        "cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken\r\n"
        "2025-06-03 07:00:01 10.0.0.1 POST /cart/add cid=C2 443 SHOP\\bob ::1 \"A+\"\"B\"\"\" - "
        "302 "
        "0 0 1250\r\n"
        "2025-06-03 07:00:02 10.0.0.1 POST /cart/add\r\n";
    struct harness_table t;
    read_columns(&(struct reading){.format = "w3c"}, log,
                 COLUMNS("ts", "ip", "user", "method", "path", "query", "status", "user_agent",
                         "duration_ms", "port", "sc_win32_status"),
                 &t);
    static const char *const rows[] = {
        "2025-06-01T23:59:58Z\t1.2.3.4\t\\N\tGET\t/product/P1\tcid=C%201&utm_source=mail\t200\t"
        "Mozilla/5.0 (X11; Linux)\t15\t\\N\t\\N",
        "2025-06-02T00:00:03Z\t1.2.3.4\t\\N\tGET\t/\t\\N\t304\t\\N\t0\t\\N\t\\N",
        "2025-06-03T07:00:01Z\t::1\tSHOP\\\\bob\tPOST\t/cart/add\tcid=C2\t302\tA+\"B\"\t1250\t443\t"
        "0"};
    check_rows(&t, rows, 3);
    assert_int_equal(t.n_rejects, 1);
    assert_string_equal(t.rejects[0].reason, "fewer fields than #Fields names");
    harness_table_release(&t);
}

static void test_weblog_formats__iis_own(void **state)
{
    (void)state;
    static const char log[] =
        "192.168.114.201, -, 03/20/05, 7:55:20, W3SVC2, SERVER, 172.21.13.45, 4502, 163, 3223, "
        "200, 0, GET, /DeptLogo.gif, -,\r\n"
        "::1, bob, 3/21/05, 23:05:01, W3SVC2, SERVER, 172.21.13.45, 60, 275, -, 404, 64, GET, "
        "/a, cid=C1&x=%2C,\r\n"
        "::1, bob, 21/3/05, 23:05:01, W3SVC2, SERVER, 172.21.13.45, 60, 275, -, 404, 64, GET, "
        "/a, -,\r\n";
    struct harness_table t;
    read_columns(&(struct reading){.format = "iis", .utc_offset = "+01:00"}, log,
                 COLUMNS("ts", "ip", "user", "method", "path", "query", "status", "bytes",
                         "bytes_in", "duration_ms", "service"),
                 &t);
    static const char *const rows[] = {
        "2005-03-20T06:55:20Z\t192.168.114.201\t\\N\tGET\t/"
        "DeptLogo.gif\t\\N\t200\t3223\t163\t4502\t"
        "W3SVC2",
        "2005-03-21T22:05:01Z\t::1\tbob\tGET\t/a\tcid=C1&x=%2C\t404\t\\N\t275\t60\tW3SVC2"};
    check_rows(&t, rows, 2);
    assert_int_equal(t.n_rejects, 1);
    assert_string_equal(t.rejects[0].reason, "not a time");
    assert_string_equal(t.time_column, "ts");
    harness_table_release(&t);
}

#define CLF_REST " \"GET /product/P1?cid=C1 HTTP/1.1\" 200 123 \"http://r/\" \"Mozilla/5.0 (X11)\""

static void test_weblog_formats__goaccess(void **state)
{
    (void)state;
    struct harness_table t;
    const struct reading combined = {.format = "%h %^[%d:%t %^] \"%r\" %s %b \"%R\" \"%u\"",
                                     .date_format = "%d/%b/%Y",
                                     .time_format = "%H:%M:%S",
                                     .utc_offset = "+08:00"};
    read_columns(&combined,
                 "1.2.3.4 - - [01/Jun/2025:08:00:00 +0800]" CLF_REST "\n"
                 "1.2.3.4 - bob smith [02/Jun/2025:07:59:59 +0000]" CLF_REST "\n"
                 "1.2.3.4 - - [02/Jun/2025:24:00:00 +0000]" CLF_REST "\n"
                 "1.2.3.4 - - \"GET\"\n",
                 COLUMNS("ts", "ip", "path", "query", "status", "bytes", "referer", "user_agent"),
                 &t);
    static const char *const rows[] = {
        "2025-06-01T00:00:00Z\t1.2.3.4\t/product/P1\tcid=C1\t200\t123\thttp://r/\tMozilla/5.0 "
        "(X11)",
        "2025-06-01T23:59:59Z\t1.2.3.4\t/product/P1\tcid=C1\t200\t123\thttp://r/\t"
        "Mozilla/5.0 (X11)"};
    check_rows(&t, rows, 2);
    assert_int_equal(t.n_rejects, 2);
    assert_string_equal(t.rejects[0].reason, "not a time");
    harness_table_release(&t);

    // Virtual host, time served in three units, cache status, a literal dollar, requests in pieces.
    const struct reading pieces = {.format = "%v:%^ %h %e [%x] $ %m %U %q %H %s %b %T %C",
                                   .date_format = "%Y-%m-%dT%H:%M:%S%z"};
    read_columns(&pieces,
                 "shop:443 ::1 bob [2025-06-01T08:00:00+0800] $ GET /a b=1 HTTP/2 200 5 0.25 HIT\n",
                 COLUMNS("ts", "vhost", "ip", "user", "method", "path", "query", "protocol",
                         "status", "bytes", "duration_ms", "cache_status"),
                 &t);
    static const char *const piece_rows[] = {
        "2025-06-01T00:00:00Z\tshop\t::1\tbob\tGET\t/a\tb=1\tHTTP/2\t200\t5\t250\tHIT"};
    check_rows(&t, piece_rows, 1);
    harness_table_release(&t);
}

static void test_weblog_formats__goaccess_counted_times(void **state)
{
    (void)state;

    static const struct {
        const char *date_format;
        const char *log;
    } cases[] = {
        {"%s", "1748736000.5|h\n"}, {"%*", "1748736000500|h\n"}, {"%f", "1748736000500000|h\n"}};

    for (size_t i = 0; i < 3; i++) {
        struct harness_table t;
        read_columns(&(struct reading){.format = "%x|%h", .date_format = cases[i].date_format},
                     cases[i].log, COLUMNS("ts", "ip"), &t);
        static const char *const rows[] = {"2025-06-01T00:00:00.500000Z\th"};
        check_rows(&t, rows, 1);
        harness_table_release(&t);
    }
}

static void check_refused(const struct reading *how, const char *option, const char *part)
{
    struct harness *h = harness_new("weblog");
    struct harness_table t;
    struct harness_options options = {.threads = 1};
    harness_bytes(h, "path", "x.log", "a\n", 2);
    harness_set(h, "format", how->format);
    if (how->date_format != NULL) {
        harness_set(h, "date_format", how->date_format);
    }
    if (how->time_format != NULL) {
        harness_set(h, "time_format", how->time_format);
    }
    assert_int_equal(harness_read(h, &options, &t), PT_E_CONFIG);
    if (strstr(harness_message(h), part) == NULL) {
        fail_msg("%s does not say `%s`", harness_message(h), part);
    }
    assert_string_equal(harness_option_at_fault(h), option);
    harness_free(h);
}

static void test_weblog_formats__goaccess_refused(void **state)
{
    (void)state;
    check_refused(&(struct reading){"auto", "%F", NULL, NULL}, "format", "GoAccess log-format");
    check_refused(&(struct reading){"%h %d", "%F", "%T", NULL}, "format", "belong together");
    check_refused(&(struct reading){"%h %d %t", "%F", NULL, NULL}, "time_format", "needs it");
    check_refused(&(struct reading){"%h %d %t", NULL, "%T", NULL}, "date_format", "needs it");
    check_refused(&(struct reading){"%h %x", "%F", "%T", NULL}, "date_format", "leave time_format");
    check_refused(&(struct reading){"%h %~ %x", "%s", NULL, NULL}, "format", "`%~`");
    check_refused(&(struct reading){"%h %d %t", "%Q", "%T", NULL}, "format", "unusable time");
    check_refused(&(struct reading){"%h %d %t", "%T", "%T", NULL}, "format", "no full date");
    check_refused(&(struct reading){"%h %d %t", "%F", "%F", NULL}, "format", "no hour");
    check_refused(&(struct reading){"%h %d %t", "%F}", "%T", NULL}, "format", "cannot hold");
    check_refused(&(struct reading){"plain", "%F", NULL, NULL}, "format", "neither a preset");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weblog_formats__cloudfront),
        cmocka_unit_test(test_weblog_formats__alb),
        cmocka_unit_test(test_weblog_formats__elb),
        cmocka_unit_test(test_weblog_formats__iis_w3c),
        cmocka_unit_test(test_weblog_formats__iis_own),
        cmocka_unit_test(test_weblog_formats__goaccess),
        cmocka_unit_test(test_weblog_formats__goaccess_counted_times),
        cmocka_unit_test(test_weblog_formats__goaccess_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
