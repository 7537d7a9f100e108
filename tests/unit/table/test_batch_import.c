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

#include "batch_imported.h"
#include "clock.h"
#include "mem.h"
#include "sweep.h"

static void test_batch_import__widens_whole_numbers(void **state)
{
    (void)state;
    static const int8_t i8[] = {INT8_MIN, INT8_MAX, 99, -1};
    static const int16_t i16[] = {INT16_MIN, INT16_MAX, 99, -1};
    static const int32_t i32[] = {INT32_MIN, INT32_MAX, 99, -1};
    static const int64_t i64[] = {INT64_MIN, INT64_MAX, 99, -1};
    struct fixture_column columns[] = {
        {"c", "c", 4, 1, 0, 2, {row_2_is_null, i8}, NULL},
        {"s", "s", 4, 1, 0, 2, {row_2_is_null, i16}, NULL},
        {"i", "i", 4, -1, 0, 2, {row_2_is_null, i32}, NULL},
        {"l", "l", 4, 1, 0, 2, {row_2_is_null, i64}, NULL},
        {"d", "tdD", 4, 1, 0, 2, {row_2_is_null, i32}, NULL},
    };
    static const int64_t least[] = {INT8_MIN, INT16_MIN, INT32_MIN, INT64_MIN, INT32_MIN};
    static const int64_t most[] = {INT8_MAX, INT16_MAX, INT32_MAX, INT64_MAX, INT32_MAX};
    struct imported i = import(&(struct fixture_batch){.columns = columns, .n = 5, .length = 4});
    assert_int_equal(i.status, PT_OK);
    assert_int_equal(i.batch.n_rows, 4);
    for (size_t c = 0; c < 5; c++) {
        const struct vec *v = &i.batch.columns[c];
        assert_int_equal(v->type, c == 4 ? VEC_DATE : VEC_I64);
        assert_int_equal(v->n, 4);
        assert_true(v->i[0] == least[c]);
        assert_true(v->i[1] == most[c]);
        assert_true(v->i[3] == -1);
        assert_true(vec_is_valid(v, 1));
        assert_false(vec_is_valid(v, 2));
    }
    assert_ptr_equal(i.batch.columns[3].i, i64);
    release(&i);
}

static void test_batch_import__reads_floats_and_bools(void **state)
{
    (void)state;
    static const float f32[] = {0.5f, -1e30f, 0, 3};
    static const double f64[] = {0.1, -1e300, 0, 3};
    static const uint8_t bits[] = {0x0d};
    struct fixture_column columns[] = {
        {"f", "f", 4, 0, 0, 2, {NULL, f32}, NULL},
        {"g", "g", 4, -1, 0, 2, {NULL, f64}, NULL},
        {"b", "b", 4, 1, 0, 2, {row_2_is_null, bits}, NULL},
    };
    struct imported i = import(&(struct fixture_batch){.columns = columns, .n = 3, .length = 4});
    assert_int_equal(i.status, PT_OK);
    assert_true(i.batch.columns[0].f[0] == 0.5 && i.batch.columns[0].f[1] == (double)-1e30f);
    assert_true(i.batch.columns[1].f[0] == 0.1 && i.batch.columns[1].f[1] == -1e300);
    assert_null(i.batch.columns[1].valid);
    assert_memory_equal(i.batch.columns[2].b, "\1\0\1\1", 4);
    assert_memory_equal(i.batch.columns[2].valid, "\1\1\0\1", 4);
    release(&i);
}

static void test_batch_import__reads_texts_of_both_widths(void **state)
{
    (void)state;
    static const int32_t o32[] = {0, 2, 2, 5, 9};
    static const int64_t o64[] = {0, 2, 2, 5, 9};
    static const char bytes[] = "ab\xe2\x82\xac"
                                "wxyz";
    struct fixture_column columns[] = {
        {"u", "u", 4, 0, 0, 3, {NULL, o32, bytes}, NULL},
        {"U", "U", 4, 1, 0, 3, {row_2_is_null, o64, bytes}, NULL},
    };
    struct imported i = import(&(struct fixture_batch){.columns = columns, .n = 2, .length = 4});
    assert_int_equal(i.status, PT_OK);
    for (size_t c = 0; c < 2; c++) {
        const struct vec *v = &i.batch.columns[c];
        assert_true(text_at(v, 0, "ab"));
        assert_true(text_at(v, 1, ""));
        assert_true(text_at(v, 2, "\xe2\x82\xac"));
        assert_true(text_at(v, 3, "wxyz"));
        assert_ptr_equal(v->s[3].p, bytes + 5);
    }
    release(&i);
}

