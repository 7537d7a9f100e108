// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "pattern.h"

struct pattern_case {
    const char *pattern;
    const char *value;
    bool is_match;
};

static bool matches(const char *pattern, const char *value, bool is_glob, uint32_t escape,
                    enum pattern_form *form)
{
    struct arena a = {0};
    struct pattern p = {0};
    assert_true(pattern_compile(&a, text_of(pattern), is_glob, escape, &p));
    bool is_match = pattern_matches(&p, text_of(value));
    *form = p.form;
    struct pattern full = {PATTERN_FULL, is_glob, escape, text_of(pattern)};
    // The short cuts and the general matcher are one language.
    assert_int_equal(pattern_matches(&full, text_of(value)), is_match);
    arena_release(&a);
    return is_match;
}

static void check(const struct pattern_case *cases, size_t n, bool is_glob, uint32_t escape)
{
    for (size_t i = 0; i < n; i++) {
        enum pattern_form form = PATTERN_FULL;
        if (matches(cases[i].pattern, cases[i].value, is_glob, escape, &form) !=
            cases[i].is_match) {
            fail_msg("'%s' on '%s'", cases[i].pattern, cases[i].value);
        }
    }
}

static void test_pattern__like_matches_in_any_case(void **state)
{
    (void)state;
    const struct pattern_case cases[] = {
        {"abc", "ABC", true},
        {"abc", "abcd", false},
        {"a%", "Alpha", true},
        {"%A", "Alpha", true},
        {"%PH%", "alpha", true},
        {"%x%", "alpha", false},
        {"", "", true},
        {"", "a", false},
        {"%", "", true},
        {"%%", "a", true},
        {"_", "a", true},
        {"_", "", false},
        {"_", "\u00e9", true},
        {"__", "\u00e9", false},
        {"\u00e9%", "\u00e9t\u00e9", true},
        {"\u00c9", "\u00e9", false},
        {"a%b%c", "a1b2b3c", true},
        {"a%b%c", "a1c2b", false},
        {"%a_c%", "xxabcxx", true},
        {"%ab", "aab", true},
        {"_b", "ab", true},
    };
    check(cases, sizeof cases / sizeof cases[0], false, 0);
}

static void test_pattern__like_escapes(void **state)
{
    (void)state;
    const struct pattern_case cases[] = {
        {"100!%", "100%", true}, {"100!%", "1000", false}, {"!_a", "_A", true},
        {"!!", "!", true},       {"a!", "a", false},       {"a!", "a!", false},
        {"%!%", "50%", true},    {"%!%", "50", false},     {"!%%", "%x", true},
        {"!%%", "x%", false},    {"!a", "A", true},        {"%!!", "x!", true},
    };
    check(cases, sizeof cases / sizeof cases[0], false, '!');
    const struct pattern_case percent[] = {
        {"%%", "%", true}, {"a%_", "a_", true}, {"%", "", false}};
    check(percent, 3, false, '%');
    const struct pattern_case under[] = {
        {"__%", "_abc", true}, {"_%", "%", true}, {"a_", "a", false}};
    check(under, 3, false, '_');
    const struct pattern_case accent[] = {{"\u00e9%", "%", true}, {"a\u00e9_%", "a_b", true}};
    check(accent, 2, false, 0xE9);
}

static void test_pattern__glob_matches_sets(void **state)
{
    (void)state;
    const struct pattern_case cases[] = {
        {"a*", "abc", true},
        {"a*", "Abc", false},
        {"*c", "abc", true},
        {"*b*", "abc", true},
        {"a?c", "abc", true},
        {"a?c", "ac", false},
        {"[a-c]", "b", true},
        {"[^a-c]", "b", false},
        {"[^a-c]", "z", true},
        {"[]x]", "]", true},
        {"[]x]", "x", true},
        {"[^]x]", "a", true},
        {"[a-]", "-", true},
        {"[-a]", "-", true},
        {"[x", "x", false},
        {"[", "[", false},
        {"[[]", "[", true},
        {"*[0-9]", "sku-17", true},
        {"[\u00e0-\u00ff]t*", "\u00e9t\u00e9", true},
        {"*[^0-9]", "12", false},
        {"/static/*", "/static/a.css", true},
        {"*", "", true},
        {"?", "\u65e5", true},
        {"", "", true},
        {"*a*b*", "xxaxxbxx", true},
        {"[]-a]", "b", false},
        {"[]-a]", "-", true},
        {"[a-c-e]", "d", false},
        {"[a-c]", "a", true},
        {"[a-c]", "c", true},
        {"*[^\u00e9]?x", "\u00e9xx", false},
    };
    check(cases, sizeof cases / sizeof cases[0], true, 0);
}

static void test_pattern__plain_forms_are_searches(void **state)
{
    (void)state;
    enum pattern_form form = PATTERN_FULL;
    assert_true(matches("/static/*", "/static/x", true, 0, &form));
    assert_int_equal(form, PATTERN_PREFIX);
    assert_true(matches("*bot*", "a bot b", true, 0, &form));
    assert_int_equal(form, PATTERN_INSIDE);
    assert_true(matches("%.css", "x.CSS", false, 0, &form));
    assert_int_equal(form, PATTERN_SUFFIX);
    assert_true(matches("a!%", "a%", false, '!', &form));
    assert_int_equal(form, PATTERN_EXACT);
    assert_true(matches("a!!%", "a!b", false, '!', &form));
    assert_int_equal(form, PATTERN_PREFIX);
    assert_true(matches("%%", "ab", false, 0, &form));
    assert_int_equal(form, PATTERN_INSIDE);
    assert_false(matches("a!", "a", false, '!', &form));
    assert_int_equal(form, PATTERN_FULL);
}

// Two hundred runs over a long text that nearly matches: a naive matcher would not end.
static void test_pattern__many_runs_end_soon(void **state)
{
    (void)state;
    char pattern[512];
    char value[20001];
    size_t n = 0;
    for (size_t i = 0; i < 200; i++) {
        pattern[n++] = '*';
        pattern[n++] = i % 2 == 0 ? 'a' : '?';
    }
    pattern[n++] = 'b';
    pattern[n] = '\0';
    memset(value, 'a', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    enum pattern_form form = PATTERN_FULL;
    assert_false(matches(pattern, value, true, 0, &form));
}

static void test_pattern__broken_utf8_is_bytes(void **state)
{
    (void)state;
    const struct text broken = text_n("a\xE9\x80", 3);
    struct pattern p = {PATTERN_FULL, true, 0, text_of("a??")};
    assert_true(pattern_matches(&p, broken));
    p.text = text_n("*[\xC3", 3);
    assert_false(pattern_matches(&p, broken));
    size_t at = 1;
    assert_int_equal(pattern_next_char(broken, &at), 0xE9);
    assert_int_equal(at, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pattern__like_matches_in_any_case),
        cmocka_unit_test(test_pattern__like_escapes),
        cmocka_unit_test(test_pattern__glob_matches_sets),
        cmocka_unit_test(test_pattern__plain_forms_are_searches),
        cmocka_unit_test(test_pattern__many_runs_end_soon),
        cmocka_unit_test(test_pattern__broken_utf8_is_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
