// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "batch_imported.h"
#include "clock.h"
#include "mem.h"
#include "sweep.h"

static void test_batch_import_refuses__bad_dictionaries(void **state)
{
    (void)state;
    static const int32_t offsets[] = {0, 1, 2};
    static const int32_t descending[] = {0, 2, 1};
    static const int8_t codes[] = {0, 2};
    static const int8_t negative[] = {-1, 0};
    struct fixture_column entries = {"v", "u", 2, 0, 0, 3, {NULL, offsets, "ab"}, NULL};
    struct fixture_column column = {"d", "c", 2, 0, 0, 2, {NULL, codes}, &entries};
    struct fixture_batch batch = {.columns = &column, .n = 1, .length = 2};
    expect_refusal(&batch, "column `d`: row 1: code 2 in a dictionary of 2");
    column.buffers[1] = negative;
    expect_refusal(&batch, "row 0: code -1");
    static const uint32_t huge[] = {1, 0x80000000u};
    column.format = "I";
    column.buffers[1] = huge;
    expect_refusal(&batch, "row 1: code -2147483648 in a dictionary of 2");
    column.format = "C";
    column.buffers[1] = negative;
    expect_refusal(&batch, "row 0: code 255");
    static const int8_t fine[] = {0, 1};
    column.buffers[1] = fine;
    entries.buffers[2] = "a\xff";
    expect_refusal(&batch, "dictionary: row 1: byte 0 is not UTF-8");
    entries.buffers[2] = "ab";
    entries.buffers[1] = descending;
    expect_refusal(&batch, "dictionary: row 1: string offsets descend");
    entries.buffers[1] = offsets;
    entries.n_buffers = 2;
    expect_refusal(&batch, "dictionary: 2 buffers");
}

// Four texts of two bytes in one buffer; the third is null.
static const struct {
    const char *bytes;
    const char *reason; // NULL = fine
} utf8_cases[] = {
    {"ab"
     "cd"
     "ef"
     "gh",
     NULL},
    {"ab"
     "cd"
     "\xff\xfe"
     "gh",
     NULL}, // under the null
    {"ab"
     "c\xc3"
     "ef"
     "gh",
     "row 1: byte 1 is not UTF-8"},
    {"a\xc3"
     "\xa4"
     "d"
     "ef"
     "gh",
     "row 0: byte 1 is not UTF-8"},
    {"ab"
     "cd"
     "ef"
     "g\xe2",
     "row 3: byte 1 is not UTF-8"},
    {"\x80"
     "b"
     "cd"
     "ef"
     "gh",
     "row 0: byte 0 is not UTF-8"},
    {"ab"
     "\xc0\x80"
     "ef"
     "gh",
     "row 1: byte 0 is not UTF-8"},
    {"\xc3\xa4"
     "cd"
     "ef"
     "\xc3\xa4",
     NULL},
};

static void test_batch_import_refuses__checks_utf8_value_by_value(void **state)
{
    (void)state;
    static const int32_t offsets[] = {0, 2, 4, 6, 8};

    for (size_t c = 0; c < sizeof utf8_cases / sizeof utf8_cases[0]; c++) {
        struct fixture_column column = {
            "u", "u", 4, 1, 0, 3, {row_2_is_null, offsets, utf8_cases[c].bytes}, NULL};
        struct fixture_batch batch = {.columns = &column, .n = 1, .length = 4};
        if (utf8_cases[c].reason == NULL) {
            struct imported i = import(&batch);
            assert_int_equal(i.status, PT_OK);
            release(&i);
        } else {
            expect_refusal(&batch, utf8_cases[c].reason);
            struct imported i = import_checked(&batch, NULL, false);
            assert_int_equal(i.status, PT_OK);
            release(&i);
        }
    }
}

static void test_batch_import_refuses__checks_string_offsets(void **state)
{
    (void)state;
    static const int32_t descending[] = {0, 3, 2};
    static const int32_t negative[] = {-1, 0, 0};
    static const int64_t wide[] = {0, 3, 2};
    static const int32_t fine[] = {4, 4, 4};
    struct fixture_column column = {"u", "u", 2, 0, 0, 3, {NULL, descending, "abc"}, NULL};
    struct fixture_batch batch = {.columns = &column, .n = 1, .length = 2};
    expect_refusal(&batch, "column `u`: row 1: string offsets descend");
    column.buffers[1] = negative;
    expect_refusal(&batch, "the first string offset is negative");
    column.format = "U";
    column.buffers[1] = wide;
    expect_refusal(&batch, "row 1: string offsets descend");
    column.buffers[1] = NULL;
    expect_refusal(&batch, "buffer 1 is missing");
    column.format = "u";
    column.buffers[1] = fine;
    column.buffers[2] = NULL;
    struct imported i = import(&batch);
    assert_int_equal(i.status, PT_OK);
    assert_true(text_at(&i.batch.columns[0], 1, ""));
    release(&i);
    static const int32_t some[] = {0, 1, 1};
    column.buffers[1] = some;
    expect_refusal(&batch, "buffer 2 is missing");
}

