// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// The index against the scanner of single records, every kernel against the portable one, and files
// read in blocks against files read record by record.
#include "csv_case.h"

#include "csv_index.h"
#include "pt_utf8.h"

#define TEXT_MAX 60000u

static uint64_t seed = 1;

static uint32_t below(uint32_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(((seed >> 33) * n) >> 31);
}

// Records of a few fields; one in `odd` pieces stands where it should not.
static uint32_t make_text(uint8_t *out, uint32_t size, uint32_t odd)
{
    static const char *const cells[] = {"",     "1",       "-22.5",        "2024-02-29", "abc def",
                                        "\"\"", "\"x,y\"", "\"a\"\"b\"",   "\"l\nm\"",   "\"\r\n\"",
                                        " x ",  "NULL",    "\xe4\xbd\xa0", "true"};
    static const char *const wrong[] = {"\"",   "a\"b",   "\"a\"b",      ",",       "\n",
                                        "\r",   "\"\"\"", "\xff",        " \"q\" ", "\n\n",
                                        "  \n", "a\"\"",  "\xed\xa0\x80"};
    uint32_t n = 0;
    while (n + 200 < size) {
        for (uint32_t field = 0; field < 4; field++) {
            const char *cell = odd > 0 && below(odd) == 0
                                   ? wrong[below(sizeof wrong / sizeof wrong[0])]
                                   : cells[below(sizeof cells / sizeof cells[0])];
            const char *end = field < 3 ? "," : below(5) == 0 ? "\r\n" : "\n";
            n += (uint32_t)snprintf((char *)out + n, size - n, "%s%s", cell, end);
        }
    }
    memset(out + n, 0, CSV_PAD);
    return n;
}

static void check_row(const struct csv_index *x, uint32_t row, uint32_t begin, const uint8_t *p,
                      const struct csv_record *record)
{
    assert_int_equal(x->rows[row + 1] - x->rows[row], record->n);
    uint32_t at = begin;
    for (uint32_t k = 0; k < record->n; k++) {
        uint32_t end = x->ends[x->rows[row] + k];
        const struct csv_field *f = &record->fields[k];
        uint32_t n = end - at;
        n -= k + 1 == record->n && n > 0 && p[end - 1] == '\r';
        assert_int_equal(f->at + begin, at + f->is_quoted);
        assert_int_equal(f->size, n - 2 * f->is_quoted);
        at = end + 1;
    }
    assert_int_equal(at - begin, record->size);
}

static void test_crm_csv_index__says_what_the_scanner_says(void **state)
{
    (void)state;
    static uint8_t text[TEXT_MAX + CSV_PAD];
    static struct csv_index x;
    static struct csv_record record;
    const struct csv_dialect d = {.delimiter = ',', .quote = '"', .allows_blanks = true};
    assert_true(csv_index_can(&d));
    uint32_t rows = 0;
    for (uint32_t round = 0; round < 400; round++) {
        uint32_t n = make_text(text, 300 + below(TEXT_MAX - 300), round % 4 == 0 ? 0 : 3 * round);
        uint32_t begin = 0;
        csv_index_portable(&d, text, n, &x);
        for (uint32_t row = 0; row < x.n_rows; row++, rows++) {
            enum csv_step step = csv_record_scan(&d, text + begin, n - begin, false, &record);
            if (step == CSV_RECORD) {
                check_row(&x, row, begin, text, &record);
            } else { // a blank line is a row of one field
                assert_int_equal(step, CSV_COMMENT);
                assert_int_equal(x.rows[row + 1] - x.rows[row], 1);
            }
            begin += (uint32_t)record.size;
        }
        assert_int_equal(begin, x.bytes);
        if (round % 4 == 0) { // nothing wrong in it
            assert_int_equal(x.bytes, n);
        }
        uint32_t bytes = csv_index_portable(&d, text, n, NULL);
        assert_int_equal(bytes, x.bytes);
    }
    assert_true(rows > 100000);
}

