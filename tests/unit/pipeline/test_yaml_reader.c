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
#include "yaml_reader.h"

struct document {
    struct arena arena;
    struct diags diags;
    struct node *root;
    pt_status status;
};

static struct document read_text(const char *text, size_t n)
{
    struct document d = {0};
    d.status = yaml_read(&d.arena, "p.yaml", text_n(text, n), &d.diags, &d.root);
    return d;
}

static void document_release(struct document *d)
{
    diags_release(&d->diags);
    arena_release(&d->arena);
}

static void expect_faults(const char *yaml, size_t n, const char *expected)
{
    char found[1024];
    struct document d = read_text(yaml, n);
    faults_text(&d.diags, found, sizeof found);
    assert_string_equal(found, expected);
    assert_int_equal(d.status, expected[0] == '\0' ? PT_OK : PT_E_CONFIG);
    document_release(&d);
}

// A node as one line: scalars as they are, quoted ones in '', [..] and {..}.
static void put_node(struct str *out, const struct node *node)
{
    if (node->kind == NODE_NULL) {
        str_add(out, "null");
    } else if (node->kind == NODE_SCALAR) {
        str_addf(out, node->is_quoted ? "'%s'" : "%s", node->text.p);
    }
    for (size_t i = 0; node->kind == NODE_LIST && i < node->n; i++) {
        str_add(out, i == 0 ? "[" : ",");
        put_node(out, node->items[i]);
    }
    for (size_t i = 0; node->kind == NODE_MAP && i < node->n; i++) {
        str_addf(out, "%s%s:", i == 0 ? "{" : ",", node->pairs[i].key->text.p);
        put_node(out, node->pairs[i].value);
    }
    if (node->kind == NODE_LIST || node->kind == NODE_MAP) {
        str_add(out, node->n == 0 ? (node->kind == NODE_LIST ? "[]" : "{}")
                                  : (node->kind == NODE_LIST ? "]" : "}"));
    }
}

static void expect_tree(const char *yaml, const char *expected)
{
    struct document d = read_text(yaml, strlen(yaml));
    assert_int_equal(d.status, PT_OK);
    struct str out = {0};
    put_node(&out, d.root);
    assert_string_equal(str_get(&out), expected);
    str_release(&out);
    document_release(&d);
}

static void test_yaml_reader__trees(void **state)
{
    (void)state;
    expect_tree("", "null");
    expect_tree("# nothing but a comment\n", "null");
    expect_tree("a: 1\nb: [x, 'y', \"z\\n\"]\n", "{a:1,b:[x,'y','z\n']}");
    expect_tree("a: ~\nb: null\nc:\nd: 'null'\ne: ''\n", "{a:null,b:null,c:null,d:'null',e:''}");
    expect_tree("a: {b: {c: []}, d: {}}\n", "{a:{b:{c:[]},d:{}}}");
    expect_tree("a: |\n  x\n  y\nb: >\n  x\n  y\n", "{a:'x\ny\n',b:'x y\n'}");
    expect_tree("null: x\n~: y\n", "{null:x,~:y}");
    expect_tree("a: &k [1, 2]\nb: *k\nc: &s word\nd: *s\n", "{a:[1,2],b:[1,2],c:word,d:word}");
    expect_tree("a: &k 1\nb: &k 2\nc: *k\n", "{a:1,b:2,c:2}");
    expect_tree("\xEF\xBB\xBF"
                "a: 1\n",
                "{a:1}");
    expect_tree("a: !!str 7\n", "{a:'7'}");
    expect_tree("a: true\r\nb: x\r\n", "{a:true,b:x}");
}

static void test_yaml_reader__positions(void **state)
{
    (void)state;
    static const char yaml[] = "# \xC3\xA4\na: x\nstra\xC3\x9F"
                               "e: {b: 'two'}\n";
    struct document d = read_text(yaml, sizeof yaml - 1);
    const struct node_pair *a = &d.root->pairs[0];
    const struct node_pair *street = &d.root->pairs[1];
    assert_int_equal(a->key->at.line, 2);
    assert_int_equal(a->value->at.column, 4);
    assert_string_equal(a->value->at.file, "p.yaml");
    const struct node *b = street->value->pairs[0].value;
    assert_int_equal(b->at.line, 3);
    assert_int_equal(b->at.column, 13); // characters, not bytes
    assert_int_equal(b->at.length, 5);
    document_release(&d);
}

