// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "host.h"
#include "mem.h"
#include "run_services.h"

struct bench {
    pt_host host;
    struct pool *pool;
    struct run_services *services;
    const pt_run *run;
};

static void bench_open(struct bench *b, uint32_t threads)
{
    struct pt_error err = ERROR_INIT;
    host_table_init(&b->host, NULL);
    assert_int_equal(pool_new(threads, &b->pool, &err), PT_OK);
    assert_int_equal(run_services_new(b->pool, 11, &b->host, &b->services, &err), PT_OK);
    b->run = run_services_view(b->services);
}

static void bench_close(struct bench *b)
{
    run_services_free(b->services);
    pool_free(b->pool);
}

// Sums that show every change of order: terms of very different size.
static pt_status add_terms(const void *arg, uint64_t begin, uint64_t end, void *state,
                           pt_error *err)
{
    (void)arg;
    (void)err;
    double *sum = state;
    for (uint64_t i = begin; i < end; i++) {
        sum[0] += sin((double)i) * pow(10, (double)(i % 17));
        sum[1] += 1;
    }
    return PT_OK;
}

static void add_sums(const void *arg, void *into, const void *from)
{
    (void)arg;
    ((double *)into)[0] += ((const double *)from)[0];
    ((double *)into)[1] += ((const double *)from)[1];
}

static void test_run_services__map_reduce_is_the_same_at_any_thread_count(void **state)
{
    (void)state;
    static const uint32_t threads[] = {1, 2, 8};
    static const uint64_t sizes[] = {1, 2, 63, 64, 65, 1000, 12345};
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        double first[2] = {0};
        for (size_t i = 0; i < 3; i++) {
            struct bench b;
            struct pt_error err = ERROR_INIT;
            double sum[2] = {99, 99};
            bench_open(&b, threads[i]);
            assert_int_equal(b.run->map_reduce(b.run, sizes[s], sizeof sum, add_terms, add_sums,
                                               NULL, sum, &err),
                             PT_OK);
            assert_true(sum[1] == (double)sizes[s]);
            if (i == 0) {
                memcpy(first, sum, sizeof sum);
            }
            assert_memory_equal(first, sum, sizeof sum);
            bench_close(&b);
        }
    }
}

static void test_run_services__map_reduce_of_nothing_is_zero(void **state)
{
    (void)state;
    struct bench b;
    double sum[2] = {99, 99};
    bench_open(&b, 2);
    assert_int_equal(b.run->map_reduce(b.run, 0, sizeof sum, add_terms, add_sums, NULL, sum, NULL),
                     PT_OK);
    assert_true(sum[0] == 0 && sum[1] == 0);
    bench_close(&b);
}

static pt_status fail_late(const void *arg, uint64_t begin, uint64_t end, void *state,
                           pt_error *err)
{
    (void)arg;
    (void)state;
    if (begin <= 700 && 700 < end) {
        FAIL(err, PT_E_NUMERIC, "item 700");
    }
    return PT_OK;
}

static void test_run_services__failure_comes_back(void **state)
{
    (void)state;
    struct bench b;
    struct pt_error err = ERROR_INIT;
    double sum[2];
    bench_open(&b, 2);
    assert_int_equal(b.run->map_reduce(b.run, 1000, 16, fail_late, add_sums, NULL, sum, &err),
                     PT_E_NUMERIC);
    assert_string_equal(err.message, "item 700");
    assert_int_equal(
        b.run->map_reduce(b.run, 2, UINT64_MAX - 8, add_terms, add_sums, NULL, NULL, &err),
        PT_E_NO_MEMORY);
    bench_close(&b);
}

static pt_status mark_range(void *arg, uint64_t begin, uint64_t end, pt_error *err)
{
    (void)err;
    for (uint64_t i = begin; i < end; i++) {
        ((uint8_t *)arg)[i]++;
    }
    return PT_OK;
}

static void test_run_services__parallel_for_does_each_item_once(void **state)
{
    (void)state;
    static const uint64_t grains[] = {0, 1, 7, 1000, 5000};
    for (size_t g = 0; g < 5; g++) {
        struct bench b;
        uint8_t marks[1000] = {0};
        bench_open(&b, 2);
        assert_int_equal(b.run->parallel_for(b.run, 1000, grains[g], mark_range, marks, NULL),
                         PT_OK);
        for (size_t i = 0; i < 1000; i++) {
            assert_int_equal(marks[i], 1);
        }
        bench_close(&b);
    }
}

static uint8_t always_cancelled(const pt_host *host)
{
    (void)host;
    return 1;
}

static void test_run_services__cancel_stops_loops(void **state)
{
    (void)state;
    struct bench b;
    double sum[2];
    uint8_t marks[10] = {0};
    bench_open(&b, 2);
    b.host.cancelled = always_cancelled;
    assert_int_equal(b.run->cancelled(b.run), 1);
    assert_int_equal(b.run->map_reduce(b.run, 10, sizeof sum, add_terms, add_sums, NULL, sum, NULL),
                     PT_E_CANCELLED);
    assert_int_equal(b.run->parallel_for(b.run, 10, 1, mark_range, marks, NULL), PT_E_CANCELLED);
    bench_close(&b);
}

