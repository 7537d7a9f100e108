// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "arrow_fixture.h"
#include "batch.h"
#include "mem.h"
#include "sweep.h"

static pt_status import_one(const char *name, const char *format, struct schema *out,
                            struct pt_error *err)
{
    struct fixture_column column = {.name = name, .format = format};
    struct fixture_batch batch = {.columns = &column, .n = 1};
    struct ArrowSchema in;
    fixture_schema(&batch, &in);
    pt_status status = schema_import(&in, out, err);
    assert_non_null(in.release);
    in.release(&in);
    return status;
}

static void test_schema__reads_every_accepted_format(void **state)
{
    (void)state;

    const struct {
        const char *format;
        enum vec_type type;
        enum arrow_wire wire;
        bool is_local;
    } cases[] = {
        {"b", VEC_BOOL, WIRE_BOOL, false},
        {"c", VEC_I64, WIRE_I8, false},
        {"s", VEC_I64, WIRE_I16, false},
        {"i", VEC_I64, WIRE_I32, false},
        {"l", VEC_I64, WIRE_I64, false},
        {"f", VEC_F64, WIRE_F32, false},
        {"g", VEC_F64, WIRE_F64, false},
        {"u", VEC_STR, WIRE_TEXT32, false},
        {"U", VEC_STR, WIRE_TEXT64, false},
        {"tdD", VEC_DATE, WIRE_DATE32, false},
        {"tsm", VEC_TIME, WIRE_TIME_MS, true},
        {"tsu:", VEC_TIME, WIRE_TIME_US, true},
        {"tsm:UTC", VEC_TIME, WIRE_TIME_MS, false},
        {"tsu:America/Argentina/ComodRivadavia", VEC_TIME, WIRE_TIME_US, false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct schema s = {0};
        assert_int_equal(import_one("x", cases[i].format, &s, NULL), PT_OK);
        assert_int_equal(s.n, 1);
        assert_string_equal(s.fields[0].name, "x");
        assert_string_equal(s.fields[0].format, cases[i].format);
        assert_int_equal(s.fields[0].type, cases[i].type);
        assert_int_equal(s.fields[0].wire, cases[i].wire);
        assert_int_equal(s.fields[0].is_local_time, cases[i].is_local);
        assert_false(s.fields[0].is_dictionary);
        schema_release(&s);
    }
    assert_int_equal(mem_live_blocks(), 0);
}

static void test_schema__refuses_other_formats_by_name(void **state)
{
    (void)state;
    static const char *const formats[] = {
        "n",
        "C",
        "S",
        "I",
        "L",
        "e",
        "z",
        "Z",
        "vu",
        "tdm",
        "tss:",
        "tsn:UTC",
        "ttm",
        "+l",
        "+s",
        "d:10,2",
        "w:4",
        "tsmUTC",
        "",
        "bb",
        "tsu:0123456789012345678901234567890123456789012345678901234567890123456789",
        "tsu:\xff"};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        struct schema s = {0};
        struct pt_error err = ERROR_INIT;
        assert_int_equal(import_one("birth", formats[i], &s, &err), PT_E_DATA);
        assert_non_null(strstr(err.message, "column `birth`"));
        char quoted[80];
        snprintf(quoted, sizeof quoted, "`%.60s", formats[i]);
        assert_non_null(strstr(err.message, quoted));
        assert_null(s.fields);
    }
    assert_int_equal(mem_live_blocks(), 0);
}

