// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// One golden case a metric, from textbooks, scikit-learn's documentation, or by hand.
#include <setjmp.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "mem.h"
#include "metric.h"

static struct ranked rank(const double *scores, const double *labels, size_t n)
{
    struct ranked r = {0};
    assert_int_equal(ranked_make(scores, labels, n, &r, NULL), PT_OK);
    return r;
}

static bool near(double value, double wanted)
{
    return fabs(value - wanted) <= 1e-14 * (1 + fabs(wanted));
}

static void test_metric__groups_of_equal_scores(void **state)
{
    (void)state;
    static const double scores[] = {0.5, 0.1, 0.5, 0.5, 0.9};
    static const double labels[] = {1, 0, 0, 1, 1};
    struct ranked r = rank(scores, labels, 5);
    assert_int_equal(r.n, 5);
    assert_int_equal(r.positives, 3);
    assert_int_equal(r.n_groups, 3);
    assert_int_equal(r.groups[1].n, 3);
    assert_int_equal(r.groups[1].positives, 2);
    ranked_release(&r);
    mem_fault_arm(1, false);
    assert_int_equal(ranked_make(scores, labels, 5, &r, NULL), PT_E_NO_MEMORY);
    mem_fault_arm(0, false);
}

static void test_metric__auc(void **state)
{
    (void)state;
    static const double scores[] = {0.1, 0.4, 0.35, 0.8};
    static const double labels[] = {0, 0, 1, 1};
    static const double flat[] = {0.3, 0.3, 0.3, 0.3};
    static const double tied[] = {0.1, 0.4, 0.4, 0.8};
    struct ranked r = rank(scores, labels, 4);
    assert_true(metric_auc(&r) == 0.75);
    ranked_release(&r);
    r = rank(flat, labels, 4);
    assert_true(metric_auc(&r) == 0.5);
    ranked_release(&r);
    r = rank(tied, labels, 4); // pairs won: 1 + 0.5 + 1 + 1 of 4
    assert_true(metric_auc(&r) == 0.875);
    ranked_release(&r);
    r = rank(scores, flat, 4); // one class
    assert_true(isnan(metric_auc(&r)));
    ranked_release(&r);
}

static void test_metric__log_loss(void **state)
{
    (void)state;
    static const double scores[] = {0.9, 0.1, 0.2, 0.65};
    static const double labels[] = {1, 0, 0, 1};
    static const double sure[] = {0, 1, 0, 1};
    struct ranked r = rank(scores, labels, 4);
    assert_true(near(metric_log_loss(&r), 0.21616187468057912));
    ranked_release(&r);
    r = rank(sure, labels, 4); // two of four wrong beyond doubt: clipped
    assert_true(fabs(metric_log_loss(&r) - 34.538776394910684 / 2) < 0.02);
    ranked_release(&r);
    r = rank(sure, labels, 1); // p = 0 for a yes
    assert_true(near(metric_log_loss(&r), 34.538776394910684));
    ranked_release(&r);
}

static void test_metric__brier(void **state)
{
    (void)state;
    static const double scores[] = {0.1, 0.9, 0.8, 0.3};
    static const double labels[] = {0, 1, 1, 0};
    struct ranked r = rank(scores, labels, 4);
    assert_true(near(metric_brier(&r), 0.0375));
    ranked_release(&r);
}

static void test_metric__ks(void **state)
{
    (void)state;
    static const double scores[] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6};
    static const double labels[] = {0, 0, 1, 0, 1, 1};
    static const double reversed[] = {1, 1, 1, 0, 0, 0};
    double at = 0;
    struct ranked r = rank(scores, labels, 6);
    // Below 0.3: 2/3 of the noes, none of the yeses.
    assert_true(near(metric_ks(&r, &at), 2.0 / 3));
    assert_true(at == 0.3);
    ranked_release(&r);
    r = rank(scores, reversed, 6);
    assert_true(near(metric_ks(&r, &at), 1));
    assert_true(at == 0.4);
    ranked_release(&r);
    r = rank(scores, reversed, 3);
    assert_true(isnan(metric_ks(&r, &at)) && isnan(at));
    ranked_release(&r);
}

static void test_metric__calibration(void **state)
{
    (void)state;
    static const double scores[] = {0.0, 0.05, 0.1, 0.95, 1.0, 0.55};
    static const double labels[] = {0, 1, 1, 1, 0, 1};
    struct metric_bin bins[METRIC_BINS];
    struct ranked r = rank(scores, labels, 6);
    metric_calibration(&r, bins);
    assert_int_equal(bins[0].n, 2);
    assert_true(bins[0].mean_score == 0.025 && bins[0].rate == 0.5);
    assert_int_equal(bins[1].n, 1);
    assert_int_equal(bins[5].n, 1);
    assert_int_equal(bins[9].n, 2); // 1 belongs to the last
    assert_true(bins[9].rate == 0.5 && near(bins[9].mean_score, 0.975));
    assert_true(bins[3].n == 0 && isnan(bins[3].rate));
    ranked_release(&r);
}

