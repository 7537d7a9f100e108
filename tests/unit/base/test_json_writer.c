// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
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

static void write_sample(struct json_writer *w)
{
    json_begin_object(w);
    json_key(w, "name");
    json_put_str(w, "spring");
    json_key(w, "empty");
    json_begin_array(w);
    json_end_array(w);
    json_key(w, "none");
    json_begin_object(w);
    json_end_object(w);
    json_key(w, "list");
    json_begin_array(w);
    json_put_i64(w, INT64_MIN);
    json_put_u64(w, UINT64_MAX);
    json_put_f64(w, 0.1);
    json_put_bool(w, true);
    json_put_null(w);
    json_put_raw(w, "[1]");
    json_begin_object(w);
    json_key(w, "k");
    json_put_bool(w, false);
    json_end_object(w);
    json_end_array(w);
    json_end_object(w);
}

static void test_json_writer__plain(void **state)
{
    (void)state;
    struct str out = {0};
    struct json_writer w = json_writer_of(&out, false);
    write_sample(&w);
    assert_string_equal(str_get(&out),
                        "{\"name\":\"spring\",\"empty\":[],\"none\":{},\"list\":["
                        "-9223372036854775808,18446744073709551615,0.1,true,null,[1],"
                        "{\"k\":false}]}");
    str_release(&out);
}

static void test_json_writer__pretty(void **state)
{
    (void)state;
    struct str out = {0};
    struct json_writer w = json_writer_of(&out, true);
    write_sample(&w);
    assert_string_equal(str_get(&out), "{\n"
                                       "  \"name\": \"spring\",\n"
                                       "  \"empty\": [],\n"
                                       "  \"none\": {},\n"
                                       "  \"list\": [\n"
                                       "    -9223372036854775808,\n"
                                       "    18446744073709551615,\n"
                                       "    0.1,\n"
                                       "    true,\n"
                                       "    null,\n"
                                       "    [1],\n"
                                       "    {\n"
                                       "      \"k\": false\n"
                                       "    }\n"
                                       "  ]\n"
                                       "}");
    str_release(&out);
}

static void assert_text(struct text in, const char *wanted)
{
    struct str out = {0};
    struct json_writer w = json_writer_of(&out, false);
    json_put_text(&w, in);
    assert_string_equal(str_get(&out), wanted);
    str_release(&out);
}

static void test_json_writer__escapes(void **state)
{
    (void)state;
    assert_text(text_of("\"\\/\b\f\n\r\t"), "\"\\\"\\\\/\\b\\f\\n\\r\\t\"");
    assert_text(text_n("a\0\x1f\x7f", 4), "\"a\\u0000\\u001f\\u007f\"");
    assert_text(text_of("\xC3\xA4\xF0\x9F\x98\x80"), "\"\xC3\xA4\xF0\x9F\x98\x80\"");
    assert_text(text_of("\xC2\x9B\xE2\x80\xAE\xE2\x80\xA8"), "\"\\u009b\\u202e\\u2028\"");
    assert_text(text_of("\xF3\xA0\x81\x81"), "\"\\udb40\\udc41\"");
    assert_text(text_of("a\xFF\xC3z\xE2\x82"),
                "\"a\xEF\xBF\xBD\xEF\xBF\xBDz\xEF\xBF\xBD\xEF\xBF\xBD\"");
    assert_text((struct text){NULL, 0}, "\"\"");
}

static void test_json_writer__null_and_not_finite(void **state)
{
    (void)state;
    struct str out = {0};
    struct json_writer w = json_writer_of(&out, false);
    json_begin_array(&w);
    json_put_str(&w, NULL);
    json_put_f64(&w, NAN);
    json_put_f64(&w, -INFINITY);
    json_put_f64(&w, -0.0);
    json_end_array(&w);
    assert_string_equal(str_get(&out), "[null,null,null,-0]");
    str_release(&out);
}

