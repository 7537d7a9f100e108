// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Orders against the simplest sorts there are.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rank.h"

#define MOST 5000

static uint32_t roll(uint64_t *seed, uint32_t n)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)((*seed >> 33) % n);
}

static void test_rank__items_stay_in_order_within_a_key(void **state)
{
    (void)state;
    static struct rank_item items[MOST];
    static struct rank_item scratch[MOST];
    static const uint32_t sizes[] = {0, 1, 2, 31, 32, 33, 1000, MOST};
    static const uint64_t spreads[] = {1, 3, 256, 65537, 1000003};
    uint64_t seed = 5;
    for (size_t s = 0; s < sizeof sizes / sizeof sizes[0] * 5; s++) {
        uint32_t n = sizes[s / 5];
        for (uint32_t i = 0; i < n; i++) {
            uint64_t high = s % 2 == 0 ? 0 : (uint64_t)roll(&seed, 3) << 62;
            items[i] = (struct rank_item){high | roll(&seed, (uint32_t)spreads[s % 5]), i};
        }
        rank_items(items, scratch, n);
        for (uint32_t i = 1; i < n; i++) {
            assert_true(items[i - 1].key < items[i].key ||
                        (items[i - 1].key == items[i].key && items[i - 1].value < items[i].value));
        }
    }
}

static int compare_texts(const void *a, const void *b)
{
    return text_compare(*(const struct text *)a, *(const struct text *)b);
}

// Texts of an alphabet with NUL and 0xFF, most of them beginnings of others.
static uint32_t make_texts(uint64_t *seed, struct text *texts, char *bytes)
{
    static const char alphabet[] = {'\0', 'a', 'b', '\xff'};
    static char zeros[64];
    uint32_t n = 0;
    char *p = bytes;
    for (uint32_t i = 0; i < MOST; i++) {
        uint32_t length = roll(seed, 40);
        uint32_t letters = 1 + roll(seed, 4);
        memcpy(p, zeros, length);
        memset(p, 'z', length / 2); // a long common beginning
        for (uint32_t k = length / 2; k < length; k++) {
            p[k] = alphabet[roll(seed, letters)];
        }
        texts[n++] = text_n(p, length);
        p += length;
    }
    qsort(texts, n, sizeof *texts, compare_texts);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (kept == 0 || !text_equal(texts[kept - 1], texts[i])) {
            texts[kept++] = texts[i];
        }
    }
    return kept;
}

static void shuffle(uint64_t *seed, struct text *texts, uint32_t n)
{
    for (uint32_t i = n; i > 1; i--) {
        uint32_t k = roll(seed, i);
        struct text t = texts[i - 1];
        texts[i - 1] = texts[k];
        texts[k] = t;
    }
}

static void test_rank__texts_in_byte_order(void **state)
{
    (void)state;
    static struct text texts[MOST];
    static char bytes[MOST * 40];
    static uint32_t order[MOST];
    static struct rank_item scratch[2 * MOST];
    for (uint64_t seed = 1; seed < 9; seed++) {
        uint64_t rolling = seed;
        uint32_t n = make_texts(&rolling, texts, bytes);
        assert_true(n > 100);
        shuffle(&rolling, texts, n);
        rank_texts(texts, n, false, scratch, order);
        for (uint32_t i = 1; i < n; i++) {
            assert_true(text_compare(texts[order[i - 1]], texts[order[i]]) < 0);
        }
        rank_texts(texts, n, true, scratch, order);
        for (uint32_t i = 1; i < n; i++) {
            struct text a = texts[order[i - 1]];
            struct text b = texts[order[i]];
            assert_true(a.n < b.n || (a.n == b.n && text_compare(a, b) < 0));
        }
    }
}

static void test_rank__numbers_by_length(void **state)
{
    (void)state;
    static char bytes[1200][8];
    static struct text texts[1200];
    static uint32_t order[1200];
    static struct rank_item scratch[2400];
    for (uint32_t i = 0; i < 1200; i++) {
        uint32_t number = i * 7 % 1200;
        texts[i] = text_n(bytes[i], (size_t)snprintf(bytes[i], sizeof bytes[i], "%u", number));
    }
    rank_texts(texts, 1200, true, scratch, order);
    for (uint32_t i = 0; i < 1200; i++) {
        assert_int_equal(strtoul(texts[order[i]].p, NULL, 10), i);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rank__items_stay_in_order_within_a_key),
        cmocka_unit_test(test_rank__texts_in_byte_order),
        cmocka_unit_test(test_rank__numbers_by_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
