// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Strict JSON, path tries and documents on plain arrays.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mongo_doc.h"
#include "mongo_plain_host.h"

// The text in memory of its own, with the bytes behind it that scanners may read.
static uint8_t *padded(const char *text, size_t n)
{
    uint8_t *p = calloc(n + 64, 1);
    assert_non_null(p);
    memcpy(p, text, n);
    return p;
}

// NULL when the text is one JSON value, else the fault.
static const char *scan_fault(const char *text, size_t n)
{
    uint8_t *p = padded(text, n);
    struct mongo_scan s = {.end = p + n};
    struct mongo_raw raw;
    const uint8_t *behind = mongo_scan_value(&s, mongo_scan_space(&s, p), 0, &raw);
    behind = behind == NULL ? NULL : mongo_scan_space(&s, behind);
    const char *fault = behind == NULL ? s.fault : behind < s.end ? "more" : NULL;
    free(p);
    return fault;
}

static void test_mongo_scan__good_json(void **state)
{
    (void)state;
    static const char *const good[] = {
        "{}",
        "[]",
        "0",
        "-0",
        "-0.5e-3",
        "1E+2",
        "12345678901234567890",
        "true",
        "false",
        "null",
        "\"\"",
        "\"abcdefgh\"",
        "\"abcdefg\\\"\"",
        "\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\"",
        "\"\\ud83d\\ude00\"",
        "\"\xf0\x9f\x98\x80\"",
        "\"\xc3\xa4 and more text behind it\"",
        "\"0123456789abcdef0123456789\\u00410123456789\xe2\x82\xac\"",
        " \t\r\n{ \"a\" : [ 1 , 2 ] } ",
        "[[],[[]],{\"a\":{}}]",
        "{\"a\":{\"b\":[{\"c\":null}]},\"a\":1}",
        "[1,[2,[3,[4]]],{}]",
        "\"\x7f\"",
        "\"\\u0000\""};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        const char *fault = scan_fault(good[i], strlen(good[i]));
        if (fault != NULL) {
            fail_msg("%s: %s", good[i], fault);
        }
    }
}

static const struct {
    const char *text;
    const char *fault;
} broken[] = {{"", "ends too early"},
              {"{", "ends too early"},
              {"[1", "ends too early"},
              {"[1,]", "not JSON"},
              {"[,1]", "not JSON"},
              {"[1 2]", "not JSON"},
              {"{\"a\":}", "not JSON"},
              {"{\"a\"}", "not JSON"},
              {"{\"a\":1,}", "not JSON"},
              {"{,}", "not JSON"},
              {"{\"a\":1]", "not JSON"},
              {"[1}", "not JSON"},
              {"{1:2}", "mongo shell notation: a key without double quotes"},
              {"01", "not a JSON number"},
              {"-01", "not a JSON number"},
              {"1.", "not a JSON number"},
              {"1e", "not a JSON number"},
              {"1e+", "not a JSON number"},
              {".5", "not JSON"},
              {"+1", "not JSON"},
              {"-", "not JSON"},
              {"-a", "not JSON"},
              {"tru", "not JSON"},
              {"truex", "not JSON"},
              {"nul", "not JSON"},
              {"True", "not JSON"},
              {"\"abc", "ends inside a text"},
              {"\"abc\\", "not a JSON escape"},
              {"\"a\nb\"", "control byte in a text"},
              {"\"a\x01\"", "control byte in a text"},
              {"\"\\x41\"", "not a JSON escape"},
              {"\"\\u12g4\"", "not a JSON escape"},
              {"\"\\u12\"", "not a JSON escape"},
              {"\"\\ud800\"", "half of a surrogate pair"},
              {"\"\\ud800\\u0041\"", "half of a surrogate pair"},
              {"\"\\udc00\"", "half of a surrogate pair"},
              {"\"\\udc00\\ud800\"", "half of a surrogate pair"},
              {"\"\xff\"", "not UTF-8"},
              {"\"\xc0\x80\"", "not UTF-8"},
              {"\"\xed\xa0\x80\"", "not UTF-8"},
              {"\"12345678901234567\xe2\x82\"", "not UTF-8"},
              {"{\"a\xff\":1}", "not UTF-8"},
              {"{\"a\\u0000\":1}", "NUL byte in a key"},
              {"[{\"\\\\\\u0000\":1}]", "NUL byte in a key"},
              {"\"a\"b", "more"},
              {"{} {}", "more"},
              {"1,", "more"},
              {"{\"a\":1 \"b\":2}", "not JSON"},
              {"ISODate(\"2020-01-01\")", "mongo shell notation: ISODate()"},
              {"[ObjectId(\"x\")]", "mongo shell notation: ObjectId()"},
              {"{\"a\":NumberLong(1)}", "mongo shell notation: NumberLong()"},
              {"{\"a\":NumberInt(1)}", "mongo shell notation: NumberInt()"},
              {"{\"a\":NumberDecimal(\"1\")}", "mongo shell notation: NumberDecimal()"},
              {"{\"a\":Timestamp(1,2)}", "mongo shell notation: Timestamp()"},
              {"{\"a\":BinData(0,\"\")}", "mongo shell notation: BinData()"},
              {"{\"a\":UUID(\"\")}", "mongo shell notation: UUID()"},
              {"{\"a\":undefined}", "mongo shell notation: undefined"},
              {"{\"a\":NaN}", "mongo shell notation: NaN"},
              {"{\"a\":Infinity}", "mongo shell notation: Infinity"},
              {"{\"a\":-Infinity}", "mongo shell notation: Infinity"},
              {"{\"a\":new Date(1)}", "mongo shell notation: new"},
              {"{\"a\":/x/i}", "mongo shell notation: /pattern/"},
              {"{a:1}", "mongo shell notation: a key without double quotes"},
              {"{_id : 1}", "mongo shell notation: a key without double quotes"},
              {"{'a':1}", "mongo shell notation: single quotes"}};

