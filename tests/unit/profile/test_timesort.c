// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Sorted and stable, on orders of all kinds and sizes around the pieces.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "timesort.h"

static int64_t time_of(uint32_t kind, uint32_t i, uint32_t n)
{
    switch (kind) {
    case 0:
        return i;
    case 1:
        return n - i;
    case 2:
        return i < n / 2 ? i + n : i; // two files in the wrong order
    case 3:
        return i * 2654435761u % 7; // few times, many ties
    default:
        return (int64_t)(i * 2654435761u) - INT64_C(2000000000);
    }
}

static void test_timesort__is_stable(void **state)
{
    (void)state;
    static struct time_item items[3000];
    static struct time_item scratch[3000];
    for (uint32_t n = 0; n <= 3000; n += n < 200 ? 1 : 700) {
        for (uint32_t kind = 0; kind < 5; kind++) {
            for (uint32_t i = 0; i < n; i++) {
                items[i] = (struct time_item){time_of(kind, i, n), i};
            }
            timesort(items, scratch, n);
            for (uint32_t i = 0; i < n; i++) {
                assert_int_equal(items[i].time, time_of(kind, items[i].index, n));
                assert_true(
                    i == 0 || items[i - 1].time < items[i].time ||
                    (items[i - 1].time == items[i].time && items[i - 1].index < items[i].index));
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_timesort__is_stable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
