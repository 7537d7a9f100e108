// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// k-means: k by silhouette, k-means||, mini-batch, levels, threads, kept numbers, PMML.
#include <setjmp.h>
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cpu.h"
#include "export_model.h"
#include "mem.h"
#include "model_bench.h"
#include "sample_table.h"

// `groups` round heaps of points, far from each other, sizes falling.
static void heaps(size_t groups, size_t each, uint64_t seed, struct table *out)
{
    size_t n = 0;
    for (size_t g = 0; g < groups; g++) {
        n += each / (g + 1);
    }
    *out = (struct table){.n_rows = n};
    double *x = bench_column(out, "x");
    double *y = bench_column(out, "y");
    double *heap = bench_column(out, "heap");
    for (size_t g = 0, at = 0; g < groups; g++) {
        for (size_t i = 0; i < each / (g + 1); i++, at++) {
            x[at] = 30 * cos((double)g * 1.5) + sample_uniform(&seed) - 0.5;
            y[at] = 30 * sin((double)g * 1.5) + sample_uniform(&seed) - 0.5;
            heap[at] = (double)g;
        }
    }
}

static const char *const heap_only[] = {"heap", NULL};

static struct learn_spec heap_spec(struct model_bench *b, const struct table *t)
{
    struct learn_spec spec = bench_spec(b, t, NULL, heap_only);
    spec.prepare.scale = LEARN_SCALE_NONE;
    return spec;
}

static void test_kmeans__chooses_k_by_silhouette(void **state)
{
    (void)state;
    struct model_bench b;
    struct table t;
    struct pt_error err = ERROR_INIT;
    bench_open(&b, "kmeans", "{k: 0, k_min: 2, k_max: 7, restarts: 8}", 2);
    heaps(3, 900, 5, &t);
    struct learn_spec spec = heap_spec(&b, &t);
    struct learned *m = bench_fit(&spec, &t);
    struct json *r = bench_report(m);
    assert_int_equal(learned_n_segments(m), 3);
    assert_true(bench_number(r, "explain", "k", NULL) == 3);
    assert_int_equal(json_count(json_get(json_get(r, "explain"), "choices")), 6);
    double best = bench_number(r, "explain", "choices", "1", "silhouette", NULL);
    assert_true(bench_number(r, "explain", "choices", "1", "k", NULL) == 3);
    assert_true(best > 0.9 && best <= 1);
    assert_true(fabs(best - bench_number(r, "evaluation", "silhouette", NULL)) < 0.02);
    assert_true(bench_number(r, "explain", "choices", "1", "inertia", NULL) ==
                bench_number(r, "explain", "inertia", NULL));
    for (int i = 0; i < 6; i++) {
        char at[2] = {(char)('0' + i), '\0'};
        double one = bench_number(r, "explain", "choices", at, "silhouette", NULL);
        assert_true(i == 1 || one < best);
    }
    // The figures are in the file.
    struct str file = {0};
    struct learned *again = NULL;
    assert_int_equal(learned_save(m, &file, &err), PT_OK);
    assert_int_equal(
        learned_load(b.component, config_struct(b.config), &b.host, str_view(&file), &again, &err),
        PT_OK);
    struct json *later = bench_report(again);
    assert_true(bench_number(later, "explain", "choices", "1", "silhouette", NULL) == best);
    json_free(later);
    learned_free(again);
    str_release(&file);
    json_free(r);
    learned_free(m);
    table_release(&t);
    bench_close(&b);
}

// One fit over the sample table, as its file and its inertia.
static double leave(const char *with, uint32_t threads, uint32_t cpu, size_t n, struct str *out)
{
    struct model_bench b;
    struct table t;
    struct pt_error err = ERROR_INIT;
    bench_open(&b, "kmeans", with, threads);
    b.host.cpu = cpu;
    sample_table(n, 5, &t);
    struct learn_spec spec =
        bench_spec(&b, &t, NULL, (const char *const[]){"profile", "bought", NULL});
    struct learned *m = bench_fit(&spec, &t);
    assert_int_equal(learned_save(m, out, &err), PT_OK);
    struct json *r = bench_report(m);
    double inertia = bench_number(r, "explain", "inertia", NULL);
    json_free(r);
    learned_free(m);
    table_release(&t);
    bench_close(&b);
    return inertia;
}

