// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The kernels of every level this machine has, against plain loops and the C library.
#include <setjmp.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cpu.h"
#include "logreg_kernel.h"
#include "sample_table.h"

#define COLUMNS 11
#define P (COLUMNS + 1)
#define STRIDE 160

static const uint32_t levels[] = {PT_CPU_BASELINE, PT_CPU_AVX2, PT_CPU_AVX512};

static const struct logreg_kernel *kernel_at(size_t i)
{
    return levels[i] <= cpu_detect() ? logreg_kernel_of(levels[i]) : NULL;
}

static double distance(double a, double b)
{
    return fabs(a - b) / (fabs(b) > 0 ? fabs(b) : 1);
}

static void test_logreg_kernel__exp_is_accurate(void **state)
{
    (void)state;
    uint64_t stream = 5;
    for (size_t level = 0; level < 3; level++) {
        const struct logreg_kernel *k = kernel_at(level);
        for (size_t round = 0; k != NULL && round < 2000; round++) {
            double x[LOGREG_CHUNK];
            double got[LOGREG_CHUNK];
            uint32_t n = 1 + (uint32_t)(round % LOGREG_CHUNK);
            for (uint32_t i = 0; i < n; i++) {
                double u = sample_uniform(&stream);
                x[i] = round % 3 == 0 ? -707 * u : round % 3 == 1 ? -u : -1e-9 * u;
            }
            x[0] = round % 7 == 0 ? 0 : x[0];
            k->exp_down(x, n, got);
            for (uint32_t i = 0; i < n; i++) {
                assert_true(distance(got[i], exp(x[i])) < 5e-16);
            }
            k->sigmoid(x, n, got);
            for (uint32_t i = 0; i < n; i++) {
                assert_true(distance(got[i], exp(x[i]) / (1 + exp(x[i]))) < 1e-15);
            }
        }
    }
}

static void test_logreg_kernel__sigmoid_at_the_ends(void **state)
{
    (void)state;
    double eta[] = {0, 800, -800, 40, -40, INFINITY, -INFINITY};
    double p[7];
    for (size_t level = 0; level < 3; level++) {
        const struct logreg_kernel *k = kernel_at(level);
        if (k == NULL) {
            continue;
        }
        k->sigmoid(eta, 7, p);
        assert_true(p[0] == 0.5 && p[1] == 1 && p[5] == 1);
        assert_true(p[2] >= 0 && p[2] < 1e-300 && p[6] >= 0 && p[6] < 1e-300);
        assert_true(distance(p[4], exp(-40)) < 1e-15 && distance(p[3], 1) < 1e-15);
    }
}

// Rows, labels, weights and what plain loops say of them.
struct scene {
    double x[COLUMNS * STRIDE];
    double label[STRIDE];
    double weights[P];
    uint32_t rows;
    double losses[2];
    double gradient[P];
    double curvature[P][P];
};

static void fill_scene(struct scene *s, uint32_t rows, double spread)
{
    uint64_t stream = rows;
    *s = (struct scene){.rows = rows};
    for (size_t i = 0; i < COLUMNS * STRIDE; i++) {
        s->x[i] = 4 * sample_uniform(&stream) - 2;
    }
    for (size_t i = 0; i < STRIDE; i++) {
        s->label[i] = sample_uniform(&stream) < 0.4;
    }
    for (size_t j = 0; j < P; j++) {
        s->weights[j] = spread * (sample_uniform(&stream) - 0.5);
    }
}

static double margin_of(const struct scene *s, uint32_t row)
{
    double eta = s->weights[COLUMNS];
    for (uint32_t j = 0; j < COLUMNS; j++) {
        eta += s->weights[j] * s->x[j * STRIDE + row];
    }
    return eta;
}

static void add_plainly(struct scene *s, const double class_weights[2])
{
    for (uint32_t i = 0; i < s->rows; i++) {
        double eta = margin_of(s, i);
        int one = s->label[i] != 0;
        double p = 1 / (1 + exp(-eta));
        double weight = class_weights[one];
        s->losses[one] += log1p(exp(-fabs(eta))) + (eta > 0 ? eta : 0) - s->label[i] * eta;
        for (uint32_t j = 0; j < P; j++) {
            double xj = j == COLUMNS ? 1 : s->x[j * STRIDE + i];
            s->gradient[j] += weight * (p - s->label[i]) * xj;
            for (uint32_t l = 0; l <= j; l++) {
                double xl = l == COLUMNS ? 1 : s->x[l * STRIDE + i];
                s->curvature[j][l] += weight * p * (1 - p) * xj * xl;
            }
        }
    }
}

