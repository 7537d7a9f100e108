// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Population stability against NumPy (edges: np.quantile(method="inverted_cdf"), bins by
// searchsorted, shares floored at 1e-4), and damaged bytes of references.
#include <setjmp.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "drift.h"
#include "mem.h"

static const struct learn_input inputs_of[] = {{"x", VEC_F64, false}, {"city", VEC_STR, false}};

struct town {
    struct table t;
    struct prepare p;
    struct drift_references r;
};

static void add_table(struct table *t, size_t n)
{
    *t = (struct table){.n_rows = n};
    assert_non_null(table_add(t, "x", VEC_F64, true));
    assert_non_null(table_add(t, "city", VEC_STR, true));
}

static void set_row(struct table *t, size_t i, double x, const char *city)
{
    t->columns[0].f[i] = x;
    t->columns[0].valid[i] = !isnan(x);
    t->columns[1].s[i] = text_of(city == NULL ? "" : city);
    t->columns[1].valid[i] = city != NULL;
}

// 200 numbers (i * i mod 97) and ten missing ones; Ulm 150, Bonn 50, Jena 1 (rare), 9 missing.
static void town_open(struct town *w)
{
    *w = (struct town){0};
    add_table(&w->t, 210);
    for (size_t i = 0; i < 210; i++) {
        double x = i < 200 ? (double)(i * i % 97) : (double)NAN;
        const char *city = i < 150 ? "Ulm" : i < 200 ? "Bonn" : i == 200 ? "Jena" : NULL;
        set_row(&w->t, i, x, city);
    }
    pt_model_needs needs = {.struct_size = sizeof needs, .takes_missing = 1};
    struct learn_spec spec = {.name = "m", .inputs = inputs_of, .n_inputs = 2};
    struct prepare_rows all = {&w->t, NULL, 210};
    assert_int_equal(prepare_fit(&spec, &needs, &all, &w->p, NULL), PT_OK);
}

static pt_status town_learn(struct town *w, struct drift_references *out)
{
    double scores[210];
    for (size_t i = 0; i < 210; i++) {
        scores[i] = (double)(i % 3);
    }
    struct drift_then then = {
        .prepare = &w->p,
        .from = {&w->t, NULL, 210},
        .scores = {scores, 210, 3, DRIFT_TRAINING_ROWS},
    };
    return drift_learn(&then, NULL, out, NULL);
}

static void town_close(struct town *w)
{
    drift_references_release(&w->r);
    prepare_release(&w->p);
    table_release(&w->t);
}

static void test_drift__reference_of_deciles_and_levels(void **state)
{
    (void)state;
    static const double edges[] = {4, 12, 25, 33, 47, 54, 66, 79, 89};
    static const uint64_t counts[] = {21, 21, 22, 16, 20, 20, 20, 20, 20, 20, 10};
    static const uint64_t cities[] = {50, 150, 1, 9}; // Bonn, Ulm, the rest, missing
    static const uint64_t thirds[] = {70, 70, 70, 0};
    struct town w;
    town_open(&w);
    assert_int_equal(town_learn(&w, &w.r), PT_OK);
    assert_int_equal(w.r.inputs[0].n_cuts, 9);
    assert_memory_equal(w.r.inputs[0].edges, edges, sizeof edges);
    assert_memory_equal(w.r.inputs[0].counts, counts, sizeof counts);
    assert_int_equal(w.r.inputs[1].n_cuts, 2);
    assert_memory_equal(w.r.inputs[1].counts, cities, sizeof cities);
    assert_int_equal(w.r.score.n_cuts, 2);
    assert_memory_equal(w.r.score.counts, thirds, sizeof thirds);
    town_close(&w);
}

static void test_drift__psi_as_numpy(void **state)
{
    (void)state;
    struct town w;
    struct table now;
    struct drift d = {0};
    double scores[150];
    town_open(&w);
    assert_int_equal(town_learn(&w, &w.r), PT_OK);
    add_table(&now, 150);
    for (size_t i = 0; i < 150; i++) {
        // Half Ulm, the others from a town that training never saw.
        set_row(&now, i, (double)(i * i % 89 + 5), i % 2 == 0 ? "Ulm" : "Kiel");
        scores[i] = (double)(i % 3);
    }
    struct drift_now n = {&w.p, {&now, NULL, 150}, scores};
    assert_int_equal(drift_measure(&w.r, &n, NULL, &d, NULL), PT_OK);
    assert_true(fabs(d.inputs[0].psi - 1.0937554416385882) < 1e-12);
    assert_true(d.inputs[0].missing == 0 && fabs(d.inputs[0].missing_then - 10.0 / 210) < 1e-15);
    assert_true(fabs(d.inputs[0].by_chance - 10 * (1.0 / 150 + 1.0 / 210)) < 1e-15);
    double then[] = {50.0 / 210, 150.0 / 210, 1.0 / 210, 9.0 / 210};
    static const double share[] = {1e-4, 0.5, 0.5, 1e-4};
    double psi = 0;
    for (int i = 0; i < 4; i++) {
        psi += (share[i] - then[i]) * log(share[i] / then[i]);
    }
    assert_true(fabs(d.inputs[1].psi - psi) < 1e-12);
    assert_true(d.score.psi == 0);
    drift_release(&d);
    table_release(&now);
    town_close(&w);
}

static void test_drift__verdicts(void **state)
{
    (void)state;
    static const uint64_t a[] = {50, 50};
    static const uint64_t none[] = {0, 0};
    static const uint64_t b[] = {10, 90};
    assert_true(drift_psi(a, a, 2) == 0);
    assert_true(fabs(drift_psi(a, b, 2) - (0.4 * log(5) + 0.4 * log(1.8))) < 1e-15);
    assert_true(isnan(drift_psi(a, none, 2)) && isnan(drift_psi(none, a, 2)));
    assert_string_equal(drift_verdict(0.0999), "stable");
    assert_string_equal(drift_verdict(0.1), "watch");
    assert_string_equal(drift_verdict(0.25), "drift");
    assert_string_equal(drift_verdict((double)NAN), "unknown");
}

