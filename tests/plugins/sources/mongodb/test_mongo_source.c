// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The built plugin through its vtable: columns, types, mismatches, splits, options.
#include "mongo_bench.h"

#define OID "{\"$oid\":\"56e1fc72e0c917e9c4714161\"}"

static struct harness *text_new(const char *data)
{
    return bench_new(data, strlen(data));
}

// One value in a document of its own, read into a column of the type.
static void check_value(const char *type, const char *value, const char *wanted)
{
    char data[1024];
    snprintf(data, sizeof data, "{\"v\":%s}\n", value);
    struct harness *h = text_new(data);
    harness_put(h, "fields", "v", "v");
    harness_put(h, "types", "v", type);
    bench_check(h, wanted);
}

static void test_mongo_source__string_takes_everything(void **state)
{
    (void)state;
    check_value("string", "\"a\\tb\"", "a\\tb");
    check_value("string", "null", "\\N");
    check_value("string", "{\"$undefined\":true}", "\\N");
    check_value("string", "true", "true");
    check_value("string", "12", "12");
    check_value("string", "{\"$numberLong\":\"-12\"}", "-12");
    check_value("string", "1.50", "1.5");
    check_value("string", "2.0", "2.0");
    check_value("string", OID, "56e1fc72e0c917e9c4714161");
    check_value("string", "{\"$date\":{\"$numberLong\":\"1\"}}", "1970-01-01T00:00:00.001Z");
    check_value("string", "{\"$numberDecimal\":\"1.50\"}", "1.50");
    check_value("string", "[1,\"a\"]", "[{\"$numberInt\":\"1\"},\"a\"]");
    check_value("string", "{ \"a\" : { } }", "{\"a\":{}}");
    check_value("string", "{\"$symbol\":\"x\"}", "{\"$symbol\":\"x\"}");
    check_value("string", "{\"$oid\":\"56\"}", " !v bad $oid@1");
}

static void test_mongo_source__whole_numbers(void **state)
{
    (void)state;
    check_value("i64", "9223372036854775807", "9223372036854775807");
    check_value("i64", "9007199254740993", "9007199254740993");
    check_value("i64", "{\"$numberInt\":\"-5\"}", "-5");
    check_value("i64", "{\"$numberDouble\":\"3.0\"}", "3");
    check_value("i64", "1e3", "1000");
    check_value("i64", "{\"$numberDecimal\":\"1.20E+3\"}", "1200");
    check_value("i64", "{\"$numberDecimal\":\"-7.00\"}", "-7");
    check_value("i64", "{\"$numberDecimal\":\"0E+50\"}", "0");
    check_value("i64", "\"42\"", "42");
    check_value("i64", "null", "\\N");
    check_value("i64", "1.5", " !v not a whole number@1");
    check_value("i64", "9223372036854775808", " !v not a whole number@1");
    check_value("i64", "{\"$numberDecimal\":\"9223372036854775808\"}", " !v not a whole number@1");
    check_value("i64", "{\"$numberDecimal\":\"1.5\"}", " !v not a whole number@1");
    check_value("i64", "{\"$numberDecimal\":\"NaN\"}", " !v not a whole number@1");
    check_value("i64", "{\"$numberDouble\":\"NaN\"}", " !v not a whole number@1");
    check_value("i64", "\"\"", " !v not a whole number@1");
    check_value("i64", "\"4 \"", " !v not a whole number@1");
    check_value("i64", "true", " !v not a whole number@1");
    check_value("i64", "{\"$numberInt\":\"2147483648\"}", " !v bad $numberInt@1");
    check_value("i64", "{\"$numberLong\":\"9223372036854775808\"}", " !v bad $numberLong@1");
}

