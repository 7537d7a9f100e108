// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Real files against the figures their origins state.
#include "csv_data.h"

#include <math.h>

static struct harness *data_harness(const char *name)
{
    struct harness *h = harness_new("crm-csv");
    harness_file(h, "path", csv_data_path(name));
    return h;
}

static uint64_t count(const struct harness_table *t, uint32_t column, const char *value)
{
    uint64_t n = 0;
    for (uint64_t i = 0; i < t->n_rows; i++) {
        char *is = harness_value(t, i, column);
        n += strcmp(is, value) == 0;
        free(is);
    }
    return n;
}

// Sum of a number column; *n = values that are not NULL.
static double sum(const struct harness_table *t, uint32_t column, uint64_t *n)
{
    double total = 0;
    *n = 0;
    for (uint64_t i = 0; i < t->n_rows; i++) {
        char *is = harness_value(t, i, column);
        if (strcmp(is, "\\N") != 0) {
            total += strtod(is, NULL);
            (*n)++;
        }
        free(is);
    }
    return total;
}

static void test_crm_csv_data__bank(void **state)
{
    (void)state;
    struct harness_table t;
    struct harness *h = data_harness("crm-bank-marketing/bank-full.csv");
    csv_read(h, &t);
    assert_int_equal(t.n_rows, 45211);
    assert_int_equal(t.n_rejects, 0);
    assert_string_equal(t.schema, "age l, job dict, marital dict, education dict, default dict, "
                                  "balance l, housing dict, loan dict, contact dict, day l, month "
                                  "dict, duration l, campaign l, pdays l, previous l, poutcome "
                                  "dict, y dict");
    assert_int_equal(count(&t, 16, "yes"), 5289);
    csv_done(h, &t);
}

static void test_crm_csv_data__telco(void **state)
{
    (void)state;
    struct harness_table t;
    uint64_t n = 0;
    struct harness *h = data_harness("crm-telco-churn/Telco-Customer-Churn.csv");
    csv_read(h, &t);
    assert_int_equal(t.n_rows, 7043);
    assert_int_equal(t.n_rejects, 0);
    assert_non_null(strstr(t.schema, "TotalCharges g"));
    assert_int_equal(count(&t, 19, "\\N"), 11);
    sum(&t, 19, &n);
    assert_int_equal(n, 7032);
    assert_int_equal(count(&t, 20, "Yes"), 1869); // 26.537 %
    csv_done(h, &t);
}

static void test_crm_csv_data__hillstrom(void **state)
{
    (void)state;
    struct harness_table t;
    uint64_t n = 0;
    struct harness *h = data_harness("crm-hillstrom-email/hillstrom_data.csv");
    csv_read(h, &t);
    assert_int_equal(t.n_rows, 64000);
    assert_int_equal(t.n_rejects, 0);
    assert_int_equal(count(&t, 8, "Mens E-Mail"), 21307);
    assert_int_equal(count(&t, 8, "Womens E-Mail"), 21387);
    assert_int_equal(count(&t, 8, "No E-Mail"), 21306);
    double spend = 21307 * 1.422617 + 21387 * 1.077202 + 21306 * .652789;
    assert_true(fabs(sum(&t, 11, &n) - spend) < .1);
    assert_int_equal(n, 64000);
    csv_done(h, &t);
}

static void check_tmall(const char *encoding)
{
    struct harness_table t;
    uint64_t n = 0;
    struct harness *h = data_harness("shop-beauty-gbk/tmall_beauty_2016_gbk.csv");
    harness_set(h, "encoding", encoding);
    harness_put(h, "columns", "update_time", "date %Y/%m/%d");
    csv_read(h, &t);
    assert_int_equal(t.n_rows, 27598);
    assert_int_equal(t.n_rejects, 0);
    assert_non_null(strstr(t.notes, "GB18030"));
    assert_non_null(strstr(t.schema, "update_time tdD, "));
    assert_non_null(strstr(t.schema, ", \xE5\xBA\x97\xE5\x90\x8D dict")); // shop name
    assert_true(fabs(sum(&t, 3, &n) - 10012098.89) < .005);
    assert_int_equal(n, 27598);
    assert_true(sum(&t, 4, &n) == 310545987);
    assert_int_equal(n, 27598 - 2354);
    assert_true(sum(&t, 5, &n) == 28302104);
    assert_int_equal(n, 27598 - 2354);
    csv_done(h, &t);
}

static void test_crm_csv_data__tmall_gbk(void **state)
{
    (void)state;
    check_tmall("auto");
    check_tmall("gb18030");
}

// As UTF-8 every row with a Chinese character is a reject.
static void test_crm_csv_data__tmall_as_utf8(void **state)
{
    (void)state;
    struct harness_table t;
    const struct harness_options options = {.threads = 1};
    struct harness *h = data_harness("shop-beauty-gbk/tmall_beauty_2016_gbk.csv");
    harness_set(h, "encoding", "utf-8");
    assert_int_equal(harness_read(h, &options, &t), PT_E_DATA);
    assert_non_null(strstr(harness_message(h), "not UTF-8"));
    csv_done(h, &t);
}

static void test_crm_csv_data__online_retail(void **state)
{
    (void)state;
    struct harness_table t;
    uint64_t cancelled = 0;
    uint64_t no_quantity = 0;
    uint64_t no_price = 0;
    struct harness *h =
        data_harness("shop-online-retail/online_retail_2010-12-01_2011-09-09.csv.gz");
    harness_put(h, "columns", "InvoiceNo", "string");
    harness_put(h, "columns", "CustomerID", "string");
    csv_read(h, &t);
    assert_int_equal(t.n_rows, 334054);
    assert_int_equal(t.n_rejects, 0);
    assert_non_null(strstr(t.schema, "Quantity l, InvoiceDate tsu:, UnitPrice g"));
    for (uint64_t i = 0; i < t.n_rows; i++) {
        char *quantity = harness_value(&t, i, 3);
        char *price = harness_value(&t, i, 5);
        cancelled += t.rows[i][0] == 'C';
        no_quantity += strtoll(quantity, NULL, 10) <= 0;
        no_price += strtod(price, NULL) <= 0;
        free(quantity);
        free(price);
    }
    assert_int_equal(count(&t, 6, "\\N"), 91927);
    assert_int_equal(cancelled, 6031);
    assert_int_equal(no_quantity, 6977);
    assert_int_equal(no_price, 1834);
    csv_done(h, &t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crm_csv_data__bank),
        cmocka_unit_test(test_crm_csv_data__telco),
        cmocka_unit_test(test_crm_csv_data__hillstrom),
        cmocka_unit_test(test_crm_csv_data__tmall_gbk),
        cmocka_unit_test(test_crm_csv_data__tmall_as_utf8),
        cmocka_unit_test(test_crm_csv_data__online_retail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