static void test_batch_import_refuses__arrays_that_contradict_themselves(void **state)
{
    (void)state;
    static const int64_t values[4];
    const struct fixture_column good = {"x", "l", 4, 0, 0, 2, {NULL, values}, NULL};
    struct fixture_column x = good;
    struct fixture_batch batch = {.columns = &x, .n = 1, .length = 4};

    const struct {
        struct fixture_column column;
        const char *reason;
    } cases[] = {
        {{"x", "l", 3, 0, 0, 2, {NULL, values}, NULL}, "3 rows where the batch has 4"},
        {{"x", "l", -4, 0, 0, 2, {NULL, values}, NULL}, "length -4"},
        {{"x", "l", 4, 0, -1, 2, {NULL, values}, NULL}, "offset -1"},
        {{"x", "l", 4, 0, INT64_MAX, 2, {NULL, values}, NULL}, "cannot be"},
        {{"x", "l", 4, 5, 0, 2, {row_2_is_null, values}, NULL}, "5 nulls in 4 rows"},
        {{"x", "l", 4, -2, 0, 2, {row_2_is_null, values}, NULL}, "-2 nulls"},
        {{"x", "l", 4, 1, 0, 2, {NULL, values}, NULL}, "1 nulls without a validity bitmap"},
        {{"x", "l", 4, 2, 0, 2, {row_2_is_null, values}, NULL}, "says 2 nulls and has 1"},
        {{"x", "l", 4, 0, 0, 2, {row_2_is_null, values}, NULL}, "says 0 nulls and has 1"},
        {{"x", "l", 4, 0, 0, 1, {NULL, values}, NULL}, "1 buffers where the format has 2"},
        {{"x", "l", 4, 0, 0, 3, {NULL, values}, NULL}, "3 buffers where the format has 2"},
        {{"x", "l", 4, 0, 0, 2, {NULL, NULL}, NULL}, "buffer 1 is missing"},
        {{"x", "b", 4, 0, 0, 2, {NULL, NULL}, NULL}, "buffer 1 is missing"},
        {{"x", "i", 4, 0, 0, 2, {NULL, NULL}, NULL}, "buffer 1 is missing"},
        {{"x", "f", 4, 0, 0, 2, {NULL, NULL}, NULL}, "buffer 1 is missing"},
        {{"x", "tsm:", 4, 0, 0, 2, {NULL, NULL}, NULL}, "buffer 1 is missing"},
    };

    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        x = cases[c].column;
        expect_refusal(&batch, cases[c].reason);
    }
    x = good;
    struct imported i = import(&batch);
    assert_int_equal(i.status, PT_OK);
    release(&i);
}

static void test_batch_import_refuses__batches_of_another_shape(void **state)
{
    (void)state;
    static const int64_t values[4];
    struct fixture_column x = {"x", "l", 4, 0, 0, 2, {NULL, values}, NULL};
    struct fixture_batch batch = {.columns = &x, .n = 1, .length = 4};
    batch.null_count = 1;
    batch.validity = row_2_is_null;
    expect_refusal(&batch, "a row of the batch is null");
    batch.null_count = 0;
    batch.validity = NULL;
    batch.length = -1;
    expect_refusal(&batch, "length -1");
    batch.length = 4;
    batch.offset = 1;
    expect_refusal(&batch, "4 rows where the batch has 5");
    batch.offset = 0;

    struct ArrowSchema in;
    struct schema s = {0};
    struct ArrowArray array;
    struct batch b = {0};
    fixture_schema(&batch, &in);
    assert_int_equal(schema_import(&in, &s, NULL), PT_OK);
    in.release(&in);
    batch.n = 0;
    fixture_array(&batch, &array);
    assert_int_equal(batch_import(&b, &s, &array, true, NULL), PT_E_DATA);
    array.release(&array);
    assert_int_equal(batch_import(&b, &s, &array, true, NULL), PT_E_DATA);
    batch.n = 1;
    fixture_array(&batch, &array);
    array.length = (int64_t)1 << 33;
    assert_int_equal(batch_import(&b, &s, &array, true, NULL), PT_E_LIMIT);
    array.length = 4;
    void (*release_child)(struct ArrowArray *) = array.children[0]->release;
    array.children[0]->release = NULL;
    assert_int_equal(batch_import(&b, &s, &array, true, NULL), PT_E_DATA);
    array.children[0]->release = release_child;
    array.n_buffers = 0;
    assert_int_equal(batch_import(&b, &s, &array, true, NULL), PT_E_DATA);
    array.n_buffers = 1;
    assert_int_equal(batch_import(&b, &s, &array, true, NULL), PT_OK);
    batch_release(&b);
    schema_release(&s);
}

static void test_batch_import_refuses__a_dictionary_out_of_place(void **state)
{
    (void)state;
    static const int32_t values[2];
    static const int32_t offsets[2];
    struct fixture_column entries = {"v", "u", 1, 0, 0, 3, {NULL, offsets, ""}, NULL};
    struct fixture_column plain = {"x", "i", 2, 0, 0, 2, {NULL, values}, NULL};
    struct fixture_column coded = {"x", "i", 2, 0, 0, 2, {NULL, values}, &entries};
    struct fixture_batch as_plain = {.columns = &plain, .n = 1, .length = 2};
    struct fixture_batch as_coded = {.columns = &coded, .n = 1, .length = 2};
    for (int turn = 0; turn < 2; turn++) {
        struct ArrowSchema in;
        struct ArrowArray array;
        struct schema s = {0};
        struct batch b = {0};
        fixture_schema(turn == 0 ? &as_plain : &as_coded, &in);
        fixture_array(turn == 0 ? &as_coded : &as_plain, &array);
        assert_int_equal(schema_import(&in, &s, NULL), PT_OK);
        assert_int_equal(batch_import(&b, &s, &array, true, NULL), PT_E_DATA);
        array.release(&array);
        in.release(&in);
        batch_release(&b);
        schema_release(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batch_import_refuses__bad_dictionaries),
        cmocka_unit_test(test_batch_import_refuses__checks_utf8_value_by_value),
        cmocka_unit_test(test_batch_import_refuses__checks_string_offsets),
        cmocka_unit_test(test_batch_import_refuses__arrays_that_contradict_themselves),
        cmocka_unit_test(test_batch_import_refuses__batches_of_another_shape),
        cmocka_unit_test(test_batch_import_refuses__a_dictionary_out_of_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
