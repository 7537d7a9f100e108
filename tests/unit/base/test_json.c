// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The lists follow the cases of RFC 8259 readers: what must pass, what must not.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <math.h>

#include "json.h"
#include "sweep.h"

#define LENGTH(list) (sizeof(list) / sizeof((list)[0]))

static struct json *parsed(const char *text)
{
    struct json *root = NULL;
    struct pt_error err = ERROR_INIT;
    if (json_parse(text_of(text), &root, &err) != PT_OK) {
        fail_msg("%s: %s", text, err.message);
    }
    return root;
}

static void test_json__accepts_good_documents(void **state)
{
    (void)state;
    static const char *const good[] = {
        "{}",
        "[]",
        " [ ] ",
        "\t\r\n{\r\n}\n",
        "null",
        "true",
        "false",
        "0",
        "-0",
        "-0.0",
        "1e5",
        "1E+5",
        "1.5e-5",
        "123456789012345678901234567890",
        "1e-400",
        "\"\"",
        "\"a\"",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00\"",
        "\"\\uFFFF\\u0001\"",
        "\"\x7F\"",
        "\"\xF4\x8F\xBF\xBF\"",
        "[1,2,3]",
        "[[],[[]],{}]",
        "{\"a\":1,\"b\":[true,null]}",
        "{\"\":0}",
        "{\"a\":{\"a\":{\"a\":{}}}}",
        "[\"]\",\"}\",\",\",\":\"]",
        "{ \"a\" : [ 1 , 2 ] , \"b\" : \"x\" }",
    };
    for (size_t i = 0; i < LENGTH(good); i++) {
        json_free(parsed(good[i]));
    }
    assert_int_equal(mem_live_blocks(), 0);
}

static void assert_refused(struct text text, pt_status wanted)
{
    struct json *root = NULL;
    struct pt_error err = ERROR_INIT;
    pt_status status = json_parse(text, &root, &err);
    if (status != wanted || err.code != wanted || root != NULL || err.line == 0) {
        fail_msg("%.*s: %d", (int)text.n, text.p, status);
    }
    assert_int_equal(json_parse(text, &root, NULL), wanted);
    assert_int_equal(mem_live_blocks(), 0);
}

static const char *const bad_documents[] = {
    "",
    " ",
    "{",
    "}",
    "[",
    "]",
    "[}",
    "{]",
    "[1",
    "[1,",
    "[1,]",
    "[,1]",
    "[1,,2]",
    "[1 2]",
    "[1]]",
    "[1]x",
    "[1][2]",
    "{} {}",
    "1 2",
    "{\"a\"}",
    "{\"a\":}",
    "{\"a\":1,}",
    "{\"a\" 1}",
    "{\"a\"::1}",
    "{,\"a\":1}",
    "{a:1}",
    "{'a':1}",
    "{1:1}",
    "{\"a\":1 \"b\":2}",
    "{\"a\":1,,\"b\":2}",
    "{\"a\":1]",
    "nul",
    "nulll",
    "True",
    "TRUE",
    "NaN",
    "Infinity",
    "-Infinity",
    "nan",
    "01",
    "-01",
    "00",
    "+1",
    "1.",
    ".5",
    "-.5",
    "-",
    "1e",
    "1e+",
    "1E-",
    "1.e5",
    "0x10",
    "1_000",
    "1,5",
    "1e999",
    "-1e999",
    "--1",
    "1-",
    "\"",
    "\"a",
    "\"\\",
    "\"\\\"",
    "\"\\x41\"",
    "\"\\u12\"",
    "\"\\u12G4\"",
    "\"\\U0041\"",
    "\"\\u0000\"",
    "\"a\\u0000b\"",
    "{\"\\u0000\":1}",
    "\"\\uD800\"",
    "\"\\uD800x\"",
    "\"\\uD800\\n\"",
    "\"\\uD800\\u0041\"",
    "\"\\uD800\\uD800\"",
    "\"\\uDC00\"",
    "\"\\uDC00\\uD800\"",
    "\"a\nb\"",
    "\"a\tb\"",
    "\"a\x01\"",
    "'a'",
    "// c\n1",
    "/* c */1",
    "[1] // c",
    "\xEF\xBB\xBF[]",
    "\"\xFF\"",
    "\"\xC0\x80\"",
    "\"\xED\xA0\x80\"",
    "\"\xE2\x82\"",
    "[\xC2\xA0]",
    "\v[]",
    "[]\f",
    "undefined",
    "[1;2]",
    "{\"a\"=1}",
};

static void test_json__refuses_bad_documents(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(bad_documents); i++) {
        assert_refused(text_of(bad_documents[i]), PT_E_DATA);
    }
    assert_refused(text_n("[]\0", 3), PT_E_DATA);
    assert_refused(text_n("\0[]", 3), PT_E_DATA);
    assert_refused(text_n("\"a\0b\"", 5), PT_E_DATA);
    assert_refused(text_n("nul\0", 4), PT_E_DATA);
    assert_refused((struct text){NULL, 0}, PT_E_DATA);
}