// Batch rows 0, 1 are rows 1, 2 of the struct's children, which themselves begin at `offset`.
static void test_batch_import__follows_offsets_of_struct_and_column(void **state)
{
    (void)state;
    static const uint8_t all_but_11[] = {0xff, 0xf7};
    static const uint8_t bits[] = {0x00, 0x04};
    static const int64_t i64[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    static const int32_t o32[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13};
    static const int8_t codes[] = {9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 1, 9, 0};
    static const int32_t entry_offsets[] = {0, 1, 2, 3};
    struct fixture_column entries = {"v", "u", 2, 0, 1, 3, {NULL, entry_offsets, "xyz"}, NULL};
    struct fixture_column columns[] = {
        {"l", "l", 4, 1, 9, 2, {all_but_11, i64}, NULL},
        {"b", "b", 4, 1, 9, 2, {all_but_11, bits}, NULL},
        {"u", "u", 4, 1, 9, 3, {all_but_11, o32, "abcdefghijklm"}, NULL},
        {"d", "c", 4, 1, 9, 2, {all_but_11, codes}, &entries},
    };
    struct imported i =
        import(&(struct fixture_batch){.columns = columns, .n = 4, .length = 3, .offset = 1});
    assert_int_equal(i.status, PT_OK);
    assert_int_equal(i.batch.n_rows, 3);
    for (size_t c = 0; c < 4; c++) {
        assert_memory_equal(i.batch.columns[c].valid, "\1\0\1", 3);
    }
    assert_int_equal(i.batch.columns[0].i[0], 10);
    assert_int_equal(i.batch.columns[0].i[2], 12);
    assert_memory_equal(i.batch.columns[1].b, "\1\0\0", 3);
    assert_true(text_at(&i.batch.columns[2], 0, "k"));
    assert_true(text_at(&i.batch.columns[2], 2, "m"));
    assert_true(text_at(&i.batch.columns[3], 0, "z"));
    assert_true(text_at(&i.batch.columns[3], 2, "y"));
    release(&i);
}

static void test_batch_import__copies_misaligned_buffers(void **state)
{
    (void)state;
    static unsigned char raw[64];
    const int64_t values[] = {7, -8};
    const int32_t offsets[] = {0, 1, 3};
    memcpy(raw + 1, values, sizeof values);
    memcpy(raw + 33, offsets, sizeof offsets);
    struct fixture_column columns[] = {
        {"l", "l", 2, 0, 0, 2, {NULL, raw + 1}, NULL},
        {"t", "tsm:UTC", 2, 0, 0, 2, {NULL, raw + 1}, NULL},
        {"u", "u", 2, 0, 0, 3, {NULL, raw + 33, "abc"}, NULL},
    };
    struct imported i = import(&(struct fixture_batch){.columns = columns, .n = 3, .length = 2});
    assert_int_equal(i.status, PT_OK);
    assert_int_equal(i.batch.columns[0].i[1], -8);
    assert_int_equal(i.batch.columns[1].i[0], 7000);
    assert_true(text_at(&i.batch.columns[2], 1, "bc"));
    release(&i);
}

static void test_batch_import__keeps_codes_of_dictionaries(void **state)
{
    (void)state;
    static const int32_t offsets[] = {0, 3, 3, 7};
    static const uint8_t entry_1_is_null[] = {0x05};
    static const uint8_t row_3_is_null[] = {0x37};
    static const int8_t c8[] = {2, 0, 1, 100, 2, 0};
    static const int16_t c16[] = {2, 0, 1, -1, 2, 0};
    static const int32_t c32[] = {2, 0, 1, 1 << 30, 2, 0};
    struct fixture_column entries = {"v", "u", 3, 1, 0, 3, {entry_1_is_null, offsets, "RomeOslo"},
                                     NULL};
    struct fixture_column columns[] = {
        {"c", "c", 6, 1, 0, 2, {row_3_is_null, c8}, &entries},
        {"s", "s", 6, -1, 0, 2, {row_3_is_null, c16}, &entries},
        {"i", "i", 6, 1, 0, 2, {row_3_is_null, c32}, &entries},
        {"C", "C", 6, 1, 0, 2, {row_3_is_null, c8}, &entries},
        {"S", "S", 6, -1, 0, 2, {row_3_is_null, c16}, &entries},
        {"I", "I", 6, 1, 0, 2, {row_3_is_null, c32}, &entries},
    };
    struct imported i = import(&(struct fixture_batch){.columns = columns, .n = 6, .length = 6});
    assert_int_equal(i.status, PT_OK);
    for (size_t c = 0; c < 6; c++) {
        const struct vec *v = &i.batch.columns[c];
        assert_int_equal(v->n_dict, 3);
        assert_memory_equal(v->valid, "\1\1\0\0\1\1", 6);
        assert_int_equal(v->codes[0], 2);
        assert_int_equal(v->codes[3], 0);
        assert_true(text_at(v, 0, "eOsl"));
        assert_true(text_at(v, 1, "Rom"));
    }
    release(&i);
}

// What is negative in a signed code of the same width.
static void test_batch_import__reads_large_unsigned_codes(void **state)
{
    (void)state;

    enum { ENTRIES = 0x8002 };

    int32_t *offsets = calloc(ENTRIES + 1, sizeof *offsets);
    static const uint8_t c8[] = {0, 0xFF};
    static const uint16_t c16[] = {0, 0x8001};
    static const uint32_t c32[] = {0, 0x8001};
    assert_non_null(offsets);
    offsets[ENTRIES] = 4; // all are empty but the last
    struct fixture_column entries = {"v", "u", ENTRIES, 0, 0, 3, {NULL, offsets, "last"}, NULL};
    struct fixture_column columns[] = {
        {"C", "C", 2, 0, 0, 2, {NULL, c8}, &entries},
        {"S", "S", 2, 0, 0, 2, {NULL, c16}, &entries},
        {"I", "I", 2, 0, 0, 2, {NULL, c32}, &entries},
    };
    struct imported i = import(&(struct fixture_batch){.columns = columns, .n = 3, .length = 2});
    assert_int_equal(i.status, PT_OK);
    assert_int_equal(i.batch.columns[0].codes[1], 0xFF);
    assert_int_equal(i.batch.columns[1].codes[1], 0x8001);
    assert_true(text_at(&i.batch.columns[1], 1, "last"));
    assert_true(text_at(&i.batch.columns[2], 1, "last"));
    release(&i);
    free(offsets);
}

static void test_batch_import__reads_an_empty_dictionary_of_nulls(void **state)
{
    (void)state;
    static const uint8_t none[] = {0};
    static const int32_t codes[] = {5, -5};
    struct fixture_column entries = {"v", "u", 0, 0, 0, 3, {NULL, NULL, NULL}, NULL};
    struct fixture_column column = {"d", "i", 2, 2, 0, 2, {none, codes}, &entries};
    struct imported i = import(&(struct fixture_batch){.columns = &column, .n = 1, .length = 2});
    assert_int_equal(i.status, PT_OK);
    assert_int_equal(i.batch.columns[0].n_dict, 0);
    assert_false(vec_is_valid(&i.batch.columns[0], 1));
    assert_true(text_at(&i.batch.columns[0], 1, ""));
    release(&i);
}

static void test_batch_import__reads_times_as_microseconds(void **state)
{
    (void)state;
    static const int64_t ms[] = {1500, -1, INT64_MAX, 0};
    static const int64_t us[] = {1500, -1, INT64_MAX, 0};
    struct fixture_column columns[] = {
        {"m", "tsm:Asia/Shanghai", 4, 1, 0, 2, {row_2_is_null, ms}, NULL},
        {"u", "tsu:", 4, 1, 0, 2, {row_2_is_null, us}, NULL},
    };
    struct imported i = import(&(struct fixture_batch){.columns = columns, .n = 2, .length = 4});
    assert_int_equal(i.status, PT_OK);
    assert_int_equal(i.batch.columns[0].i[0], 1500000);
    assert_int_equal(i.batch.columns[0].i[1], -1000);
    assert_int_equal(i.batch.columns[0].i[2], 0);
    assert_int_equal(i.batch.columns[1].i[0], 1500);
    assert_int_equal(i.batch.columns[1].i[1], -1);
    release(&i);
    columns[0].null_count = 0;
    columns[0].buffers[0] = NULL;
    expect_refusal(&(struct fixture_batch){.columns = columns, .n = 2, .length = 4},
                   "column `m`: row 2: time 9223372036854775807 is out of range");
}

static void test_batch_import__reads_local_times_in_the_zone_of_the_schema(void **state)
{
    (void)state;
    static const int64_t ms[] = {0, 8 * 3600 * 1000};
    static const int64_t us[] = {0, INT64_MAX};
    struct zone *zone = NULL;
    assert_int_equal(zone_open("+08:00", &zone, NULL), PT_OK);
    struct fixture_column columns[] = {
        {"local", "tsm:", 2, 0, 0, 2, {NULL, ms}, NULL},
        {"zoned", "tsm:Asia/Tokyo", 2, 0, 0, 2, {NULL, ms}, NULL},
        {"far", "tsu:", 1, 0, 0, 2, {NULL, us}, NULL},
    };
    struct fixture_batch batch = {.columns = columns, .n = 2, .length = 2};
    struct imported i = import_checked(&batch, zone, true);
    assert_int_equal(i.status, PT_OK);
    assert_true(i.batch.columns[0].i[0] == -8 * 3600 * US_PER_SECOND);
    assert_true(i.batch.columns[0].i[1] == 0);
    assert_true(i.batch.columns[1].i[0] == 0);
    release(&i);
    batch.n = 3;
    columns[2].length = 2;
    i = import_checked(&batch, zone, true);
    assert_int_equal(i.status, PT_E_DATA);
    assert_non_null(strstr(i.err.message, "column `far`: row 1: time"));
    release(&i);
    zone_free(zone);
}

static void test_batch_import__reads_batches_without_rows_or_columns(void **state)
{
    (void)state;
    struct fixture_column columns[] = {
        {"l", "l", 0, 0, 0, 2, {NULL, NULL}, NULL},    {"u", "u", 0, 0, 0, 3, {NULL}, NULL},
        {"b", "b", 0, 0, 0, 2, {NULL, NULL}, NULL},    {"g", "g", 0, -1, 0, 2, {NULL, NULL}, NULL},
        {"t", "tsm:", 0, 0, 0, 2, {NULL, NULL}, NULL},
    };
    struct imported i = import(&(struct fixture_batch){.columns = columns, .n = 5});
    assert_int_equal(i.status, PT_OK);
    assert_int_equal(i.batch.n_rows, 0);
    assert_non_null(i.batch.columns[0].i);
    assert_non_null(i.batch.columns[3].f);
    release(&i);
    i = import(&(struct fixture_batch){.n = 0, .length = 1000});
    assert_int_equal(i.status, PT_OK);
    assert_int_equal(i.batch.n_rows, 1000);
    release(&i);
}

static void test_batch_import__releases_each_array_once_and_keeps_memory(void **state)
{
    (void)state;
    static int32_t values[100000];
    int n_released = 0;
    struct fixture_column x = {"x", "i", 100000, 0, 0, 2, {NULL, values}, NULL};
    struct fixture_batch fixture = {
        .columns = &x, .n = 1, .length = 100000, .n_released = &n_released};
    struct ArrowSchema in;
    struct ArrowArray array;
    struct schema s = {0};
    struct batch b = {0};
    fixture_schema(&fixture, &in);
    assert_int_equal(schema_import(&in, &s, NULL), PT_OK);
    in.release(&in);
    fixture_array(&fixture, &array);
    assert_int_equal(batch_import(&b, &s, &array, true, NULL), PT_OK);
    mem_fault_arm(UINT64_MAX, false);
    for (int turn = 0; turn < 5; turn++) {
        values[7] = turn;
        fixture_array(&fixture, &array);
        assert_int_equal(batch_import(&b, &s, &array, true, NULL), PT_OK);
        assert_int_equal(n_released, turn + 1);
        assert_int_equal(b.columns[0].i[7], turn);
    }
    assert_int_equal(mem_fault_calls(), 0);
    mem_fault_arm(0, false);
    batch_reset(&b);
    assert_int_equal(n_released, 6);
    batch_release(&b);
    assert_int_equal(n_released, 6);
    schema_release(&s);
}

// Long bitmaps: whole words and ragged ends agree with the rule for one bit.
static void test_batch_import__spreads_long_bitmaps(void **state)
{
    (void)state;
    static uint8_t bits[64];
    static uint8_t flags[64];
    for (size_t i = 0; i < sizeof bits; i++) {
        bits[i] = (uint8_t)(i * 37 + 11);
        flags[i] = (uint8_t)(i * 91 + 5);
    }
    for (int64_t offset = 0; offset < 20; offset += 3) {
        for (int64_t length = 1; length < 300; length += 41) {
            struct fixture_column x = {"x", "b", length, -1, offset, 2, {bits, flags}, NULL};
            struct imported i =
                import(&(struct fixture_batch){.columns = &x, .n = 1, .length = length});
            assert_int_equal(i.status, PT_OK);
            for (size_t row = 0; row < (size_t)length; row++) {
                size_t at = row + (size_t)offset;
                assert_int_equal(vec_is_valid(&i.batch.columns[0], row),
                                 (bits[at / 8] >> (at % 8)) & 1);
                assert_int_equal(i.batch.columns[0].b[row], (flags[at / 8] >> (at % 8)) & 1);
            }
            release(&i);
        }
    }
}

static bool import_all_kinds(void)
{
    static const int32_t offsets[] = {0, 1, 2, 3, 4};
    static const int16_t codes[] = {0, 1, 0, 1};
    static const int64_t times[] = {1, 2, 3, 4};
    static const float floats[4];
    static unsigned char raw[64];
    static const uint8_t entry_0_is_null[] = {0x02};
    struct fixture_column entries = {"v", "u", 2, 1, 0, 3, {entry_0_is_null, offsets, "ab"}, NULL};
    struct fixture_column columns[] = {
        {"u", "u", 4, 1, 0, 3, {row_2_is_null, offsets, "abcd"}, NULL},
        {"d", "s", 4, 0, 0, 2, {NULL, codes}, &entries},
        {"t", "tsm:", 4, 1, 0, 2, {row_2_is_null, times}, NULL},
        {"f", "f", 4, 0, 0, 2, {NULL, floats}, NULL},
        {"l", "l", 4, 0, 0, 2, {NULL, raw + 1}, NULL},
        {"b", "b", 4, 0, 0, 2, {NULL, raw}, NULL},
    };
    struct fixture_batch fixture = {.columns = columns, .n = 6, .length = 4};
    struct ArrowSchema in;
    struct ArrowArray array;
    struct schema s = {0};
    struct batch b = {0};
    struct pt_error err = ERROR_INIT;
    fixture_schema(&fixture, &in);
    fixture_array(&fixture, &array);
    pt_status status = schema_import(&in, &s, &err);
    if (status == PT_OK) {
        status = batch_import(&b, &s, &array, true, &err);
    }
    if (status != PT_OK) {
        assert_int_equal(status, PT_E_NO_MEMORY);
        assert_int_equal(err.code, status);
        array.release(&array);
    }
    in.release(&in);
    batch_release(&b);
    schema_release(&s);
    return status == PT_OK;
}

static void test_batch_import__survives_failing_allocations(void **state)
{
    (void)state;
    assert_true(sweep_allocations(import_all_kinds) >= 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batch_import__widens_whole_numbers),
        cmocka_unit_test(test_batch_import__reads_floats_and_bools),
        cmocka_unit_test(test_batch_import__reads_texts_of_both_widths),
        cmocka_unit_test(test_batch_import__follows_offsets_of_struct_and_column),
        cmocka_unit_test(test_batch_import__copies_misaligned_buffers),
        cmocka_unit_test(test_batch_import__keeps_codes_of_dictionaries),
        cmocka_unit_test(test_batch_import__reads_large_unsigned_codes),
        cmocka_unit_test(test_batch_import__reads_an_empty_dictionary_of_nulls),
        cmocka_unit_test(test_batch_import__reads_times_as_microseconds),
        cmocka_unit_test(test_batch_import__reads_local_times_in_the_zone_of_the_schema),
        cmocka_unit_test(test_batch_import__reads_batches_without_rows_or_columns),
        cmocka_unit_test(test_batch_import__releases_each_array_once_and_keeps_memory),
        cmocka_unit_test(test_batch_import__spreads_long_bitmaps),
        cmocka_unit_test(test_batch_import__survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
