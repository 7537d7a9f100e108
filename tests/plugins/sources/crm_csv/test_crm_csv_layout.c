// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include "csv_layout.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "harness_inner.h"

static void layout_make(struct csv_layout *layout, const pt_host *host)
{
    static const char *const names[] = {"email", "birth_date", "t\n1", ""};
    static const char *const types[] = {"string", "date %d/%m/%Y", "time", "f64"};
    const char *why = NULL;
    *layout = (struct csv_layout){0};
    assert_true(csv_layout_reserve(layout, host, 4));
    for (uint32_t i = 0; i < 4; i++) {
        layout->columns[i].name = pt_mem_text(host, names[i], strlen(names[i]));
        assert_true(csv_type_parse(types[i], &layout->columns[i].type, &why));
    }
    layout->dialect = (struct csv_dialect){.delimiter = ';',
                                           .quote = '\'',
                                           .escape = '\\',
                                           .comment = '#',
                                           .is_gb18030 = true,
                                           .allows_blanks = true};
    layout->has_header = true;
    layout->columns[0].is_dictionary = true;
    layout->columns[2].type.is_zoned = true;
    layout->columns[3].is_inferred = true;
}

static void test_csv_layout__travels(void **state)
{
    (void)state;
    struct harness_host host = {.live = 0};
    struct csv_layout a;
    struct csv_layout b;
    uint64_t n = 0;
    host_init(&host);
    layout_make(&a, &host.table);
    uint8_t *bytes = csv_layout_save(&a, &n);
    assert_non_null(bytes);
    assert_int_equal(csv_layout_load(&b, &host.table, (pt_bytes){bytes, n}, NULL), PT_OK);
    assert_memory_equal(&a.dialect, &b.dialect, sizeof a.dialect);
    assert_true(b.has_header && b.n == 4);
    for (uint32_t i = 0; i < 4; i++) {
        assert_string_equal(a.columns[i].name, b.columns[i].name);
        assert_memory_equal(&a.columns[i].type, &b.columns[i].type, sizeof a.columns[i].type);
        assert_int_equal(a.columns[i].is_inferred, b.columns[i].is_inferred);
        assert_int_equal(csv_layout_field(&a.columns[i]).cell,
                         csv_layout_field(&b.columns[i]).cell);
    }
    csv_layout_release(&b);
    pt_mem_free(&host.table, bytes);
    csv_layout_release(&a);
    assert_int_equal(atomic_load(&host.live), 0);
}

static void test_csv_layout__other_bytes(void **state)
{
    (void)state;
    struct harness_host host = {.live = 0};
    struct csv_layout a;
    struct csv_layout b;
    uint64_t n = 0;
    host_init(&host);
    layout_make(&a, &host.table);
    uint8_t *bytes = csv_layout_save(&a, &n);
    for (uint64_t cut = 0; cut < n; cut++) {
        uint8_t *part = malloc(cut + 1); // so that reading on is seen
        memcpy(part, bytes, cut);
        assert_int_equal(csv_layout_load(&b, &host.table, (pt_bytes){part, cut}, NULL),
                         PT_E_INVALID);
        free(part);
    }
    for (uint64_t at = 0; at < n; at++) {
        uint8_t was = bytes[at];
        bytes[at] = 0xff;
        if (csv_layout_load(&b, &host.table, (pt_bytes){bytes, n}, NULL) == PT_OK) {
            csv_layout_release(&b);
        }
        bytes[at] = was;
    }
    pt_mem_free(&host.table, bytes);
    csv_layout_release(&a);
    assert_int_equal(atomic_load(&host.live), 0);
}

static void test_csv_layout__suggests(void **state)
{
    (void)state;
    struct harness_host host = {.live = 0};
    struct csv_layout a;
    char longer[100];
    host_init(&host);
    layout_make(&a, &host.table);
    assert_int_equal(csv_layout_find(&a, "birth_date"), 1);
    assert_int_equal(csv_layout_find(&a, "Birth_date"), -1);
    assert_string_equal(csv_layout_suggest(&a, "Birth_Date"), "birth_date");
    assert_string_equal(csv_layout_suggest(&a, "emial"), "email");
    assert_null(csv_layout_suggest(&a, "something"));
    memset(longer, 'e', sizeof longer);
    longer[99] = '\0';
    assert_null(csv_layout_suggest(&a, longer));
    csv_layout_release(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv_layout__travels),
        cmocka_unit_test(test_csv_layout__other_bytes),
        cmocka_unit_test(test_csv_layout__suggests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
