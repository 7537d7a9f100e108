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

#include "suggest.h"

static const char *const names[] = {"delimiter", "path",  "format", "columns", "timezone",
                                    "id",        "where", "with",   "source",  "sources"};
#define N_NAMES (sizeof names / sizeof names[0])

static void test_suggest__finds_typical_slips(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"delimeter", "delimiter"},
        {"pth", "path"},
        {"apth", "path"},
        {"paht", "path"},
        {"Format", "format"},
        {"FORMAT", "format"},
        {"fromat", "format"},
        {"colums", "columns"},
        {"timzeone", "timezone"},
        {"time_zone", "timezone"},
        {"wheer", "where"},
        {"wiht", "with"},
        {"sorces", "sources"},
        {"delimiters", "delimiter"},
        {"di", "id"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        assert_string_equal(suggest(pairs[i][0], names, N_NAMES), pairs[i][1]);
    }
}

static void test_suggest__nothing_near_is_nothing(void **state)
{
    (void)state;
    static const char *const wrong[] = {"", "x", "zz", "compression", "pxxh", "delta", "aaaaaaaaa"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_null(suggest(wrong[i], names, N_NAMES));
    }
    assert_null(suggest("path", names, 0));
}

static void test_suggest__best_then_first(void **state)
{
    (void)state;
    static const char *const near[] = {"abcdex", "abcdey", "abcdef"};
    assert_string_equal(suggest("abcdef", near, 3), "abcdef");
    assert_string_equal(suggest("abcdez", near, 3), "abcdex");
    assert_string_equal(suggest("abcde", near, 3), "abcdex");
}

// A swap counts one edit, but its letters are not edited again (CA to ABC is 3, not 2).
static void test_suggest__counts_a_swap_as_one_edit(void **state)
{
    (void)state;
    static const char *const swapped[] = {"ba"};
    static const char *const repeated[] = {"abc12"};
    assert_string_equal(suggest("ab", swapped, 1), "ba");
    assert_null(suggest("ca12", repeated, 1));
}

static void test_suggest__long_names(void **state)
{
    (void)state;
    char wrong[200];
    char name[200];
    const char *one[] = {name};
    memset(wrong, 'a', sizeof wrong);
    memset(name, 'a', sizeof name);
    wrong[127] = '\0';
    name[126] = '\0';
    assert_ptr_equal(suggest(wrong, one, 1), name);
    name[126] = 'a';
    name[128] = '\0';
    assert_null(suggest(wrong, one, 1));
    wrong[127] = 'a';
    wrong[199] = '\0';
    assert_null(suggest(wrong, one, 1));
}

static void test_suggest__choice_names_the_near_one_or_all(void **state)
{
    (void)state;
    static const char *const few[] = {"none", "standard", "minmax"};
    char hint[40];
    suggest_choice("standrd", few, 3, hint, sizeof hint);
    assert_string_equal(hint, "did you mean `standard`?");
    suggest_choice("zscore", few, 3, hint, sizeof hint);
    assert_string_equal(hint, "one of none, standard, minmax");
    suggest_choice("zscore", few, 3, hint, 28);
    assert_string_equal(hint, "one of none, standard, ...");
    suggest_choice("zscore", few, 0, hint, sizeof hint);
    assert_string_equal(hint, "one of");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_suggest__finds_typical_slips),
        cmocka_unit_test(test_suggest__nothing_near_is_nothing),
        cmocka_unit_test(test_suggest__best_then_first),
        cmocka_unit_test(test_suggest__choice_names_the_near_one_or_all),
        cmocka_unit_test(test_suggest__counts_a_swap_as_one_edit),
        cmocka_unit_test(test_suggest__long_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
