// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// Real logs against the figures in their READMEs, which independent scripts counted.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tally.h"

static const char *const columns[] = {"ts",      "ip",         "user",   "method",
                                      "path",    "query",      "status", "bytes",
                                      "referer", "user_agent", "bot",    "protocol"};

enum { TS, IP, USER, METHOD, PATH, QUERY, STATUS, BYTES, REFERER, AGENT, BOT, N_COLUMNS = 12 };

// Reads with one split, then with 4 KiB splits and 1, 2 and 8 threads: all equal.
static void read_checked(struct harness *h, const char *const *names, uint32_t n,
                         struct harness_table *out)
{
    struct harness_options options = {.columns = names, .n_columns = n};
    if (harness_read(h, &options, out) != PT_OK) {
        fail_msg("%s", harness_message(h));
    }
    for (uint32_t threads = 1; threads <= 8; threads *= threads == 1 ? 2 : 4) {
        struct harness_table t;
        options.target_bytes = 4096;
        options.threads = threads;
        assert_int_equal(harness_read(h, &options, &t), PT_OK);
        assert_true(harness_equal(out, &t));
        harness_table_release(&t);
    }
}

struct count {
    uint32_t column;
    const char *value;
    uint64_t n;
};

static void check_counts(const struct harness_table *t, const struct count *counts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t is = tally_rows(t, counts[i].column, counts[i].value, 0);
        if (is != counts[i].n) {
            fail_msg("%s: %llu, not %llu", counts[i].value, (unsigned long long)is,
                     (unsigned long long)counts[i].n);
        }
    }
}

static void test_weblog_data__apache_10k(void **state)
{
    (void)state;
    // The README counts all 10,000 lines; the rejected one is a GET of 20 May with status 200.
    static const struct count counts[] = {
        {METHOD, "GET", 9951},  {METHOD, "HEAD", 42},       {METHOD, "POST", 5},
        {METHOD, "OPTIONS", 1}, {STATUS, "200", 9125},      {STATUS, "304", 445},
        {STATUS, "404", 213},   {STATUS, "301", 164},       {STATUS, "206", 45},
        {STATUS, "500", 3},     {STATUS, "403", 2},         {STATUS, "416", 2},
        {REFERER, "\\N", 4072}, {IP, "66.249.73.135", 482}, {IP, "46.105.14.53", 364}};
    struct harness *h = harness_new("weblog");
    struct harness_table t;
    harness_file(h, "path", tally_path("weblog-apache-10k/apache_logs"));
    read_checked(h, columns, N_COLUMNS, &t);
    assert_int_equal(t.n_rows, 9999);
    assert_int_equal(t.n_rejects, 1);
    assert_int_equal(t.rejects[0].line, 8899);
    assert_int_equal(t.rejects[0].offset, 2111246);
    assert_string_equal(t.rejects[0].reason, "quote is not closed");
    assert_string_equal(t.rejects[0].column_name, "user_agent");
    assert_int_equal(t.lines, 10000);
    check_counts(&t, counts, sizeof counts / sizeof counts[0]);
    assert_int_equal(tally_distinct(&t, IP), 1753);
    assert_int_equal(tally_distinct(&t, AGENT), 558);
    assert_true(tally_sum(&t, BYTES) == 2747282505.0);
    assert_int_equal(tally_rows(&t, TS, "2015-05-17", 10), 1632);
    assert_int_equal(tally_rows(&t, TS, "2015-05-18", 10), 2893);
    assert_int_equal(tally_rows(&t, TS, "2015-05-19", 10), 2896);
    assert_int_equal(tally_rows(&t, TS, "2015-05-20", 10), 2578);
    harness_table_release(&t);
    harness_free(h);
}

static void check_iis(const char *name, uint64_t n, uint64_t addresses, double taken,
                      const struct count *counts)
{
    static const char *const names[] = {"ip", "status", "duration_ms", "user_agent", "ts", "path"};
    struct harness *h = harness_new("weblog");
    struct harness_table t;
    harness_file(h, "path", tally_path(name));
    harness_set(h, "format", "w3c");
    read_checked(h, names, 6, &t);
    assert_int_equal(t.n_rows, n);
    assert_int_equal(t.n_rejects, 0);
    assert_int_equal(t.lines, n + 4);
    assert_int_equal(tally_distinct(&t, 0), addresses);
    assert_true(tally_sum(&t, 2) == taken);
    check_counts(&t, counts, 2);
    assert_int_equal(tally_rows(&t, 3, "Mozilla/5.0 (", 13), tally_rows(&t, 3, "Mozilla/5.0", 11));
    assert_true(tally_rows(&t, 3, "Mozilla/5.0 (", 13) > n / 2);
    harness_table_release(&t);
    harness_free(h);
}

