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

#include "node.h"
#include "sweep.h"

static void test_node__finds_keys_in_order(void **state)
{
    (void)state;
    struct arena a = {0};
    struct node *keys[] = {node_scalar(&a, "name"), node_scalar(&a, "path"), node_scalar(&a, "")};
    struct node *values[] = {node_scalar(&a, "crm"), node_scalar(&a, "x.csv"),
                             node_scalar(&a, "e")};
    struct node *map = node_map(&a, 3, keys, values);
    assert_int_equal(map->n, 3);
    assert_true(text_is(node_get(map, "path")->text, "x.csv"));
    assert_true(text_is(node_get(map, "")->text, "e"));
    assert_ptr_equal(node_pair_get(map, "name")->key, keys[0]);
    assert_null(node_get(map, "pat"));
    assert_null(node_get(map, "paths"));
    assert_null(node_get(values[0], "name"));
    assert_null(node_get(NULL, "name"));
    assert_null(node_pair_get(NULL, "name"));
    arena_release(&a);
}

static void test_node__names_kinds(void **state)
{
    (void)state;
    assert_string_equal(node_kind_name(NODE_NULL), "null");
    assert_string_equal(node_kind_name(NODE_SCALAR), "scalar");
    assert_string_equal(node_kind_name(NODE_LIST), "list");
    assert_string_equal(node_kind_name(NODE_MAP), "map");
}

static void test_node__empty_map(void **state)
{
    (void)state;
    struct arena a = {0};
    struct node *map = node_map(&a, 0, NULL, NULL);
    assert_int_equal(map->kind, NODE_MAP);
    assert_null(node_get(map, "x"));
    arena_release(&a);
}

static bool scenario(void)
{
    struct arena a = {0};
    char text[9000] = {0};
    memset(text, 'x', sizeof text - 1);
    struct node *key = node_scalar(&a, text);
    struct node *value = key == NULL ? NULL : node_scalar(&a, text);
    struct node *map = value == NULL ? NULL : node_map(&a, 1, &key, &value);
    arena_release(&a);
    return map != NULL;
}

static void test_node__survives_failing_allocations(void **state)
{
    (void)state;
    assert_true(sweep_allocations(scenario) >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_node__finds_keys_in_order),
        cmocka_unit_test(test_node__names_kinds),
        cmocka_unit_test(test_node__empty_map),
        cmocka_unit_test(test_node__survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