static void test_mongo_source__other_types(void **state)
{
    (void)state;
    check_value("f64", "0.5", "0.5");
    check_value("f64", "5", "5");
    check_value("f64", "{\"$numberDecimal\":\"0.25\"}", "0.25");
    check_value("f64", "\"-1.5e3\"", "-1500");
    check_value("f64", "\"x\"", " !v not a number@1");
    check_value("f64", "false", " !v not a number@1");
    check_value("f64", "1e400", " !v number out of range@1");
    check_value("bool", "true", "true");
    check_value("bool", "false", "false");
    check_value("bool", "1", " !v not true or false@1");
    check_value("bool", "\"true\"", " !v not true or false@1");
    check_value("time", "{\"$date\":\"2025-01-01T00:10:26.696Z\"}", "2025-01-01T00:10:26.696000Z");
    check_value("time", "{\"$date\":-1}", "1969-12-31T23:59:59.999000Z");
    check_value("time", "\"2025-01-01T08:00:00+08:00\"", "2025-01-01T00:00:00Z");
    check_value("time", "\"2025-01-01\"", "2025-01-01T00:00:00Z");
    check_value("time", "{\"$timestamp\":{\"t\":60,\"i\":9}}", "1970-01-01T00:01:00Z");
    check_value("time", "1735690226696", " !v not a time@1");
    check_value("time", "\"yesterday\"", " !v not a time@1");
    check_value("time", "{\"$date\":{\"$numberLong\":\"9223372036854775807\"}}",
                " !v not a time@1");
    check_value("date", "{\"$date\":\"1969-12-31T23:59:59Z\"}", "1969-12-31");
    check_value("date", "\"2025-02-28\"", "2025-02-28");
    check_value("date", "\"2025-02-30\"", " !v not a date@1");
    check_value("json", "{\"b\":[null,1.5]}", "{\"b\":[null,{\"$numberDouble\":\"1.5\"}]}");
    check_value("json", "\"x\"", "\"x\"");
    check_value("json", "null", "\\N");
    check_value("json", "{\"a\":{\"$date\":\"x\"}}", " !v bad $date@1");
}

static void test_mongo_source__mismatch_as_null(void **state)
{
    (void)state;
    struct harness *h = text_new("{\"a\":1,\"b\":\"x\"}\n{\"a\":\"y\",\"b\":\"z\"}\n"
                                 "{\"a\":{\"$oid\":5},\"b\":\"w\"}\n");
    harness_put(h, "fields", "a", "a");
    harness_put(h, "fields", "b", "b");
    harness_put(h, "types", "a", "i64");
    harness_set(h, "on_mismatch", "null");
    bench_check(h, "1\tx;\\N\tz !a bad $oid@3");
}

// A row that turns out bad in its last column leaves nothing in the first ones.
static void test_mongo_source__rows_are_taken_back(void **state)
{
    (void)state;
    struct harness *h = text_new("{\"a\":\"1\",\"b\":null,\"c\":1}\n{\"a\":\"2\",\"c\":\"x\"}\n"
                                 "{\"a\":\"3\",\"b\":true,\"c\":3}\n");
    harness_put(h, "fields", "a", "a");
    harness_put(h, "fields", "b", "b");
    harness_put(h, "fields", "c", "c");
    harness_put(h, "types", "b", "bool");
    harness_put(h, "types", "c", "i64");
    bench_check(h, "1\t\\N\t1;3\ttrue\t3 !c not a whole number@2");
}

static void test_mongo_source__columns_are_found(void **state)
{
    (void)state;
    struct harness *h = text_new(
        "{\"_id\":" OID ",\"n\":1,\"i\":{\"$numberInt\":\"1\"},\"l\":{\"$numberInt\":\"1\"},"
        "\"d\":1,\"t\":{\"$date\":5},\"b\":true,\"o\":{\"x\":\"1\",\"y\":{\"z\":2.5}},\"a\":[1],"
        "\"m\":{\"$numberDecimal\":\"1.0\"},\"e\":{},\"q\":1,\"s\":null,\"a.b\":\"dot\"}\n"
        "{\"_id\":" OID ",\"l\":{\"$numberLong\":\"1\"},\"d\":0.5,\"o\":{\"y\":{\"w\":\"late\"}},"
        "\"q\":\"mixed\",\"o_x\":7,\"e\":{}}\n");
    struct harness_table t;
    bench_read(h, &t);
    assert_string_equal(t.schema,
                        "_id u, n l, i i, l l, d g, t tsu:UTC, b b, o_x u, o_y_z g, o_y_w u, a u, "
                        "m u, e u, q u, s u, a.b u, o_x_ l");
    assert_null(t.time_column);
    assert_string_equal(
        t.rows[0], "56e1fc72e0c917e9c4714161\t1\t1\t1\t1\t1970-01-01T00:00:00.005000Z\ttrue\t1\t"
                   "2.5\t\\N\t[{\"$numberInt\":\"1\"}]\t1.0\t{}\t1\t\\N\tdot\t\\N");
    assert_string_equal(t.rows[1],
                        "56e1fc72e0c917e9c4714161\t\\N\t\\N\t1\t0.5\t\\N\t\\N\t\\N\t\\N\t"
                        "late\t\\N\t\\N\t{}\tmixed\t\\N\t\\N\t7");
    assert_non_null(strstr(t.notes, "one document a line; 17 columns told from 2 documents"));
    assert_non_null(strstr(t.notes, "column `s`: nothing at `s`"));
    harness_table_release(&t);
    bench_free(h);
}