static void test_metric__lift(void **state)
{
    (void)state;
    double scores[20];
    double labels[20];
    for (int i = 0; i < 20; i++) {
        scores[i] = 1 - i / 20.0;
        labels[i] = i < 3 || i == 10; // 4 of 20
    }
    struct metric_tenth tenths[METRIC_BINS];
    struct ranked r = rank(scores, labels, 20);
    metric_lift(&r, tenths);
    assert_true(near(tenths[0].lift, 5) && near(tenths[1].lift, 2.5) && near(tenths[5].lift, 2.5));
    assert_true(near(tenths[0].gain, 0.5) && near(tenths[4].gain, 0.75) && near(tenths[9].gain, 1));
    ranked_release(&r);
    for (int i = 0; i < 20; i++) {
        scores[i] = 0.5; // no order: every tenth is the average
    }
    r = rank(scores, labels, 20);
    metric_lift(&r, tenths);
    for (int i = 0; i < METRIC_BINS; i++) {
        assert_true(near(tenths[i].n, 2) && near(tenths[i].positives, 0.4));
        assert_true(near(tenths[i].lift, 1));
    }
    ranked_release(&r);
}

// Whatever the number of rows, the tenths hold all of them.
static void test_metric__lift_loses_no_row(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (size_t n = 1; n < 60; n++) {
        double scores[60];
        double labels[60];
        double yes = 0;
        for (size_t i = 0; i < n; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            scores[i] = (double)(random >> 60) / 16;
            labels[i] = (random >> 40) % 3 == 0;
            yes += labels[i];
        }
        struct metric_tenth tenths[METRIC_BINS];
        struct ranked r = rank(scores, labels, n);
        metric_lift(&r, tenths);
        double rows = 0;
        double positives = 0;
        for (int i = 0; i < METRIC_BINS; i++) {
            rows += tenths[i].n;
            positives += tenths[i].positives;
            assert_true(fabs(tenths[i].n - (double)n / 10) < 1e-9);
        }
        assert_true(fabs(rows - (double)n) < 1e-9 && fabs(positives - yes) < 1e-9);
        ranked_release(&r);
    }
}

static void test_metric__confusion(void **state)
{
    (void)state;
    static const double scores[] = {0.1, 0.5, 0.5, 0.9, 0.7};
    static const double labels[] = {1, 0, 1, 1, 0};
    struct ranked r = rank(scores, labels, 5);
    struct metric_confusion c = metric_confusion_at(&r, 0.5);
    assert_int_equal(c.true_positives, 2);
    assert_int_equal(c.false_positives, 2);
    assert_int_equal(c.true_negatives, 0);
    assert_int_equal(c.false_negatives, 1);
    ranked_release(&r);
}

static void test_metric__inertia(void **state)
{
    (void)state;
    static const double x[] = {0, 0, 2, 0, 0, 3, 0, 5};
    static const uint32_t segment[] = {0, 0, 2, 2};
    struct metric_points p = {x, segment, 4, 2, 3};
    uint64_t sizes[3];
    double inertia = 0;
    assert_int_equal(metric_inertia(&p, &inertia, sizes, NULL), PT_OK);
    assert_true(inertia == 4); // 1 + 1 and 1 + 1
    assert_true(sizes[0] == 2 && sizes[1] == 0 && sizes[2] == 2);
    mem_fault_arm(1, false);
    assert_int_equal(metric_inertia(&p, &inertia, sizes, NULL), PT_E_NO_MEMORY);
    mem_fault_arm(0, false);
}

static void test_metric__silhouette(void **state)
{
    (void)state;
    static const double x[] = {0, 1, 10, 11, 30};
    static const uint32_t segment[] = {0, 0, 1, 1, 3};
    struct metric_points p = {x, segment, 4, 1, 4};
    double value = 0;
    assert_int_equal(metric_silhouette(&p, NULL, &value, NULL), PT_OK);
    assert_true(near(value, (9.5 / 10.5 + 8.5 / 9.5) / 2));
    p.n = 5; // a point alone counts 0
    assert_int_equal(metric_silhouette(&p, NULL, &value, NULL), PT_OK);
    assert_true(near(value, (2 * 9.5 / 10.5 + 2 * 8.5 / 9.5) / 5));
    p.n = 2; // one segment
    assert_int_equal(metric_silhouette(&p, NULL, &value, NULL), PT_OK);
    assert_true(isnan(value));
    p.n = 5;
    for (uint64_t at = 1; at <= 7; at++) {
        mem_fault_arm(at, false);
        assert_int_equal(metric_silhouette(&p, NULL, &value, NULL), PT_E_NO_MEMORY);
    }
    mem_fault_arm(0, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_metric__groups_of_equal_scores),
        cmocka_unit_test(test_metric__auc),
        cmocka_unit_test(test_metric__log_loss),
        cmocka_unit_test(test_metric__brier),
        cmocka_unit_test(test_metric__ks),
        cmocka_unit_test(test_metric__calibration),
        cmocka_unit_test(test_metric__lift),
        cmocka_unit_test(test_metric__lift_loses_no_row),
        cmocka_unit_test(test_metric__confusion),
        cmocka_unit_test(test_metric__inertia),
        cmocka_unit_test(test_metric__silhouette),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