#if defined(__x86_64__)
typedef uint32_t (*kernel)(const struct csv_dialect *dialect, const uint8_t *p, uint32_t n,
                           struct csv_index *out);

static void check_kernel(kernel run, const struct csv_dialect *d, const uint8_t *p, uint32_t n)
{
    static struct csv_index a;
    static struct csv_index b;
    csv_index_portable(d, p, n, &a);
    assert_int_equal(run(d, p, n, &b), a.bytes);
    assert_int_equal(run(d, p, n, NULL), csv_index_portable(d, p, n, NULL));
    assert_int_equal(a.n_rows, b.n_rows);
    assert_int_equal(a.has_breaks, b.has_breaks);
    assert_memory_equal(a.rows, b.rows, (a.n_rows + 1) * sizeof a.rows[0]);
    assert_memory_equal(a.ends, b.ends, a.rows[a.n_rows] * sizeof a.ends[0]);
}
#endif

static void test_crm_csv_index__every_kernel_finds_the_same(void **state)
{
    (void)state;
#if defined(__x86_64__)
    static uint8_t text[TEXT_MAX + CSV_PAD];
    const struct csv_dialect dialects[] = {{.delimiter = ',', .quote = '"'},
                                           {.delimiter = ';', .quote = '\''},
                                           {.delimiter = ',', .quote = 0}};
    for (uint32_t round = 0; round < 600; round++) {
        uint32_t n = make_text(text, 300 + below(3000), below(200));
        n -= below(n);
        memset(text + n, 0, CSV_PAD);
        for (uint32_t k = 0; k < 3; k++) {
            if (harness_cpu_best() >= PT_CPU_AVX2) {
                check_kernel(csv_index_avx2, &dialects[k], text, n);
            }
            if (harness_cpu_best() >= PT_CPU_AVX512) {
                check_kernel(csv_index_avx512, &dialects[k], text, n);
            }
        }
    }
#endif
}

static void test_crm_csv_index__utf8_is_clean_at_every_level(void **state)
{
    (void)state;
    static const char *const pieces[] = {"a",
                                         "plain text, rather long: thirty-two bytes",
                                         "\xc3\xa9",
                                         "\xe4\xbd\xa0",
                                         "\xf0\x9f\x98\x80",
                                         "\xee\x80\x80",
                                         "\xf4\x8f\xbf\xbf",
                                         "\xe0\xa0\x80",
                                         "\xc2\x80"};
    static const char *const wrong[] = {"\x80",
                                        "\xc0\x80",
                                        "\xc1\xbf",
                                        "\xe0\x9f\xbf",
                                        "\xed\xa0\x80",
                                        "\xf0\x8f\xbf\xbf",
                                        "\xf4\x90\x80\x80",
                                        "\xf5\x80\x80\x80",
                                        "\xe4\xbd",
                                        "\xf0\x9f\x98",
                                        "\xc3",
                                        "\xff",
                                        "\xbf\xbf"};
    uint8_t text[256];
    uint32_t good = 0;
    for (uint32_t round = 0; round < 200000; round++) {
        uint32_t n = 0;
        uint32_t at = below(2) == 0 ? 99 : below(8); // of what is wrong
        for (uint32_t i = 0; i < 8 && n < 180; i++) {
            const char *piece = i == at ? wrong[below(sizeof wrong / sizeof wrong[0])]
                                        : pieces[below(sizeof pieces / sizeof pieces[0])];
            memcpy(text + n, piece, strlen(piece));
            n += (uint32_t)strlen(piece);
        }
        if (below(50) == 0) {
            text[below(n)] = (uint8_t)below(256);
        }
        n -= below(4) == 0 ? below(n) : 0;
        bool is_clean = pt_utf8_check(text, n) == PT_UTF8_GOOD;
        good += is_clean;
        for (uint32_t cpu = 0; cpu <= harness_cpu_best(); cpu++) {
            if (pt_utf8_is_clean(cpu, text, n) != is_clean) {
                fail_msg("seed %llu, level %u", (unsigned long long)seed, cpu);
            }
        }
    }
    assert_true(good > 50000 && good < 150000);
}