// Keys that are data, not names, stay together in one column.
static void test_mongo_source__maps_are_one_column(void **state)
{
    (void)state;
    char *data = calloc(1, 1 << 16);
    size_t n = 0;
    for (int i = 0; i < 100; i++) {
        n += (size_t)sprintf(data + n, "{\"id\":%d,\"m\":{\"k%d\":{\"v\":%d}}}\n", i, i, i);
    }
    struct harness *h = bench_new(data, n);
    struct harness_table t;
    bench_read(h, &t);
    assert_string_equal(t.schema, "id l, m u");
    assert_string_equal(t.rows[99], "99\t{\"k99\":{\"v\":{\"$numberInt\":\"99\"}}}");
    harness_table_release(&t);
    bench_free(h);
    free(data);
}

static void test_mongo_source__dictionaries_where_they_pay(void **state)
{
    (void)state;
    char *data = calloc(1, 1 << 18);
    size_t n = 0;
    for (int i = 0; i < 2000; i++) {
        n += (size_t)sprintf(data + n, "{\"kind\":\"k%d\",\"sku\":\"P%d\",\"id\":\"u%d\"}\n", i % 5,
                             i * 7919 % 700, i);
    }
    struct harness *h = bench_new(data, n);
    struct harness_table t;
    bench_read(h, &t);
    assert_string_equal(t.schema, "kind dict, sku dict, id u");
    assert_int_equal(t.n_rows, 2000);
    for (uint64_t i = 0; i < 2000; i += 37) {
        char wanted[64];
        snprintf(wanted, sizeof wanted, "k%d\tP%d\tu%d", (int)i % 5, (int)i * 7919 % 700, (int)i);
        assert_string_equal(t.rows[i], wanted);
    }
    harness_table_release(&t);
    bench_free(h);
    free(data);
}

static void test_mongo_source__projection(void **state)
{
    (void)state;
    static const char *const pair[] = {"c", "a"};
    static const char *const unknown[] = {"x"};
    struct harness *h = text_new("{\"a\":1,\"b\":\"x\",\"c\":true}\n{\"a\":2,\"c\":false}\n");
    struct harness_table t;
    struct harness_options options = {.columns = pair, .n_columns = 2};
    assert_int_equal(harness_read(h, &options, &t), PT_OK);
    assert_string_equal(t.rows[1], "false\t2");
    harness_table_release(&t);
    options.n_columns = 0;
    options.columns = pair;
    assert_int_equal(harness_read(h, &options, &t), PT_OK);
    assert_int_equal(t.n_rows, 2);
    harness_table_release(&t);
    options = (struct harness_options){.columns = unknown, .n_columns = 1};
    assert_int_equal(harness_read(h, &options, &t), PT_E_NOT_FOUND);
    assert_non_null(strstr(harness_message(h), "`x`"));
    bench_free(h);
}