static const char *const ways[] = {
    "{k: 7, restarts: 2}",
    "{k: 7, start: parallel, restarts: 2}",
    "{k: 7, batch: 500, rounds: 60, restarts: 2}",
    "{k: 0, k_max: 4, restarts: 1}",
    "{k: 13, start: spread, rounds: 9}",
};

#define N_WAYS (sizeof ways / sizeof *ways)

static void test_kmeans__same_bytes_at_any_thread_count(void **state)
{
    (void)state;
    static const uint32_t threads[] = {2, 8};
    for (size_t i = 0; i < N_WAYS; i++) {
        struct str alone = {0};
        leave(ways[i], 1, cpu_detect(), 13000, &alone);
        for (size_t j = 0; j < 2; j++) {
            struct str together = {0};
            leave(ways[i], threads[j], cpu_detect(), 13000, &together);
            assert_int_equal(alone.n, together.n);
            assert_memory_equal(alone.p, together.p, alone.n);
            str_release(&together);
        }
        str_release(&alone);
    }
}

static void test_kmeans__levels_agree(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_WAYS; i++) {
        struct str files[PT_CPU_AVX512 + 1] = {{0}};
        double plain = leave(ways[i], 2, PT_CPU_BASELINE, 9000, &files[PT_CPU_BASELINE]);
        for (uint32_t cpu = PT_CPU_AVX2; cpu <= cpu_detect(); cpu++) {
            assert_true(bench_near(leave(ways[i], 2, cpu, 9000, &files[cpu]), plain, 1e-4));
        }
        if (cpu_detect() >= PT_CPU_AVX512) {
            assert_int_equal(files[PT_CPU_AVX2].n, files[PT_CPU_AVX512].n);
            assert_memory_equal(files[PT_CPU_AVX2].p, files[PT_CPU_AVX512].p, files[PT_CPU_AVX2].n);
        }
        for (uint32_t cpu = 0; cpu <= PT_CPU_AVX512; cpu++) {
            str_release(&files[cpu]);
        }
    }
}

static double heap_inertia(const char *with, size_t groups)
{
    struct model_bench b;
    struct table t;
    bench_open(&b, "kmeans", with, 2);
    heaps(groups, 4000, 3, &t);
    struct learn_spec spec = heap_spec(&b, &t);
    struct learned *m = bench_fit(&spec, &t);
    struct json *r = bench_report(m);
    double inertia = bench_number(r, "explain", "inertia", NULL);
    assert_true(bench_near(bench_number(r, "evaluation", "inertia", NULL), inertia, 0.02));
    json_free(r);
    learned_free(m);
    table_release(&t);
    bench_close(&b);
    return inertia;
}

static void test_kmeans__parallel_start_finds_the_heaps(void **state)
{
    (void)state;
    double best = heap_inertia("{k: 3, restarts: 20}", 3);
    assert_true(bench_near(heap_inertia("{k: 3, start: parallel, restarts: 5}", 3), best, 1e-9));
}

static void test_kmeans__batches_come_near_the_whole(void **state)
{
    (void)state;
    double best = heap_inertia("{k: 3, restarts: 20}", 3);
    double some = heap_inertia("{k: 3, batch: 256, rounds: 100, restarts: 5}", 3);
    assert_true(some >= best * (1 - 1e-9));
    assert_true(bench_near(some, best, 0.01));
}

// Fewer different rows than centres: the rule holds after batches as well.
static void test_kmeans__batches_with_empty_centres_end(void **state)
{
    (void)state;
    struct model_bench b;
    struct table t = {.n_rows = 40};
    bench_open(&b, "kmeans", "{k: 6, batch: 8, rounds: 5, restarts: 1}", 1);
    double *x = bench_column(&t, "x");
    for (size_t i = 0; i < 40; i++) {
        x[i] = (double)(i % 3);
    }
    struct learn_spec spec = bench_spec(&b, &t, NULL, NULL);
    struct learned *m = bench_fit(&spec, &t);
    assert_int_equal(learned_n_segments(m), 3);
    learned_free(m);
    table_release(&t);
    bench_close(&b);
}

