// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// What is exported is read back through batch_import, which checks the whole of it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "batch.h"
#include "mem.h"
#include "sweep.h"

#define N_ROWS 5

static bool make_table(struct table *t)
{
    static const char *const names[] = {"flag", "count", "score", "name", "born", "seen"};

    static const enum vec_type types[] = {VEC_BOOL, VEC_I64, VEC_F64, VEC_STR, VEC_DATE, VEC_TIME};

    static const char *const texts[] = {"a", "", "\xe2\x82\xac", "long text", "e"};
    *t = (struct table){.n_rows = N_ROWS};
    for (size_t c = 0; c < 6; c++) {
        if (table_add(t, names[c], types[c], c % 2 == 1) == NULL) {
            return false;
        }
    }
    for (int i = 0; i < N_ROWS; i++) {
        t->columns[0].b[i] = i % 2 == 0;
        t->columns[1].i[i] = i * 1000000000000;
        t->columns[2].f[i] = i / 4.0;
        t->columns[3].s[i] = text_of(texts[i]);
        t->columns[4].i[i] = i - 2;
        t->columns[5].i[i] = i * 1000001;
        for (size_t c = 1; c < 6; c += 2) {
            t->columns[c].valid[i] = i != 1;
        }
    }
    return true;
}

static const struct export_column all_columns[] = {{0, NULL, false}, {1, "n", false},
                                                   {2, NULL, false}, {3, NULL, true},
                                                   {4, NULL, false}, {5, NULL, false}};

// Exports and reads back; the table is gone before anything is looked at.
static void round_trip(const struct export_request *request, struct table *t, struct schema *schema,
                       struct batch *batch)
{
    struct ArrowSchema out_schema = {0};
    struct ArrowArray out = {0};
    assert_int_equal(batch_export(request, &out_schema, &out, NULL), PT_OK);
    table_release(t);
    assert_int_equal(schema_import(&out_schema, schema, NULL), PT_OK);
    out_schema.release(&out_schema);
    assert_int_equal(batch_import(batch, schema, &out, true, NULL), PT_OK);
}

static void test_batch_export__writes_all_rows(void **state)
{
    (void)state;
    struct table t;
    struct schema s = {0};
    struct batch b = {0};
    assert_true(make_table(&t));
    struct export_request request = {.table = &t, .columns = all_columns, .n_columns = 6};
    round_trip(&request, &t, &s, &b);
    static const char *const formats[] = {"b", "l", "g", "U", "tdD", "tsu:UTC"};
    for (size_t c = 0; c < 6; c++) {
        assert_string_equal(s.fields[c].format, formats[c]);
    }
    assert_string_equal(s.fields[1].name, "n");
    assert_string_equal(s.fields[5].name, "seen");
    assert_int_equal(b.n_rows, N_ROWS);
    assert_memory_equal(b.columns[0].b, "\1\0\1\0\1", N_ROWS);
    assert_null(b.columns[0].valid);
    assert_memory_equal(b.columns[1].valid, "\1\0\1\1\1", N_ROWS);
    assert_true(b.columns[1].i[4] == 4000000000000);
    assert_true(b.columns[2].f[3] == 0.75);
    assert_true(text_is(b.columns[3].s[2], "\xe2\x82\xac"));
    assert_true(text_is(b.columns[3].s[3], "long text"));
    assert_int_equal(b.columns[4].i[0], -2);
    assert_int_equal(b.columns[5].i[4], 4000004);
    batch_release(&b);
    schema_release(&s);
    assert_int_equal(mem_live_blocks(), 0);
}

static void test_batch_export__writes_chosen_rows_in_order(void **state)
{
    (void)state;
    static const size_t rows[] = {4, 1, 4};
    struct table t;
    struct schema s = {0};
    struct batch b = {0};
    assert_true(make_table(&t));
    struct export_request request = {
        .table = &t, .columns = all_columns, .n_columns = 6, .row_index = rows, .n_rows = 3};
    round_trip(&request, &t, &s, &b);
    assert_int_equal(b.n_rows, 3);
    assert_memory_equal(b.columns[0].b, "\1\0\1", 3);
    assert_memory_equal(b.columns[3].valid, "\1\0\1", 3);
    assert_true(text_is(b.columns[3].s[2], "e"));
    assert_true(b.columns[2].f[0] == 1.0 && b.columns[2].f[1] == 0.25);
    assert_int_equal(b.columns[4].i[1], -1);
    batch_release(&b);
    schema_release(&s);
}