static double add_lanes(const double *from, uint32_t n)
{
    double sum = 0;
    for (uint32_t i = 0; i < n; i++) {
        sum += from[i];
    }
    return sum;
}

static void check_tiles(const struct scene *s, const double *tile, uint32_t lanes)
{
    for (uint32_t i = 0; i < logreg_tiles(P); i++) {
        for (uint32_t j = 0; j <= i; j++) {
            for (uint32_t e = 0; e < LOGREG_TILE * LOGREG_TILE; e++, tile += lanes) {
                uint32_t row = i * LOGREG_TILE + e / LOGREG_TILE;
                uint32_t column = j * LOGREG_TILE + e % LOGREG_TILE;
                if (row < P && column <= row) {
                    assert_true(fabs(add_lanes(tile, lanes) - s->curvature[row][column]) < 1e-11);
                }
            }
        }
    }
}

static void check_level(const struct logreg_kernel *k, struct scene *s)
{
    static double gradient[P * LOGREG_LANES];
    static double tiles[10 * LOGREG_TILE * LOGREG_TILE * LOGREG_LANES];
    static double z[P * LOGREG_CHUNK];
    double eta[LOGREG_CHUNK];
    memset(gradient, 0, sizeof gradient);
    memset(tiles, 0, sizeof tiles);
    memset(z, 0, sizeof z);
    struct logreg_sums sums = {.gradient = gradient, .tiles = tiles, .z = z};
    struct logreg_labels labels = {s->label, {0.75, 2}};
    struct logreg_chunk c = {s->x, STRIDE, COLUMNS, s->rows};
    k->margins(&c, s->weights, eta);
    for (uint32_t i = 0; i < s->rows; i++) {
        assert_true(fabs(eta[i] - margin_of(s, i)) < 1e-11 * (1 + fabs(eta[i])));
    }
    k->add(&c, &labels, eta, &sums);
    assert_true(distance(sums.losses[0], s->losses[0]) < 1e-12);
    assert_true(distance(sums.losses[1], s->losses[1]) < 1e-12);
    for (uint32_t j = 0; j < P; j++) {
        double got = add_lanes(gradient + (uint64_t)j * k->lanes, k->lanes);
        assert_true(fabs(got - s->gradient[j]) < 1e-11);
    }
    check_tiles(s, tiles, k->lanes);
}

// Every number of rows up to a chunk, gentle and steep weights.
static void test_logreg_kernel__sums_of_every_length(void **state)
{
    (void)state;
    static const double class_weights[2] = {0.75, 2};
    static struct scene s;
    for (uint32_t rows = 1; rows <= LOGREG_CHUNK; rows++) {
        for (int steep = 0; steep < 2; steep++) {
            fill_scene(&s, rows, steep == 0 ? 1 : 100);
            add_plainly(&s, class_weights);
            for (size_t level = 0; level < 3; level++) {
                if (kernel_at(level) != NULL) {
                    check_level(kernel_at(level), &s);
                }
            }
        }
    }
}

// A row has the same margin to the last bit wherever in a chunk it stands.
static void test_logreg_kernel__margins_do_not_depend_on_place(void **state)
{
    (void)state;
    static struct scene s;
    fill_scene(&s, LOGREG_CHUNK, 3);
    for (size_t level = 0; level < 3; level++) {
        const struct logreg_kernel *k = kernel_at(level);
        double all[LOGREG_CHUNK];
        for (uint32_t first = 0; k != NULL && first < LOGREG_CHUNK; first++) {
            double some[LOGREG_CHUNK];
            struct logreg_chunk whole = {s.x, STRIDE, COLUMNS, LOGREG_CHUNK};
            struct logreg_chunk rest = {s.x + first, STRIDE, COLUMNS, LOGREG_CHUNK - first};
            k->margins(&whole, s.weights, all);
            k->margins(&rest, s.weights, some);
            assert_memory_equal(some, all + first, (LOGREG_CHUNK - first) * sizeof *some);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_logreg_kernel__exp_is_accurate),
        cmocka_unit_test(test_logreg_kernel__sigmoid_at_the_ends),
        cmocka_unit_test(test_logreg_kernel__sums_of_every_length),
        cmocka_unit_test(test_logreg_kernel__margins_do_not_depend_on_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