static void test_kmeans__keeps_numbers_over_retrains(void **state)
{
    (void)state;
    struct model_bench b;
    struct model_bench more;
    struct table t;
    struct table later;
    struct pt_error err = ERROR_INIT;
    bench_open(&b, "kmeans", "{k: 3, restarts: 10, order_by: y}", 2);
    bench_open(&more, "kmeans", "{k: 4, restarts: 10}", 2);
    heaps(3, 900, 5, &t);
    heaps(4, 900, 6, &later); // a heap more
    struct learn_spec spec = heap_spec(&b, &t);
    struct learned *old = bench_fit(&spec, &t);
    struct learn_spec again = heap_spec(&more, &later);
    again.keep_ids = old;
    struct learned *m = bench_fit(&again, &later);
    assert_int_equal(learned_score(old, NULL, &later, "was", &err), PT_OK);
    assert_int_equal(learned_score(m, NULL, &later, "now", &err), PT_OK);
    const double *heap = later.columns[table_find(&later, "heap")].f;
    const int64_t *was = later.columns[table_find(&later, "was")].i;
    const int64_t *now = later.columns[table_find(&later, "now")].i;
    for (size_t i = 0; i < later.n_rows; i++) {
        // The heap that is new has the number that was free.
        assert_int_equal(now[i], heap[i] < 3 ? was[i] : 3);
    }
    struct json *r = bench_report(m);
    assert_string_equal(bench_text(r, "training", "numbered_by", NULL),
                        "the saved model, then size");
    assert_true(bench_number(r, "training", "segments_before", NULL) == 3);
    const struct json *kept = json_get(json_get(r, "training"), "kept_ids");
    assert_int_equal(json_count(kept), 4);
    uint64_t shared = 0;
    int still = 0;
    for (int i = 0; i < 3; i++) {
        char at[2] = {(char)('0' + i), '\0'};
        assert_true(bench_number(r, "training", "kept_ids", at, "was", NULL) == i);
        double drift = bench_number(r, "training", "kept_ids", at, "drift", NULL);
        shared += (uint64_t)bench_number(r, "training", "kept_ids", at, "shared", NULL);
        still += drift >= 0 && drift < 0.1;
    }
    assert_int_equal(shared, 900 + 450 + 300);
    assert_int_equal(still, 2); // the third had the new heap's rows as well
    assert_null(json_get(json_at(kept, 3), "was"));
    json_free(r);
    learned_free(m);
    learned_free(old);
    table_release(&t);
    table_release(&later);
    bench_close(&b);
    bench_close(&more);
}

static void test_kmeans__a_fresh_start_keeps_all_numbers(void **state)
{
    (void)state;
    // The same data, another seed and another order: every number stays, nothing moved.
    struct model_bench b;
    struct table t;
    struct pt_error err = ERROR_INIT;
    bench_open(&b, "kmeans", "{k: 3, restarts: 10, order_by: x}", 2);
    heaps(3, 600, 9, &t);
    struct learn_spec spec = heap_spec(&b, &t);
    struct learned *old = bench_fit(&spec, &t);
    spec.seed = 99;
    spec.order_by = "y";
    spec.keep_ids = old;
    struct learned *m = bench_fit(&spec, &t);
    assert_int_equal(learned_score(old, NULL, &t, "was", &err), PT_OK);
    assert_int_equal(learned_score(m, NULL, &t, "now", &err), PT_OK);
    assert_memory_equal(t.columns[table_find(&t, "was")].i, t.columns[table_find(&t, "now")].i,
                        t.n_rows * sizeof(int64_t));
    struct json *r = bench_report(m);
    assert_true(bench_number(r, "training", "kept_ids", "0", "drift", NULL) == 0);
    assert_string_equal(bench_text(r, "training", "numbered_by", NULL),
                        "the saved model, then mean of y");
    json_free(r);
    learned_free(m);
    learned_free(old);
    table_release(&t);
    bench_close(&b);
}