static void test_mongo_scan__bad_json(void **state)
{
    (void)state;

    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        const char *fault = scan_fault(broken[i].text, strlen(broken[i].text));
        if (fault == NULL || strcmp(fault, broken[i].fault) != 0) {
            fail_msg("%s: `%s`, not `%s`", broken[i].text, fault == NULL ? "good" : fault,
                     broken[i].fault);
        }
        assert_int_equal(mongo_scan_is_shell(fault), strncmp(broken[i].fault, "mongo", 5) == 0);
    }
    assert_string_equal(scan_fault("\"a\0b\"", 5), "control byte in a text");
    assert_string_equal(scan_fault("{\0}", 3), "not JSON");
}

static void test_mongo_scan__depth_is_64(void **state)
{
    (void)state;
    char text[256];
    for (size_t depth = 60; depth <= 70; depth++) {
        memset(text, '[', depth);
        memset(text + depth, ']', depth);
        const char *fault = scan_fault(text, depth * 2);
        if (depth <= MONGO_DEPTH_MAX) {
            assert_null(fault);
        } else {
            assert_string_equal(fault, "nested deeper than 64");
        }
    }
}

// Every cut of a good document is bad, and no byte behind the cut is looked at as text.
static void test_mongo_scan__every_cut_is_bad(void **state)
{
    (void)state;
    static const char text[] = "{\"k\":[\"\\u00e4\\ud83d\\ude00 text of some length\",-1.5e+3,true,"
                               "{\"\xc3\xa4\":null}]}";
    for (size_t n = 0; n < sizeof text - 1; n++) {
        assert_non_null(scan_fault(text, n));
    }
    assert_null(scan_fault(text, sizeof text - 1));
}

