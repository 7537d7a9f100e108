// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Arrays and documents over several lines, what is read on after bad ones, and files that are not
// Extended JSON.
#include "mongo_bench.h"

#define BYTES(text) text, sizeof(text) - 1

static struct harness *ab_new(const char *data)
{
    struct harness *h = bench_new(data, strlen(data));
    harness_put(h, "fields", "a", "a");
    harness_put(h, "types", "a", "i64");
    return h;
}

static void check(const char *data, const char *wanted)
{
    static const uint64_t limits[] = {0, 1, 7};
    for (size_t i = 0; i < 3; i++) {
        struct harness *h = ab_new(data);
        harness_read_limit(h, limits[i]);
        bench_check(h, wanted);
    }
}

static void test_mongo_layout__arrays(void **state)
{
    (void)state;
    check("[]", "");
    check(" \n[ \n ] \n", "");
    check("[{\"a\":1}]", "1");
    check("\xEF\xBB\xBF[{\"a\":1},{\"a\":2}]\n", "1;2");
    check("[{\"a\":1},\n{\"a\":2},\n{\"a\":3}]\n", "1;2;3");
    check("[\n  {\n    \"a\": 1,\n    \"o\": [\n      {}\n    ]\n  },\n  {\n    \"a\": 2\n  }\n]\n",
          "1;2");
    check("[{\"a\":1}\n, {\"a\":2}\n\n  ,\n{\"a\":3}]", "1;2;3");
}

static void test_mongo_layout__broken_arrays(void **state)
{
    (void)state;
    check("[{\"a\":1},{\"a\":01},{\"a\":3}]", "1;3 !- not a JSON number@1");
    check("[{\"a\":1},\n{\"a\":x},\n{\"a\":3}]", "1;3 !- not JSON@2");
    check("[{\"a\":1},\n{\"a\":\"2},\n{\"a\":3}]", "1;3 !- control byte in a text@2");
    check("[{\"a\":1},\n{\"a\":{\"b\":2},\n{\"a\":3}]", "1;3 !- not JSON@2");
    check("[{\"a\":1},7,\"x\",[{}],{\"a\":3}]",
          "1;3 !- not a document@1 !- not a document@1 !- not a document@1");
    check("[{\"a\":1} {\"a\":2},{\"a\":3}]", "1;3 !- no comma before the document@1");
    check("[{\"a\":1},]", "1 !- a comma before the array's end@1");
    check("[{\"a\":1},,{\"a\":2}]", "1;2 !- not JSON@1");
    check("[{\"a\":1},\n{\"a\":2}", "1;2 !- the array is not closed@2");
    check("[{\"a\":1},\n{\"a\":", "1 !- ends too early@2");
    check("[{\"a\":1}]\n{\"a\":2}\nx", "1 !- bytes behind the array@2");
    check("[{\"a\":1}}]", "1 !- not JSON@1");
    check(
        "[\n  {\n    \"a\": 1\n  },\n  {\n    \"a\": tru,\n    \"b\": [\n      {\n      }\n    ]\n"
        "  },\n  {\n    \"a\": 3\n  }\n]\n",
        "1;3 !- not JSON@5");
    check("[\n  {\n    \"a\": 1,\n    \"b\": {\n  },\n  {\n    \"a\": 2\n  }\n]\n",
          "2 !- not JSON@2");
    check("[\n{\"a\":\"\\ud800\"},\n{\"a\":5}\n]", "5 !- half of a surrogate pair@2");
    check("[{\"a\":1,\"a\":2},{\"a\":\"x\"}]", " !a key appears twice@1 !a not a whole number@1");
}

static void test_mongo_layout__pretty(void **state)
{
    (void)state;
    check("{\n\t\"a\": 1\n}\n{\n\t\"a\": 2\n}\n", "1;2");
    check("{\"a\":1} {\"a\":2}\n{\"a\":3}", "1;2;3");
    check("{\n\"a\": 1,\n\"b\": {\n}\n}\n{\n\"a\": x\n}\n{\n\"a\": 3\n}", "1;3 !- not JSON@6");
    check("{\n  \"a\": 1\n}\n{\n  \"a\": \"2\n}\n{\n  \"a\": 3\n}\n",
          "1;3 !- control byte in a text@4");
    check("{\n  \"a\": 1\n}\n{\n  \"a\": 2,\n", "1 !- ends too early@4");
    check("{\n  \"a\": 1\n}\nxx\n{\n  \"a\": 3\n}\n", "1;3 !- not JSON@4");
}

static void test_mongo_layout__first_line_may_be_bad(void **state)
{
    (void)state;
    check("connected to: localhost\n{\"a\":1}\n{\"a\":2}\n", "1;2 !- not JSON@1");
    check("{\"a\":\n{\"a\":2}\n", "2 !- ends too early@1");
    check("{\"a\":x}\n{\"a\":2}\n", "2 !- not JSON@1");
    check("{\"a\":1}\n{\"a\":ISODate(\"2020\")}\n", "1 !- mongo shell notation: ISODate()@2");
}

