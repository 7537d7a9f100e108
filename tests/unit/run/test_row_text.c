// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mem.h"
#include "row_text.h"
#include "sweep.h"

static const struct schema_field fields[] = {
    {.name = "b", .type = VEC_BOOL},   {.name = "i", .type = VEC_I64},
    {.name = "f", .type = VEC_F64},    {.name = "d", .type = VEC_DATE},
    {.name = "t", .type = VEC_TIME},   {.name = "s", .type = VEC_STR},
    {.name = "a,\"c", .type = VEC_STR}};
static const size_t order[] = {0, 1, 2, 3, 4, 5, 6};

static const uint8_t valid[] = {1, 0};
static const uint8_t b[] = {1, 0};
static const int64_t i[] = {INT64_MIN, 0};
static const double f[] = {0.1, 0};
static const int64_t d[] = {-1, 0};
static const int64_t t[] = {INT64_C(1748736000500000), 0};
static const struct text s[] = {{"say \"hi\",\r\nyou", 14}, {"", 0}};
static const int32_t codes[] = {1, 0};
static const struct vec columns[] = {
    {.type = VEC_BOOL, .n = 2, .valid = valid, .b = b},
    {.type = VEC_I64, .n = 2, .valid = valid, .i = i},
    {.type = VEC_F64, .n = 2, .valid = valid, .f = f},
    {.type = VEC_DATE, .n = 2, .valid = valid, .i = d},
    {.type = VEC_TIME, .n = 2, .valid = valid, .i = t},
    {.type = VEC_STR, .n = 2, .s = s},
    {.type = VEC_STR, .n = 2, .valid = valid, .s = s, .codes = codes, .n_dict = 2}};
static const struct row_text rows = {fields, columns, order, 7};

static void test_row_text__csv(void **state)
{
    (void)state;
    struct str out = {0};
    assert_true(row_text_header(&rows, &out));
    assert_string_equal(out.p, "b,i,f,d,t,s,\"a,\"\"c\"\n");
    str_reset(&out);
    assert_true(row_text_csv(&rows, 0, &out));
    assert_string_equal(out.p, "true,-9223372036854775808,0.1,1969-12-31,2025-06-01T00:00:00.500Z,"
                               "\"say \"\"hi\"\",\r\nyou\",\"\"\n");
    str_reset(&out);
    assert_true(row_text_csv(&rows, 1, &out));
    assert_string_equal(out.p, ",,,,,\"\",\n"); // NULL is nothing, an empty text is ""
    str_release(&out);
}

static void test_row_text__json(void **state)
{
    (void)state;
    struct str out = {0};
    assert_true(row_text_json(&rows, 0, &out));
    assert_string_equal(out.p, "{\"b\":true,\"i\":-9223372036854775808,\"f\":0.1,\"d\":"
                               "\"1969-12-31\",\"t\":\"2025-06-01T00:00:00.500Z\",\"s\":\"say "
                               "\\\"hi\\\",\\r\\nyou\",\"a,\\\"c\":\"\"}\n");
    str_reset(&out);
    assert_true(row_text_json(&rows, 1, &out));
    assert_string_equal(out.p, "{\"b\":null,\"i\":null,\"f\":null,\"d\":null,\"t\":null,\"s\":\"\","
                               "\"a,\\\"c\":null}\n");
    str_release(&out);
}

static void test_row_text__chosen_columns(void **state)
{
    (void)state;
    static const size_t chosen[] = {5, 1};
    const struct row_text some = {fields, columns, chosen, 2};
    struct str out = {0};
    row_text_header(&some, &out);
    row_text_csv(&some, 1, &out);
    assert_string_equal(out.p, "s,i\n\"\",\n");
    str_release(&out);
}

static bool scenario(void)
{
    struct str out = {0};
    bool done = row_text_header(&rows, &out) && row_text_csv(&rows, 0, &out) &&
                row_text_json(&rows, 0, &out);
    str_release(&out);
    return done;
}

static void test_row_text__out_of_memory(void **state)
{
    (void)state;
    assert_true(sweep_allocations(scenario) > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_row_text__csv),
        cmocka_unit_test(test_row_text__json),
        cmocka_unit_test(test_row_text__chosen_columns),
        cmocka_unit_test(test_row_text__out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
