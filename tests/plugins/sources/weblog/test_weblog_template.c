// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "weblog_template.h"

static struct weblog_format compiled(const char *text)
{
    struct weblog_format f = {.prefix = WEBLOG_PREFIX_NONE};
    struct weblog_fault fault;
    if (!weblog_template_compile(&f, text, &fault)) {
        fail_msg("%s: %s", text, fault.text);
    }
    return f;
}

// Fields of a line as "name=value|name=NULL", or "!reason/field".
static const char *parsed(const struct weblog_format *f, const char *line)
{
    static char out[4096];
    struct weblog_record record;
    memset(&record, 0x5a, sizeof record); // every field must be set
    size_t size = strlen(line);
    uint8_t *copy = malloc(size == 0 ? 1 : size); // so that reading past the end is seen
    memcpy(copy, line, size);
    struct weblog_reason why = weblog_template_parse(f, copy, size, &record);
    size_t n = 0;
    size_t at = 0;
    out[0] = '\0';
    if (why.text != NULL) {
        const char *name =
            why.field < 0 ? "-" : weblog_format_text(f, f->fields[why.field].name, &n);
        snprintf(out, sizeof out, "!%s/%.*s", why.text, why.field < 0 ? 1 : (int)n, name);
    }
    for (uint32_t i = 0; why.text == NULL && i < f->n_fields; i++) {
        const struct weblog_span *s = &record.field[i];
        const char *name = weblog_format_text(f, f->fields[i].name, &n);
        at += (size_t)snprintf(out + at, sizeof out - at, "%s%.*s=%.*s", i > 0 ? "|" : "", (int)n,
                               name, s->p == NULL ? 4 : (int)s->n,
                               s->p == NULL ? "NULL" : (const char *)s->p);
    }
    free(copy);
    return out;
}

#define COMBINED_HEAD "1.2.3.4 - bob [10/Oct/2000:13:55:36 -0700] \"GET /a HTTP/1.0\" 200 12"

static void test_weblog_template__combined(void **state)
{
    (void)state;
    struct weblog_format f = compiled("combined");
    assert_string_equal(parsed(&f, COMBINED_HEAD " \"http://r/\" \"UA x\""),
                        "ip=1.2.3.4|ident=NULL|user=bob|ts=10/Oct/2000:13:55:36 -0700|request=GET "
                        "/a HTTP/1.0|status=200|bytes=12|referer=http://r/|user_agent=UA x");
    assert_string_equal(
        parsed(&f, "::1 - - [10/Oct/2000:13:55:36 -0700] \"-\" 408 - \"-\" \"-\""),
        "ip=::1|ident=NULL|user=NULL|ts=10/Oct/2000:13:55:36 -0700|request=NULL|status=408|bytes="
        "NULL|referer=NULL|user_agent=NULL");
    // escaped quotes, an escaped backslash before the end, and blanks after the line
    const char *escaped = COMBINED_HEAD " \"a\\\"b\" \"c\\\\\"  ";
    assert_non_null(strstr(parsed(&f, escaped), "referer=a\\\"b|user_agent=c\\\\"));
    // the whole line in quotes
    assert_non_null(strstr(parsed(&f, "\"" COMBINED_HEAD " \"-\" \"UA\"\""), "user_agent=UA"));
}

static void test_weblog_template__faults_of_lines(void **state)
{
    (void)state;
    struct weblog_format f = compiled("combined");

    static const struct {
        const char *line;
        const char *result;
    } cases[] = {{"", "!line ends early/ip"},
                 {"1.2.3.4", "!line ends early/ip"},
                 {COMBINED_HEAD, "!line ends early/bytes"},
                 {COMBINED_HEAD " \"-\"", "!line ends early/user_agent"},
                 {COMBINED_HEAD " \"-\" \"no end", "!quote is not closed/user_agent"},
                 {COMBINED_HEAD " \"-\" \"end is escaped\\\"", "!quote is not closed/user_agent"},
                 {COMBINED_HEAD " \"-\" \"UA\" \"-\"", "!text after the last field/-"},
                 {COMBINED_HEAD " \"a\"b\" \"UA\"", "!unexpected text between fields/referer"},
                 {"host 1.2.3.4 - bob [10/Oct/2000:13:55:36 -0700] \"GET\" 1 1 \"\" \"\"",
                  "!unexpected text between fields/user"},
                 {"\"", "!line ends early/ip"},
                 {"\"\"", "!line ends early/ip"}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_string_equal(parsed(&f, cases[i].line), cases[i].result);
    }
}