static void test_schema__refuses_bad_names(void **state)
{
    (void)state;
    char long_name[1100];
    memset(long_name, 'x', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    const char *const names[] = {NULL, "", "\xc3(", long_name};
    for (size_t i = 0; i < 4; i++) {
        struct schema s = {0};
        struct pt_error err = ERROR_INIT;
        assert_int_equal(import_one(names[i], "l", &s, &err), PT_E_DATA);
        assert_non_null(strstr(err.message, "column 1"));
    }
}

static void test_schema__refuses_a_name_twice(void **state)
{
    (void)state;
    struct fixture_column columns[] = {
        {.name = "a", .format = "l"}, {.name = "b", .format = "l"}, {.name = "a", .format = "u"}};
    struct fixture_batch batch = {.columns = columns, .n = 3};
    struct ArrowSchema in;
    struct schema s = {0};
    struct pt_error err = ERROR_INIT;
    fixture_schema(&batch, &in);
    assert_int_equal(schema_import(&in, &s, &err), PT_E_DATA);
    assert_string_equal(err.message, "two columns are named `a`");
    in.release(&in);
}

static void test_schema__takes_only_dictionaries_of_text(void **state)
{
    (void)state;

    const struct {
        const char *codes;
        const char *values;
        bool is_fine;
    } cases[] = {{"c", "u", true},  {"s", "u", true},  {"i", "u", true},  {"l", "u", false},
                 {"i", "U", false}, {"i", "l", false}, {"u", "u", false}, {"C", "u", true},
                 {"S", "u", true},  {"I", "u", true},  {"L", "u", false}, {"I", "U", false}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture_column values = {.name = "v", .format = cases[i].values};
        struct fixture_column column = {
            .name = "city", .format = cases[i].codes, .dictionary = &values};
        struct fixture_batch batch = {.columns = &column, .n = 1};
        struct ArrowSchema in;
        struct schema s = {0};
        struct pt_error err = ERROR_INIT;
        fixture_schema(&batch, &in);
        pt_status status = schema_import(&in, &s, &err);
        assert_int_equal(status, cases[i].is_fine ? PT_OK : PT_E_DATA);
        if (cases[i].is_fine) {
            assert_int_equal(s.fields[0].type, VEC_STR);
            assert_true(s.fields[0].is_dictionary);
        } else {
            assert_non_null(strstr(err.message, "column `city`"));
        }
        schema_release(&s);
        in.release(&in);
    }
}

static void test_schema__refuses_what_is_no_live_struct(void **state)
{
    (void)state;
    struct fixture_column column = {.name = "a", .format = "l"};
    struct fixture_batch batch = {.columns = &column, .n = 1};
    struct ArrowSchema in;
    struct schema s = {0};
    fixture_schema(&batch, &in);
    in.format = "l";
    assert_int_equal(schema_import(&in, &s, NULL), PT_E_DATA);
    in.format = NULL;
    assert_int_equal(schema_import(&in, &s, NULL), PT_E_DATA);
    in.format = "+s";
    in.n_children = -1;
    assert_int_equal(schema_import(&in, &s, NULL), PT_E_DATA);
    in.n_children = SCHEMA_COLUMNS_MAX + 1;
    assert_int_equal(schema_import(&in, &s, NULL), PT_E_DATA);
    in.n_children = 1;
    in.children[0]->n_children = 1;
    assert_int_equal(schema_import(&in, &s, NULL), PT_E_DATA);
    in.children[0]->n_children = 0;
    void (*release)(struct ArrowSchema *) = in.children[0]->release;
    in.children[0]->release = NULL;
    assert_int_equal(schema_import(&in, &s, NULL), PT_E_DATA);
    in.children[0]->release = release;
    assert_int_equal(schema_import(&in, &s, NULL), PT_OK);
    schema_release(&s);
    in.release(&in);
    assert_int_equal(schema_import(&in, &s, NULL), PT_E_DATA);
}

static void test_schema__may_have_no_columns(void **state)
{
    (void)state;
    struct fixture_batch batch = {.n = 0};
    struct ArrowSchema in;
    struct schema s = {0};
    fixture_schema(&batch, &in);
    assert_int_equal(schema_import(&in, &s, NULL), PT_OK);
    assert_int_equal(s.n, 0);
    assert_int_equal(schema_find(&s, "a"), -1);
    schema_release(&s);
    in.release(&in);
}

static bool import_three(void)
{
    struct fixture_column values = {.name = "v", .format = "u"};
    struct fixture_column columns[] = {
        {.name = "a", .format = "l"},
        {.name = "b", .format = "i", .dictionary = &values},
        {.name = "c", .format = "tsu:UTC"},
    };
    struct fixture_batch batch = {.columns = columns, .n = 3};
    struct ArrowSchema in;
    struct schema s = {0};
    struct pt_error err = ERROR_INIT;
    fixture_schema(&batch, &in);
    pt_status status = schema_import(&in, &s, &err);
    in.release(&in);
    assert_true(status == PT_OK || (status == PT_E_NO_MEMORY && err.code == status));
    if (status == PT_OK) {
        assert_int_equal(schema_find(&s, "c"), 2);
    }
    schema_release(&s);
    return status == PT_OK;
}

static void test_schema__survives_failing_allocations(void **state)
{
    (void)state;
    assert_true(sweep_allocations(import_three) >= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_schema__reads_every_accepted_format),
        cmocka_unit_test(test_schema__refuses_other_formats_by_name),
        cmocka_unit_test(test_schema__refuses_bad_names),
        cmocka_unit_test(test_schema__refuses_a_name_twice),
        cmocka_unit_test(test_schema__takes_only_dictionaries_of_text),
        cmocka_unit_test(test_schema__refuses_what_is_no_live_struct),
        cmocka_unit_test(test_schema__may_have_no_columns),
        cmocka_unit_test(test_schema__survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