static void test_mongo_source__paths(void **state)
{
    (void)state;
    struct harness *h =
        text_new("{\"a\":{\"b\":{\"c\":\"deep\"}},\"l\":[{\"x\":\"0\"},{\"x\":\"1\"}],"
                 "\"p.q\":\"dot\",\"ts\":{\"$date\":\"2025-01-01T00:00:00Z\"}}\n");
    harness_put(h, "fields", "deep", "a.b.c");
    harness_put(h, "fields", "second", "l.1.x");
    harness_put(h, "fields", "third", "l.2.x");
    harness_put(h, "fields", "dot", "p\\.q");
    harness_put(h, "fields", "no", "p.q");
    harness_put(h, "fields", "ts", "ts");
    harness_put(h, "fields", "raw", "ts.$date");
    harness_put(h, "fields", "again", "a.b.c");
    bench_check(h, "deep\t1\t\\N\tdot\t\\N\t2025-01-01T00:00:00Z\t2025-01-01T00:00:00Z\tdeep");
}

static void test_mongo_source__bad_lines(void **state)
{
    (void)state;
    struct harness *h = text_new("{\"a\":1}\r\n"
                                 "\n  \t\n"
                                 "{\"a\":\n"
                                 "{\"a\":ISODate(\"2020-01-01\")}\n"
                                 "{\"a\":2}{}\n"
                                 "[1]\n"
                                 "{\"a\":3,\"a\":4}\n"
                                 "{\"a\":\"0123456789012345678901234567890123456789\"}\n"
                                 "{\"a\":5}");
    struct harness_table t;
    struct harness_options options = {.threads = 1, .max_record = 32};
    harness_put(h, "fields", "a", "a");
    harness_put(h, "types", "a", "i64");
    assert_int_equal(harness_read(h, &options, &t), PT_OK);
    static const char *const reasons[] = {"ends too early",
                                          "mongo shell notation: ISODate()",
                                          "bytes behind the document",
                                          "not a document",
                                          "key appears twice",
                                          "longer than max_record"};
    static const uint64_t lines[] = {4, 5, 6, 7, 8, 9};
    assert_int_equal(t.n_rows, 2);
    assert_int_equal(t.n_rejects, 6);
    assert_int_equal(t.records, 8);
    assert_int_equal(t.lines, 10);
    for (uint64_t i = 0; i < 6; i++) {
        assert_string_equal(t.rejects[i].reason, reasons[i]);
        assert_int_equal(t.rejects[i].line, lines[i]);
    }
    assert_string_equal(t.rejects[0].excerpt, "{\"a\":");
    assert_int_equal(t.rejects[0].offset, 14);
    assert_string_equal(t.rejects[4].column_name, "a");
    assert_null(t.rejects[0].column_name);
    harness_table_release(&t);
    bench_free(h);
}

// 3,000 documents with faults of many kinds.
static char *large_file(size_t *size)
{
    static const char *const faults[] = {"\xff\n", "x\n",         "{\"a\":\r\n",
                                         "\n",     "{\"a\":[}\n", " \n"};
    char *data = malloc(3000 * 200);
    size_t n = 0;
    assert_non_null(data);
    for (int i = 0; i < 3000; i++) {
        n += (size_t)sprintf(
            data + n,
            "{\"_id\":{\"$oid\":\"%024x\"},\"a\":%d,\"b\":{\"c\":\"k%d\",\"d\":%d.5}"
            ",\"t\":{\"$date\":%d},\"l\":[\"x\\u00e4\",%d]}%s",
            i, i, i % 7, i, i * 1000, i, i % 2 == 0 ? "\n" : "\r\n");
        n += (size_t)sprintf(data + n, "%s", i % 40 == 1 ? faults[i / 40 % 6] : "");
    }
    *size = n;
    return data;
}

static void test_mongo_source__splits_and_threads_change_nothing(void **state)
{
    (void)state;
    static const uint64_t targets[] = {0, 1000, 4096, 50000};
    static const uint32_t threads[] = {1, 2, 8};
    size_t size = 0;
    char *data = large_file(&size);
    struct harness *h = harness_new("mongodb-export");
    struct harness_table whole;
    harness_bytes(h, "path", "a.jsonl", data, size);
    harness_bytes(h, "path", "b.jsonl", data, size / 2);
    bench_read(h, &whole);
    assert_true(whole.n_rows > 4400 && whole.n_rejects > 70);
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
    bench_free(h);
    free(data);
}