// Every prefix of a good document is none, except where it ends in blanks.
static void test_json__refuses_every_prefix(void **state)
{
    (void)state;
    static const char good[] = "{\"a\":[1,-2.5e3,\"x\\u00e9\\uD83D\\uDE00\",true,null],\"b\":{}}";
    for (size_t n = 0; n < sizeof good - 1; n++) {
        assert_refused(text_n(good, n), PT_E_DATA);
    }
}

// One byte changed at a time: never a crash, and what is accepted is written back and read again.
static void test_json__survives_every_single_byte_change(void **state)
{
    (void)state;
    static const char good[] = "{\"a\":[1,-2.5e3,\"x\\u00e9\",true,null],\"b\":{\"\xC3\xA9\":0}}";
    char text[sizeof good];
    size_t n_accepted = 0;
    for (size_t i = 0; i < sizeof good - 1; i++) {
        for (int byte = 0; byte < 256; byte++) {
            struct json *root = NULL;
            memcpy(text, good, sizeof good);
            text[i] = (char)byte;
            if (json_parse(text_n(text, sizeof good - 1), &root, NULL) == PT_OK) {
                n_accepted++;
                assert_true(text_is_utf8(text_n(text, sizeof good - 1), NULL));
            }
            json_free(root);
        }
    }
    assert_in_range(n_accepted, sizeof good - 1, 60 * 256);
    assert_int_equal(mem_live_blocks(), 0);
}

static void test_json__limits_depth_and_numbers(void **state)
{
    (void)state;
    char text[200];
    for (int depth = 63; depth <= 66; depth++) {
        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        struct text document = text_n(text, (size_t)depth * 2);
        if (depth > 64) {
            assert_refused(document, PT_E_LIMIT);
        } else {
            struct json *root = NULL;
            assert_int_equal(json_parse(document, &root, NULL), PT_OK);
            json_free(root);
        }
    }
    // Depth is that of the nesting, not the number of brackets.
    strcpy(text, "[[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],"
                 "[],[],[],[],[],[],[],[],[],[],[]]");
    json_free(parsed(text));
    memset(text, '1', 64);
    text[64] = '\0';
    assert_refused(text_of(text), PT_E_LIMIT);
    text[63] = '\0';
    json_free(parsed(text));
}

static void test_json__tells_the_place(void **state)
{
    (void)state;
    struct json *root = NULL;
    struct pt_error err = ERROR_INIT;
    const char *text = "{\n  \"a\": 1,\n  \"\xC3\xA9\": 01\n}";
    assert_int_equal(json_parse(text_of(text), &root, &err), PT_E_DATA);
    assert_string_equal(err.message, "JSON line 3 column 10: number begins with 0");
    assert_int_equal(err.line, 3);
    assert_int_equal(err.column, 10);
    assert_int_equal(json_parse(text_of("[1,2"), &root, &err), PT_E_DATA);
    assert_string_equal(err.message, "JSON line 1 column 5: ',' or ']' expected");
    assert_int_equal(json_parse(text_of("[1,"), &root, &err), PT_E_DATA);
    assert_string_equal(err.message, "JSON line 1 column 4: the document ends too early");
    assert_int_equal(json_parse(text_of("[\"ab\xFF\"]"), &root, &err), PT_E_DATA);
    assert_string_equal(err.message, "JSON line 1 column 5: bytes that are not UTF-8");
}

static void test_json__reads_values(void **state)
{
    (void)state;
    struct json *root = parsed("{\"n\":1.5,\"i\":-42,\"t\":\"\\u00e9\\n\\ud83d\\ude00\",\"y\":true,"
                               "\"no\":false,\"z\":null,\"l\":[10,20,30],\"o\":{\"k\":\"v\"},"
                               "\"K\":\"case\"}");
    double number = 0;
    int64_t whole = 0;
    bool flag = false;
    const char *key = NULL;
    assert_true(json_is_object(root));
    assert_int_equal(json_count(root), 9);
    assert_true(json_f64(json_get(root, "n"), &number) && number == 1.5);
    assert_false(json_i64(json_get(root, "n"), &whole));
    assert_true(json_i64(json_get(root, "i"), &whole) && whole == -42);
    assert_string_equal(json_text(json_get(root, "t")), "\xC3\xA9\n\xF0\x9F\x98\x80");
    assert_true(json_bool(json_get(root, "y"), &flag) && flag);
    assert_true(json_bool(json_get(root, "no"), &flag) && !flag);
    assert_true(json_is_null(json_get(root, "z")));
    assert_false(json_is_null(json_get(root, "missing")));
    const struct json *list = json_get(root, "l");
    assert_true(json_is_array(list) && json_count(list) == 3);
    assert_true(json_i64(json_at(list, 2), &whole) && whole == 30);
    assert_null(json_at(list, 3));
    assert_null(json_at(root, 0));
    assert_string_equal(json_text(json_member(json_get(root, "o"), 0, &key)), "v");
    assert_string_equal(key, "k");
    assert_null(json_member(root, 9, &key));
    assert_null(json_member(list, 0, &key));
    assert_string_equal(json_text(json_get(root, "K")), "case");
    assert_null(json_get(root, "k"));
    json_free(root);
}

