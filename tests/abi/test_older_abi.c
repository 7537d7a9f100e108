// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Binaries of other majors: those for ABI 0.1 are listed with what to do, and none is loaded; one
// that serves two majors is taken for this host's.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plugin_fixture.h"

static void test_older_abi__is_refused_by_name(void **state)
{
    (void)state;
    static const char reason[] =
        "it is built for plugin ABI 0 and this host has 1.0: install the plugin's version for ABI "
        "1, or a portrait with ABI 0";
    static const char *const names[] = {"abi-model", "abi-source", "abi-file", "abi-delivery"};
    static const pt_kind kinds[] = {PT_KIND_MODEL, PT_KIND_SOURCE, PT_KIND_SINK, PT_KIND_SINK};
    struct registry *r = NULL;
    const struct registry_folder folder = {.path = fixture_folder("older-plugins")};
    assert_int_equal(registry_open(&folder, 1, &r, NULL), PT_OK);
    assert_int_equal(registry_count(r), 3);
    for (size_t i = 0; i < 3; i++) {
        const struct plugin_info *p = registry_at(r, i);
        assert_non_null(p->failure);
        assert_string_equal(p->failure, reason);
        assert_null(p->components);
    }
    for (size_t i = 0; i < 4; i++) {
        assert_null(registry_find(r, kinds[i], names[i], NULL));
    }
    registry_free(r);
}

static void test_older_abi__one_file_serves_two_majors(void **state)
{
    (void)state;
    struct registry *r = NULL;
    const struct registry_folder folder = {.path = fixture_folder("two-majors-plugins")};
    assert_int_equal(registry_open(&folder, 1, &r, NULL), PT_OK);
    assert_int_equal(registry_count(r), 1);
    assert_null(registry_at(r, 0)->failure);
    const struct component_info *c = registry_find(r, PT_KIND_MODEL, "abi-model", NULL);
    assert_true(c != NULL && c->vtable != NULL);
    registry_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_older_abi__is_refused_by_name),
        cmocka_unit_test(test_older_abi__one_file_serves_two_majors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
