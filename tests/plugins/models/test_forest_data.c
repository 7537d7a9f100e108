// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Forests on real campaigns against scikit-learn's figures, and their PMML against its schema.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "export_model.h"
#include "model_bench.h"

struct judged {
    const char *file;
    char delimiter;
    const char *label;
    const char *left_out[4];
    double auc, log_loss; // 0 = not published
};

static const struct judged sets[] = {
    {"crm-bank-marketing/bank-full.csv", ';', "y", {"duration"}, 0.796, 0.2871},
    {"crm-bank-marketing/bank-full.csv", ';', "y", {NULL}, 0.926, 0},
    {"crm-telco-churn/Telco-Customer-Churn.csv", ',', "Churn", {"customerID"}, 0.830, 0},
    {"crm-hillstrom-email/hillstrom_data.csv", ',', "visit", {"conversion", "spend"}, 0.602, 0},
};

static void fit(struct model_bench *b, const char *plugin, const char *with, const struct judged *s,
                struct learned **out)
{
    struct table t;
    bench_open(b, plugin, with, 2);
    bench_csv(bench_data(b, s->file), (struct csv_shape){.delimiter = s->delimiter, .header = 1},
              &t);
    struct learn_spec spec = bench_spec(b, &t, s->label, s->left_out);
    spec.test = bench_every_fifth(b, t.n_rows);
    *out = bench_fit(&spec, &t);
    table_release(&t);
}

static void test_forest__as_published(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        struct model_bench b;
        struct learned *m = NULL;
        fit(&b, "forest", "{trees: 200, depth: 30, min_leaf: 5}", &sets[i], &m);
        struct learn_summary e = learned_summary(m);
        struct json *r = bench_report(m);
        double oob = bench_number(r, "explain", "out_of_bag", "auc", NULL);
        printf("%s: auc %.4f log loss %.4f out of bag %.4f\n", sets[i].file, e.auc, e.log_loss,
               oob);
        assert_true(e.auc > sets[i].auc - 0.01);
        assert_true(sets[i].log_loss == 0 || e.log_loss < sets[i].log_loss * 1.01);
        assert_true(oob > e.auc - 0.03 && oob < e.auc + 0.03);
        json_free(r);
        learned_free(m);
        bench_close(&b);
    }
}

static void check_pmml(const char *plugin, const char *with)
{
    struct model_bench b;
    struct learned *m = NULL;
    struct str text = {0};
    struct pt_error err = ERROR_INIT;
    fit(&b, plugin, with, &sets[2], &m);
    assert_int_equal(learned_export(m, PT_EXPORT_PMML, &text, &err), PT_OK);
    char path[] = "/tmp/portrait-pmml-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    FILE *f = fdopen(fd, "wb");
    assert_true(f != NULL && fwrite(text.p, 1, text.n, f) == text.n && fclose(f) == 0);
    const char *command = arena_printf(&b.arena, "xmllint --huge --noout --schema '%s' %s",
                                       bench_data(&b, "pmml/pmml.xsd"), path);
    assert_int_equal(system(command), 0); // NOLINT(cert-env33-c)
    remove(path);
    str_release(&text);
    learned_free(m);
    bench_close(&b);
}

static void test_forest__pmml_fits_its_schema(void **state)
{
    (void)state;
    check_pmml("forest", "{trees: 5, depth: 8}");
    check_pmml("dtree", "{depth: 6}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forest__as_published),
        cmocka_unit_test(test_forest__pmml_fits_its_schema),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
