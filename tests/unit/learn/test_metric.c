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
    for (uint64_t at = 1; at <= 2; at++) {
        mem_fault_arm(at, false);
        assert_int_equal(ranked_make(scores, labels, 5, &r, NULL), PT_E_NO_MEMORY);
    }
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
    assert_true(metric_ks(&r, &at) == 0); // the wrong way round
    assert_true(at == 0.1);
    ranked_release(&r);
    r = rank(scores, reversed, 3);
    assert_true(isnan(metric_ks(&r, &at)) && isnan(at));
    ranked_release(&r);
}

// scikit-learn 1.2.1: average_precision_score, on a case with ties.
static void test_metric__pr_auc(void **state)
{
    (void)state;
    static const double scores[] = {0.9, 0.8, 0.8, 0.7, 0.6, 0.6, 0.6, 0.4, 0.3, 0.3, 0.2, 0.1};
    static const double labels[] = {1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0};
    struct ranked r = rank(scores, labels, 12);
    assert_true(near(metric_pr_auc(&r), 0.6976190476190477));
    assert_true(near(metric_auc(&r), 0.7714285714285715));
    ranked_release(&r);
    r = rank(scores, labels + 9, 3); // no yes
    assert_true(isnan(metric_pr_auc(&r)));
    ranked_release(&r);
    r = rank(scores, labels, 1); // yes alone
    assert_true(metric_pr_auc(&r) == 1);
    ranked_release(&r);
}

// Thirty distinct scores; scikit-learn's calibration_curve(strategy="quantile") for the bins.
static void test_metric__calibration(void **state)
{
    (void)state;
    static const double rates[] = {1, 1, 1, 1, 2, 1, 1, 1, 1, 2}; // thirds
    static const double means[] = {0.06270627, 0.16171617, 0.26072607, 0.3630363,  0.4620462,
                                   0.56105611, 0.66006601, 0.76237624, 0.86138614, 0.96039604};
    double scores[30];
    double labels[30];
    for (int i = 0; i < 30; i++) {
        scores[i] = (double)((i + 1) * 37 % 101) / 101;
        labels[i] = (i + 1) * 7 % 5 < 2;
    }
    struct metric_bin bins[METRIC_BINS];
    struct ranked r = rank(scores, labels, 30);
    metric_calibration(&r, bins);
    for (int i = 0; i < METRIC_BINS; i++) {
        assert_int_equal(bins[i].n, 3);
        assert_true(near(bins[i].rate, rates[i] / 3));
        assert_true(fabs(bins[i].mean_score - means[i]) < 1e-8);
        assert_true(bins[i].from < bins[i].mean_score && bins[i].mean_score < bins[i].to);
    }
    assert_true(near(metric_ece(bins), 0.2554455445544555));
    ranked_release(&r);
    r = rank(scores, labels, 4); // fewer rows than bins
    metric_calibration(&r, bins);
    uint64_t n = 0;
    for (int i = 0; i < METRIC_BINS; i++) {
        assert_true(bins[i].n == 0 ? isnan(bins[i].rate) : !isnan(bins[i].rate));
        n += bins[i].n;
    }
    assert_int_equal(n, 4);
    assert_false(isnan(metric_ece(bins)));
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
    assert_true(near(tenths[1].cumulative_lift, 3.75) && near(tenths[9].cumulative_lift, 1));
    assert_true(near(tenths[0].least_score, 0.95));
    assert_true(tenths[0].n == 2 && tenths[0].positives == 2);
    ranked_release(&r);
    r = rank(scores, labels + 3, 7); // no yes: nothing to lift, no division by it
    metric_lift(&r, tenths);
    assert_true(isnan(tenths[0].lift) && isnan(tenths[9].gain) && tenths[9].rate == 0);
    ranked_release(&r);
}

// Whatever the number of rows, the tenths hold all of them, one more or less each; and of rows with
// one score names decide, not their order.
static void test_metric__ties_go_by_name_not_by_order(void **state)
{
    (void)state;
    uint64_t random = 1;
    size_t n_moved = 0;
    for (size_t n = 1; n < 60; n++) {
        double scores[2][60];
        double labels[2][60];
        uint64_t names[2][60];
        struct metric_tenth tenths[2][METRIC_BINS];
        struct metric_bin bins[2][METRIC_BINS];
        for (size_t i = 0; i < n; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            scores[0][i] = scores[1][n - 1 - i] = (double)(random >> 62) / 4;
            labels[0][i] = labels[1][n - 1 - i] = (random >> 40) % 3 == 0;
            names[0][i] = names[1][n - 1 - i] = i;
        }
        for (int k = 0; k < 2; k++) {
            struct ranked r = {0};
            struct ranked_from from = {scores[k], labels[k], names[k], n};
            assert_int_equal(ranked_of(&from, &r, NULL), PT_OK);
            metric_lift(&r, tenths[k]);
            metric_calibration(&r, bins[k]);
            ranked_release(&r);
        }
        uint64_t rows = 0;
        for (int i = 0; i < METRIC_BINS; i++) {
            assert_int_equal(tenths[0][i].n, tenths[1][i].n);
            assert_int_equal(tenths[0][i].positives, tenths[1][i].positives);
            assert_true(bins[0][i].n == bins[1][i].n);
            assert_true(bins[0][i].n == 0 || bins[0][i].rate == bins[1][i].rate);
            assert_in_range(tenths[0][i].n, n / 10, n / 10 + 1);
            rows += tenths[0][i].n;
        }
        assert_int_equal(rows, n);
        struct ranked by_row = rank(scores[0], labels[0], n);
        n_moved += n > 20 && by_row.rows[0].name != 0; // ties are not left as they came
        ranked_release(&by_row);
    }
    assert_true(n_moved > 20);
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
        cmocka_unit_test(test_metric__pr_auc),
        cmocka_unit_test(test_metric__calibration),
        cmocka_unit_test(test_metric__lift),
        cmocka_unit_test(test_metric__ties_go_by_name_not_by_order),
        cmocka_unit_test(test_metric__confusion),
        cmocka_unit_test(test_metric__inertia),
        cmocka_unit_test(test_metric__silhouette),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
