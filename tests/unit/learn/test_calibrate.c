// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Calibrations against scikit-learn 1.2.1 (IsotonicRegression with out_of_bounds="clip") and a
// NumPy Newton iteration on Platt's objective, and damaged bytes of them.
#include <setjmp.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "calibrate.h"
#include "mem.h"

static const double scores_of[] = {0.9, 0.8, 0.8, 0.7, 0.6, 0.6, 0.6, 0.4, 0.3, 0.3, 0.2, 0.1};
static const double labels_of[] = {1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0};

static struct calibration fit(enum learn_calibrate kind)
{
    struct ranked r = {0};
    struct calibration c = {0};
    assert_int_equal(ranked_make(scores_of, labels_of, 12, &r, NULL), PT_OK);
    assert_int_equal(calibrate_fit(kind, &r, &c, NULL), PT_OK);
    ranked_release(&r);
    return c;
}

static void test_calibrate__isotonic_as_scikit_learn(void **state)
{
    (void)state;
    static const double x[] = {0.1, 0.2, 0.3, 0.6, 0.7, 0.8, 0.9};
    static const double y[] = {0, 0, 1.0 / 3, 1.0 / 3, 2.0 / 3, 2.0 / 3, 1};
    double asked[] = {0, 0.1, 0.15, 0.25, 0.3, 0.35, 0.5, 0.65, 0.75, 0.85, 0.95, 1};
    static const double wanted[] = {0,       0,   0,       1.0 / 6, 1.0 / 3, 1.0 / 3,
                                    1.0 / 3, 0.5, 2.0 / 3, 5.0 / 6, 1,       1};
    struct calibration c = fit(LEARN_CALIBRATE_ISOTONIC);
    assert_int_equal(c.n, 7);
    assert_int_equal(c.rows, 12);
    for (uint32_t i = 0; i < 7; i++) {
        assert_true(c.x[i] == x[i] && fabs(c.y[i] - y[i]) < 1e-15);
    }
    calibrate_apply(&c, asked, 12);
    for (int i = 0; i < 12; i++) {
        assert_true(fabs(asked[i] - wanted[i]) < 1e-12);
    }
    calibrate_release(&c);
}

static void test_calibrate__platt_at_the_optimum(void **state)
{
    (void)state;
    struct calibration c = fit(LEARN_CALIBRATE_PLATT);
    assert_true(fabs(c.a - -0.6491340245914824) < 1e-9);
    assert_true(fabs(c.b - 0.4401880685313424) < 1e-9);
    assert_true(c.low == 0.05 && fabs(c.high - 0.95) < 1e-15);
    double p[] = {0.5, 0, 1, 0.05};
    calibrate_apply(&c, p, 4);
    assert_true(fabs(p[0] - 1 / (1 + exp(c.b))) < 1e-15);
    assert_true(p[1] == p[3] && p[2] > p[0]); // 0 counts as 0.05
    calibrate_release(&c);
}

// Scores that are all 0 or 1, and the other way round: still a curve, and finite.
static void test_calibrate__scores_at_the_ends(void **state)
{
    (void)state;
    static const double scores[] = {0, 0, 0, 1, 1, 1};
    static const double labels[] = {0, 0, 1, 1, 1, 0};
    static const double wrong[] = {1, 1, 1, 0, 0, 0};
    for (int i = 0; i < 2; i++) {
        for (int kind = LEARN_CALIBRATE_PLATT; kind <= LEARN_CALIBRATE_ISOTONIC; kind++) {
            struct ranked r = {0};
            struct calibration c = {0};
            double p[] = {0, 0.5, 1};
            assert_int_equal(ranked_make(scores, i == 0 ? labels : wrong, 6, &r, NULL), PT_OK);
            assert_int_equal(calibrate_fit((enum learn_calibrate)kind, &r, &c, NULL), PT_OK);
            calibrate_apply(&c, p, 3);
            for (int k = 0; k < 3; k++) {
                assert_true(isfinite(p[k]) && p[k] >= 0 && p[k] <= 1);
            }
            // Steps never fall; a sigmoid may, when the scores run the wrong way.
            assert_true(kind == LEARN_CALIBRATE_PLATT ? (p[2] > p[0]) == (i == 0) : p[2] >= p[0]);
            calibrate_release(&c);
            ranked_release(&r);
        }
    }
}

static void test_calibrate__needs_both_classes(void **state)
{
    (void)state;
    struct ranked r = {0};
    struct calibration c = {0};
    struct pt_error err = ERROR_INIT;
    assert_int_equal(ranked_make(scores_of, labels_of + 9, 3, &r, NULL), PT_OK);
    assert_int_equal(calibrate_fit(LEARN_CALIBRATE_PLATT, &r, &c, &err), PT_E_DATA);
    assert_int_equal(calibrate_fit(LEARN_CALIBRATE_NONE, &r, &c, &err), PT_OK);
    double p = 0.3;
    calibrate_apply(&c, &p, 1);
    assert_true(p == 0.3);
    ranked_release(&r);
}

static pt_status read_back(const struct str *bytes, struct calibration *out)
{
    struct flat_reader r = {.left = str_view(bytes)};
    return calibrate_read(&r, out, NULL);
}

