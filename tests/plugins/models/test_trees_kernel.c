// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Binning, histograms, splits and the sharing out of rows on plain arrays, against the plainest way
// to do the same; vector code against portable code.
#include <setjmp.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bins_cut.h"
#include "cpu.h"
#include "partition.h"
#include "sample_table.h"
#include "split.h"

#define ROWS 3001

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return (x > y) - (x < y);
}

static void test_bins_cut__sorts_every_kind_of_number(void **state)
{
    (void)state;
    uint64_t seed = 1;
    double values[ROWS];
    double wanted[ROWS];
    double spare[ROWS];
    for (int i = 0; i < ROWS; i++) {
        double u = sample_uniform(&seed) - 0.5;
        values[i] = i % 3 == 0 ? u * 1e300 : i % 3 == 1 ? (double)(float)u : floor(u * 10);
    }
    memcpy(wanted, values, sizeof values);
    qsort(wanted, ROWS, sizeof *wanted, by_value);
    bins_sort(values, spare, ROWS);
    for (int i = 0; i < ROWS; i++) {
        assert_true(values[i] == wanted[i]);
    }
}

static void test_bins_cut__shares_are_even_and_cuts_separate(void **state)
{
    (void)state;
    uint64_t seed = 2;
    double values[ROWS];
    double spare[ROWS];
    double cuts[255];
    for (int i = 0; i < ROWS; i++) {
        values[i] = i % 4 == 0 ? 0 : (double)(float)sample_uniform(&seed); // a heavy value
    }
    bins_sort(values, spare, ROWS);
    uint32_t n = bins_choose(values, ROWS, 16, true, cuts);
    assert_true(n > 12 && n < 16);
    uint32_t at = 0;
    for (uint32_t c = 0; c <= n; c++) {
        uint32_t begin = at;
        while (at < ROWS && (c == n || values[at] <= cuts[c])) {
            at++;
        }
        assert_true(c == n || (double)(float)cuts[c] == cuts[c]);
        // The heavy value alone, else about an even share of the rest.
        assert_true(c == 0 || (at - begin > 75 && at - begin < 300));
    }
    double few[] = {1, 1, 2, 2, 2, 5};
    assert_int_equal(bins_choose(few, 6, 16, true, cuts), 2);
    assert_true(cuts[0] == 1.5 && cuts[1] == 3.5);
}

static void test_bins_cut__finds_bins_as_a_plain_search(void **state)
{
    (void)state;
    uint64_t seed = 3;
    double cuts[254];
    float x[ROWS];
    double doubles[ROWS];
    uint8_t out[3][ROWS];
    struct bins_search search;
    for (int i = 0; i < 254; i++) {
        cuts[i] = (double)(float)(i * 0.7 - 80);
    }
    for (int i = 0; i < ROWS; i++) {
        float u = (float)(sample_uniform(&seed) * 220 - 110);
        x[i] = i % 7 == 0 ? NAN : i % 5 == 0 ? (float)cuts[i % 254] : u;
        doubles[i] = (double)x[i];
    }
    bins_search_make(&search, cuts, 254);
    bins_search_floats(&search, x, ROWS, out[0]);
    bins_search_doubles(&search, doubles, ROWS, out[1]);
    memcpy(out[2], out[0], ROWS);
#if defined(__x86_64__)
    if (cpu_detect() >= PT_CPU_AVX512) {
        bins_search_floats_avx512(&search, x, ROWS, out[2]);
    }
#endif
    for (int i = 0; i < ROWS; i++) {
        uint32_t bin = 1;
        for (int c = 0; c < 254; c++) {
            bin += cuts[c] < doubles[i];
        }
        bin = isnan(doubles[i]) ? 0 : bin;
        assert_true(out[0][i] == bin && out[1][i] == bin && out[2][i] == bin);
    }
}

// A binned matrix of made-up bins: columns 0..width-1 in one group, in both orders.
struct made {
    struct bins bins;
    struct bins_column columns[BINS_GROUP];
    uint32_t group_first[2];
    uint8_t by_column[BINS_GROUP * ROWS + 64];
    uint8_t by_group[BINS_GROUP * ROWS];
    int64_t stat[ROWS];
    uint32_t rows[ROWS];
    uint32_t n_rows;
};

static struct made *make(uint32_t width, uint32_t n_bins, uint64_t seed)
{
    struct made *m = calloc(1, sizeof *m);
    assert_non_null(m);
    m->group_first[1] = width;
    m->bins = (struct bins){.n_rows = ROWS,
                            .n_columns = width,
                            .n_groups = 1,
                            .columns = m->columns,
                            .by_column = m->by_column,
                            .stride = ROWS,
                            .by_group = m->by_group,
                            .group_first = m->group_first};
    for (uint32_t i = 0; i < ROWS; i++) {
        for (uint32_t c = 0; c < width; c++) {
            uint8_t bin = (uint8_t)(sample_uniform(&seed) * n_bins);
            m->by_column[c * ROWS + i] = bin;
            m->by_group[i * width + c] = bin;
        }
        m->stat[i] = hist_pack((int32_t)(sample_uniform(&seed) * 2000) - 1000,
                               1 + (uint32_t)(sample_uniform(&seed) * 9));
        if (sample_uniform(&seed) < 0.4) {
            m->rows[m->n_rows++] = i;
        }
    }
    for (uint32_t c = 0; c < width; c++) {
        m->columns[c].n_bins = n_bins;
    }
    return m;
}

