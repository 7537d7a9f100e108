// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "faults.h"
#include "mem.h"
#include "sweep.h"
#include "vars.h"
#include "yaml_reader.h"

#define VARS "vars: {data: in/x.csv, n: 5, empty: '', list: [a]}\n"

static const struct var_setting given[] = {{"data", "first"}, {"data", "/tmp/a b"}};
static const struct var_settings settings = {given, 2, "/work"};

struct document {
    struct arena arena;
    struct diags diags;
    struct node *root;
};

static struct document replaced(const char *yaml, const struct var_settings *with)
{
    struct document d = {0};
    assert_int_equal(yaml_read(&d.arena, "p.yaml", text_of(yaml), &d.diags, &d.root), PT_OK);
    vars_replace(&d.arena, d.root, with, &d.diags);
    return d;
}

static void document_release(struct document *d)
{
    diags_release(&d->diags);
    arena_release(&d->arena);
}

static void expect_replaced(const char *value, const struct var_settings *with,
                            const char *expected)
{
    char yaml[512];
    snprintf(yaml, sizeof yaml, VARS "x: %s\n", value);
    struct document d = replaced(yaml, with);
    assert_int_equal(d.diags.n, 0);
    assert_string_equal(node_get(d.root, "x")->text.p, expected);
    document_release(&d);
}

static void expect_faults(const char *yaml, const struct var_settings *with, const char *expected)
{
    char found[1024];
    struct document d = replaced(yaml, with);
    faults_text(&d.diags, found, sizeof found);
    assert_string_equal(found, expected);
    document_release(&d);
}

static void test_vars__values(void **state)
{
    (void)state;
    expect_replaced("${var:data}", NULL, "in/x.csv");
    expect_replaced("\"${var:data}\"", &settings, "/tmp/a b"); // the last one counts
    expect_replaced("a${var:n}b${var:n}", NULL, "a5b5");
    expect_replaced("\"[${var:empty}]\"", NULL, "[]");
    expect_replaced("\"${var:empty}\"", NULL, "");
    expect_replaced("\"${secret:key}\"", NULL, "${secret:key}");
    expect_replaced("a$b $ {", NULL, "a$b $ {");
    expect_replaced("costs $", NULL, "costs $");
}

// What a variable holds is not looked at again.
static void test_vars__never_parsed_again(void **state)
{
    (void)state;
    static const struct var_setting nasty[] = {{"data", "${var:n} ${secret:k} [x"}};
    const struct var_settings with = {nasty, 1, "/work"};
    expect_replaced("\"${var:data}\"", &with, "${var:n} ${secret:k} [x");
}

static void test_vars__everywhere_but_in_vars_and_keys(void **state)
{
    (void)state;
    struct document d =
        replaced(VARS "a: [x, {b: '${var:n}'}]\n'${var:n}': '${var:data}'\n", &settings);
    assert_int_equal(d.diags.n, 0);
    assert_string_equal(node_get(d.root, "a")->items[1]->pairs[0].value->text.p, "5");
    assert_string_equal(d.root->pairs[2].key->text.p, "${var:n}");
    assert_string_equal(d.root->pairs[2].value->text.p, "/tmp/a b");
    assert_string_equal(node_get(node_get(d.root, "vars"), "data")->text.p, "in/x.csv");
    document_release(&d);
}

// Relative paths of the command line start where it was given.
static void test_vars__base_of_paths(void **state)
{
    (void)state;
    struct document d =
        replaced(VARS "a: '${var:data}/x'\nb: 'y/${var:data}'\nc: '${var:n}'\n", &settings);
    assert_string_equal(node_get(d.root, "a")->base, "/work");
    assert_null(node_get(d.root, "b")->base);
    assert_null(node_get(d.root, "c")->base);
    document_release(&d);
}

static void test_vars__faults(void **state)
{
    (void)state;
    static const struct var_setting unknown[] = {{"dota", "x"}};
    const struct var_settings with = {unknown, 1, "/work"};
    expect_faults(VARS "x: '${var:dat}'\n", NULL, "P0010 2:4 did you mean `data`?");
    expect_faults(VARS "x: '${var:quite_different}'\n", NULL,
                  "P0010 2:4 name it under `vars:` or give --var");
    expect_faults("x: ['${var:a}', '${env:HOME}', '${', '${var:a', ok]\n", NULL,
                  "P0010 1:5 name it under `vars:` or give --var\n"
                  "P0011 1:17 write ${var:NAME} or ${secret:NAME}\n"
                  "P0011 1:32 write ${var:NAME} or ${secret:NAME}\n"
                  "P0011 1:38 write ${var:NAME} or ${secret:NAME}");
    expect_faults(VARS, &with, "P0010 0:0 the pipeline's `vars:` lists the names it takes");
    expect_faults("vars: [a]\nx: '${var:a}'\n", NULL,
                  "P0010 2:4 name it under `vars:` or give --var");
    expect_faults("x: '${var:}'\n", NULL, "P0010 1:4 name it under `vars:` or give --var");
}

static void test_vars__no_map(void **state)
{
    (void)state;
    expect_faults("- '${var:a}'\n", NULL, "");
    expect_faults("", NULL, "");
}

// A variable that is no text is told by the reader of `vars`; here it is empty.
static void test_vars__list_as_variable(void **state)
{
    (void)state;
    expect_replaced("'a${var:list}b'", NULL, "ab");
    expect_replaced("'${var:list}'", NULL, "");
}

static void test_vars__is_secret(void **state)
{
    (void)state;
    struct text name;
    assert_true(vars_is_secret(text_of("${secret:hook_key}"), &name));
    assert_int_equal(name.n, 8);
    static const char *const no[] = {
        "${secret:}",    "${secret:a b}", "x${secret:a}", "${secret:a}x",
        "${secret:a/b}", "${var:a}",      "secret",       ""};
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
        assert_false(vars_is_secret(text_of(no[i]), &name));
    }
}

static bool scenario(void)
{
    struct document d = {0};
    static const char yaml[] = VARS "x: ['a${var:data}', '${var:unknown}', '${secret:k}']\n";
    pt_status status = yaml_read(&d.arena, "p.yaml", text_of(yaml), &d.diags, &d.root);
    if (status == PT_OK) {
        vars_replace(&d.arena, d.root, &settings, &d.diags);
        status = d.diags.out_of_memory ? PT_E_NO_MEMORY : PT_OK;
    }
    document_release(&d);
    return status == PT_OK;
}

static void test_vars__out_of_memory(void **state)
{
    (void)state;
    assert_true(sweep_allocations(scenario) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vars__values),
        cmocka_unit_test(test_vars__never_parsed_again),
        cmocka_unit_test(test_vars__everywhere_but_in_vars_and_keys),
        cmocka_unit_test(test_vars__base_of_paths),
        cmocka_unit_test(test_vars__faults),
        cmocka_unit_test(test_vars__no_map),
        cmocka_unit_test(test_vars__list_as_variable),
        cmocka_unit_test(test_vars__is_secret),
        cmocka_unit_test(test_vars__out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