static void test_calibrate__kept_in_bytes(void **state)
{
    (void)state;
    for (int kind = LEARN_CALIBRATE_NONE; kind <= LEARN_CALIBRATE_ISOTONIC; kind++) {
        struct calibration c = {0};
        struct calibration back = {0};
        struct str bytes = {0};
        if (kind != LEARN_CALIBRATE_NONE) {
            c = fit((enum learn_calibrate)kind);
        }
        assert_true(calibrate_put(&c, &bytes));
        assert_int_equal(read_back(&bytes, &back), PT_OK);
        double p[] = {0.01, 0.33, 0.5, 0.77};
        double q[] = {0.01, 0.33, 0.5, 0.77};
        calibrate_apply(&c, p, 4);
        calibrate_apply(&back, q, 4);
        assert_memory_equal(p, q, sizeof p);
        assert_true(back.kind == c.kind && back.rows == c.rows);
        calibrate_release(&back);
        for (size_t n = 0; n < bytes.n; n++) { // cut anywhere
            struct flat_reader r = {.left = {bytes.p, n}};
            assert_int_equal(calibrate_read(&r, &back, NULL), PT_E_DATA);
        }
        calibrate_release(&c);
        str_release(&bytes);
    }
}

static void refuse(const struct calibration *c)
{
    struct calibration back = {0};
    struct str bytes = {0};
    assert_true(calibrate_put(c, &bytes));
    assert_int_equal(read_back(&bytes, &back), PT_E_DATA);
    str_release(&bytes);
}

static void test_calibrate__hostile_bytes_are_refused(void **state)
{
    (void)state;
    double nan = (double)NAN;
    double pairs[][4] = {{0.2, 0.2, 0, 1}, {0.3, 0.2, 0, 1},     {0.1, 0.2, 0.5, 0.4},
                         {0, 1, -0.1, 1},  {0, 1, 0, 1.5},       {nan, 1, 0, 1},
                         {0, 1, nan, 1},   {-1e308, 1e308, 0, 1}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct calibration c = {.kind = LEARN_CALIBRATE_ISOTONIC, .n = 2};
        c.x = pairs[i];
        c.y = pairs[i] + 2;
        refuse(&c);
    }
    refuse(&(struct calibration){.kind = LEARN_CALIBRATE_ISOTONIC});
    double sigmoids[][4] = {{nan, 0, 0.1, 0.9},   {1, INFINITY, 0.1, 0.9}, {1, 0, 0, 0.9},
                            {1, 0, 0.1, 1},       {1, 0, 0.9, 0.1},        {1, 0, nan, 0.9},
                            {1, 0, 0.1, INFINITY}};
    for (size_t i = 0; i < sizeof sigmoids / sizeof *sigmoids; i++) {
        const double *s = sigmoids[i];
        refuse(&(struct calibration){
            .kind = LEARN_CALIBRATE_PLATT, .a = s[0], .b = s[1], .low = s[2], .high = s[3]});
    }
    struct str bytes = {0};
    struct calibration back = {0};
    flat_put_u8(&bytes, 3); // a kind there is none of
    flat_put_u64(&bytes, 1);
    assert_int_equal(read_back(&bytes, &back), PT_E_DATA);
    str_release(&bytes);
}

// However wild its numbers, what is read gives probabilities.
static void test_calibrate__wild_numbers_give_probabilities(void **state)
{
    (void)state;
    static const double wild[] = {-1e308, -1, 0, 1e-300, 1e308};
    for (int i = 0; i < 25; i++) {
        struct calibration c = {.kind = LEARN_CALIBRATE_PLATT,
                                .a = wild[i / 5],
                                .b = wild[i % 5],
                                .low = 1e-308,
                                .high = 1 - 0x1p-53};
        double p[] = {0, 0.5, 1};
        calibrate_apply(&c, p, 3);
        for (int k = 0; k < 3; k++) {
            assert_true(p[k] >= 0 && p[k] <= 1);
        }
    }
}

static void test_calibrate__every_failing_allocation(void **state)
{
    (void)state;
    for (int kind = LEARN_CALIBRATE_PLATT; kind <= LEARN_CALIBRATE_ISOTONIC; kind++) {
        struct ranked r = {0};
        size_t before = mem_live_blocks();
        assert_int_equal(ranked_make(scores_of, labels_of, 12, &r, NULL), PT_OK);
        pt_status status = PT_E_NO_MEMORY;
        for (uint64_t at = 1; status == PT_E_NO_MEMORY; at++) {
            struct calibration c = {0};
            assert_true(at < 20);
            mem_fault_arm(at, false);
            status = calibrate_fit((enum learn_calibrate)kind, &r, &c, NULL);
            mem_fault_arm(0, false);
            calibrate_release(&c);
        }
        assert_int_equal(status, PT_OK);
        ranked_release(&r);
        assert_int_equal(mem_live_blocks(), before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_calibrate__isotonic_as_scikit_learn),
        cmocka_unit_test(test_calibrate__platt_at_the_optimum),
        cmocka_unit_test(test_calibrate__scores_at_the_ends),
        cmocka_unit_test(test_calibrate__needs_both_classes),
        cmocka_unit_test(test_calibrate__kept_in_bytes),
        cmocka_unit_test(test_calibrate__hostile_bytes_are_refused),
        cmocka_unit_test(test_calibrate__wild_numbers_give_probabilities),
        cmocka_unit_test(test_calibrate__every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