static void read_with(const uint8_t *text, uint32_t n, uint32_t cpu, const char *option,
                      struct harness_table *out)
{
    struct harness *h = harness_new("crm-csv");
    const struct harness_options one = {.threads = 1};
    const struct harness_options cut = {
        .threads = 1 + below(3), .target_bytes = 1 + below(9000), .batch_rows = 1 + below(400)};
    harness_bytes(h, "path", "x.csv", text, n);
    csv_set(h, "names+a");
    csv_set(h, "names+b");
    csv_set(h, "names+c");
    csv_set(h, "names+d");
    csv_set(h, "infer=false");
    csv_set(h, below(2) == 0 ? "columns:c=f64" : "columns:b=date");
    csv_set(h, option);
    harness_cpu(h, cpu);
    harness_read_limit(h, option[0] == 'c' || below(2) == 0 ? 0 : 1 + below(70000));
    if (harness_read(h, option[0] == 'c' ? &one : &cut, out) != PT_OK) {
        fail_msg("%s", harness_message(h));
    }
    assert_int_equal(harness_live_blocks(h), 0);
    harness_free(h);
}

// A comment character turns the blocks off.
static void test_crm_csv_index__blocks_read_what_single_records_read(void **state)
{
    (void)state;
    static uint8_t text[TEXT_MAX + CSV_PAD];
    uint64_t rows = 0;
    uint64_t rejects = 0;
    for (uint32_t round = 0; round < 60; round++) {
        uint64_t start = seed;
        uint32_t n = make_text(text, 2000 + below(TEXT_MAX - 2000), 20 + round * 60);
        for (uint32_t cpu = 0; cpu <= harness_cpu_best(); cpu++) {
            struct harness_table a;
            struct harness_table b;
            uint64_t options = seed;
            read_with(text, n, cpu, "comment=~", &a);
            seed = options; // the same choice of types
            read_with(text, n, cpu, "ragged=reject", &b);
            if (!harness_equal(&a, &b) || a.lines != b.lines || a.records != b.records) {
                fail_msg("seed %llu, level %u", (unsigned long long)start, cpu);
            }
            rows += b.n_rows;
            rejects += b.n_rejects;
            harness_table_release(&a);
            harness_table_release(&b);
        }
    }
    assert_true(rows > 20000);
    assert_true(rejects > 1000);
}

// A file below the wanted size of a split is shared by the readers there are.
static void test_crm_csv_index__readers_share_a_file(void **state)
{
    (void)state;

    enum { SIZE = 9 << 20 };

    uint8_t *text = malloc(SIZE + CSV_PAD);
    struct harness *h = harness_new("crm-csv");
    struct harness_table t;
    uint32_t n = make_text(text, SIZE, 0);
    harness_bytes(h, "path", "x.csv", text, n);
    csv_set(h, "header=no");
    csv_set(h, "infer=false");
    const struct harness_options options = {
        .threads = 2, .target_bytes = 64 << 20, .count_only = 1};
    assert_int_equal(harness_read(h, &options, &t), PT_OK);
    assert_int_equal(t.n_splits, 2);
    uint64_t rows = t.n_rows;
    harness_table_release(&t);
    const struct harness_options alone = {.threads = 1, .target_bytes = 64 << 20, .count_only = 1};
    assert_int_equal(harness_read(h, &alone, &t), PT_OK);
    assert_int_equal(t.n_splits, 1);
    assert_int_equal(t.n_rows, rows);
    csv_done(h, &t);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crm_csv_index__says_what_the_scanner_says),
        cmocka_unit_test(test_crm_csv_index__every_kernel_finds_the_same),
        cmocka_unit_test(test_crm_csv_index__utf8_is_clean_at_every_level),
        cmocka_unit_test(test_crm_csv_index__blocks_read_what_single_records_read),
        cmocka_unit_test(test_crm_csv_index__readers_share_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
