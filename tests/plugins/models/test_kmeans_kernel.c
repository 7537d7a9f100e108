// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The kernel at every level of this processor against plain sums in double.
#include <setjmp.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cpu.h"
#include "host.h"
#include "kmeans_kernel.h"
#include "sample_table.h"

#define ROWS KMEANS_CHUNK
#define STRIDE 167
#define K_MOST 61

// Rows and centres of one case.
struct shape {
    uint32_t k;
    uint32_t d;
    uint32_t n;
    double offset; // of all values
};

static const struct shape shapes[] = {
    {1, 1, 1, 0},     {2, 1, 31, 0},    {3, 2, 33, 5},     {5, 7, 512, 0},     {6, 8, 64, 0},
    {7, 9, 17, -3},   {10, 20, 511, 0}, {12, 16, 32, 0},   {13, 19, 500, 100}, {25, 5, 129, 0},
    {50, 20, 512, 0}, {61, 33, 77, 0},  {10, 160, 200, 0}, {4, 167, 9, 1},
};

#define N_SHAPES (sizeof shapes / sizeof *shapes)

struct scene {
    struct shape shape;
    pt_host host;
    float x[ROWS * STRIDE];
    double centres[K_MOST * STRIDE];
    struct kmeans_rows rows;
    float tile[KMEANS_TILE_MAX * STRIDE];
    struct kmeans_lead lead;
};

static void make_scene(struct scene *s, struct shape shape, uint32_t cpu)
{
    uint64_t state = 11 + shape.k;
    s->shape = shape;
    host_table_init(&s->host, NULL);
    s->host.cpu = cpu;
    for (uint32_t i = 0; i < ROWS * STRIDE; i++) {
        s->x[i] = (float)(shape.offset + 4 * sample_uniform(&state) - 2);
    }
    for (uint32_t i = 0; i < shape.k * shape.d; i++) {
        s->centres[i] = shape.offset + 4 * sample_uniform(&state) - 2;
    }
    s->rows = (struct kmeans_rows){s->x, STRIDE, shape.n, NULL};
    s->lead.has_slack = true;
}

static void run_kernel(struct scene *s)
{
    struct kmeans_centres packed = {0};
    assert_true(kmeans_centres_make(&s->host, s->shape.k, s->shape.d, &packed));
    assert_true(kmeans_centres_set(s->centres, &packed));
    kmeans_kernel_of(s->host.cpu)->nearest(&s->rows, &packed, s->tile, &s->lead);
    kmeans_centres_release(&s->host, &packed);
}

static double distance(const struct scene *s, uint32_t row, uint32_t centre)
{
    double sum = 0;
    for (uint32_t j = 0; j < s->shape.d; j++) {
        double gap = (double)s->x[row * STRIDE + j] - s->centres[centre * s->shape.d + j];
        sum += gap * gap;
    }
    return sqrt(sum);
}

static void check_row(const struct scene *s, uint32_t place, uint32_t row)
{
    double best = INFINITY;
    double next = INFINITY;
    for (uint32_t c = 0; c < s->shape.k; c++) {
        double d = distance(s, row, c);
        next = fmin(next, fmax(d, best));
        best = fmin(best, d);
    }
    uint32_t centre = s->lead.centre[place];
    assert_true(centre < s->shape.k);
    assert_true(distance(s, row, centre) <= best * (1 + 1e-4) + 1e-4);
    // Never more than there is, and nearly all of it.
    if (s->shape.k > 1) {
        double slack = (double)s->lead.slack[place];
        assert_true(slack <= next - best);
        assert_true(slack >= next - best - 0.05 * (1 + fabs(s->shape.offset)));
    }
}

static void test_kmeans_kernel__finds_the_nearest_at_every_level(void **state)
{
    (void)state;
    static struct scene s;
    for (uint32_t cpu = PT_CPU_BASELINE; cpu <= cpu_detect(); cpu++) {
        for (size_t i = 0; i < N_SHAPES; i++) {
            make_scene(&s, shapes[i], cpu);
            run_kernel(&s);
            for (uint32_t row = 0; row < shapes[i].n; row++) {
                check_row(&s, row, row);
            }
        }
    }
}