static void test_mongo_scan__path_faults(void **state)
{
    (void)state;
    static const char *const good[] = {"a",     "a.b.c", "a.0.b",    "a\\.b",
                                       "a\\\\", "$date", "\xc3\xa4", " "};
    static const char *const bad[] = {"", ".", "a.", ".a", "a..b", "a\\", "a\\b"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_null(mongo_path_fault(good[i]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_non_null(mongo_path_fault(bad[i]));
    }
    char deep[200];
    for (size_t i = 0; i < 64; i++) {
        deep[i * 2] = 'a';
        deep[i * 2 + 1] = '.';
    }
    deep[127] = '\0';
    assert_null(mongo_path_fault(deep));
    deep[127] = '.';
    strcpy(deep + 128, "a");
    assert_non_null(mongo_path_fault(deep));
}

// The values at the paths joined by |, `-` = absent; or the fault.
static void check_doc(const char *const *paths, uint32_t n, const char *text, const char *wanted)
{
    const pt_host *host = mongo_plain_host();
    struct mongo_paths trie;
    struct mongo_doc doc;
    uint32_t slots[16];
    char is[512] = "";
    size_t size = strlen(text);
    uint8_t *p = padded(text, size);
    assert_int_equal(mongo_paths_build(&trie, host, paths, n, slots), PT_OK);
    assert_int_equal(mongo_doc_init(&doc, host, &trie), PT_OK);
    for (int round = 0; round < 2; round++) { // nothing is left over from one to the next
        const char *fault = mongo_doc_read(&doc, p, p + size);
        is[0] = '\0';
        for (uint32_t i = 0; i < n && fault == NULL; i++) {
            const struct mongo_raw *raw = &doc.slots[slots[i]];
            snprintf(is + strlen(is), sizeof is - strlen(is), "%s%.*s", i == 0 ? "" : "|",
                     raw->token == MONGO_ABSENT ? 1 : (int)raw->n,
                     raw->token == MONGO_ABSENT ? "-" : (const char *)raw->p);
        }
        if (fault != NULL) {
            snprintf(is, sizeof is, "%s", fault);
        }
        assert_string_equal(is, wanted);
    }
    mongo_doc_release(&doc);
    mongo_paths_release(&trie);
    free(p);
}

static void test_mongo_scan__documents(void **state)
{
    (void)state;
    static const char *const abc[] = {"a", "b.c", "b.0.d", "b"};
    static const char *const long_keys[] = {"abcdefghijk", "abcdefghijl", "abcdefgh", "ab"};
    static const char *const odd[] = {"a\\.b", "\xc3\xa4", "x.1", "x.01"};
    static const char *const twins[] = {"a.b", "a.b", "a"};
    check_doc(abc, 4, "{\"a\":1,\"b\":{\"c\":\"x\"}}", "1|x|-|{\"c\":\"x\"}");
    check_doc(abc, 4, "{\"b\":[{\"d\":2},{\"d\":3}]}", "-|-|2|[{\"d\":2},{\"d\":3}]");
    check_doc(abc, 4, "{\"b\":{\"0\":{\"d\":7},\"c\":null}}",
              "-|null|7|{\"0\":{\"d\":7},\"c\":null}");
    check_doc(abc, 4, " { \"b\" : [ ] , \"\\u0061\" : true } ", "true|-|-|[ ]");
    check_doc(abc, 4, "{}", "-|-|-|-");
    check_doc(abc, 4, "{\"a\":1,\"x\":{\"a\":2},\"x\":{}}", "1|-|-|-");
    check_doc(abc, 4, "{\"a\":1,\"a\":2}", "key appears twice");
    check_doc(abc, 4, "{\"a\":1,\"\\u0061\":2}", "key appears twice");
    check_doc(abc, 4, "{\"b\":{\"c\":1,\"c\":1}}", "key appears twice");
    check_doc(abc, 4, "{\"b\":{},\"b\":{\"c\":1}}", "key appears twice");
    check_doc(abc, 4, "{\"a\":1}x", "bytes behind the document");
    check_doc(abc, 4, "{\"a\":1},", "bytes behind the document");
    check_doc(abc, 4, "{\"a\":1}{}", "bytes behind the document");
    check_doc(abc, 4, "[{\"a\":1}]", "not a document");
    check_doc(abc, 4, "1", "not a document");
    check_doc(abc, 4, "{\"a\":1,\"z\":[1,{]}", "not JSON");
    check_doc(abc, 4, "{\"a\":1", "ends too early");
    check_doc(abc, 4, "{\"a\\u0000\":1}", "NUL byte in a key");
    check_doc(abc, 4, "{\"\\\\u0000\":1,\"a\":\"\\u0000\"}", "\\u0000|-|-|-");
    check_doc(long_keys, 4,
              "{\"abcdefghijl\":1,\"ab\":2,\"abcdefgh\":3,\"abcdefghijk\":4,\"abcdefghi\":5}",
              "4|1|3|2");
    check_doc(odd, 4, "{\"a.b\":1,\"a\":{\"b\":2},\"\\u00e4\":3,\"x\":[4,5]}", "1|3|5|-");
    check_doc(odd, 4, "{\"\xc3\xa4\":3,\"x\":{\"01\":4,\"1\":5}}", "-|3|5|4");
    check_doc(twins, 3, "{\"a\":{\"b\":1}}", "1|1|{\"b\":1}");
    check_doc(twins, 3, "{\"a\":5}", "-|-|5");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mongo_scan__good_json),
        cmocka_unit_test(test_mongo_scan__bad_json),
        cmocka_unit_test(test_mongo_scan__depth_is_64),
        cmocka_unit_test(test_mongo_scan__every_cut_is_bad),
        cmocka_unit_test(test_mongo_scan__path_faults),
        cmocka_unit_test(test_mongo_scan__documents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