static void test_mongo_source__bad_options(void **state)
{
    (void)state;
    static const char *const paths[] = {"", "a..b", ".a", "a.", "a\\x"};
    for (size_t i = 0; i < 5; i++) {
        struct harness *h = text_new("{\"a\":1}\n");
        harness_put(h, "fields", "x", paths[i]);
        bench_refused(h, PT_E_CONFIG, "fields.x", "not a path");
    }
    struct harness *h = text_new("{\"a\":1}\n");
    harness_put(h, "fields", "x", "a");
    harness_put(h, "types", "y", "f64");
    bench_refused(h, PT_E_CONFIG, "types.y", "no field `y`");
    h = text_new("{\"a\":1}\n");
    harness_put(h, "types", "y", "f64");
    bench_refused(h, PT_E_CONFIG, "types.y", "no column `y`");
    h = text_new("{\"a\":1}\n");
    harness_put(h, "fields", "", "a");
    bench_refused(h, PT_E_CONFIG, NULL, "without a name");
    h = text_new("");
    bench_refused(h, PT_E_DATA, "fields", "no documents");
    h = text_new("");
    harness_put(h, "fields", "x", "a");
    bench_check(h, "");
}

// The sample decides; what comes behind it and does not fit is told.
static void test_mongo_source__sample_is_bounded(void **state)
{
    (void)state;
    struct harness *h = text_new("{\"a\":1}\n{\"a\":2}\n{\"a\":\"x\",\"b\":1}\n{\"a\":2.0}\n");
    harness_set(h, "sample", "2");
    bench_check(h, "1;2;2 !a not a whole number@3");
}

// Every allocation fails once: a clean refusal and nothing left behind.
static void test_mongo_source__no_memory(void **state)
{
    (void)state;
    static const char *const files[] = {
        "{\"a\":\"x\\u00e4\",\"o\":{\"b\":[1,{\"c\":\"\\n\"}]},\"t\":{\"$date\":5}}\n{bad\n"
        "{\"a\":\"y\",\"o\":{\"b\":{}}}\n",
        "[{\"a\":1},\n{bad},\n{\"a\":2}]"};
    for (size_t f = 0; f < 2; f++) {
        struct harness *h = text_new(files[f]);
        struct harness_options options = {.threads = 1};
        struct harness_table t;
        harness_fault(h, 0, 0);
        assert_int_equal(harness_read(h, &options, &t), PT_OK);
        uint64_t calls = harness_fault_calls(h);
        harness_table_release(&t);
        assert_true(calls > 30);
        for (uint64_t at = 1; at <= calls; at++) {
            for (uint8_t forever = 0; forever < 2; forever++) {
                harness_fault(h, at, forever);
                pt_status status = harness_read(h, &options, &t);
                if (status == PT_OK) { // a smaller buffer did as well
                    assert_int_equal(t.n_rows, 2);
                    harness_table_release(&t);
                } else {
                    assert_int_equal(status, PT_E_NO_MEMORY);
                }
                assert_int_equal(harness_live_blocks(h), 0);
            }
        }
        harness_fault(h, 0, 0);
        bench_free(h);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mongo_source__string_takes_everything),
        cmocka_unit_test(test_mongo_source__whole_numbers),
        cmocka_unit_test(test_mongo_source__other_types),
        cmocka_unit_test(test_mongo_source__mismatch_as_null),
        cmocka_unit_test(test_mongo_source__rows_are_taken_back),
        cmocka_unit_test(test_mongo_source__columns_are_found),
        cmocka_unit_test(test_mongo_source__maps_are_one_column),
        cmocka_unit_test(test_mongo_source__dictionaries_where_they_pay),
        cmocka_unit_test(test_mongo_source__projection),
        cmocka_unit_test(test_mongo_source__paths),
        cmocka_unit_test(test_mongo_source__bad_lines),
        cmocka_unit_test(test_mongo_source__splits_and_threads_change_nothing),
        cmocka_unit_test(test_mongo_source__bad_options),
        cmocka_unit_test(test_mongo_source__sample_is_bounded),
        cmocka_unit_test(test_mongo_source__no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
