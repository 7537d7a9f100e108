// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "csv_type.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness_inner.h"

static const struct csv_numbers points = {'.', 0};

static void test_csv_type__parse(void **state)
{
    (void)state;
    struct csv_type type;
    const char *why = NULL;
    assert_true(csv_type_parse("string", &type, &why) && type.kind == CSV_STRING);
    assert_true(csv_type_parse("time", &type, &why) && type.kind == CSV_TIME && !type.is_zoned);
    assert_true(csv_type_parse("date %d/%m/%y", &type, &why) && type.has_pattern);
    assert_string_equal(type.pattern_text, "%d/%m/%y");
    assert_true(csv_type_parse("time %F %T %z", &type, &why) && type.is_zoned);
    assert_true(csv_type_parse("time %s", &type, &why) && type.is_zoned);
    assert_true(csv_type_parse("time %F %T %%z", &type, &why) && !type.is_zoned);
    static const char *const wrong[] = {
        "",
        "text",
        "str",
        "strings",
        "i64 %d",
        "date %Q",
        "time %H:%M",
        "date %m/%d",
        "date ",
        "date %Y-%m-%d %Y-%m-%d %Y-%m-%d %Y-%m-%d %Y-%m-%d %Y-%m-%d %Y-%m-%d %Y-%m-%d"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        why = NULL;
        assert_false(csv_type_parse(wrong[i], &type, &why));
        assert_non_null(why);
    }
}

// Type of a column of these cells (ends with NULL).
static const char *guess(const char *const *cells, bool *is_zoned)
{
    struct csv_guess g = CSV_GUESS_INIT;
    for (; *cells != NULL; cells++) {
        csv_guess_add(&g, &points, (const uint8_t *)*cells, strlen(*cells));
    }
    struct csv_type type = csv_guess_type(&g);
    *is_zoned = type.is_zoned;
    return csv_type_name(type.kind);
}

static void test_csv_type__guesses(void **state)
{
    (void)state;

    static const struct {
        const char *cells[4];
        const char *type;
        bool is_zoned;
    } all[] = {
        {{NULL}, "string", false},
        {{"1", "-20", "0"}, "i64", false},
        {{"1", "2.5", "1e9"}, "f64", false},
        {{"0.5", "-0.5", ".5"}, "f64", false},
        {{"007"}, "string", false},
        {{"-01"}, "string", false},
        {{"+1"}, "string", false},
        {{"123456789012345678"}, "i64", false},
        {{"1234567890123456789"}, "string", false},
        {{"0.12345678901234567890"}, "f64", false},
        {{"nan"}, "string", false},
        {{"0x10"}, "string", false},
        {{"true", "False"}, "bool", false},
        {{"true", "1"}, "string", false},
        {{"yes"}, "string", false},
        {{"2024-02-29", "1900-01-01"}, "date", false},
        {{"2023-02-29"}, "string", false},
        {{"20240229"}, "i64", false},
        {{"2024/2/9", "2024/12/31"}, "date", false},
        {{"2024/2/30"}, "string", false},
        {{"9/2/2024"}, "string", false},
        {{"2024-02-29", "2024-02-29 10:00"}, "time", false},
        {{"2024-02-29T10:00Z", "2024-02-29 10:00+08:00"}, "time", true},
        {{"2024-02-29T10:00Z", "2024-02-29 10:00"}, "string", false},
        {{"10:00"}, "string", false},
        {{"1", "x"}, "string", false},
    };

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        bool is_zoned = false;
        assert_string_equal(guess(all[i].cells, &is_zoned), all[i].type);
        assert_int_equal(is_zoned, all[i].is_zoned);
    }
}