// Every size and many ties: edges rise, and the i-th decile is the least value that i tenths of
// all are not above.
static void test_drift__deciles_of_any_size(void **state)
{
    (void)state;
    uint64_t random = 7;
    for (size_t n = 1; n < 120; n++) {
        struct town w = {0};
        add_table(&w.t, n);
        for (size_t i = 0; i < n; i++) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            set_row(&w.t, i, (double)((random >> 40) % (1 + n / 3)), "Ulm");
        }
        double zero[120] = {0};
        pt_model_needs needs = {.struct_size = sizeof needs, .takes_missing = 1};
        struct learn_spec spec = {.name = "m", .inputs = inputs_of, .n_inputs = 2};
        struct drift_then then = {
            .prepare = &w.p, .from = {&w.t, NULL, n}, .scores = {zero, n, 0, 0}};
        assert_int_equal(prepare_fit(&spec, &needs, &then.from, &w.p, NULL), PT_OK);
        assert_int_equal(drift_learn(&then, NULL, &w.r, NULL), PT_OK);
        const struct drift_reference *r = &w.r.inputs[0];
        uint64_t sum = 0;
        for (uint32_t k = 0, decile = 1; k < r->n_cuts; k++) {
            assert_true(k == 0 || r->edges[k] > r->edges[k - 1]);
            sum += r->counts[k];
            assert_true(10 * sum >= decile * n);
            while (decile < 10 && 10 * sum >= decile * n) {
                decile++;
            }
            assert_true(k + 1 < r->n_cuts || decile == 10);
        }
        town_close(&w);
    }
}

static void test_drift__kept_in_bytes(void **state)
{
    (void)state;
    struct town w;
    struct str bytes = {0};
    struct str again = {0};
    struct drift_references back = {0};
    town_open(&w);
    assert_int_equal(town_learn(&w, &w.r), PT_OK);
    assert_true(drift_put(&w.r, &bytes));
    struct flat_reader r = {.left = str_view(&bytes)};
    assert_int_equal(drift_read(&r, &w.p, &back, NULL), PT_OK);
    assert_true(drift_put(&back, &again));
    assert_int_equal(again.n, bytes.n);
    assert_memory_equal(again.p, bytes.p, bytes.n);
    drift_references_release(&back);
    for (size_t n = 0; n < bytes.n; n++) {
        struct flat_reader cut = {.left = {bytes.p, n}};
        assert_int_equal(drift_read(&cut, &w.p, &back, NULL), PT_E_DATA);
    }
    str_release(&bytes);
    str_release(&again);
    town_close(&w);
}

// Any byte turned: refused, or read as something that still holds together.
static void test_drift__hostile_bytes_do_no_harm(void **state)
{
    (void)state;
    struct town w;
    struct str bytes = {0};
    size_t n_refused = 0;
    town_open(&w);
    assert_int_equal(town_learn(&w, &w.r), PT_OK);
    assert_true(drift_put(&w.r, &bytes));
    for (size_t i = 0; i < bytes.n; i++) {
        for (int flip = 1; flip < 256; flip *= 2) {
            struct drift_references back = {0};
            struct flat_reader r = {.left = str_view(&bytes)};
            bytes.p[i] = (char)(bytes.p[i] ^ flip);
            pt_status status = drift_read(&r, &w.p, &back, NULL);
            bytes.p[i] = (char)(bytes.p[i] ^ flip);
            n_refused += status == PT_E_DATA;
            if (status == PT_OK) {
                double scores[210] = {0};
                struct drift_now now = {&w.p, {&w.t, NULL, 210}, scores};
                struct drift d = {0};
                assert_int_equal(drift_measure(&back, &now, NULL, &d, NULL), PT_OK);
                assert_true(isfinite(d.inputs[0].psi) && isfinite(d.inputs[1].psi));
                drift_release(&d);
            }
            drift_references_release(&back);
        }
    }
    assert_true(n_refused > bytes.n * 4); // counts, orders and ranges are checked
    str_release(&bytes);
    town_close(&w);
}

static void test_drift__every_failing_allocation(void **state)
{
    (void)state;
    struct town w;
    size_t before = mem_live_blocks();
    town_open(&w);
    pt_status status = PT_E_NO_MEMORY;
    for (uint64_t at = 1; status == PT_E_NO_MEMORY; at++) {
        struct drift_references r = {0};
        struct drift d = {0};
        double scores[210] = {0};
        struct drift_now now = {&w.p, {&w.t, NULL, 210}, scores};
        assert_true(at < 100);
        mem_fault_arm(at, false);
        status = town_learn(&w, &r);
        if (status == PT_OK) {
            status = drift_measure(&r, &now, NULL, &d, NULL);
        }
        mem_fault_arm(0, false);
        drift_references_release(&r);
        drift_release(&d);
    }
    assert_int_equal(status, PT_OK);
    town_close(&w);
    assert_int_equal(mem_live_blocks(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_drift__reference_of_deciles_and_levels),
        cmocka_unit_test(test_drift__psi_as_numpy),
        cmocka_unit_test(test_drift__verdicts),
        cmocka_unit_test(test_drift__deciles_of_any_size),
        cmocka_unit_test(test_drift__kept_in_bytes),
        cmocka_unit_test(test_drift__hostile_bytes_do_no_harm),
        cmocka_unit_test(test_drift__every_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