static void test_weblog_data__iis_shop(void **state)
{
    (void)state;
    static const struct count first[] = {{1, "200", 488}, {1, "302", 1}};
    static const struct count second[] = {{1, "200", 263}, {1, "304", 23}};
    check_iis("weblog-iis-shop/u_ex160211.log", 489, 15, 31471, first);
    check_iis("weblog-iis-shop/u_ex160212.log", 286, 8, 42136, second);
    struct harness *h = harness_new("weblog");
    struct harness_options options = {.threads = 2};
    struct harness_table t;
    harness_file(h, "path", tally_path("weblog-iis-shop/u_ex160211.log"));
    harness_file(h, "path", tally_path("weblog-iis-shop/u_ex160212.log"));
    assert_int_equal(harness_read(h, &options, &t), PT_OK); // format: auto
    assert_int_equal(t.n_rows, 775);
    assert_non_null(strstr(t.notes, "`w3c`"));
    assert_non_null(strstr(t.schema, "s_ip u, sc_substatus u, sc_win32_status u"));
    harness_table_release(&t);
    harness_free(h);
}

static void test_weblog_data__acunetix(void **state)
{
    (void)state;
    static const struct count counts[] = {
        {STATUS, "303", 3407},  {STATUS, "200", 2036}, {STATUS, "500", 706}, {STATUS, "404", 258},
        {STATUS, "302", 99},    {STATUS, "301", 18},   {STATUS, "400", 12},  {STATUS, "403", 3},
        {METHOD, "POST", 5499}, {METHOD, "GET", 1040}};
    struct harness *h = harness_new("weblog");
    struct harness_table t;
    harness_file(h, "path", tally_path("weblog-scan-acunetix/acunetix.txt.gz"));
    read_checked(h, columns, N_COLUMNS, &t);
    assert_int_equal(t.n_splits, 1); // compressed
    assert_int_equal(t.n_rows, 6539);
    assert_int_equal(t.n_rejects, 0);
    check_counts(&t, counts, sizeof counts / sizeof counts[0]);
    assert_int_equal(tally_distinct(&t, IP), 1);
    assert_true(tally_sum(&t, BYTES) == 8336352.0);
    harness_table_release(&t);
    harness_free(h);
}

static void test_weblog_data__nasa(void **state)
{
    (void)state;
    static const struct count counts[] = {
        {STATUS, "200", 9012}, {STATUS, "304", 531}, {STATUS, "302", 408}, {STATUS, "404", 48}};
    struct harness *h = harness_new("weblog");
    struct harness_table t;
    harness_file(h, "path", tally_path("weblog-nasa-tsv/nasa_19950701.tsv"));
    harness_set(h, "format", "%h\\t%l\\t%{sec}t\\t%m\\t%U%q\\t%s\\t%b\\t\\t");
    harness_set(h, "skip_lines", "1");
    read_checked(h, columns, N_COLUMNS, &t);
    assert_int_equal(t.n_rows, 9999);
    assert_int_equal(t.n_rejects, 0);
    check_counts(&t, counts, sizeof counts / sizeof counts[0]);
    assert_int_equal(tally_distinct(&t, IP), 936);
    assert_true(tally_sum(&t, BYTES) == 246472942.0);
    assert_string_equal(t.rows[0],
                        "1995-07-01T04:00:01Z\t199.72.81.55\t\\N\tGET\t/history/apollo/\t"
                        "\\N\t200\t6245\t\\N\t\\N\tfalse\t\\N");
    harness_table_release(&t);
    harness_free(h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_weblog_data__apache_10k),
        cmocka_unit_test(test_weblog_data__iis_shop),
        cmocka_unit_test(test_weblog_data__acunetix),
        cmocka_unit_test(test_weblog_data__nasa),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
