// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "mem.h"
#include "option_default.h"
#include "sweep.h"

static pt_status parse(pt_option_type type, const char *text, struct arena *arena,
                       struct node **out, struct pt_error *err)
{
    struct option_row row = {.type = type, .name = "x", .default_text = text};
    *out = NULL;
    return option_default_parse(&row, arena, out, err);
}

// A node as one line: scalars in <>, quoted ones in "".
static void dump(const struct node *node, struct str *out)
{
    switch (node->kind) {
    case NODE_SCALAR:
        str_addf(out, node->is_quoted ? "\"%s\"" : "<%s>", node->text.p);
        break;
    case NODE_LIST:
        str_add(out, "[");
        for (size_t i = 0; i < node->n; i++) {
            dump(node->items[i], out);
        }
        str_add(out, "]");
        break;
    case NODE_MAP:
        str_add(out, "{");
        for (size_t i = 0; i < node->n; i++) {
            dump(node->pairs[i].key, out);
            str_add(out, "=");
            dump(node->pairs[i].value, out);
        }
        str_add(out, "}");
        break;
    case NODE_NULL:
        str_add(out, "null");
        break;
    }
}

static void test_option_default__reads_flow_style(void **state)
{
    (void)state;

    static const struct {
        pt_option_type type;
        const char *text;
        const char *expected;
    } cases[] = {
        {PT_OPT_LIST, "[]", "[]"},
        {PT_OPT_LIST, "[ a , b c,d ]", "[<a><b c><d>]"},
        {PT_OPT_LIST, "[a, b,]", "[<a><b>]"},
        {PT_OPT_LIST, "[\"a, b\", 'it''s', \"q\\\"\\\\\\n\\t\"]",
         "[\"a, b\"\"it's\"\"q\"\\\n\t\"]"},
        {PT_OPT_LIST, "[[1, 2], {a: b}]", "[[<1><2>]{<a>=<b>}]"},
        {PT_OPT_LIST, "[curl/, http://x:80/y]", "[<curl/><http://x:80/y>]"},
        {PT_OPT_LIST, "solo", "<solo>"},
        {PT_OPT_MAP, "{}", "{}"},
        {PT_OPT_MAP, "{ts: time, \"a b\": [x]}", "{<ts>=<time>\"a b\"=[<x>]}"},
        {PT_OPT_STRING, "[a, \"b", "<[a, \"b>"},
        {PT_OPT_STRING, "", "<>"},
        {PT_OPT_I64, "5", "<5>"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct arena arena = {0};
        struct str text = {0};
        struct node *node = NULL;
        struct pt_error err = ERROR_INIT;
        if (parse(cases[i].type, cases[i].text, &arena, &node, &err) != PT_OK) {
            fail_msg("%s: %s", cases[i].text, err.message);
        }
        dump(node, &text);
        assert_string_equal(str_get(&text), cases[i].expected);
        str_release(&text);
        arena_release(&arena);
    }
    assert_int_equal(mem_live_blocks(), 0);
}

static void test_option_default__refuses_broken_flow_style(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "[a",    "[a b: c", "{a}",     "{a: b", "{a: }",
        "[a] b", "[,]",     "[\"a]",   "['a]",  "{: a}",
        "",      "[a}",     "{a: [b}", "]",     "[[[[[[[[[[a]]]]]]]]]]"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct arena arena = {0};
        struct node *node = NULL;
        struct pt_error err = ERROR_INIT;
        if (parse(PT_OPT_LIST, texts[i], &arena, &node, &err) != PT_E_DATA) {
            fail_msg("%s was read", texts[i]);
        }
        assert_true(err.message[0] != '\0');
        arena_release(&arena);
    }
}

static void test_option_default__limits_entries(void **state)
{
    (void)state;
    char text[1024] = "[";
    for (int i = 0; i < 257; i++) {
        strcat(text, "a,");
    }
    strcat(text, "]");
    struct arena arena = {0};
    struct node *node = NULL;
    struct pt_error err = ERROR_INIT;
    assert_int_equal(parse(PT_OPT_LIST, text, &arena, &node, &err), PT_E_DATA);
    assert_string_equal(err.message, "more than 256 entries");
    arena_release(&arena);
}

static bool parse_all(void)
{
    struct arena arena = {0};
    struct node *node = NULL;
    struct pt_error err = ERROR_INIT;
    pt_status status = parse(PT_OPT_MAP, "{a: [x, \"y\"], 'b': {c: d}}", &arena, &node, &err);
    if (status == PT_OK) {
        status = parse(PT_OPT_STRING, "text", &arena, &node, &err);
    }
    assert_true(status == PT_OK || status == PT_E_NO_MEMORY);
    arena_release(&arena);
    return status == PT_OK;
}

static void test_option_default__survives_failing_allocations(void **state)
{
    (void)state;
    assert_true(sweep_allocations(parse_all) >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_option_default__reads_flow_style),
        cmocka_unit_test(test_option_default__refuses_broken_flow_style),
        cmocka_unit_test(test_option_default__limits_entries),
        cmocka_unit_test(test_option_default__survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
