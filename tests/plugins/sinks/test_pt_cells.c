// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "fault.h"
#include "host.h"
#include "pt_cells.h"

#define N_CHILDREN 6

// A schema of one column of each format, made by hand.
struct by_hand {
    struct ArrowSchema schema;
    struct ArrowSchema children[N_CHILDREN];
    struct ArrowSchema *pointers[N_CHILDREN];
    char metadata[128];
    pt_host host;
};

static void put_text(char **at, const char *text)
{
    int32_t n = (int32_t)strlen(text);
    memcpy(*at, &n, sizeof n);
    memcpy(*at + sizeof n, text, (size_t)n);
    *at += sizeof n + (size_t)n;
}

static void by_hand_init(struct by_hand *x)
{
    static const char *const formats[N_CHILDREN] = {"b", "l", "g", "U", "tdD", "tsu:UTC"};
    static const char *const names[N_CHILDREN] = {"flag", "n", "x", "t", "day", "at"};
    memset(x, 0, sizeof *x);
    char *at = x->metadata;
    int32_t n = 2;
    memcpy(at, &n, sizeof n);
    at += sizeof n;
    put_text(&at, "other");
    put_text(&at, "exempt");
    put_text(&at, "portrait.guard");
    put_text(&at, "exempt");
    for (int i = 0; i < N_CHILDREN; i++) {
        x->children[i].format = formats[i];
        x->children[i].name = names[i];
        x->pointers[i] = &x->children[i];
    }
    x->children[3].metadata = x->metadata;
    x->schema.format = "+s";
    x->schema.n_children = N_CHILDREN;
    x->schema.children = x->pointers;
    host_table_init(&x->host, NULL);
}

static void test_pt_cells__reads_types_names_and_exemptions(void **state)
{
    (void)state;
    struct by_hand x;
    struct pt_cells cells = {0};
    by_hand_init(&x);
    assert_int_equal(pt_cells_read(&x.host, &x.schema, &cells, NULL), PT_OK);
    assert_int_equal(cells.n, N_CHILDREN);
    for (int32_t i = 0; i < N_CHILDREN; i++) {
        assert_int_equal(cells.columns[i].type, i + 1);
        assert_string_equal(cells.columns[i].name, x.children[i].name);
        assert_int_equal(cells.columns[i].is_guard_exempt, i == 3);
    }
    pt_cells_release(&x.host, &cells);
    pt_cells_release(&x.host, &cells);
}

static void test_pt_cells__refuses_other_formats_by_name(void **state)
{
    (void)state;
    static const char *const others[] = {"u", "i", "f", "+l", "tsm:", "", "tdm"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct by_hand x;
        struct pt_cells cells = {0};
        struct pt_error err = ERROR_INIT;
        by_hand_init(&x);
        x.children[2].format = others[i];
        assert_int_equal(pt_cells_read(&x.host, &x.schema, &cells, &err), PT_E_UNSUPPORTED);
        assert_non_null(strstr(err.message, "`x`"));
        assert_null(cells.columns);
    }
}

// Rows of a sliced array: offsets of the batch and of the column both count.
static void test_pt_cells__views_honour_offsets_and_nulls(void **state)
{
    (void)state;
    struct by_hand x;
    struct pt_cells cells = {0};
    by_hand_init(&x);
    x.schema.n_children = 2;
    x.pointers[0] = &x.children[1];
    x.pointers[1] = &x.children[3];
    assert_int_equal(pt_cells_read(&x.host, &x.schema, &cells, NULL), PT_OK);
    const uint8_t valid[] = {0xF7}; // all but row 3
    const int64_t numbers[] = {10, 11, 12, 13, 14};
    const int64_t offsets[] = {0, 1, 3, 3, 6, 6};
    const void *number_buffers[] = {valid, numbers};
    const void *text_buffers[] = {NULL, offsets, "abbccc"};
    struct ArrowArray columns[2] = {
        {.length = 4, .null_count = 1, .offset = 1, .n_buffers = 2, .buffers = number_buffers},
        {.length = 4, .offset = 0, .n_buffers = 3, .buffers = text_buffers}};
    struct ArrowArray *children[] = {&columns[0], &columns[1]};
    struct ArrowArray batch = {.length = 3, .offset = 1, .n_children = 2, .children = children};
    struct pt_cell_view views[2];
    assert_int_equal(pt_cells_view(&x.host, &cells, &batch, views, NULL), PT_OK);
    assert_int_equal(pt_cell_i64(&views[0], 0), 12);
    assert_false(pt_cell_is_null(&views[0], 0));
    assert_true(pt_cell_is_null(&views[0], 1));
    assert_int_equal(pt_cell_i64(&views[0], 2), 14);
    uint64_t n = 9;
    assert_memory_equal(pt_cell_text(&views[1], 0, &n), "bb", 2);
    assert_int_equal(n, 2);
    pt_cell_text(&views[1], 1, &n);
    assert_int_equal(n, 0);
    assert_false(pt_cell_is_null(&views[1], 1));
    columns[1].n_buffers = 2;
    assert_int_equal(pt_cells_view(&x.host, &cells, &batch, views, NULL), PT_E_DATA);
    batch.n_children = 1;
    assert_int_equal(pt_cells_view(&x.host, &cells, &batch, views, NULL), PT_E_DATA);
    pt_cells_release(&x.host, &cells);
}

static pt_status read_once(void *arg, struct pt_error *err)
{
    struct by_hand *x = arg;
    struct pt_cells cells = {0};
    pt_status status = pt_cells_read(&x->host, &x->schema, &cells, err);
    pt_cells_release(&x->host, &cells);
    return status;
}

static void test_pt_cells__every_failing_allocation(void **state)
{
    (void)state;
    struct by_hand x;
    by_hand_init(&x);
    assert_true(fault_sweep_memory(read_once, NULL, &x) > N_CHILDREN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pt_cells__reads_types_names_and_exemptions),
        cmocka_unit_test(test_pt_cells__refuses_other_formats_by_name),
        cmocka_unit_test(test_pt_cells__views_honour_offsets_and_nulls),
        cmocka_unit_test(test_pt_cells__every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