// A document that never ends is passed over up to the next one, in bounded memory.
static void test_mongo_layout__long_documents(void **state)
{
    (void)state;
    size_t n = 0;
    char *data = malloc(3u << 20);
    n += (size_t)sprintf(data, "[{\"a\":1},\n{\"b\":[");
    while (n < (2u << 20)) {
        n += (size_t)sprintf(data + n, "{\"x\":\"%zu\"},\n  ", n);
    }
    n += (size_t)sprintf(data + n, "{}]},\n{\"a\":3}]\n");
    struct harness *h = bench_new(data, n);
    harness_put(h, "fields", "a", "a");
    bench_check(h, "1;3 !- longer than max_record@2");
    free(data);
}

static void test_mongo_layout__line_numbers_and_offsets(void **state)
{
    (void)state;
    static const char data[] = "[\n{\"a\":1},\n\n{\"a\":x},\n{\"a\":3}\n]\n";
    struct harness *h = ab_new(data);
    struct harness_table t;
    bench_read(h, &t);
    assert_int_equal(t.n_rejects, 1);
    assert_int_equal(t.rejects[0].line, 4);
    assert_int_equal(t.rejects[0].offset, strstr(data, "{\"a\":x") - data);
    assert_int_equal(t.lines, 6);
    assert_int_equal(t.records, 3);
    assert_int_equal(t.n_splits, 1);
    harness_table_release(&t);
    bench_free(h);
}

static void test_mongo_layout__not_extended_json(void **state)
{
    (void)state;

    static const struct {
        const char *bytes;
        size_t n;
        const char *part;
    } files[] = {{BYTES("\xff\xfe{\0}\0"), "UTF-16"},
                 {BYTES("\xfe\xff\0{\0}"), "UTF-16"},
                 {BYTES("{\0\"\0a\0\"\0"), "UTF-16"},
                 {BYTES("\0{\0\"\0a"), "UTF-16"},
                 {BYTES("{\0\0\0\"\0\0\0"), "UTF-16"},
                 {BYTES("\x1f\x8b\x08\0\0"), "gzip"},
                 {BYTES("\x28\xb5\x2f\xfd\0\0"), "Zstandard"},
                 {BYTES("a,b\n1,2\n"), "neither documents"},
                 {BYTES("{ _id : 1 }\n"), "a key without double quotes"},
                 {BYTES("{\"_id\":ObjectId(\"5ca4bbc7a2dd94ee5816238c\")}\n"), "ObjectId()"},
                 {BYTES("{\"t\":ISODate(\"2020-01-01T00:00:00Z\")}"), "ISODate()"},
                 {BYTES("{\n  \"n\" : NumberLong(5)\n}\n"), "NumberLong()"},
                 {BYTES("[ { \"n\" : NumberLong(\"5\") } ,                    \n       {}]"),
                  "NumberLong()"},
                 {BYTES("/* 1 */\n{\"a\":1}\n"), NULL}};

    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        struct harness *h = bench_new(files[i].bytes, files[i].n);
        harness_put(h, "fields", "a", "a");
        if (files[i].part != NULL) {
            bench_refused(h, PT_E_DATA, "path", files[i].part);
        } else {
            bench_check(h, "1 !- mongo shell notation: /pattern/@1");
        }
    }
}

static void test_mongo_layout__format_is_checked(void **state)
{
    (void)state;
    struct harness *h = ab_new("[{\"a\":1}]");
    harness_set(h, "format", "jsonl");
    bench_refused(h, PT_E_DATA, "format", "a.json is one array of documents");
    h = ab_new("{\"a\":1}\n");
    harness_set(h, "format", "array");
    bench_refused(h, PT_E_DATA, "format", "a.json is one document a line");
    h = ab_new("{\"a\":1}\n{\n\"a\":2}\n");
    harness_set(h, "format", "pretty");
    bench_check(h, "1;2");
    h = ab_new("{\"a\":1}\n{\n\"a\":2}\n");
    harness_set(h, "format", "jsonl");
    bench_check(h, "1 !- ends too early@2 !- not a document@3");
    h = ab_new("[{\"a\":1}]");
    harness_set(h, "format", "array");
    bench_check(h, "1");
    h = ab_new("{\"a\":1}\n");
    harness_bytes(h, "path", "b.json", "[{}]", 4);
    bench_refused(h, PT_E_DATA, "path",
                  "a.json is one document a line, but b.json is one array of documents");
    h = ab_new("[{\"a\":1}]");
    harness_bytes(h, "path", "b.json", "", 0);
    harness_bytes(h, "path", "c.json", "[{\"a\":2}]", 9);
    bench_check(h, "1;2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mongo_layout__arrays),
        cmocka_unit_test(test_mongo_layout__broken_arrays),
        cmocka_unit_test(test_mongo_layout__pretty),
        cmocka_unit_test(test_mongo_layout__first_line_may_be_bad),
        cmocka_unit_test(test_mongo_layout__long_documents),
        cmocka_unit_test(test_mongo_layout__line_numbers_and_offsets),
        cmocka_unit_test(test_mongo_layout__not_extended_json),
        cmocka_unit_test(test_mongo_layout__format_is_checked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
