// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "faults.h"
#include "fields.h"
#include "mem.h"
#include "sweep.h"
#include "yaml_reader.h"

struct form {
    struct arena arena;
    struct diags diags;
    struct node *root;
    struct fields f;
};

static void form_init(struct form *form, const char *yaml)
{
    *form = (struct form){0};
    assert_int_equal(yaml_read(&form->arena, "p.yaml", text_of(yaml), &form->diags, &form->root),
                     PT_OK);
    assert_true(fields_of(&form->f, form->root, &form->diags, &form->arena, "thing `%s`", "t"));
}

static void form_release(struct form *form)
{
    diags_release(&form->diags);
    arena_release(&form->arena);
}

static void expect_faults(struct form *form, const char *expected)
{
    char found[1024];
    faults_text(&form->diags, found, sizeof found);
    assert_string_equal(found, expected);
}

static void test_fields__numbers(void **state)
{
    (void)state;
    struct form form;
    form_init(&form, "i: -7\nf: 2.5e3\ns: 2MiB\nd: 90d\np: 0.5%\nq: 0.25\nb: true\nt: text\nz:\n");
    int64_t i = 1, s = 1, d = 1, absent = 42;
    double f = 1, p = 1, q = 1;
    bool b = false;
    const char *t = NULL;
    fields_i64(&form.f, "i", &i);
    fields_f64(&form.f, "f", &f);
    fields_size(&form.f, "s", &s);
    fields_duration(&form.f, "d", &d);
    fields_fraction(&form.f, "p", &p);
    fields_fraction(&form.f, "q", &q);
    fields_bool(&form.f, "b", &b);
    fields_text(&form.f, "t", &t);
    fields_i64(&form.f, "z", &absent);
    fields_i64(&form.f, "nowhere", &absent);
    expect_faults(&form, "");
    assert_int_equal(i, -7);
    assert_true(f == 2500 && p == 0.005 && q == 0.25 && b);
    assert_int_equal(s, 2 << 20);
    assert_int_equal(d, INT64_C(90) * 86400 * 1000000);
    assert_string_equal(t, "text");
    assert_int_equal(absent, 42);
    form_release(&form);
}

typedef void (*reader)(const struct fields *f, const char *key);

static void as_i64(const struct fields *f, const char *key)
{
    int64_t value = 42;
    fields_i64(f, key, &value);
    assert_int_equal(value, 42);
}

static void as_f64(const struct fields *f, const char *key)
{
    double value = 42;
    fields_f64(f, key, &value);
    assert_true(value == 42);
}

static void as_bool(const struct fields *f, const char *key)
{
    bool value = true;
    fields_bool(f, key, &value);
    assert_true(value);
}

static void as_size(const struct fields *f, const char *key)
{
    int64_t value = 42;
    fields_size(f, key, &value);
    assert_int_equal(value, 42);
}

static void as_duration(const struct fields *f, const char *key)
{
    int64_t value = 42;
    fields_duration(f, key, &value);
    assert_int_equal(value, 42);
}

static void as_fraction(const struct fields *f, const char *key)
{
    double value = 42;
    fields_fraction(f, key, &value);
    assert_true(value == 42);
}

static void as_text(const struct fields *f, const char *key)
{
    const char *value = "untouched";
    fields_text(f, key, &value);
    assert_string_equal(value, "untouched");
}

// What is bad is told at its place, and the default stays.
static void test_fields__bad_values(void **state)
{
    (void)state;

    static const struct {
        reader read;
        const char *values[10];
    } cases[] = {
        {as_i64, {"1.5", "x", "'7'", "[7]", "{}", "9223372036854775808", "0x10", "1 2", "--1"}},
        {as_f64, {"x", "nan", "inf", "'1'", "[1]", "1e", "1,5"}},
        {as_bool, {"yes", "1", "'true'", "True", "on", "[true]"}},
        {as_size, {"x", "0", "-1MiB", "1XB", "'1MiB'", "99999999999999999999", "1.5.5MiB"}},
        {as_duration, {"x", "-1d", "'30m'", "90 parsecs", "[1d]", "99999999999999999d"}},
        {as_fraction, {"101%", "-1%", "1.5", "x%", "'10%'", "[10%]"}},
        {as_text, {"[a]", "{a: b}"}},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t k = 0; k < 10 && cases[i].values[k] != NULL; k++) {
            char yaml[128];
            struct form form;
            snprintf(yaml, sizeof yaml, "a: 1\nkey: %s\n", cases[i].values[k]);
            form_init(&form, yaml);
            cases[i].read(&form.f, "key");
            expect_faults(&form, "P0104 2:6");
            assert_non_null(strstr(form.diags.items[0].message, "thing `t`: `key` must be "));
            form_release(&form);
        }
    }
}

