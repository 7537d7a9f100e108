// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "weblog_row.h"

static struct weblog_format format;
static struct weblog_w3c_header header;
static struct weblog_record record;
static char shown[512];

static void start(const char *fields)
{
    weblog_w3c_format(&format);
    header = (struct weblog_w3c_header){0};
    assert_true(weblog_w3c_extra(&format, (const uint8_t *)fields, strlen(fields)));
    weblog_w3c_directive(&format, &header, (const uint8_t *)fields, strlen(fields));
}

static void directive(const char *line)
{
    weblog_w3c_directive(&format, &header, (const uint8_t *)line, strlen(line));
}

static const char *parse(const char *line)
{
    return weblog_w3c_parse(&format, &header, (const uint8_t *)line, strlen(line), &record).text;
}

static const char *value(int32_t field)
{
    static uint8_t room[4096];
    struct weblog_scratch scratch = {room, 0, sizeof room};
    struct weblog_bytes b = weblog_value(&record.field[field], &scratch);
    snprintf(shown, sizeof shown, "%.*s", b.p == NULL ? 4 : (int)b.n,
             b.p == NULL ? "NULL" : (const char *)b.p);
    return shown;
}

static const char *role(enum weblog_role r)
{
    return value(format.by_role[r]);
}

static int64_t time_of(void)
{
    struct weblog_time_reader reader = {.offset_s = 0};
    struct weblog_row row = {.has_duration = false};
    assert_null(weblog_row_check(&format, &record, &reader, &header, &row).text);
    return row.ts.is_given ? row.ts.value : -1;
}

static void test_weblog_w3c__iis_lines(void **state)
{
    (void)state;
    start("#Fields: date time cs-method cs-uri-stem cs-uri-query c-ip cs(User-Agent) cs(Cookie) "
          "sc-status time-taken");
    directive("#Software: Microsoft Internet Information Services 8.5");
    assert_null(parse("2016-02-11 17:16:13 GET /a+b q=1+2 ::1 Mozilla/5.0+(X) a+b 200 283"));
    assert_string_equal(role(WEBLOG_PATH), "/a+b");
    assert_string_equal(role(WEBLOG_QUERY), "q=1+2");
    assert_string_equal(role(WEBLOG_USER_AGENT), "Mozilla/5.0 (X)");
    assert_string_equal(value((int32_t)format.n_fields - 1), "a+b");
    size_t n = 0;
    assert_memory_equal(weblog_format_text(&format, format.fields[format.n_fields - 1].name, &n),
                        "cs_cookie", 9);
    assert_true(header.duration_ms == 1);
    assert_true(time_of() == INT64_C(1455210973000000));
    assert_null(parse("2016-02-11 17:16:13 - - - - - - - -"));
    assert_string_equal(role(WEBLOG_METHOD), "NULL");
    assert_string_equal(role(WEBLOG_STATUS), "NULL");
}

static void test_weblog_w3c__quotes_and_blanks(void **state)
{
    (void)state;
    start("#Fields:  c-ip\tcs(User-Agent)   cs(Referer) x-note");
    assert_null(parse("1.1.1.1 \t \"a + \"\"b\"\" c\"  \"-\"   \"\"  "));
    assert_string_equal(role(WEBLOG_USER_AGENT), "a + \"b\" c");
    assert_string_equal(role(WEBLOG_REFERER), "NULL");
    assert_string_equal(value((int32_t)format.n_fields - 1), "NULL");
    assert_string_equal(parse("1.1.1.1 \"open - -"), "field does not end");
    assert_string_equal(parse("1.1.1.1 \"a\"b - -"), "field does not end");
    assert_string_equal(parse("1.1.1.1 a"), "fewer fields than #Fields names");
    assert_string_equal(parse("1.1.1.1 a b c d"), "more fields than #Fields names");
    format.allow_missing = true;
    assert_null(parse("1.1.1.1 a"));
    assert_string_equal(role(WEBLOG_REFERER), "NULL");
}

static void test_weblog_w3c__header_may_change(void **state)
{
    (void)state;
    weblog_w3c_format(&format);
    header = (struct weblog_w3c_header){0};
    assert_string_equal(parse("a b"), "no #Fields line before it");
    directive("#Fields: sc-status c-ip");
    assert_null(parse("200 1.1.1.1"));
    assert_string_equal(role(WEBLOG_IP), "1.1.1.1");
    directive("#Fields: c-ip unknown-field sc-status sc-status");
    assert_null(parse("2.2.2.2 x 404 500"));
    assert_string_equal(role(WEBLOG_IP), "2.2.2.2");
    assert_string_equal(role(WEBLOG_STATUS), "404"); // the first of two
    directive("#Fields:");
    assert_string_equal(parse("a"), "no #Fields line before it");
}

static void test_weblog_w3c__dates_of_directives(void **state)
{
    (void)state;
    start("#Fields: time c-ip");
    assert_null(parse("16:44:49 1.1.1.1"));
    assert_true(time_of() == -1);
    directive("#Date: 2000-10-09 16:44:49");
    assert_null(parse("16:44:49 1.1.1.1"));
    assert_true(time_of() == INT64_C(971109889000000));
    directive("#Date: nonsense");
    assert_true(time_of() == INT64_C(971109889000000));
    start("#Fields: date-local time-local c-ip");
    directive("#GMT-Offset: -0800");
    assert_null(parse("2000-10-09 08:44:49.5 1.1.1.1"));
    assert_true(time_of() == INT64_C(971109889500000));
    start("#Fields: date time c-ip");
    directive("#GMT-Offset: -0800");
    assert_null(parse("2000-10-09 16:44:49 1.1.1.1"));
    assert_true(time_of() == INT64_C(971109889000000)); // these are GMT by the standard
}

static void test_weblog_w3c__many_columns(void **state)
{
    (void)state;
    char line[8192] = "#Fields:";
    size_t n = strlen(line);
    for (int i = 0; i < 400; i++) {
        n += (size_t)snprintf(line + n, sizeof line - n, " x-f%d", i);
    }
    weblog_w3c_format(&format);
    header = (struct weblog_w3c_header){0};
    assert_false(weblog_w3c_extra(&format, (const uint8_t *)line, n));
    assert_int_equal(format.n_fields, WEBLOG_FIELDS_MAX);
    directive(line);
    assert_int_equal(header.n_columns, WEBLOG_W3C_COLUMNS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weblog_w3c__iis_lines),
        cmocka_unit_test(test_weblog_w3c__quotes_and_blanks),
        cmocka_unit_test(test_weblog_w3c__header_may_change),
        cmocka_unit_test(test_weblog_w3c__dates_of_directives),
        cmocka_unit_test(test_weblog_w3c__many_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