static void test_hist__groups_of_any_width(void **state)
{
    (void)state;
    for (uint32_t width = 1; width <= BINS_GROUP; width++) {
        struct made *m = make(width, 256, width);
        int64_t hist[BINS_GROUP * BINS_SLOTS] = {0};
        int64_t counts[BINS_GROUP * BINS_SLOTS] = {0};
        int64_t column[BINS_SLOTS] = {0};
        struct hist_rows some = {m->rows, m->n_rows, m->stat};
        struct hist_rows all = {NULL, ROWS, m->stat};
        hist_add_group(&m->bins, 0, &all, hist);
        int64_t part[BINS_GROUP * BINS_SLOTS] = {0};
        hist_add_group(&m->bins, 0, &some, part);
        hist_count_group(&m->bins, 0, &some, counts);
        hist_add_column(&m->bins, width - 1, &some, column);
        assert_memory_equal(column, part + (width - 1) * BINS_SLOTS, sizeof column);
        hist_subtract(hist, part, width * BINS_SLOTS);
        uint32_t next = 0;
        for (uint32_t i = 0; i < ROWS; i++) {
            bool is_some = next < m->n_rows && m->rows[next] == i;
            next += is_some;
            for (uint32_t c = 0; c < width; c++) {
                uint32_t at = c * BINS_SLOTS + m->by_column[c * ROWS + i];
                *(is_some ? &part[at] : &hist[at]) -= m->stat[i];
                counts[at] -= is_some;
            }
        }
        for (uint32_t i = 0; i < width * BINS_SLOTS; i++) {
            assert_true(part[i] == 0 && hist[i] == 0 && counts[i] == 0);
        }
        free(m);
    }
}

static double worth(double first, double second, double lambda)
{
    return first * first / (second + lambda);
}

// The best gain of all sides the rows can be put on by one column.
static double best_gain(const struct made *m, bool is_category, uint32_t n_bins, double lambda)
{
    double best = 0;
    uint32_t n_sets = is_category ? 1u << n_bins : 2 * n_bins;
    for (uint32_t set = 0; set < n_sets; set++) {
        double g[2] = {0, 0};
        double h[2] = {0, 0};
        for (uint32_t i = 0; i < ROWS; i++) {
            uint32_t bin = m->by_column[i];
            bool is_left = bin == 0 ? set % 2 == 1 : bin <= set / 2;
            is_left = is_category ? (set >> bin & 1) != 0 : is_left;
            g[is_left] += hist_first(m->stat[i]);
            h[is_left] += hist_second(m->stat[i]);
        }
        if (h[0] > 0 && h[1] > 0) {
            double gain = worth(g[0], h[0], lambda) + worth(g[1], h[1], lambda) -
                          worth(g[0] + g[1], h[0] + h[1], lambda);
            best = gain > best ? gain : best;
        }
    }
    return best;
}

static void test_split__is_the_best_of_all(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        for (int is_category = 0; is_category < 2; is_category++) {
            struct made *m = make(1, 7, seed);
            m->columns[0].is_category = is_category;
            int64_t hist[BINS_SLOTS] = {0};
            int64_t total = 0;
            struct hist_rows all = {NULL, ROWS, m->stat};
            hist_add_column(&m->bins, 0, &all, hist);
            for (uint32_t b = 0; b < 7; b++) {
                total += hist[b];
            }
            struct split_rule rule = {.first_scale = 1, .second_scale = 1, .min_rows = 1};
            struct split found = {0};
            split_find(&m->bins, 0, &(struct split_sums){hist, NULL, total}, &rule, &found);
            double wanted = best_gain(m, is_category, 7, 0);
            assert_true(fabs(found.gain - wanted) <= 1e-9 * wanted);
            int64_t left = 0;
            for (uint32_t b = 0; b < 7; b++) {
                left += split_goes_left(&found, b) ? hist[b] : 0;
            }
            assert_true(left == found.left);
            free(m);
        }
    }
}

static void test_partition__sides_keep_their_order(void **state)
{
    (void)state;
    struct made *m = make(1, 256, 5);
    for (int level = 0; level < 2; level++) {
        uint32_t from[ROWS];
        uint32_t left[ROWS];
        struct partition_side side = {
            .bins = m->by_column, .from = from, .left = left, .n = m->n_rows};
        memcpy(from, m->rows, m->n_rows * sizeof *from);
        for (uint32_t b = 0; b < BINS_SLOTS; b++) {
            side.goes_left[b] = b % 3 == 0;
        }
        uint64_t n_left = 0;
#if defined(__x86_64__)
        bool is_vector = level == 1 && cpu_detect() >= PT_CPU_AVX512;
        n_left = is_vector ? partition_side_avx512(&side) : partition_side(&side, 0, 0);
#else
        n_left = partition_side(&side, 0, 0);
#endif
        uint64_t l = 0;
        uint64_t r = 0;
        for (uint32_t i = 0; i < m->n_rows; i++) {
            bool is_left = m->by_column[m->rows[i]] % 3 == 0;
            assert_int_equal(is_left ? left[l++] : from[r++], m->rows[i]);
        }
        assert_int_equal(l, n_left);
    }
    free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bins_cut__sorts_every_kind_of_number),
        cmocka_unit_test(test_bins_cut__shares_are_even_and_cuts_separate),
        cmocka_unit_test(test_bins_cut__finds_bins_as_a_plain_search),
        cmocka_unit_test(test_hist__groups_of_any_width),
        cmocka_unit_test(test_split__is_the_best_of_all),
        cmocka_unit_test(test_partition__sides_keep_their_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