static void test_weblog_template__dash_stands_for_a_whole_item(void **state)
{
    (void)state;
    struct weblog_format f = compiled("combined \"uid=%{uid}\"");
    assert_non_null(strstr(parsed(&f, COMBINED_HEAD " \"-\" \"UA\" \"uid=00ff\""), "|uid=00ff"));
    assert_non_null(strstr(parsed(&f, COMBINED_HEAD " \"-\" \"UA\" \"-\""), "|uid=NULL"));
    assert_non_null(strstr(parsed(&f, COMBINED_HEAD " \"-\" \"UA\" \"uid=-\""), "|uid=NULL"));
    assert_non_null(strstr(parsed(&f, COMBINED_HEAD " \"-\" \"UA\" \"uid=\""), "|uid=NULL"));
    assert_string_equal(parsed(&f, COMBINED_HEAD " \"-\" \"UA\" \"-x\""),
                        "!unexpected text between fields/-");
    assert_string_equal(parsed(&f, COMBINED_HEAD " \"-\" \"UA\" \"cid=00ff\""),
                        "!unexpected text between fields/-");
    f = compiled("%v:%p %h t=%{ms}Tms");
    assert_string_equal(parsed(&f, "shop:443 ::1 t=12ms"),
                        "vhost=shop|port=443|ip=::1|duration_ms=12");
    assert_string_equal(parsed(&f, "- ::1 -"), "vhost=NULL|port=NULL|ip=::1|duration_ms=NULL");
    assert_string_equal(parsed(&f, "- - t=-ms"), "vhost=NULL|port=NULL|ip=NULL|duration_ms=NULL");
    f = compiled("\"%m %U%q\" \"a=%{a} b=%{b}\" %s");
    assert_string_equal(parsed(&f, "\"GET /x?y\" \"a=1 b=2\" 200"),
                        "method=GET|path=/x?y|a=1|b=2|status=200");
    assert_string_equal(parsed(&f, "\"-\" \"-\" -"),
                        "method=NULL|path=NULL|a=NULL|b=NULL|status=NULL");
    assert_string_equal(parsed(&f, "\"GET\" \"a=1 b=2\" 200"), "!quote is not closed/method");
}

static void test_weblog_template__missing_fields_when_allowed(void **state)
{
    (void)state;
    struct weblog_format f = compiled("combined");
    f.allow_missing = true;
    assert_non_null(strstr(parsed(&f, COMBINED_HEAD), "bytes=12|referer=NULL|user_agent=NULL"));
    assert_non_null(strstr(parsed(&f, COMBINED_HEAD " \"r\""), "referer=r|user_agent=NULL"));
    assert_non_null(strstr(parsed(&f, COMBINED_HEAD " \"r\" \"u\" more"), "user_agent=u"));
    assert_string_equal(parsed(&f, COMBINED_HEAD " \"r"), "!quote is not closed/referer");
    assert_string_equal(parsed(&f, "1.2.3.4 x y z"), "!unexpected text between fields/user");
}

static void test_weblog_template__nginx_variables(void **state)
{
    (void)state;
    struct weblog_format f =
        compiled("$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent "
                 "\"$http_referer\" \"$http_user_agent\" \"$http_x_forwarded_for\" $request_time "
                 "${upstream_addr} $cookie_uid");
    assert_string_equal(
        parsed(&f, "1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/2.0\" 200 5 \"-\" \"U\" "
                   "\"9.9.9.9, 8.8.8.8\" 0.012 10.0.0.1:80 -"),
        "ip=1.2.3.4|user=NULL|ts=10/Oct/2000:13:55:36 -0700|request=GET / HTTP/2.0|status=200|"
        "bytes=5|referer=NULL|user_agent=U|x_forwarded_for=9.9.9.9, 8.8.8.8|duration_ms=0.012|"
        "upstream_addr=10.0.0.1:80|cookie_uid=NULL");
    assert_true(f.fields[f.by_role[WEBLOG_DURATION]].unit_ms == 1e3);
    f = compiled("$time_iso8601 | $request | $status");
    assert_string_equal(parsed(&f, "2025-06-01T00:00:00Z | GET /a b HTTP/1.1 | 200"),
                        "ts=2025-06-01T00:00:00Z|request=GET /a b HTTP/1.1|status=200");
}

static void test_weblog_template__apache_letters(void **state)
{
    (void)state;
    struct weblog_format f = compiled(
        "%a %{Host}i %{sid}C %{X-Req}o %{ENV}e %{n}n %<s %D %I %O %{%Y-%m-%d}t %{uid} %% %P");
    assert_string_equal(
        parsed(&f, "1.1.1.1 h s r e n 200 1500 10 20 2025-06-01 u % 77"),
        "ip=1.1.1.1|vhost=h|cookie_sid=s|resp_x_req=r|env_env=e|note_n=n|status=200|duration_ms="
        "1500|bytes_in=10|bytes=20|ts=2025-06-01|uid=u|pid=77");
    assert_true(f.fields[f.by_role[WEBLOG_DURATION]].unit_ms == 1e-3);
    assert_int_equal(f.by_role[WEBLOG_BYTES_OUT], -1); // %O is bytes where no %b is
    assert_int_equal(f.fields[f.by_role[WEBLOG_TIME]].clock, WEBLOG_CLOCK_PATTERN);
    f = compiled("%h\\t%{sec}t\\t%>s");
    assert_string_equal(parsed(&f, "a b\t800000000\t200"), "ip=a b|ts=800000000|status=200");
    f = compiled("%{ip} %{ts} %{duration_us}");
    assert_true(f.by_role[WEBLOG_IP] == 0 && f.by_role[WEBLOG_TIME] == 1);
    assert_true(f.fields[2].unit_ms == 1e-3);
}

