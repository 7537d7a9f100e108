// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The CSV files of DuckDB's test suite. tests/golden/csv-torture.tsv says what becomes of each with
// no option given: good and rejected records, columns, and why (the most frequent reason, or the
// message of a file that is not read). It was written once and judged by eye. Every file is also
// read in small pieces, which must not change anything.
#include "csv_data.h"

#define FILES 378

static const char *reason_most(const struct harness_table *t)
{
    const char *best = "-";
    uint64_t best_n = 0;
    uint64_t seen = t->n_rejects < 500 ? t->n_rejects : 500;
    for (uint64_t i = 0; i < seen; i++) {
        uint64_t n = 0;
        for (uint64_t k = 0; k < seen; k++) {
            n += strcmp(t->rejects[i].reason, t->rejects[k].reason) == 0 ? 1 : 0;
        }
        if (n > best_n) {
            best_n = n;
            best = t->rejects[i].reason;
        }
    }
    return best;
}

static struct harness *torture_open(const char *file)
{
    char name[1024];
    snprintf(name, sizeof name, "csv-torture/duckdb/%s", file);
    struct harness *h = harness_new("crm-csv");
    harness_file(h, "path", csv_data_path(name));
    return h;
}

// Control bytes as ?, so that a line stays a line; at most 120 bytes.
static void plain(const char *text, char out[128])
{
    size_t n = 0;
    for (; text[n] != '\0' && n < 120; n++) {
        out[n] = (unsigned char)text[n] < ' ' ? '?' : text[n];
    }
    out[n] = '\0';
}

// What a message says behind the path.
static const char *behind_path(const char *message)
{
    const char *at = strstr(message, "duckdb/");
    return at == NULL ? message : at;
}

static void torture_line(const char *file, char *out, size_t capacity)
{
    const struct harness_options whole = {.threads = 1};
    const struct harness_options cut = {.threads = 2, .target_bytes = 500};
    struct harness_table a;
    struct harness_table b;
    char columns[128] = "-";
    char why[128];
    struct harness *h = torture_open(file);
    if (harness_read(h, &whole, &a) != PT_OK) {
        plain(behind_path(harness_message(h)), why);
        snprintf(out, capacity, "%s\t-\t-\t-\t%s", file, why);
    } else {
        plain(a.schema, columns);
        plain(reason_most(&a), why);
        snprintf(out, capacity, "%s\t%llu\t%llu\t%s\t%s", file, (unsigned long long)a.n_rows,
                 (unsigned long long)a.n_rejects, columns, why);
        harness_read_limit(h, 4093);
        assert_int_equal(harness_read(h, &cut, &b), PT_OK);
        assert_true(harness_equal(&a, &b));
        harness_table_release(&b);
    }
    harness_table_release(&a);
    assert_int_equal(harness_live_blocks(h), 0);
    harness_free(h);
}

static void test_crm_csv_torture__as_the_table_says(void **state)
{
    (void)state;
    char path[4096];
    char line[4096];
    uint32_t n = 0;
    uint32_t wrong = 0;
    snprintf(path, sizeof path, "%s/tests/golden/csv-torture.tsv", getenv("PORTRAIT_SOURCE"));
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    while (fgets(line, sizeof line, in) != NULL) {
        char file[512];
        char is[4096];
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '#') {
            continue;
        }
        snprintf(file, sizeof file, "%.*s", (int)strcspn(line, "\t"), line);
        torture_line(file, is, sizeof is);
        if (strcmp(is, line) != 0) {
            print_message("expected %s\nis       %s\n", line, is);
            wrong++;
        }
        n++;
    }
    fclose(in);
    assert_int_equal(wrong, 0);
    assert_int_equal(n, FILES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crm_csv_torture__as_the_table_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
