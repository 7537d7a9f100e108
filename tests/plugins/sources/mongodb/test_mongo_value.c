// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Extended JSON values: kinds, canonical text and decimals, on plain arrays.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mongo_canon.h"
#include "mongo_decimal.h"
#include "mongo_plain_host.h"

// The value's canonical text, or its fault.
static void check_canon(const char *text, const char *wanted)
{
    size_t n = strlen(text);
    uint8_t *p = calloc(n + 64, 1);
    struct mongo_text out = {.host = mongo_plain_host()};
    struct mongo_raw raw;
    assert_non_null(p);
    memcpy(p, text, n);
    struct mongo_scan s = {.end = p + n};
    assert_ptr_equal(mongo_scan_value(&s, p, 0, &raw), p + n);
    const char *fault = mongo_canon_add(&out, &raw);
    mongo_text_add(&out, "", 1);
    assert_false(out.failed);
    assert_string_equal(fault != NULL ? fault : (const char *)out.p, wanted);
    mongo_text_release(&out);
    free(p);
}

static void test_mongo_value__plain(void **state)
{
    (void)state;
    check_canon("null", "null");
    check_canon("true", "true");
    check_canon("0", "{\"$numberInt\":\"0\"}");
    check_canon("-2147483648", "{\"$numberInt\":\"-2147483648\"}");
    check_canon("2147483648", "{\"$numberLong\":\"2147483648\"}");
    check_canon("9223372036854775807", "{\"$numberLong\":\"9223372036854775807\"}");
    check_canon("9007199254740993", "{\"$numberLong\":\"9007199254740993\"}");
    check_canon("9223372036854775808", "{\"$numberDouble\":\"9.223372036854776E+18\"}");
    check_canon("1.0", "{\"$numberDouble\":\"1.0\"}");
    check_canon("-0.0", "{\"$numberDouble\":\"-0.0\"}");
    check_canon("1e2", "{\"$numberDouble\":\"100.0\"}");
    check_canon("0.1", "{\"$numberDouble\":\"0.1\"}");
    check_canon("1e999", "number out of range");
    check_canon("\"a\\u00e4\\/\\u0001\\n\\\"\\\\\\ud83d\\ude00\"",
                "\"a\xc3\xa4/\\u0001\\n\\\"\\\\\xf0\x9f\x98\x80\"");
    check_canon("\"x\\u0000y\"", "\"x\\u0000y\"");
    check_canon("[ 1 , [ ] , { \"a\" : \"b\" } ]", "[{\"$numberInt\":\"1\"},[],{\"a\":\"b\"}]");
    check_canon("{ \"\\u0061\" : { } , \"b\" : [ true ] }", "{\"a\":{},\"b\":[true]}");
}

static void test_mongo_value__dates(void **state)
{
    (void)state;
    static const char *const same[] = {"{\"$date\":\"2012-12-24T12:15:30.501Z\"}",
                                       "{\"$date\":\"2012-12-24T12:15:30.501+0000\"}",
                                       "{\"$date\":\"2012-12-24T13:15:30.501+01:00\"}",
                                       "{\"$date\":\"2012-12-24T07:15:30.501-05\"}",
                                       "{\"$date\":{\"$numberLong\":\"1356351330501\"}}",
                                       "{ \"$date\" : 1356351330501 }"};
    for (size_t i = 0; i < sizeof same / sizeof same[0]; i++) {
        check_canon(same[i], "{\"$date\":{\"$numberLong\":\"1356351330501\"}}");
    }
    check_canon("{\"$date\":\"1960-12-24T12:15:30.501Z\"}",
                "{\"$date\":{\"$numberLong\":\"-284643869499\"}}");
    check_canon("{\"$date\":\"1969-12-31T23:59:59.999Z\"}", "{\"$date\":{\"$numberLong\":\"-1\"}}");
    static const char *const bad[] = {"{\"$date\":\"2012-12-24\"}",
                                      "{\"$date\":\"2012-12-24T12:15:30\"}",
                                      "{\"$date\":\"2012-13-24T12:15:30Z\"}",
                                      "{\"$date\":\"\"}",
                                      "{\"$date\":1.5}",
                                      "{\"$date\":true}",
                                      "{\"$date\":{\"$numberInt\":\"1\"}}",
                                      "{\"$date\":{\"$numberLong\":1}}",
                                      "{\"$date\":1,\"x\":1}",
                                      "{\"$date\":null}",
                                      "{\"$date\":\"2012-12-24 12:15:30Z\"}",
                                      "{\"$date\":[]}"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        check_canon(bad[i], "bad $date");
    }
}

// Extended JSON v1, strict: the forms v2 changed.
static void test_mongo_value__version_1(void **state)
{
    (void)state;
    check_canon("{\"$binary\":\"//8=\",\"$type\":\"00\"}",
                "{\"$binary\":{\"base64\":\"//8=\",\"subType\":\"00\"}}");
    check_canon("{\"$type\":\"5\",\"$binary\":\"\"}",
                "{\"$binary\":{\"base64\":\"\",\"subType\":\"05\"}}");
    check_canon("{\"$regex\":\"a\\\\.b\",\"$options\":\"mi\"}",
                "{\"$regularExpression\":{\"pattern\":\"a\\\\.b\",\"options\":\"im\"}}");
    check_canon("{\"$options\":\"\",\"$regex\":\"\"}",
                "{\"$regularExpression\":{\"pattern\":\"\",\"options\":\"\"}}");
    check_canon("{\"$timestamp\":{\"t\":1,\"i\":4294967295}}",
                "{\"$timestamp\":{\"t\":1,\"i\":4294967295}}");
    check_canon("{\"$oid\":\"56E1FC72E0C917E9C4714161\"}",
                "{\"$oid\":\"56e1fc72e0c917e9c4714161\"}");
    check_canon("{\"$undefined\":true}", "{\"$undefined\":true}");
    check_canon("{\"$minKey\":1}", "{\"$minKey\":1}");
    check_canon("{\"$binary\":\"//8\",\"$type\":\"00\"}", "bad $binary");
    check_canon("{\"$binary\":\"//8=\",\"$type\":0}", "bad $binary");
    check_canon("{\"$regex\":\"a\\u0000\",\"$options\":\"\"}", "bad $regex");
    check_canon("{\"$regex\":\"a\",\"$options\":\"\\u0000\"}", "bad $regex");
}