static void test_kmeans_kernel__picked_rows_are_as_all_rows(void **state)
{
    (void)state;
    static struct scene all;
    static struct scene some;
    uint16_t take[ROWS];
    for (uint32_t cpu = PT_CPU_BASELINE; cpu <= cpu_detect(); cpu++) {
        for (size_t i = 0; i < N_SHAPES; i++) {
            make_scene(&all, shapes[i], cpu);
            make_scene(&some, shapes[i], cpu);
            run_kernel(&all);
            some.rows.n = 0;
            for (uint32_t row = 0; row < shapes[i].n; row += 1 + row % 3) {
                take[some.rows.n++] = (uint16_t)row;
            }
            some.rows.take = take;
            run_kernel(&some);
            for (uint32_t at = 0; at < some.rows.n; at++) {
                assert_int_equal(some.lead.centre[at], all.lead.centre[take[at]]);
                assert_memory_equal(&some.lead.slack[at], &all.lead.slack[take[at]], sizeof(float));
            }
        }
    }
}

static void test_kmeans_kernel__wide_levels_are_equal(void **state)
{
    (void)state;
    static struct scene two;
    static struct scene five;
    for (size_t i = 0; i < N_SHAPES && cpu_detect() >= PT_CPU_AVX512; i++) {
        make_scene(&two, shapes[i], PT_CPU_AVX2);
        make_scene(&five, shapes[i], PT_CPU_AVX512);
        run_kernel(&two);
        run_kernel(&five);
        assert_memory_equal(two.lead.centre, five.lead.centre, shapes[i].n * sizeof(uint32_t));
        assert_memory_equal(two.lead.slack, five.lead.slack, shapes[i].n * sizeof(float));
    }
}

static void test_kmeans_kernel__ties_go_to_the_lower_centre(void **state)
{
    (void)state;
    static struct scene s;
    for (uint32_t cpu = PT_CPU_BASELINE; cpu <= cpu_detect(); cpu++) {
        make_scene(&s, (struct shape){14, 1, 3, 0}, cpu);
        for (uint32_t c = 0; c < 14; c++) {
            s.centres[c] = c < 7 ? 6 : -6; // 0 is as far from all
        }
        s.x[0] = 0;
        s.x[STRIDE] = -1;
        s.x[2 * STRIDE] = 1;
        run_kernel(&s);
        assert_int_equal(s.lead.centre[0], 0);
        assert_int_equal(s.lead.centre[1], 7);
        assert_int_equal(s.lead.centre[2], 0);
        assert_true(s.lead.slack[0] <= 0);
    }
}

static void test_kmeans_kernel__refuses_what_float_cannot_hold(void **state)
{
    (void)state;
    static struct scene s;
    struct kmeans_centres packed = {0};
    make_scene(&s, (struct shape){2, 1, 1, 0}, PT_CPU_BASELINE);
    assert_true(kmeans_centres_make(&s.host, 2, 1, &packed));
    s.centres[0] = 1e20;
    s.centres[1] = -1e20;
    assert_false(kmeans_centres_set(s.centres, &packed));
    s.centres[0] = 1e15;
    s.centres[1] = -1e15;
    assert_true(kmeans_centres_set(s.centres, &packed));
    kmeans_centres_release(&s.host, &packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kmeans_kernel__finds_the_nearest_at_every_level),
        cmocka_unit_test(test_kmeans_kernel__picked_rows_are_as_all_rows),
        cmocka_unit_test(test_kmeans_kernel__wide_levels_are_equal),
        cmocka_unit_test(test_kmeans_kernel__ties_go_to_the_lower_centre),
        cmocka_unit_test(test_kmeans_kernel__refuses_what_float_cannot_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