static void test_yaml_reader__faults(void **state)
{
    (void)state;

    static const struct {
        const char *yaml;
        const char *faults;
    } cases[] = {
        {"a: 1\na: 2\nb: 3\nb: 4\n", "P0003 2:1\nP0003 4:1"},
        {"x: {y: 1, y: 2}\n", "P0003 1:11"},
        {"a: *nothing\n", "P0004 1:4"},
        {"a: &a [*a]\n", "P0004 1:8"},
        {"a: !!int 7\n", "P0005 1:4 leave the tag out"},
        {"a: !secret x\n", "P0005 1:4 leave the tag out"},
        {"a: 1\n---\nb: 2\n", "P0006 2:1"},
        {"? [a, b]\n: c\n", "P0002 1:3"},
        {"a: \"x\\0y\"\n", "P0007 1:4"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_faults(cases[i].yaml, strlen(cases[i].yaml), cases[i].faults);
    }
    expect_faults("a: 1\nb: \xFF\n", 10, "P0007 2:4");
    expect_faults("\xC3\xA4: \0\n", 6, "P0007 1:4");
    static const char *const broken[] = {
        "a: [1, 2\n", "a: {b\n",   "a:\n\t- x\n",           "a: 'x\n",
        "- [\n",      "a: b: c\n", "%YAML 9.9\n---\na: 1\n"};
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        struct document d = read_text(broken[i], strlen(broken[i]));
        assert_int_equal(d.status, PT_E_CONFIG);
        assert_int_equal(d.diags.n, 1);
        assert_string_equal(d.diags.items[0].code, "P0002");
        assert_null(d.root);
        document_release(&d);
    }
}

static void test_yaml_reader__size_limits(void **state)
{
    (void)state;
    struct str s = {0};
    for (int i = 0; i < YAML_DEPTH_MAX; i++) {
        str_add_char(&s, '[');
    }
    for (int i = 0; i < YAML_DEPTH_MAX; i++) {
        str_add_char(&s, ']');
    }
    expect_faults(s.p, s.n, "");
    str_reset(&s);
    for (int i = 0; i < YAML_DEPTH_MAX + 1; i++) {
        str_add_char(&s, '[');
    }
    expect_faults(s.p, s.n, "P0008 1:65");
    str_reset(&s);
    while (s.n <= YAML_BYTES_MAX) {
        str_add(&s, "# a long comment line of a file that is too long\n");
    }
    expect_faults(s.p, s.n, "P0008 1:1");
    str_release(&s);
}

// A "billion laughs" of aliases, and as many values without any.
static void test_yaml_reader__node_limit(void **state)
{
    (void)state;
    static const char laughs[] = "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
                                 "b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\n"
                                 "c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\n"
                                 "d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\n"
                                 "e: [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d]\n";
    struct document d = read_text(laughs, sizeof laughs - 1);
    assert_int_equal(d.status, PT_E_CONFIG);
    assert_string_equal(d.diags.items[0].code, "P0008");
    document_release(&d);
    struct str s = {0};
    str_add_char(&s, '[');
    for (int i = 0; i < YAML_NODES_MAX - 1; i++) {
        str_add(&s, "x,");
    }
    str_add_char(&s, ']');
    expect_faults(s.p, s.n, "");
    s.p[s.n - 1] = 'x';
    str_add_char(&s, ']');
    expect_faults(s.p, s.n, "P0008 1:100000");
    str_release(&s);
}

static bool scenario(void)
{
    static const char yaml[] = "a: &a {x: 1, y: [1, 2, '3']}\nb: *a\na: twice\nc: &s word\nd: *s\n";
    struct document d = read_text(yaml, sizeof yaml - 1);
    bool succeeded = d.status != PT_E_NO_MEMORY && !d.diags.out_of_memory;
    if (!succeeded) {
        assert_true(diags_failed(&d.diags));
    }
    document_release(&d);
    return succeeded;
}

static void test_yaml_reader__out_of_memory(void **state)
{
    (void)state;
    assert_true(sweep_allocations(scenario) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_yaml_reader__trees),
        cmocka_unit_test(test_yaml_reader__positions),
        cmocka_unit_test(test_yaml_reader__faults),
        cmocka_unit_test(test_yaml_reader__size_limits),
        cmocka_unit_test(test_yaml_reader__node_limit),
        cmocka_unit_test(test_yaml_reader__out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
