// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Components and owners on plain arrays.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "links.h"

static struct rank_item link_of(uint32_t a, uint32_t b, uint64_t rows)
{
    return (struct rank_item){link_pair(a, b), rows};
}

static void test_links__merge_adds_up_equal_pairs(void **state)
{
    (void)state;
    struct rank_item items[] = {link_of(2, 3, 1), link_of(0, 1, 5), link_of(2, 3, 4),
                                link_of(0, 2, 1), link_of(2, 3, 2)};
    struct rank_item scratch[5];
    assert_int_equal(links_merge(items, scratch, 5), 3);
    assert_true(items[0].key == link_pair(0, 1) && items[0].value == 5);
    assert_true(items[1].key == link_pair(0, 2) && items[1].value == 1);
    assert_true(items[2].key == link_pair(2, 3) && items[2].value == 7);
}

static void test_links__the_root_is_the_smallest(void **state)
{
    (void)state;
    struct rank_item edges[] = {link_of(7, 8, 1), link_of(5, 7, 1), link_of(3, 5, 1),
                                link_of(1, 2, 1), link_of(2, 9, 1), link_of(3, 8, 1)};
    uint32_t root[10];
    uint32_t size[10];
    struct links_forest f = {root, size, 10, 0};
    assert_int_equal(links_join(&f, edges, 6, NULL), 0);
    const uint32_t expected[] = {0, 1, 1, 3, 4, 3, 6, 3, 3, 1};
    assert_memory_equal(root, expected, sizeof expected);
    f.limit = 4;
    assert_false(links_exceed(&f));
    f.limit = 3;
    assert_true(links_exceed(&f));
}

static void test_links__a_limit_refuses_what_comes_later(void **state)
{
    (void)state;
    struct rank_item edges[] = {link_of(0, 1, 1), link_of(0, 2, 1), link_of(1, 2, 1),
                                link_of(2, 3, 1), link_of(3, 4, 1), link_of(4, 0, 1)};
    uint32_t root[5];
    uint32_t size[5];
    uint8_t refused[6];
    struct links_forest f = {root, size, 5, 3};
    assert_int_equal(links_join(&f, edges, 6, refused), 2);
    const uint32_t expected[] = {0, 0, 0, 3, 3};
    const uint8_t expected_refused[] = {0, 0, 0, 1, 0, 1};
    assert_memory_equal(root, expected, sizeof expected);
    assert_memory_equal(refused, expected_refused, sizeof expected_refused);
}

// A path in the worst order for a forest of parents: still one pass, still right.
static void test_links__a_long_chain_is_one_component(void **state)
{
    (void)state;

    enum { N = 200000 };
    struct rank_item *edges = calloc(N, sizeof *edges);
    uint32_t *root = calloc(2 * N, sizeof *root);
    struct links_forest f = {root, root + N, N, 0};
    for (uint32_t i = 0; i + 1 < N; i++) {
        edges[i] = link_of(N - 2 - i, N - 1 - i, 1);
    }
    links_join(&f, edges, N - 1, NULL);
    for (uint32_t i = 0; i < N; i++) {
        assert_int_equal(root[i], 0);
    }
    free(edges);
    free(root);
}

static void test_links__owners_by_majority(void **state)
{
    (void)state;
    // Device 0: node 4 most. 1: a tie of 3 and 5. 3: nodes 3 and 4 of one profile.
    struct rank_item votes[] = {link_of(0, 1, 2), link_of(0, 4, 3), link_of(0, 5, 1),
                                link_of(1, 3, 6), link_of(1, 5, 6), link_of(3, 3, 1),
                                link_of(3, 4, 2)};
    const uint32_t root[] = {0, 1, 2, 3, 3, 5};
    uint32_t owner[4];
    struct links_votes v = {votes, 7, root, false};
    assert_int_equal(links_owners(&v, owner, 4), 2);
    const uint32_t majority[] = {4, 3, LINK_NONE, 4};
    assert_memory_equal(owner, majority, sizeof majority);
    v.drop_shared = true;
    assert_int_equal(links_owners(&v, owner, 4), 2);
    const uint32_t anonymous[] = {LINK_NONE, LINK_NONE, LINK_NONE, 4};
    assert_memory_equal(owner, anonymous, sizeof anonymous);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_links__merge_adds_up_equal_pairs),
        cmocka_unit_test(test_links__the_root_is_the_smallest),
        cmocka_unit_test(test_links__a_limit_refuses_what_comes_later),
        cmocka_unit_test(test_links__a_long_chain_is_one_component),
        cmocka_unit_test(test_links__owners_by_majority),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