static void test_fields__known_and_needed(void **state)
{
    (void)state;
    struct form form;
    form_init(&form, "delimeter: x\nnothing:\nquite_else: 1\n");
    FIELDS_KNOWN(&form.f, "delimiter", "nothing", "needed");
    assert_null(fields_need(&form.f, "nothing"));
    assert_null(fields_need(&form.f, "needed"));
    assert_non_null(fields_need(&form.f, "quite_else"));
    expect_faults(&form, "P0103 1:1 did you mean `delimiter`?\nP0105 1:1\nP0105 2:1\nP0103 3:1");
    form_release(&form);
}

static void test_fields__lists(void **state)
{
    (void)state;
    struct form form;
    form_init(&form,
              "one: a\nmany: [a, b]\nmixed: [a, [b], {c: d}, e, ~]\nmap: {a: b}\nnone: []\n");
    const struct node *const *nodes = NULL;
    size_t n = 9;
    fields_nodes(&form.f, "one", &nodes, &n);
    assert_int_equal(n, 1);
    fields_nodes(&form.f, "many", &nodes, &n);
    assert_int_equal(n, 2);
    assert_string_equal(nodes[1]->text.p, "b");
    fields_nodes(&form.f, "none", &nodes, &n);
    assert_int_equal(n, 0);
    fields_nodes(&form.f, "absent", &nodes, &n);
    assert_int_equal(n, 0);
    expect_faults(&form, "");
    fields_nodes(&form.f, "mixed", &nodes, &n);
    assert_int_equal(n, 2);
    fields_nodes(&form.f, "map", &nodes, &n);
    assert_int_equal(n, 0);
    expect_faults(&form, "P0104 3:12\nP0104 3:17\nP0104 3:28\nP0104 4:6");
    form_release(&form);
}

static void test_fields__names(void **state)
{
    (void)state;

    static const struct {
        const char *name;
        bool is_name;
    } cases[] = {{"a", true},
                 {"_x9", true},
                 {"A_b", true},
                 {"9a", false},
                 {"a-b", false},
                 {"a b", false},
                 {"''", false},
                 {"\xC3\xA4", false},
                 {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", true},
                 {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false}};

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char yaml[128];
        struct form form;
        snprintf(yaml, sizeof yaml, "%s: 1\n", cases[i].name);
        form_init(&form, yaml);
        assert_int_equal(fields_is_name(&form.f, form.root->pairs[0].key), cases[i].is_name);
        assert_int_equal(form.diags.n, cases[i].is_name ? 0 : 1);
        form_release(&form);
    }
}

static void test_fields__no_map(void **state)
{
    (void)state;
    struct form form;
    struct fields f;
    form_init(&form, "a: [1]\n");
    assert_false(fields_of(&f, form.root->pairs[0].value, &form.diags, &form.arena, "x"));
    assert_null(fields_get(&f, "a"));
    expect_faults(&form, "P0104 1:4");
    assert_true(fields_of(&f, NULL, &form.diags, &form.arena, "x"));
    assert_null(fields_get(&f, "a"));
    form_release(&form);
}

static bool scenario(void)
{
    struct form form = {0};
    static const char yaml[] = "a: [1, 2]\nb: [x]\nc: 1\nd: {}\n";
    pt_status status = yaml_read(&form.arena, "p.yaml", text_of(yaml), &form.diags, &form.root);
    if (status == PT_OK) {
        const struct node *const *nodes = NULL;
        size_t n = 0;
        int64_t number = 0;
        fields_of(&form.f, form.root, &form.diags, &form.arena, "x");
        fields_nodes(&form.f, "a", &nodes, &n);
        fields_i64(&form.f, "b", &number);
        FIELDS_KNOWN(&form.f, "a", "b", "d");
        status = form.diags.out_of_memory ? PT_E_NO_MEMORY : PT_OK;
    }
    form_release(&form);
    return status == PT_OK;
}

static void test_fields__out_of_memory(void **state)
{
    (void)state;
    assert_true(sweep_allocations(scenario) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fields__numbers),
        cmocka_unit_test(test_fields__bad_values),
        cmocka_unit_test(test_fields__known_and_needed),
        cmocka_unit_test(test_fields__lists),
        cmocka_unit_test(test_fields__names),
        cmocka_unit_test(test_fields__no_map),
        cmocka_unit_test(test_fields__out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