static void test_kmeans__pmml_has_the_centres(void **state)
{
    (void)state;
    struct model_bench b;
    struct table t;
    struct pt_error err = ERROR_INIT;
    struct str out = {0};
    bench_open(&b, "kmeans", "{k: 3, restarts: 10}", 1);
    heaps(3, 300, 2, &t);
    struct learn_spec spec = heap_spec(&b, &t);
    struct learned *m = bench_fit(&spec, &t);
    assert_int_equal(learned_export(m, PT_EXPORT_PMML, &out, &err), PT_OK);
    assert_non_null(strstr(out.p, "<ClusteringModel"));
    assert_non_null(strstr(out.p, "numberOfClusters=\"3\""));
    assert_non_null(strstr(out.p, "<euclidean/>"));
    assert_non_null(
        strstr(out.p, "<Cluster id=\"2\" size=\"100\">\n<Array n=\"2\" type=\"real\">"));
    str_reset(&out);
    assert_int_equal(learned_export(m, PT_EXPORT_XGBOOST, &out, &err), PT_E_UNSUPPORTED);
    str_release(&out);
    learned_free(m);
    table_release(&t);
    bench_close(&b);
}

static pt_status one_life(const struct learn_spec *spec, const struct table *t,
                          struct pt_error *err)
{
    struct learned *m = NULL;
    struct str out = {0};
    pt_status status = learn_fit(spec, t, &m, err);
    if (status == PT_OK) {
        status = learned_save(m, &out, err);
    }
    if (status == PT_OK) {
        struct json_writer w = json_writer_of(&out, false);
        status = learned_report(m, &w, err);
    }
    if (status == PT_OK) {
        status = learned_export(m, PT_EXPORT_PMML, &out, err);
    }
    learned_free(m);
    str_release(&out);
    return status;
}

static void test_kmeans__every_allocation_of_every_way_may_fail(void **state)
{
    (void)state;
    for (size_t i = 0; i < N_WAYS; i++) {
        struct model_bench b;
        struct table t;
        struct pt_error err = ERROR_INIT;
        bench_open(&b, "kmeans", ways[i], 1);
        sample_table(150, 4, &t);
        struct learn_spec spec =
            bench_spec(&b, &t, NULL, (const char *const[]){"profile", "bought", NULL});
        spec.pool = NULL;
        struct learned *old = bench_fit(&spec, &t);
        spec.keep_ids = old;
        int64_t before = mem_live_blocks();
        mem_fault_arm(UINT64_MAX, false);
        assert_int_equal(one_life(&spec, &t, &err), PT_OK);
        uint64_t calls = mem_fault_calls();
        for (uint64_t at = 1; at <= calls; at += 1 + at / 60) {
            mem_fault_arm(at, at % 2 == 0);
            assert_int_equal(one_life(&spec, &t, &err), PT_E_NO_MEMORY);
            mem_fault_arm(0, false);
            assert_int_equal(mem_live_blocks(), before);
        }
        learned_free(old);
        table_release(&t);
        bench_close(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kmeans__chooses_k_by_silhouette),
        cmocka_unit_test(test_kmeans__same_bytes_at_any_thread_count),
        cmocka_unit_test(test_kmeans__levels_agree),
        cmocka_unit_test(test_kmeans__parallel_start_finds_the_heaps),
        cmocka_unit_test(test_kmeans__batches_come_near_the_whole),
        cmocka_unit_test(test_kmeans__batches_with_empty_centres_end),
        cmocka_unit_test(test_kmeans__keeps_numbers_over_retrains),
        cmocka_unit_test(test_kmeans__a_fresh_start_keeps_all_numbers),
        cmocka_unit_test(test_kmeans__pmml_has_the_centres),
        cmocka_unit_test(test_kmeans__every_allocation_of_every_way_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