// Appends to a column of one cell: true and the value's first eight bytes, or false.
static bool value_of(const char *type_text, const struct csv_numbers *numbers, const char *text,
                     int64_t *out)
{
    struct harness_host host = {.live = 0};
    struct csv_type type;
    struct pt_batch batch;
    const char *why = NULL;
    host_init(&host);
    assert_true(csv_type_parse(type_text, &type, &why));
    const struct pt_field field = csv_type_field(&type, "x");
    assert_int_equal(pt_batch_init(&batch, &host.table, &field, 1, 1), PT_OK);
    struct pt_column *column = &batch.columns[0];
    bool is_good = csv_type_append(&type, numbers, (const uint8_t *)text, strlen(text), column);
    assert_int_equal(column->n, is_good);
    *out = 0;
    if (is_good && field.cell == PT_CELL_DATE32) {
        *out = ((int32_t *)column->values)[0];
    } else if (is_good && field.cell == PT_CELL_BOOL) {
        *out = ((uint8_t *)column->values)[0] & 1;
    } else if (is_good && field.cell == PT_CELL_F64) {
        *out = (int64_t)(((double *)column->values)[0] * 1000);
    } else if (is_good) {
        *out = ((int64_t *)column->values)[0];
    }
    pt_batch_release(&batch);
    return is_good;
}

static void test_csv_type__values(void **state)
{
    (void)state;
    static const struct csv_numbers commas = {',', '.'};
    static const struct csv_numbers blanks = {'.', ' '};

    static const struct {
        const char *type;
        const struct csv_numbers *numbers;
        const char *text;
        bool is_good;
        int64_t value;
    } all[] = {
        {"i64", &points, "-12", true, -12},
        {"i64", &points, "1.0", false, 0},
        {"i64", &points, "1,000", false, 0},
        {"i64", &commas, "1.000", true, 1000},
        {"i64", &commas, "-1.234.567", true, -1234567},
        {"i64", &commas, "1.00", false, 0},
        {"i64", &commas, "1234.567", false, 0},
        {"i64", &commas, "1.2345", false, 0},
        {"i64", &commas, ".123", false, 0},
        {"i64", &blanks, "12 345", true, 12345},
        {"i64", &blanks, "12 345 ", false, 0},
        {"f64", &commas, "1.234,5", true, 1234500},
        {"f64", &commas, "1,5e3", true, 1500000},
        {"f64", &commas, "1,5.000", false, 0},
        {"f64", &commas, "1,5,0", false, 0},
        {"f64", &points, "1,5", false, 0},
        {"f64", &points, "inf", false, 0},
        {"f64", &points, "1e999", false, 0},
        {"bool", &points, "YES", true, 1},
        {"bool", &points, "0", true, 0},
        {"bool", &points, "2", false, 0},
        {"bool", &points, "tru", false, 0},
        {"date", &points, "1970-01-02", true, 1},
        {"date", &points, "1969-12-31", true, -1},
        {"date", &points, "1970-1-2", false, 0},
        {"date", &points, "1970-02-30", false, 0},
        {"date", &points, "1970-01-02 00:00", false, 0},
        {"date %d.%m.%y", &points, "2.1.70", true, 1},
        {"date %d.%m.%Y %H:%M", &points, "31.12.1969 23:59", true, -1},
        {"time", &points, "1970-01-01 00:00:01.5", true, 1500000},
        {"time", &points, "1970-01-01 00:00:01Z", false, 0},
        {"time", &points, "1970-01-01", true, 0},
        {"time %s", &points, "12", true, 12000000},
        {"time %d/%m/%Y %I:%M %p", &points, "1/1/1970 12:01 AM", true, 60000000},
    };

    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        int64_t value = 0;
        assert_int_equal(value_of(all[i].type, all[i].numbers, all[i].text, &value),
                         all[i].is_good);
        assert_int_equal(value, all[i].value);
    }
}

static void test_csv_type__long_number(void **state)
{
    (void)state;
    static const struct csv_numbers commas = {',', '.'};
    char text[200];
    int64_t value = 0;
    memset(text, '0', sizeof text);
    text[128] = '\0';
    assert_true(value_of("i64", &commas, text, &value));
    text[128] = '0';
    text[129] = '\0';
    assert_false(value_of("i64", &commas, text, &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv_type__parse),
        cmocka_unit_test(test_csv_type__guesses),
        cmocka_unit_test(test_csv_type__values),
        cmocka_unit_test(test_csv_type__long_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
