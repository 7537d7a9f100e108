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

#include "map.h"
#include "sweep.h"

static void test_map__finds_what_was_put(void **state)
{
    (void)state;
    struct map m = {0};
    char key[32];
    for (uint64_t i = 0; i < 50000; i++) {
        bool is_new = false;
        int n = snprintf(key, sizeof key, "key-%llu", (unsigned long long)(i * 7919));
        uint64_t *value = map_put(&m, text_n(key, (size_t)n), &is_new);
        assert_non_null(value);
        assert_true(is_new);
        assert_int_equal(*value, 0);
        *value = i;
    }
    assert_int_equal(m.n, 50000);
    for (uint64_t i = 0; i < 50000; i++) {
        bool is_new = true;
        int n = snprintf(key, sizeof key, "key-%llu", (unsigned long long)(i * 7919));
        assert_int_equal(*map_get(&m, text_n(key, (size_t)n)), i);
        assert_int_equal(*map_put(&m, text_n(key, (size_t)n), &is_new), i);
        assert_false(is_new);
    }
    assert_null(map_get(&m, text_of("key-1")));
    map_release(&m);
    assert_int_equal(mem_live_blocks(), 0);
}

static void test_map__keeps_order_of_insertion(void **state)
{
    (void)state;
    static const char *const names[] = {"zebra", "ape", "", "mouse", "a\0b"};
    struct map m = {0};
    for (size_t i = 0; i < 5; i++) {
        assert_non_null(map_put(&m, i == 4 ? text_n(names[i], 3) : text_of(names[i]), NULL));
    }
    assert_non_null(map_put(&m, text_of("ape"), NULL));
    assert_int_equal(m.n, 5);
    for (size_t i = 0; i < 4; i++) {
        assert_true(text_is(m.entries[i].key, names[i]));
    }
    assert_int_equal(m.entries[4].key.n, 3);
    assert_null(map_get(&m, text_of("a")));
    map_release(&m);
}

static void test_map__empty_map_and_empty_key(void **state)
{
    (void)state;
    struct map m = {0};
    assert_null(map_get(&m, text_of("x")));
    *map_put(&m, (struct text){NULL, 0}, NULL) = 9;
    assert_int_equal(*map_get(&m, text_of("")), 9);
    map_release(&m);
    map_release(&m);
}

static void test_map__hash_is_stable_and_spreads(void **state)
{
    (void)state;
    // Every length and every bit counts.
    unsigned char bytes[64] = {0};
    for (size_t n = 0; n < sizeof bytes; n++) {
        assert_true(hash_bytes(bytes, n, 0) == hash_bytes(bytes, n, 0));
        assert_true(hash_bytes(bytes, n, 0) != hash_bytes(bytes, n + 1, 0));
        assert_true(hash_bytes(bytes, n, 0) != hash_bytes(bytes, n, 1));
        uint64_t plain = hash_bytes(bytes, sizeof bytes, 0);
        bytes[n] = 1;
        assert_true(hash_bytes(bytes, sizeof bytes, 0) != plain);
        bytes[n] = 0;
    }
    // 100,000 counters in 1,024 buckets: mean 97.7, standard deviation 9.9; ten of them never.
    uint32_t buckets[1024] = {0};
    for (uint64_t i = 0; i < 100000; i++) {
        buckets[hash_bytes(&i, sizeof i, 0) & 1023]++;
    }
    for (size_t i = 0; i < 1024; i++) {
        assert_in_range(buckets[i], 1, 196);
    }
}

static bool scenario(void)
{
    struct map m = {0};
    char key[16];
    bool done = true;
    for (int i = 0; done && i < 300; i++) {
        int n = snprintf(key, sizeof key, "%d", i);
        uint64_t *value = map_put(&m, text_n(key, (size_t)n), NULL);
        done = value != NULL;
        if (done) {
            *value = (uint64_t)i;
        }
    }
    // What was put before the failure is still there.
    for (size_t i = 0; i < m.n; i++) {
        assert_int_equal(*map_get(&m, m.entries[i].key), i);
    }
    map_release(&m);
    return done;
}

static void test_map__survives_failing_allocations(void **state)
{
    (void)state;
    assert_true(sweep_allocations(scenario) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_map__finds_what_was_put),
        cmocka_unit_test(test_map__keeps_order_of_insertion),
        cmocka_unit_test(test_map__empty_map_and_empty_key),
        cmocka_unit_test(test_map__hash_is_stable_and_spreads),
        cmocka_unit_test(test_map__survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