static void test_run_services__scratch_is_aligned_and_freed(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, 1);
    int64_t before = mem_live_blocks();
    for (uint64_t size = 0; size < 300; size += 37) {
        uint8_t *p = b.run->scratch(b.run, size);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 64, 0);
        memset(p, 0xff, size);
    }
    assert_true(mem_live_blocks() > before);
    run_services_reset(b.services);
    assert_int_equal(mem_live_blocks(), before);
    mem_fault_arm(2, false);
    assert_null(b.run->scratch(b.run, 8));
    mem_fault_arm(1, false);
    assert_null(b.run->scratch(b.run, 8));
    mem_fault_arm(0, false);
    assert_int_equal(mem_live_blocks(), before);
    bench_close(&b);
}

static void test_run_services__memory_out_is_told(void **state)
{
    (void)state;
    struct bench b;
    struct run_services *none = NULL;
    struct pt_error err = ERROR_INIT;
    double sum[2];
    bench_open(&b, 1);
    mem_fault_arm(1, false);
    assert_int_equal(b.run->map_reduce(b.run, 10, sizeof sum, add_terms, add_sums, NULL, sum, &err),
                     PT_E_NO_MEMORY);
    mem_fault_arm(1, false);
    assert_int_equal(run_services_new(NULL, 1, &b.host, &none, &err), PT_E_NO_MEMORY);
    mem_fault_arm(0, false);
    bench_close(&b);
}

static void count_line(const pt_host *host, pt_log_level level, const char *message,
                       const pt_log_field *fields, uint32_t n_fields)
{
    (void)message;
    assert_int_equal(level, PT_LOG_DEBUG);
    assert_int_equal(n_fields, 1);
    assert_string_equal(fields[0].key, "loss");
    assert_string_equal(fields[0].value, "0.25");
    (*(int *)host->ctx)++;
}

static void test_run_services__progress_is_a_few_lines(void **state)
{
    (void)state;
    struct bench b;
    int lines = 0;
    pt_metric loss = {"loss", 0.25};
    bench_open(&b, 1);
    b.host.ctx = &lines;
    b.host.log = count_line;
    for (int i = 0; i <= 1000; i++) {
        b.run->progress(b.run, i / 1000.0, &loss, 1);
    }
    b.run->progress(b.run, NAN, &loss, 1);
    assert_int_equal(lines, 10);
    bench_close(&b);
}

// A = [4 2; 2 3] = L L', x = A^-1 [2 5] = [-0.5 2].
static void test_run_services__linear_algebra(void **state)
{
    (void)state;
    struct bench b;
    bench_open(&b, 2);
    const pt_blas *blas = b.run->blas;
    double a[] = {4, 2, 2, 3};
    double x[] = {2, 5};
    assert_int_equal(blas->dpotrf('L', 2, a, 2), 0);
    assert_true(a[0] == 2 && a[1] == 1 && fabs(a[3] - sqrt(2)) < 1e-15);
    assert_int_equal(blas->dpotrs('L', 2, 1, a, 2, x, 2), 0);
    assert_true(fabs(x[0] + 0.5) < 1e-15 && fabs(x[1] - 2) < 1e-15);
    double bad[] = {1, 2, 2, 1};
    assert_int_equal(blas->dpotrf('L', 2, bad, 2), 2);
    double m[] = {1, 2, 3, 4, 5, 6}; // 2 x 3 by columns
    double out[4] = {0};
    blas->dgemm('N', 'T', 2, 2, 3, 1, m, 2, m, 2, 0, out, 2);
    assert_true(out[0] == 35 && out[1] == 44 && out[2] == 44 && out[3] == 56);
    double half[4] = {0};
    blas->dsyrk('U', 'N', 2, 3, 1, m, 2, 0, half, 2);
    assert_true(half[0] == 35 && half[1] == 0 && half[2] == 44 && half[3] == 56);
    double y[3] = {1, 1, 1};
    blas->dgemv('T', 2, 3, 1, m, 2, x, 1, 1, y, 1);
    assert_true(fabs(y[0] - 4.5) < 1e-14 && fabs(y[2] - 10.5) < 1e-14);
    bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_run_services__map_reduce_is_the_same_at_any_thread_count),
        cmocka_unit_test(test_run_services__map_reduce_of_nothing_is_zero),
        cmocka_unit_test(test_run_services__failure_comes_back),
        cmocka_unit_test(test_run_services__parallel_for_does_each_item_once),
        cmocka_unit_test(test_run_services__cancel_stops_loops),
        cmocka_unit_test(test_run_services__scratch_is_aligned_and_freed),
        cmocka_unit_test(test_run_services__memory_out_is_told),
        cmocka_unit_test(test_run_services__progress_is_a_few_lines),
        cmocka_unit_test(test_run_services__linear_algebra),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
