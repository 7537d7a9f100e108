// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Assignment against trying every permutation.
#include <setjmp.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "assignment.h"
#include "mem.h"
#include "philox.h"

#define MOST 7

static double sum_of(const double *cost, uint32_t n, const uint32_t *column_of)
{
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += cost[i * n + column_of[i]];
    }
    return sum;
}

static double least_of(const double *cost, uint32_t n, uint32_t row, uint32_t taken)
{
    double least = row == n ? 0 : INFINITY;
    for (uint32_t j = 0; row < n && j < n; j++) {
        if ((taken & (1U << j)) == 0) {
            least = fmin(least, cost[row * n + j] + least_of(cost, n, row + 1, taken | (1U << j)));
        }
    }
    return least;
}

static void test_assignment__is_the_least_of_all(void **state)
{
    (void)state;
    struct pt_error err = ERROR_INIT;
    for (uint64_t turn = 0; turn < 400; turn++) {
        uint32_t n = 1 + (uint32_t)(turn % MOST);
        double cost[MOST * MOST];
        uint32_t column_of[MOST];
        uint32_t seen = 0;
        for (uint32_t i = 0; i < n * n; i++) {
            // Every other case has many equal costs; some are below 0.
            uint64_t bits = philox_bits(turn, 1, i);
            cost[i] = turn % 2 == 0 ? (double)(bits % 4) - 2 : (double)(bits >> 40) - 5e6;
        }
        assert_int_equal(assignment_solve(cost, n, column_of, &err), PT_OK);
        for (uint32_t i = 0; i < n; i++) {
            assert_true(column_of[i] < n);
            seen |= 1U << column_of[i];
        }
        assert_int_equal(seen, (1U << n) - 1);
        assert_true(fabs(sum_of(cost, n, column_of) - least_of(cost, n, 0, 0)) < 1e-6);
    }
}

static void test_assignment__large_is_quick_and_whole(void **state)
{
    (void)state;

    enum { N = 300 };
    struct pt_error err = ERROR_INIT;
    double *cost = mem_array((size_t)N * N, sizeof *cost);
    uint32_t column_of[N];
    assert_non_null(cost);
    for (uint32_t i = 0; i < N; i++) {
        for (uint32_t j = 0; j < N; j++) {
            cost[i * N + j] = j == (i * 7 + 3) % N ? -1 : (double)((i + j) % 5);
        }
    }
    assert_int_equal(assignment_solve(cost, N, column_of, &err), PT_OK);
    for (uint32_t i = 0; i < N; i++) {
        assert_int_equal(column_of[i], (i * 7 + 3) % N);
    }
    mem_free(cost);
}

static void test_assignment__every_allocation_may_fail(void **state)
{
    (void)state;
    static const double cost[] = {1, 2, 3, 0};
    struct pt_error err = ERROR_INIT;
    uint32_t column_of[2];
    int64_t before = mem_live_blocks();
    for (uint64_t at = 1; at <= 6; at++) {
        mem_fault_arm(at, false);
        assert_int_equal(assignment_solve(cost, 2, column_of, &err), PT_E_NO_MEMORY);
        mem_fault_arm(0, false);
        assert_int_equal(mem_live_blocks(), before);
    }
    assert_int_equal(assignment_solve(cost, 2, column_of, &err), PT_OK);
    assert_int_equal(column_of[0], 0);
    assert_int_equal(column_of[1], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_assignment__is_the_least_of_all),
        cmocka_unit_test(test_assignment__large_is_quick_and_whole),
        cmocka_unit_test(test_assignment__every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