static void test_mongo_value__ordinary_documents(void **state)
{
    (void)state;
    check_canon("{\"$type\":\"string\"}", "{\"$type\":\"string\"}");
    check_canon("{\"$regex\":\"a\"}", "{\"$regex\":\"a\"}");
    check_canon("{\"$options\":\"a\"}", "{\"$options\":\"a\"}");
    check_canon("{\"$scope\":{}}", "{\"$scope\":{}}");
    check_canon("{\"$foo\":1}", "{\"$foo\":{\"$numberInt\":\"1\"}}");
    check_canon("{\"$\":\"\"}", "{\"$\":\"\"}");
    check_canon("{\"$ref\":\"c\",\"$id\":{\"$oid\":\"56e1fc72e0c917e9c4714161\"},\"x\":1}",
                "{\"$ref\":\"c\",\"$id\":{\"$oid\":\"56e1fc72e0c917e9c4714161\"},"
                "\"x\":{\"$numberInt\":\"1\"}}");
    check_canon("{\"a\":1,\"$oid\":\"56e1fc72e0c917e9c4714161\"}", "type wrapper among other keys");
    check_canon("{\"$foo\":1,\"$oid\":\"56e1fc72e0c917e9c4714161\"}", "bad $oid");
    check_canon("[{\"a\":{\"$oid\":1}}]", "bad $oid");
}

static void check_decimal(const char *text, const char *wanted)
{
    struct mongo_decimal d;
    char out[MONGO_DECIMAL_TEXT];
    if (!mongo_decimal_read((const uint8_t *)text, strlen(text), &d)) {
        assert_null(wanted);
        return;
    }
    uint32_t n = mongo_decimal_text(&d, out);
    assert_true(n <= sizeof out);
    if (wanted == NULL) {
        fail_msg("%s is not refused", text);
        return;
    }
    assert_int_equal(n, strlen(wanted));
    assert_memory_equal(out, wanted, n);
}

static void test_mongo_value__decimals(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"0", "0"},
        {"-0", "-0"},
        {"1", "1"},
        {"1.10", "1.10"},
        {"+.5", "0.5"},
        {"5.", "5"},
        {"00012", "12"},
        {"1E3", "1E+3"},
        {"12E3", "1.2E+4"},
        {"1E-6", "0.000001"},
        {"1E-7", "1E-7"},
        {"123E-9", "1.23E-7"},
        {"0E-8", "0E-8"},
        {"0.000000", "0.000000"},
        {"inf", "Infinity"},
        {"-INFINITY", "-Infinity"},
        {"nan", "NaN"},
        {"-NaN", "NaN"},
        {"1E6112", "1.0E+6112"},
        {"10E-6177", "1E-6176"},
        {"0E9999", "0E+6111"},
        {"0E-9999", "0E-6176"},
        {"1.1111111111111111111111111111123450", "1.111111111111111111111111111112345"},
        {"-9999999999999999999999999999999999E+6111", "-9.999999999999999999999999999999999E+6144"},
        {"-9999999999999999999999999999999999E-6176",
         "-9.999999999999999999999999999999999E-6143"}};
    static const char *const bad[] = {"",
                                      "+",
                                      "-",
                                      ".",
                                      "e1",
                                      "1e",
                                      "1e+",
                                      "1.2.3",
                                      " 1",
                                      "1 ",
                                      "--1",
                                      "0x1",
                                      "Infin",
                                      "infx",
                                      "1E6145",
                                      "1E-6177",
                                      "12345678901234567890123456789012345",
                                      "1E99999999999",
                                      "nanx",
                                      "1,5"};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        check_decimal(pairs[i][0], pairs[i][1]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        check_decimal(bad[i], NULL);
    }
}

static void check_time(int64_t ms, const char *wanted)
{
    struct mongo_text out = {.host = mongo_plain_host()};
    mongo_canon_time(&out, ms);
    mongo_text_add(&out, "", 1);
    assert_string_equal((const char *)out.p, wanted);
    mongo_text_release(&out);
}

static void test_mongo_value__times_as_text(void **state)
{
    (void)state;
    check_time(0, "1970-01-01T00:00:00Z");
    check_time(-1, "1969-12-31T23:59:59.999Z");
    check_time(1356351330501, "2012-12-24T12:15:30.501Z");
    check_time(253402300800000, "10000-01-01T00:00:00Z");
    check_time(-86400000, "1969-12-31T00:00:00Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mongo_value__plain),
        cmocka_unit_test(test_mongo_value__dates),
        cmocka_unit_test(test_mongo_value__version_1),
        cmocka_unit_test(test_mongo_value__ordinary_documents),
        cmocka_unit_test(test_mongo_value__decimals),
        cmocka_unit_test(test_mongo_value__times_as_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