static void test_batch_export__writes_no_rows_and_no_columns(void **state)
{
    (void)state;
    static const size_t none[1];
    struct table t;
    struct ArrowArray out = {0};
    assert_true(make_table(&t));
    struct export_request request = {
        .table = &t, .columns = all_columns, .n_columns = 6, .row_index = none};
    assert_int_equal(batch_export(&request, NULL, &out, NULL), PT_OK);
    assert_int_equal(out.length, 0);
    assert_int_equal(out.n_children, 6);
    out.release(&out);
    request = (struct export_request){.table = &t};
    assert_int_equal(batch_export(&request, NULL, &out, NULL), PT_OK);
    assert_int_equal(out.length, N_ROWS);
    assert_int_equal(out.n_children, 0);
    out.release(&out);
    table_release(&t);
}

static void test_batch_export__marks_guard_exempt_columns(void **state)
{
    (void)state;
    static const char expected[] = "\1\0\0\0\16\0\0\0portrait.guard\6\0\0\0exempt";
    struct table t;
    struct ArrowSchema schema = {0};
    assert_true(make_table(&t));
    struct export_request request = {.table = &t, .columns = all_columns, .n_columns = 6};
    assert_int_equal(schema_export(&request, &schema, NULL), PT_OK);
    assert_null(schema.children[0]->metadata);
    assert_memory_equal(schema.children[3]->metadata, expected, sizeof expected - 1);
    schema.release(&schema);
    assert_null(schema.release);
    table_release(&t);
}

static void test_batch_export__lets_columns_be_moved_out(void **state)
{
    (void)state;
    struct table t;
    struct ArrowSchema schema = {0};
    struct ArrowArray out = {0};
    assert_true(make_table(&t));
    struct export_request request = {.table = &t, .columns = all_columns, .n_columns = 6};
    assert_int_equal(batch_export(&request, &schema, &out, NULL), PT_OK);
    table_release(&t);
    struct ArrowArray name = *out.children[3];
    struct ArrowSchema name_schema = *schema.children[3];
    out.children[3]->release = NULL;
    schema.children[3]->release = NULL;
    out.release(&out);
    schema.release(&schema);
    assert_string_equal(name_schema.name, "name");
    assert_memory_equal((const char *)name.buffers[2], "a\xe2\x82\xaclong texte", 14);
    name.release(&name);
    name_schema.release(&name_schema);
    assert_int_equal(mem_live_blocks(), 0);
}

static void test_batch_export__refuses_what_it_cannot_write(void **state)
{
    (void)state;
    static const size_t beyond[] = {N_ROWS};
    static const struct export_column bad[] = {{6, NULL, false}};
    struct table t;
    struct ArrowArray out = {0};
    struct pt_error err = ERROR_INIT;
    assert_true(make_table(&t));
    struct export_request request = {
        .table = &t, .columns = all_columns, .n_columns = 6, .row_index = beyond, .n_rows = 1};
    assert_int_equal(batch_export(&request, NULL, &out, &err), PT_E_INVALID);
    request = (struct export_request){.table = &t, .columns = bad, .n_columns = 1};
    assert_int_equal(batch_export(&request, NULL, &out, &err), PT_E_INVALID);
    t.columns[4].i[3] = (int64_t)INT32_MAX + 1;
    request = (struct export_request){.table = &t, .columns = all_columns, .n_columns = 6};
    assert_int_equal(batch_export(&request, NULL, &out, &err), PT_E_DATA);
    assert_string_equal(err.message, "column `born`, row 3: date 2147483648 is out of range");
    assert_null(out.release);
    table_release(&t);
    assert_int_equal(mem_live_blocks(), 0);
}

static bool export_table(void)
{
    static const size_t rows[] = {0, 1, 3};
    struct table t = {0};
    struct ArrowSchema schema = {0};
    struct ArrowArray out = {0};
    struct pt_error err = ERROR_INIT;
    struct export_request request = {
        .table = &t, .columns = all_columns, .n_columns = 6, .row_index = rows, .n_rows = 3};
    pt_status status =
        make_table(&t) ? batch_export(&request, &schema, &out, &err) : PT_E_NO_MEMORY;
    if (status == PT_OK) {
        out.release(&out);
        schema.release(&schema);
    }
    assert_null(out.release);
    assert_null(schema.release);
    assert_true(status == PT_OK || status == PT_E_NO_MEMORY);
    table_release(&t);
    return status == PT_OK;
}

static void test_batch_export__survives_failing_allocations(void **state)
{
    (void)state;
    assert_true(sweep_allocations(export_table) > 30);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batch_export__writes_all_rows),
        cmocka_unit_test(test_batch_export__writes_chosen_rows_in_order),
        cmocka_unit_test(test_batch_export__writes_no_rows_and_no_columns),
        cmocka_unit_test(test_batch_export__marks_guard_exempt_columns),
        cmocka_unit_test(test_batch_export__lets_columns_be_moved_out),
        cmocka_unit_test(test_batch_export__refuses_what_it_cannot_write),
        cmocka_unit_test(test_batch_export__survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
