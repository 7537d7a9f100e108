// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "harness_inner.h"
#include "pt_dict.h"

// The i-th value: lengths from 0 to beyond the hash's steps, neighbours that differ in one byte.
static uint64_t value_make(uint32_t i, char *out)
{
    uint64_t n = (uint64_t)snprintf(out, 128, "%u", i);
    for (; n < i % 90; n++) {
        out[n] = (char)('a' + n % 7);
    }
    return n;
}

static void test_pt_dict__codes_are_stable_and_distinct(void **state)
{
    (void)state;
    struct harness_host host = {0};
    struct pt_dict d;
    char value[128];
    host_init(&host);
    pt_dict_init(&d, &host.table);
    assert_int_equal(pt_dict_intern(&d, "", 0), 0);
    for (uint32_t i = 0; i < 50000; i++) {
        uint64_t n = value_make(i, value);
        assert_int_equal(pt_dict_intern(&d, value, n), i + 1);
    }
    for (uint32_t i = 50000; i-- > 0;) {
        uint64_t n = value_make(i, value);
        assert_int_equal(pt_dict_intern(&d, value, n), i + 1);
        pt_bytes kept = pt_dict_get(&d, (int32_t)i + 1);
        assert_int_equal(kept.size, n);
        assert_memory_equal(kept.data, value, n);
    }
    assert_int_equal(d.n, 50001);
    pt_dict_release(&d);
    assert_int_equal(host.live, 0);
}

static void test_pt_dict__exports_stay_as_they_were(void **state)
{
    (void)state;
    struct harness_host host = {0};
    struct pt_dict d;
    struct ArrowArray early;
    struct ArrowArray later;
    struct ArrowArray empty;
    char value[128];
    host_init(&host);
    pt_dict_init(&d, &host.table);
    assert_int_equal(pt_dict_export(&d, &empty), PT_OK);
    assert_int_equal(empty.length, 0);
    pt_dict_intern(&d, "one", 3);
    assert_int_equal(pt_dict_export(&d, &early), PT_OK);
    pt_dict_intern(&d, "two", 3);
    assert_int_equal(pt_dict_export(&d, &later), PT_OK);
    assert_ptr_equal(early.buffers[2], later.buffers[2]); // nothing was copied
    for (uint32_t i = 0; i < 5000; i++) {
        uint64_t n = value_make(i, value);
        pt_dict_intern(&d, value, n);
    }
    pt_dict_reset(&d);
    assert_int_equal(pt_dict_intern(&d, "new", 3), 0);
    pt_dict_release(&d);
    assert_int_equal(early.length, 1);
    assert_int_equal(later.length, 2);
    assert_memory_equal(later.buffers[2], "onetwo", 6);
    assert_int_equal(((const int32_t *)later.buffers[1])[2], 6);
    early.release(&early);
    later.release(&later);
    empty.release(&empty);
    assert_int_equal(host.live, 0);
}

static void test_pt_dict__hash_spreads(void **state)
{
    (void)state;
    // 2^16 values over 2^12 buckets: with a good hash no bucket has more than 50 (mean 16; the odds
    // of a false alarm are below 1e-8).
    static uint16_t buckets[4096];
    for (uint32_t i = 0; i < 65536; i++) {
        char text[32];
        int n = snprintf(text, sizeof text, "/product/P%06u", i);
        buckets[pt_dict_hash(text, (uint64_t)n) & 4095]++;
    }
    for (uint32_t i = 0; i < 4096; i++) {
        assert_true(buckets[i] <= 50);
    }
}

static void test_pt_dict__failed_allocation_changes_nothing(void **state)
{
    (void)state;
    struct harness_host host = {0};
    struct pt_dict d;
    char value[128];
    host_init(&host);
    pt_dict_init(&d, &host.table);
    uint32_t failures = 0;
    for (uint32_t i = 0; i < 3000; i++) {
        uint64_t n = value_make(i, value);
        host.calls = 0;
        host.fail_at = 1;
        int32_t code = pt_dict_intern(&d, value, n);
        host.fail_at = 0;
        failures += code < 0 ? 1 : 0;
        assert_int_equal(pt_dict_intern(&d, value, n), i);
    }
    assert_true(failures > 5);
    pt_dict_release(&d);
    assert_int_equal(host.live, 0);
}

// Many at once give the codes that one by one would: known and new ones, NULLs, empty values, the
// same value twice, values that differ in one byte anywhere.
static void test_pt_dict__all_at_once(void **state)
{
    (void)state;
    struct harness_host host = {0};
    struct pt_dict one;
    struct pt_dict all;
    static char bytes[300][160];
    host_init(&host);
    pt_dict_init(&one, &host.table);
    pt_dict_init(&all, &host.table);
    for (uint32_t round = 0; round < 200; round++) {
        pt_bytes values[300];
        int32_t codes[300];
        uint32_t n = round * 37 % 301;
        for (uint32_t i = 0; i < n; i++) {
            uint32_t size = (round * 31 + i * 7) % 150;
            memset(bytes[i], 'x', size);
            if (size > 0) {
                bytes[i][(round + i * 13) % size] = 'y';
            }
            values[i] =
                (pt_bytes){i % 11 == 0 ? NULL : (const uint8_t *)bytes[i], i % 11 == 0 ? 0 : size};
        }
        assert_true(pt_dict_intern_all(&all, values, n, codes));
        for (uint32_t i = 0; i < n; i++) {
            int32_t wanted =
                values[i].data == NULL ? -1 : pt_dict_intern(&one, values[i].data, values[i].size);
            assert_int_equal(codes[i], wanted);
        }
        if (round % 50 == 49) {
            pt_dict_reset(&one);
            pt_dict_reset(&all);
        }
    }
    pt_dict_release(&one);
    pt_dict_release(&all);
    assert_int_equal(host.live, 0);
}

static void test_pt_dict__all_at_once_out_of_memory(void **state)
{
    (void)state;
    struct harness_host host = {0};
    struct pt_dict d;
    char value[100][128];
    pt_bytes values[100];
    int32_t codes[100];
    host_init(&host);
    for (uint32_t i = 0; i < 100; i++) {
        values[i] = (pt_bytes){(const uint8_t *)value[i], value_make(i, value[i])};
    }
    uint32_t failures = 0;
    for (uint64_t at = 1; at < 40; at++) {
        pt_dict_init(&d, &host.table);
        host.calls = 0;
        host.fail_at = at;
        failures += pt_dict_intern_all(&d, values, 100, codes) ? 0 : 1;
        host.fail_at = 0;
        assert_true(pt_dict_intern_all(&d, values, 100, codes));
        for (uint32_t i = 0; i < 100; i++) {
            assert_int_equal(codes[i], i);
        }
        pt_dict_release(&d);
        assert_int_equal(host.live, 0);
    }
    assert_true(failures > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pt_dict__codes_are_stable_and_distinct),
        cmocka_unit_test(test_pt_dict__exports_stay_as_they_were),
        cmocka_unit_test(test_pt_dict__hash_spreads),
        cmocka_unit_test(test_pt_dict__failed_allocation_changes_nothing),
        cmocka_unit_test(test_pt_dict__all_at_once),
        cmocka_unit_test(test_pt_dict__all_at_once_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