static void test_weblog_template__presets_are_what_they_say(void **state)
{
    (void)state;
    uint32_t n = 0;
    const struct weblog_preset *presets = weblog_presets(&n);
    for (uint32_t i = 0; i < n; i++) {
        struct weblog_format f = compiled(presets[i].name);
        assert_true(f.by_role[WEBLOG_TIME] >= 0 || f.by_role[WEBLOG_CLOCK] >= 0);
        assert_true(f.by_role[WEBLOG_REQUEST] >= 0 || f.by_role[WEBLOG_METHOD] >= 0);
    }
    struct weblog_format f = compiled("traefik");
    assert_non_null(strstr(parsed(&f, COMBINED_HEAD " \"-\" \"Nikto\" 500 \"test@docker\" "
                                                    "\"http://172.17.0.3:80\" 3ms"),
                           "request_count=500|router=test@docker|server_url=http://172.17.0.3:80|"
                           "duration_ms=3"));
}

static void test_weblog_template__faults_of_formats(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",    "combind", "no directive",        "%Z",  "%{x",   "%h%u", "%h %", "%{%Q}t", "%{x-y}",
        "%{}", "\"%h",    "$remote_addr$status", "${x", "%{w}T", "%{9a}"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct weblog_format f = {.prefix = WEBLOG_PREFIX_NONE};
        struct weblog_fault fault = {.at = 0};
        if (weblog_template_compile(&f, bad[i], &fault)) {
            fail_msg("`%s` was taken", bad[i]);
        }
        assert_true(fault.text[0] != '\0');
    }
    char text[3000];
    struct weblog_format f = {.prefix = WEBLOG_PREFIX_NONE};
    struct weblog_fault fault;
    for (size_t i = 0; i < 200; i++) {
        memcpy(text + i * 6, "%{aa} ", 6);
    }
    text[1200] = '\0';
    assert_false(weblog_template_compile(&f, text, &fault));
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    memcpy(text, "%h", 2);
    assert_false(weblog_template_compile(&f, text, &fault));
}

static size_t prefix(enum weblog_prefix kind, const char *line)
{
    return weblog_prefix_length(kind, (const uint8_t *)line, strlen(line));
}

static void test_weblog_template__prefixes(void **state)
{
    (void)state;
    assert_int_equal(prefix(WEBLOG_PREFIX_SYSLOG, "Sep 15 16:13:46 host nginx[2869]: 81.1"), 34);
    assert_int_equal(prefix(WEBLOG_PREFIX_SYSLOG, "Jan  3 09:47:02 host app: x"), 26);
    assert_int_equal(prefix(WEBLOG_PREFIX_SYSLOG, "Sep 15 16:13:46 host no tag: x"), 0);
    assert_int_equal(prefix(WEBLOG_PREFIX_SYSLOG, "Sep 15 16:13:46"), 0);
    assert_int_equal(prefix(WEBLOG_PREFIX_SYSLOG, "1.2.3.4 - - [x]"), 0);
    assert_int_equal(prefix(WEBLOG_PREFIX_CONTAINER, "2025-12-31T17:37:40.49+01:00 stdout F {"),
                     38);
    assert_int_equal(prefix(WEBLOG_PREFIX_CONTAINER, "2025-12-31T17:37:40.49+01:00 stdout X {"), 0);
    assert_int_equal(prefix(WEBLOG_PREFIX_COMPOSE, "caddy  | {"), 9);
    assert_int_equal(prefix(WEBLOG_PREFIX_COMPOSE, "a b | {"), 0);
    assert_int_equal(prefix(WEBLOG_PREFIX_COMPOSE, "| {"), 0);
    assert_int_equal(prefix(WEBLOG_PREFIX_NONE, "caddy  | {"), 0);
    assert_int_equal(weblog_prefix_length(WEBLOG_PREFIX_COMPOSE, NULL, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weblog_template__combined),
        cmocka_unit_test(test_weblog_template__faults_of_lines),
        cmocka_unit_test(test_weblog_template__dash_stands_for_a_whole_item),
        cmocka_unit_test(test_weblog_template__missing_fields_when_allowed),
        cmocka_unit_test(test_weblog_template__nginx_variables),
        cmocka_unit_test(test_weblog_template__apache_letters),
        cmocka_unit_test(test_weblog_template__presets_are_what_they_say),
        cmocka_unit_test(test_weblog_template__faults_of_formats),
        cmocka_unit_test(test_weblog_template__prefixes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