static void test_json_writer__misuse_fails_the_text(void **state)
{
    (void)state;
    struct str out = {0};
    struct json_writer w = json_writer_of(&out, false);
    json_end_array(&w);
    assert_true(out.failed);
    str_reset(&out);
    w = json_writer_of(&out, false);
    for (int i = 0; i < 64; i++) {
        json_begin_array(&w);
    }
    assert_false(out.failed);
    json_begin_array(&w);
    assert_true(out.failed);
    str_reset(&out);
    w = json_writer_of(&out, false);
    json_begin_object(&w);
    json_key(&w, "k");
    json_end_object(&w);
    assert_true(out.failed);
    str_release(&out);
}

static uint64_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed >> 33;
}

static void write_random(struct json_writer *w, uint64_t *seed, int depth)
{
    uint64_t kind = next_random(seed) % (depth < 6 ? 7 : 5);
    uint64_t n = next_random(seed) % 5;
    char text[16];
    switch (kind) {
    case 0:
        json_put_null(w);
        break;
    case 1:
        json_put_bool(w, n > 2);
        break;
    case 2:
        json_put_i64(w, (int64_t)(next_random(seed) << 15) - ((int64_t)1 << 45));
        break;
    case 3:
        json_put_f64(w,
                     ldexp((double)next_random(seed) - 1e9, (int)(next_random(seed) % 200) - 100));
        break;
    case 4:
        for (size_t i = 0; i < sizeof text; i++) {
            text[i] = (char)(1 + next_random(seed) % 255);
        }
        json_put_text(w, text_n(text, next_random(seed) % sizeof text));
        break;
    case 5:
        json_begin_array(w);
        for (uint64_t i = 0; i < n; i++) {
            write_random(w, seed, depth + 1);
        }
        json_end_array(w);
        break;
    default:
        json_begin_object(w);
        for (uint64_t i = 0; i < n; i++) {
            snprintf(text, sizeof text, "k%d", (int)i);
            json_key(w, text);
            write_random(w, seed, depth + 1);
        }
        json_end_object(w);
        break;
    }
}

static void write_again(struct json_writer *w, const struct json *value)
{
    double number = 0;
    bool flag = false;
    const char *key = NULL;
    if (json_is_object(value) || json_is_array(value)) {
        bool is_object = json_is_object(value);
        (is_object ? json_begin_object : json_begin_array)(w);
        for (size_t i = 0; i < json_count(value); i++) {
            const struct json *item = is_object ? json_member(value, i, &key) : json_at(value, i);
            if (is_object) {
                json_key(w, key);
            }
            write_again(w, item);
        }
        (is_object ? json_end_object : json_end_array)(w);
    } else if (json_f64(value, &number)) {
        json_put_f64(w, number);
    } else if (json_bool(value, &flag)) {
        json_put_bool(w, flag);
    } else {
        json_put_str(w, json_text(value));
    }
}

// What is written is read back, and writing that gives the same bytes, pretty or not.
static void test_json_writer__random_documents_read_back(void **state)
{
    (void)state;
    uint64_t seed = 42;
    for (int i = 0; i < 3000; i++) {
        struct str once = {0};
        struct str twice = {0};
        struct json *root = NULL;
        bool pretty = i % 2 == 0;
        struct json_writer w = json_writer_of(&once, pretty);
        write_random(&w, &seed, 0);
        assert_int_equal(json_parse(str_view(&once), &root, NULL), PT_OK);
        w = json_writer_of(&twice, pretty);
        write_again(&w, root);
        assert_string_equal(str_get(&once), str_get(&twice));
        json_free(root);
        str_release(&once);
        str_release(&twice);
    }
    assert_int_equal(mem_live_blocks(), 0);
}

static bool scenario(void)
{
    struct str out = {0};
    struct json_writer w = json_writer_of(&out, true);
    for (int i = 0; i < 5; i++) {
        write_sample(&w);
    }
    bool done = str_get(&out) != NULL;
    str_release(&out);
    return done;
}

static void test_json_writer__survives_failing_allocations(void **state)
{
    (void)state;
    assert_true(sweep_allocations(scenario) > 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_writer__plain),
        cmocka_unit_test(test_json_writer__pretty),
        cmocka_unit_test(test_json_writer__escapes),
        cmocka_unit_test(test_json_writer__null_and_not_finite),
        cmocka_unit_test(test_json_writer__misuse_fails_the_text),
        cmocka_unit_test(test_json_writer__random_documents_read_back),
        cmocka_unit_test(test_json_writer__survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
