// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "functions.h"

static void test_functions__rows_are_found_in_any_case(void **state)
{
    (void)state;
    for (size_t i = 0; i < function_count(); i++) {
        const struct function *f = function_at(i);
        char loud[64];
        size_t n = strlen(f->name);
        assert_true(n < sizeof loud);
        for (size_t k = 0; k <= n; k++) {
            loud[k] = (char)(f->name[k] >= 'a' && f->name[k] <= 'z' ? f->name[k] - 32 : f->name[k]);
        }
        assert_ptr_equal(function_find(text_of(loud)), f);
        assert_ptr_equal(function_find(text_of(f->name)), f);
        assert_true(strncmp(f->usage, f->name, n) == 0 && f->usage[n] == '(');
        assert_true(f->least >= 1 && f->least <= f->most);
        assert_true(f->help[0] != '\0' && f->result[0] != '\0');
    }
    assert_null(function_at(function_count()));
    assert_null(function_find(text_of("")));
    assert_null(function_find(text_of("ab")));
    assert_null(function_find(text_of("abss")));
}

static void test_functions__other_dialects_get_advice(void **state)
{
    (void)state;
    assert_string_equal(function_suggest("CEILING"), "ceil");
    assert_string_equal(function_suggest("ifnull"), "coalesce");
    assert_string_equal(function_suggest("substring"), "substr");
    assert_string_equal(function_suggest("roud"), "round");
    assert_null(function_suggest("frobnicate"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_functions__rows_are_found_in_any_case),
        cmocka_unit_test(test_functions__other_dialects_get_advice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
