// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "weblog_json.h"
#include "weblog_value.h"

static struct weblog_format format;
static struct weblog_record record;
static char shown[512];

static void map(const char *const *pairs)
{
    struct weblog_fault fault;
    weblog_format_init(&format, WEBLOG_JSON);
    for (; *pairs != NULL; pairs += 2) {
        assert_true(weblog_json_map(&format, pairs[0], pairs[1], &fault));
    }
}

static const char *parse(const char *line)
{
    size_t n = strlen(line);
    static uint8_t *copy;
    free(copy);
    copy = malloc(n == 0 ? 1 : n); // exact, so that reading past the end is seen
    memcpy(copy, line, n);
    return weblog_json_parse(&format, copy, n, &record).text;
}

static const char *value(uint32_t field)
{
    static uint8_t room[4096];
    struct weblog_scratch scratch = {room, 0, sizeof room};
    struct weblog_bytes b = weblog_value(&record.field[field], &scratch);
    snprintf(shown, sizeof shown, "%.*s", b.p == NULL ? 4 : (int)b.n,
             b.p == NULL ? "NULL" : (const char *)b.p);
    return shown;
}

static void test_weblog_json__paths(void **state)
{
    (void)state;
    static const char *const pairs[] = {"uri",  "request.uri",  "user_agent", "request.headers.UA",
                                        "flat", "a.b",          "deep",       "x.y.z",
                                        "host", "request.host", NULL};
    map(pairs);
    assert_null(parse(" { \"request\" : {\"uri\":\"/a\", \"headers\":{\"UA\":[\"u1\",\"u2\"]},"
                      "\"host\":\"h\"}, \"a.b\": 7, \"x\":{\"y\":{\"z\":true}} } "));
    assert_string_equal(value(0), "/a");
    assert_string_equal(value(1), "u1");
    assert_string_equal(value(2), "7");
    assert_string_equal(value(3), "true");
    assert_string_equal(value(4), "h");
    assert_null(parse("{\"request\":{\"uri\":null,\"headers\":{\"UA\":[]},\"host\":\"-\"},"
                      "\"a\":{\"b\":\"\"},\"x\":{\"y\":[{\"z\":-1.5e+3},{\"z\":2}]}}"));
    assert_string_equal(value(0), "NULL");
    assert_string_equal(value(1), "NULL");
    assert_string_equal(value(2), "NULL");
    assert_string_equal(value(3), "-1.5e+3");
    assert_string_equal(value(4), "NULL");
    assert_null(parse("{\"request\":{\"uri\":{\"no\":1}},\"a\":{\"b\":\"\\u00e4\\\"\"}}"));
    assert_string_equal(value(0), "NULL");
    assert_string_equal(value(2), "\xc3\xa4\"");
    assert_null(parse("{}"));
    assert_string_equal(value(2), "NULL");
}

static void test_weblog_json__broken_lines(void **state)
{
    (void)state;
    static const char *const pairs[] = {"uri", "u", NULL};
    static const char *const bad[] = {"{",
                                      "{\"u\"",
                                      "{\"u\":",
                                      "{\"u\":}",
                                      "{\"u\":1",
                                      "{\"u\":1,}",
                                      "{\"u\":01}",
                                      "{\"u\":1.}",
                                      "{\"u\":.5}",
                                      "{\"u\":-}",
                                      "{\"u\":1e}",
                                      "{\"u\":+1}",
                                      "{\"u\":\"a}",
                                      "{\"u\":\"\\q\"}",
                                      "{\"u\":\"\\u12g4\"}",
                                      "{\"u\":\"\\u12",
                                      "{\"u\":tru}",
                                      "{\"u\":[1,]}",
                                      "{\"u\":[1}",
                                      "{u:1}",
                                      "{\"u\":1 \"v\":2}",
                                      "{\"u\":\"a\tb\"}",
                                      "{,}",
                                      "{\"u\":NaN}",
                                      "{\"u\":\"\\"};
    map(pairs);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const char *why = parse(bad[i]);
        if (why == NULL || strcmp(why, "broken JSON") != 0) {
            fail_msg("%s: %s", bad[i], why == NULL ? "taken" : why);
        }
    }
    assert_string_equal(parse(""), "not a JSON object");
    assert_string_equal(parse("[1]"), "not a JSON object");
    assert_string_equal(parse("{}x"), "text after the JSON object");
    char deep[300];
    memset(deep, '[', sizeof deep);
    memcpy(deep, "{\"u\":", 5);
    deep[sizeof deep - 1] = '\0';
    assert_string_equal(parse(deep), "broken JSON");
}

static void test_weblog_json__depth_is_bounded(void **state)
{
    (void)state;
    static const char *const pairs[] = {"uri", "u", NULL};
    map(pairs);
    for (int depth = 60; depth < 70; depth++) {
        char line[256];
        size_t n = (size_t)snprintf(line, sizeof line, "{\"u\":");
        memset(line + n, '[', (size_t)depth - 1);
        memset(line + n + depth - 1, ']', (size_t)depth - 1);
        memcpy(line + n + 2 * (depth - 1), "}", 2);
        assert_int_equal(parse(line) == NULL, depth <= 64);
    }
}

static void test_weblog_json__maps(void **state)
{
    (void)state;
    struct weblog_fault fault;
    weblog_format_init(&format, WEBLOG_JSON);
    assert_true(weblog_json_map(&format, "duration_ns", "Duration", &fault));
    assert_true(weblog_json_map(&format, "duration_s", "other", &fault)); // the first stays
    assert_int_equal(format.n_fields, 1);
    assert_true(format.fields[0].unit_ms == 1e-6);
    assert_false(weblog_json_map(&format, "not a name", "x", &fault));
    assert_false(weblog_json_map(&format, "x", "", &fault));
    uint32_t n = 0;
    const struct weblog_flavour *flavours = weblog_flavours(&n);
    for (uint32_t i = 0; i < n; i++) {
        weblog_format_init(&format, WEBLOG_JSON);
        uint32_t pairs = 0;
        for (const char *const *m = flavours[i].map; *m != NULL; m += 2, pairs++) {
            assert_true(weblog_json_map(&format, m[0], m[1], &fault));
        }
        assert_true(pairs < WEBLOG_FIELDS_MAX); // discovery tries all members at once
        assert_true(format.by_role[WEBLOG_TIME] >= 0 && format.by_role[WEBLOG_STATUS] >= 0);
        for (uint32_t k = 0; k < format.n_fields; k++) {
            assert_int_not_equal(format.fields[k].role, WEBLOG_TEXT); // no misspelt role
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weblog_json__paths),
        cmocka_unit_test(test_weblog_json__broken_lines),
        cmocka_unit_test(test_weblog_json__depth_is_bounded),
        cmocka_unit_test(test_weblog_json__maps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