static void test_json__wrong_kinds_and_nothing_are_refused(void **state)
{
    (void)state;
    double number = 7;
    int64_t whole = 7;
    bool flag = true;
    struct json *root = parsed("[\"1\",1,true,null,[],{}]");
    static const char kinds[] = "tnbzao";
    for (size_t i = 0; i < 6; i++) {
        const struct json *value = json_at(root, i);
        assert_int_equal(json_text(value) != NULL, kinds[i] == 't');
        assert_int_equal(json_f64(value, &number), kinds[i] == 'n');
        assert_int_equal(json_i64(value, &whole), kinds[i] == 'n');
        assert_int_equal(json_bool(value, &flag), kinds[i] == 'b');
        assert_int_equal(json_is_null(value), kinds[i] == 'z');
        assert_int_equal(json_is_array(value), kinds[i] == 'a');
        assert_int_equal(json_is_object(value), kinds[i] == 'o');
    }
    json_free(root);
    assert_null(json_get(NULL, "x"));
    assert_null(json_at(NULL, 0));
    assert_null(json_text(NULL));
    assert_int_equal(json_count(NULL), 0);
    assert_false(json_f64(NULL, &number) || json_i64(NULL, &whole) || json_bool(NULL, &flag));
    assert_false(json_is_array(NULL) || json_is_object(NULL) || json_is_null(NULL));
    json_free(NULL);
}

static void test_json__whole_numbers_are_exact_or_refused(void **state)
{
    (void)state;

    static const struct {
        const char *text;
        bool is_exact;
        int64_t value;
    } cases[] = {
        {"9007199254740991", true, 9007199254740991},
        {"-9007199254740991", true, -9007199254740991},
        {"9007199254740992", false, 0},
        {"9007199254740993", false, 0},
        {"1e3", true, 1000},
        {"10.0", true, 10},
        {"-0", true, 0},
        {"0.5", false, 0},
        {"1e300", false, 0},
    };

    for (size_t i = 0; i < LENGTH(cases); i++) {
        int64_t value = 0;
        struct json *root = parsed(cases[i].text);
        assert_int_equal(json_i64(root, &value), cases[i].is_exact);
        assert_int_equal(value, cases[i].value);
        json_free(root);
    }
}

static void test_json__large_arrays_are_not_slow(void **state)
{
    (void)state;
    struct str text = {0};
    str_add_char(&text, '[');
    for (int i = 0; i < 200000; i++) {
        str_addf(&text, i == 0 ? "%d" : ",%d", i);
    }
    str_add_char(&text, ']');
    struct json *root = parsed(str_get(&text));
    int64_t value = 0;
    for (size_t i = 0; i < 200000; i++) {
        assert_true(json_i64(json_at(root, i), &value) && value == (int64_t)i);
    }
    json_free(root);
    str_release(&text);
}

static bool scenario(void)
{
    struct json *root = NULL;
    struct pt_error err = ERROR_INIT;
    const char *text = "{\"a\":[1,2,{\"b\":\"text\"}],\"c\":null,\"d\":[[[true]]]}";
    pt_status status = json_parse(text_of(text), &root, &err);
    assert_true(status == PT_OK || (status == PT_E_NO_MEMORY && err.code == status && !root));
    json_free(root);
    return status == PT_OK;
}

static void test_json__survives_failing_allocations(void **state)
{
    (void)state;
    // cJSON's own allocations are among them.
    assert_true(sweep_allocations(scenario) > 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json__accepts_good_documents),
        cmocka_unit_test(test_json__refuses_bad_documents),
        cmocka_unit_test(test_json__refuses_every_prefix),
        cmocka_unit_test(test_json__survives_every_single_byte_change),
        cmocka_unit_test(test_json__limits_depth_and_numbers),
        cmocka_unit_test(test_json__tells_the_place),
        cmocka_unit_test(test_json__reads_values),
        cmocka_unit_test(test_json__wrong_kinds_and_nothing_are_refused),
        cmocka_unit_test(test_json__whole_numbers_are_exact_or_refused),
        cmocka_unit_test(test_json__large_arrays_are_not_slow),
        cmocka_unit_test(test_json__survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
