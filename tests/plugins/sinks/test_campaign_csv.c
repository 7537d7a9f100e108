// SPDX-FileCopyrightText: 2026 Portrait contributors
// SPDX-License-Identifier: Apache-2.0
// campaign-csv as users meet it: loaded, configured from YAML, fed from a table. Expected texts are
// written from RFC 4180 and the options' own words.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "csv_records.h"
#include "fault.h"
#include "host_bytes.h"
#include "scratch.h"
#include "sink_bench.h"

static int load(void **state)
{
    static struct sink_bench bench;
    sink_bench_init(&bench, "campaign-csv");
    *state = &bench;
    return 0;
}

static int unload(void **state)
{
    sink_bench_release(*state);
    return 0;
}

static void assert_renders(struct sink_bench *b, const char *yaml, const struct people *p,
                           const char *expected)
{
    struct export_column columns[16] = {0};
    struct str out = {0};
    struct pt_error err = ERROR_INIT;
    sink_bench_create(b, yaml);
    struct export_job job = sink_bench_job(b, p, columns, NULL);
    assert_int_equal(sink_bench_render(&job, &out, &err), PT_OK);
    assert_string_equal(str_get(&out), expected);
    str_release(&out);
}

static void test_campaign_csv__values_of_every_type(void **state)
{
    struct people p;
    people_init(&p, 4, "C%zu");
    people_add_bool(&p, "flag", (int[]){1, 0, -1, 1});
    people_add_i64(&p, "n", (int64_t[]){-5, INT64_MAX, INT64_MIN, 0});
    people_add_f64(&p, "x", (double[]){12, 0.1, NAN, -1e-7});
    people_add_text(&p, "city",
                    (const char *const[]){"Oslo", "", NULL, "\xE5\x8C\x97\xE4\xBA\xAC"});
    people_add_when(&p, "day", VEC_DATE, (int64_t[]){0, -1, INT64_MIN, 20240});
    people_add_when(&p, "at", VEC_TIME, (int64_t[]){0, 1748736000123000, INT64_MIN, -1});
    assert_renders(*state, "", &p,
                   "profile,flag,n,x,city,day,at\n"
                   "C0,1,-5,12,Oslo,1970-01-01,1970-01-01T00:00:00Z\n"
                   "C1,0,9223372036854775807,0.1,\"\",1969-12-31,2025-06-01T00:00:00.123Z\n"
                   "C2,,,,,,\n"
                   "C3,1,0,-1e-07,\xE5\x8C\x97\xE4\xBA\xAC,2025-06-01,"
                   "1969-12-31T23:59:59.999999Z\n");
    people_release(&p);
}

static void test_campaign_csv__numbers_read_back_exactly(void **state)
{
    enum { N = 20000 };
    struct people p;
    double *x = malloc(N * sizeof *x);
    uint64_t seed = 0x9E3779B97F4A7C15u;
    for (size_t i = 0; i < N; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        memcpy(&x[i], &seed, sizeof x[i]);
        if (!isfinite(x[i]) || i % 3 == 0) {
            x[i] = (double)(int64_t)seed / 1e15;
        }
    }
    people_init(&p, N, "C%zu");
    people_add_f64(&p, "x", x);
    struct export_column columns[2] = {0};
    struct str out = {0};
    sink_bench_create(*state, "header: false");
    struct export_job job =
        sink_bench_job(*state, &p, columns, (const char *const[]){"profile", NULL});
    assert_int_equal(sink_bench_render(&job, &out, NULL), PT_OK);
    const char *line = str_get(&out);
    for (size_t i = 0; i < N; i++) {
        char *end = NULL;
        assert_true(strtod(line, &end) == x[i]);
        assert_int_equal(*end, '\n');
        line = end + 1;
    }
    str_release(&out);
    free(x);
    people_release(&p);
}

static void test_campaign_csv__decimals_round_and_cut_zeros(void **state)
{
    struct people p;
    people_init(&p, 8, "C%zu");
    people_add_f64(&p, "x", (double[]){0.125, 2.0 / 3, 1.5, -0.00001, 1e300, 12, 0.0999, 99.9996});
    assert_renders(*state, "decimals: 3", &p,
                   "profile,x\nC0,0.125\nC1,0.667\nC2,1.5\nC3,0\nC4,1e+300\nC5,12\nC6,0.1\n"
                   "C7,100\n");
    assert_renders(*state, "{decimals: 0, header: false}", &p,
                   "C0,0\nC1,1\nC2,2\nC3,0\nC4,1e+300\nC5,12\nC6,0\nC7,100\n");
    people_release(&p);
}

static void test_campaign_csv__quotes_what_needs_it(void **state)
{
    struct people p;
    people_init(&p, 1, "C%zu");
    people_add_text(&p, "a", (const char *const[]){"x,y"});
    people_add_text(&p, "b", (const char *const[]){"say \"hi\""});
    people_add_text(&p, "c", (const char *const[]){"two\nlines"});
    people_add_text(&p, "d", (const char *const[]){" padded "});
    people_add_text(&p, "e", (const char *const[]){"a;b"});
    people_add_text(&p, "f \"g\"", (const char *const[]){"\"\""});
    assert_renders(*state, "", &p,
                   "profile,a,b,c,d,e,\"f \"\"g\"\"\"\n"
                   "C0,\"x,y\",\"say \"\"hi\"\"\",\"two\nlines\",\" padded \",a;b,\"\"\"\"\"\"\n");
    assert_renders(*state, "delimiter: \";\"", &p,
                   "profile;a;b;c;d;e;\"f \"\"g\"\"\"\n"
                   "C0;x,y;\"say \"\"hi\"\"\";\"two\nlines\";\" padded \";\"a;b\";\"\"\"\"\"\"\n");
    people_release(&p);
}

static void test_campaign_csv__dialects(void **state)
{
    struct people p;
    people_init(&p, 2, "C%zu");
    people_add_text(&p, "city", (const char *const[]){"NULL", NULL});
    people_add_i64(&p, "n", (int64_t[]){7, INT64_MIN});
    assert_renders(*state, "{line_end: crlf, bom: true, \"null\": \"NULL\", delimiter: \"\\t\"}",
                   &p, "\xEF\xBB\xBFprofile\tcity\tn\r\nC0\t\"NULL\"\t7\r\nC1\tNULL\tNULL\r\n");
    assert_renders(*state, "{quote: all, header: false, delimiter: \"|\"}", &p,
                   "\"C0\"|\"NULL\"|\"7\"\n\"C1\"||\n");
    people_release(&p);
}

static void test_campaign_csv__guards_formulas(void **state)
{
    struct sink_bench *b = *state;
    struct people p;
    people_init(&p, 8, "C%zu");
    people_add_text(&p, "t",
                    (const char *const[]){"=1+1", "+49 30", "-x", "@SUM(A1)", "\tx", "\rx", "a=b",
                                          "=HYPERLINK(\"http://x\",\"y\")"});
    people_add_i64(&p, "n", (int64_t[]){-1, -2, -3, -4, -5, -6, -7, -8});
    assert_renders(b, "", &p,
                   "profile,t,n\nC0,'=1+1,-1\nC1,'+49 30,-2\nC2,'-x,-3\nC3,'@SUM(A1),-4\n"
                   "C4,\"'\tx\",-5\nC5,\"'\rx\",-6\nC6,a=b,-7\n"
                   "C7,\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",-8\n");
    assert_non_null(strstr(b->log, "guarded_cells=7"));
    assert_renders(b, "guard: raw", &p,
                   "profile,t,n\nC0,=1+1,-1\nC1,+49 30,-2\nC2,-x,-3\nC3,@SUM(A1),-4\n"
                   "C4,\"\tx\",-5\nC5,\"\rx\",-6\nC6,a=b,-7\n"
                   "C7,\"=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\",-8\n");
    assert_string_equal(b->log, "");
    people_release(&p);
}

// The signs spreadsheets in Chinese and Japanese take for the plain ones; their neighbours are
// none.
static void test_campaign_csv__guards_full_width_signs(void **state)
{
    struct sink_bench *b = *state;
    struct people p;
    people_init(&p, 7, "C%zu");
    people_add_text(&p, "t",
                    (const char *const[]){"\uFF1D1", "\uFF0B1", "\uFF0D1", "\uFF20x", "\n=1",
                                          "\uFF1C1", "\uFF1D"});
    assert_renders(b, "", &p,
                   "profile,t\nC0,'\uFF1D1\nC1,'\uFF0B1\nC2,'\uFF0D1\nC3,'\uFF20x\n"
                   "C4,\"'\n=1\"\nC5,\uFF1C1\nC6,'\uFF1D\n");
    assert_non_null(strstr(b->log, "guarded_cells=6"));
    people_release(&p);
}

static void test_campaign_csv__guard_may_refuse(void **state)
{
    struct sink_bench *b = *state;
    struct people p;
    people_init(&p, 3, "C%zu");
    people_add_text(&p, "city", (const char *const[]){"Oslo", NULL, "=secret()"});
    struct export_column columns[4] = {0};
    struct str out = {0};
    struct pt_error err = ERROR_INIT;
    sink_bench_create(b, "guard: reject");
    struct export_job job = sink_bench_job(b, &p, columns, NULL);
    assert_int_equal(sink_bench_render(&job, &out, &err), PT_E_DATA);
    assert_non_null(strstr(err.message, "column `city`, row 3"));
    assert_null(strstr(err.message, "secret"));
    str_release(&out);
    people_release(&p);
}

static void test_campaign_csv__declared_phones_are_exempt(void **state)
{
    struct sink_bench *b = *state;
    struct people p;
    people_init(&p, 1, "C%zu");
    people_add_text(&p, "phone", (const char *const[]){"+8613800138000"});
    people_add_text(&p, "note", (const char *const[]){"+8613800138000"});
    struct export_column columns[4] = {0};
    struct str out = {0};
    sink_bench_create(b, "");
    struct export_job job = sink_bench_job(b, &p, columns, NULL);
    columns[1].is_guard_exempt = true;
    columns[2].name = "renamed";
    assert_int_equal(sink_bench_render(&job, &out, NULL), PT_OK);
    assert_string_equal(str_get(&out),
                        "profile,phone,renamed\nC0,+8613800138000,'+8613800138000\n");
    str_release(&out);
    people_release(&p);
}

// A declaration lets phone numbers through, and nothing else.
static void test_campaign_csv__phones_are_numbers_only(void **state)
{
    static const char *const texts[] = {"+8613800000000", "=1+1",     "+86 138-0000-0000", "+1+1",
                                        "-1380000",       "@SUM(A1)", "+8613800=1",        "+123",
                                        "+86  138000000", "+",        "+1234567890123456"};
    struct sink_bench *b = *state;
    struct people p;
    people_init(&p, 11, "C%zu");
    people_add_text(&p, "phone", texts);
    people_add_text(&p, "note", texts);
    struct export_column columns[4] = {0};
    struct str out = {0};
    sink_bench_create(b, "columns: {mobile: phone, note: note}\nphones: [mobile]\n");
    struct export_job job = sink_bench_job(b, &p, columns, (const char *const[]){"profile", NULL});
    columns[0].name = "mobile";
    assert_int_equal(sink_bench_render(&job, &out, NULL), PT_OK);
    assert_string_equal(str_get(&out),
                        "mobile,note\n+8613800000000,'+8613800000000\n'=1+1,'=1+1\n"
                        "+86 138-0000-0000,'+86 138-0000-0000\n'+1+1,'+1+1\n'-1380000,'-1380000\n"
                        "'@SUM(A1),'@SUM(A1)\n'+8613800=1,'+8613800=1\n'+123,'+123\n"
                        "'+86  138000000,'+86  138000000\n'+,'+\n"
                        "'+1234567890123456,'+1234567890123456\n");
    str_release(&out);
    people_release(&p);
}

static void test_campaign_csv__a_single_empty_column_keeps_its_rows(void **state)
{
    struct people p;
    people_init(&p, 3, "C%zu");
    people_add_text(&p, "email", (const char *const[]){"a@x", NULL, "c@x"});
    struct export_column columns[2] = {0};
    struct str out = {0};
    sink_bench_create(*state, "");
    struct export_job job =
        sink_bench_job(*state, &p, columns, (const char *const[]){"profile", NULL});
    assert_int_equal(sink_bench_render(&job, &out, NULL), PT_OK);
    assert_string_equal(str_get(&out), "email\na@x\n\"\"\nc@x\n");
    str_release(&out);
    people_release(&p);
}

static void test_campaign_csv__nobody_gives_a_header(void **state)
{
    struct people p;
    people_init(&p, 0, "C%zu");
    people_add_i64(&p, "n", (int64_t[]){0});
    assert_renders(*state, "", &p, "profile,n\n");
    assert_renders(*state, "header: false", &p, "");
    people_release(&p);
}

// The audience's own order; and the same bytes whatever the batches, run after run.
static void test_campaign_csv__rows_in_order_at_any_batch_size(void **state)
{
    enum { N = 5000 };
    struct people p;
    int64_t *n = malloc(N * sizeof *n);
    size_t *rows = malloc(N * sizeof *rows);
    for (size_t i = 0; i < N; i++) {
        n[i] = (int64_t)i;
        rows[i] = (i * 2741) % N;
    }
    people_init(&p, N, "C%zu");
    people_add_i64(&p, "n", n);
    struct export_column columns[2] = {0};
    static const size_t sizes[] = {0, 0, 1, 7, 4999, 5000};
    struct str first = {0};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct str out = {0};
        memset(columns, 0, sizeof columns);
        sink_bench_create(*state, "");
        struct export_job job = sink_bench_job(*state, &p, columns, NULL);
        job.rows = rows;
        job.n_rows = N - 1;
        job.batch_rows = sizes[i];
        assert_int_equal(sink_bench_render(&job, i == 0 ? &first : &out, NULL), PT_OK);
        if (i > 0) {
            assert_string_equal(str_get(&out), str_get(&first));
        }
        str_release(&out);
    }
    assert_int_equal(strncmp(first.p, "profile,n\nC0,0\nC2741,2741\nC482,482\n", 35), 0);
    str_release(&first);
    free(n);
    free(rows);
    people_release(&p);
}

static const char *random_text(struct arena *arena, uint64_t *seed)
{
    static const char *const pieces[] = {"a",  ",", "\"", "\n", "\r\n",     " ", "=",
                                         "x1", ";", "'",  "-",  "\xC3\xA9", "",  "\t"};
    struct str text = {0};
    uint64_t n = (*seed >> 33) % 7;
    for (uint64_t i = 0; i < n; i++) {
        *seed = *seed * 6364136223846793005u + 1442695040888963407u;
        str_add(&text, pieces[(*seed >> 33) % (sizeof pieces / sizeof pieces[0])]);
    }
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    const char *copy = arena_strdup(arena, str_get(&text));
    str_release(&text);
    return copy;
}

// 4,000 hostile cells come back from another reader as they went in.
static void test_campaign_csv__what_is_written_is_read_back(void **state)
{
    enum { N = 2000 };
    struct arena arena = {0};
    const char *texts[2][N];
    uint64_t seed = 20250601;
    for (size_t i = 0; i < N; i++) {
        texts[0][i] = random_text(&arena, &seed);
        texts[1][i] = random_text(&arena, &seed);
    }
    struct people p;
    people_init(&p, N, "C%zu");
    people_add_text(&p, "a", texts[0]);
    people_add_text(&p, "b", texts[1]);
    struct export_column columns[3] = {0};
    struct str out = {0};
    sink_bench_create(*state, "guard: raw");
    struct export_job job = sink_bench_job(*state, &p, columns, NULL);
    assert_int_equal(sink_bench_render(&job, &out, NULL), PT_OK);
    struct scratch s;
    scratch_init(&s);
    scratch_write(&s, "out.csv", out.p, out.n);
    struct input *in = NULL;
    struct csv_records *records = NULL;
    struct csv_record record;
    bool done = false;
    assert_int_equal(input_open(s.folder, "out.csv", NULL, &in, NULL), PT_OK);
    assert_int_equal(csv_records_open(in, 0, &records, NULL), PT_OK);
    assert_int_equal(csv_records_next(records, &record, &done, NULL), PT_OK);
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(csv_records_next(records, &record, &done, NULL), PT_OK);
        assert_false(done);
        assert_int_equal(record.n, 3);
        assert_true(text_is(record.fields[1], texts[0][i]));
        assert_true(text_is(record.fields[2], texts[1][i]));
    }
    assert_int_equal(csv_records_next(records, &record, &done, NULL), PT_OK);
    assert_true(done);
    csv_records_close(records);
    input_close(in);
    scratch_release(&s);
    str_release(&out);
    people_release(&p);
    arena_release(&arena);
}

static void test_campaign_csv__every_option_refuses_nonsense(void **state)
{
    static const struct {
        const char *yaml;
        const char *code;
    } faulty[] = {
        {"path: \"\"", "P0108"},    {"columns: [a, b]", "P0104"}, {"delimiter: \"::\"", "P0108"},
        {"delimiter: a", "P0108"},  {"delimiter: ''", "P0108"},   {"\"null\": \"a,b\"", "P0108"},
        {"header: maybe", "P0104"}, {"bom: 2", "P0104"},          {"line_end: cr", "P0107"},
        {"guard: none", "P0107"},   {"quote: some", "P0107"},     {"decimals: 16", "P0106"},
        {"decimals: -2", "P0106"},  {"decimals: 1.5", "P0104"},   {"delimeter: \";\"", "P0103"},
    };
    struct sink_bench *b = *state;
    for (size_t i = 0; i < sizeof faulty / sizeof faulty[0]; i++) {
        assert_int_equal(sink_bench_configure(b, faulty[i].yaml), PT_E_CONFIG);
        assert_int_equal(b->diags.n_errors, 1);
        assert_string_equal(b->diags.items[0].code, faulty[i].code);
    }
}

static void test_campaign_csv__says_where_the_file_goes(void **state)
{
    struct sink_bench *b = *state;
    sink_bench_create(b, "path: out/a.csv");
    assert_string_equal(b->sink->path(b->self), "out/a.csv");
    sink_bench_create(b, "");
    assert_null(b->sink->path(b->self));
}

static void test_campaign_csv__the_readme_knows_every_option(void **state)
{
    sink_bench_check_readme(*state, "campaign-csv");
}

struct sweep {
    struct sink_bench *bench;
    struct people people;
};

static pt_status render_once(void *arg, struct pt_error *err)
{
    struct sweep *x = arg;
    struct sink_bench *b = x->bench;
    struct export_column columns[4] = {0};
    struct str out = {0};
    void *self = NULL;
    TRY(b->sink->create(&b->host, config_struct(b->config), &self, err));
    struct export_job job = sink_bench_job(b, &x->people, columns, NULL);
    job.self = self;
    job.batch_rows = 2;
    pt_status status = sink_bench_render(&job, &out, err);
    if (status == PT_OK) {
        assert_string_equal(str_get(&out), "profile,t,x\nC0,'=a,1\nC1,,2\nC2,c,\n");
    }
    b->sink->destroy(self);
    str_release(&out);
    return status;
}

static void test_campaign_csv__every_failing_allocation(void **state)
{
    struct sweep x = {.bench = *state};
    people_init(&x.people, 3, "C%zu");
    people_add_text(&x.people, "t", (const char *const[]){"=a", NULL, "c"});
    people_add_f64(&x.people, "x", (double[]){1, 2, NAN});
    sink_bench_create(x.bench, "");
    assert_true(fault_sweep_memory(render_once, NULL, &x) > 10);
    people_release(&x.people);
}

struct failing_writer {
    uint64_t left; // bytes until it fails
};

static pt_status write_until(void *ctx, const void *data, uint64_t size, struct pt_error *err)
{
    struct failing_writer *w = ctx;
    (void)data;
    if (size > w->left) {
        FAIL(err, PT_E_IO, "disk full");
    }
    w->left -= size;
    return PT_OK;
}

static void test_campaign_csv__a_failing_writer_stops_it(void **state)
{
    enum { N = 100000 };
    struct people p;
    people_init(&p, N, "C%09zu");
    struct export_column columns[2] = {0};
    for (uint64_t room = 0; room < 1100000; room += 262144) {
        struct failing_writer failing = {room};
        struct pt_writer writer = {.ctx = &failing, .write = write_until};
        struct pt_error err = ERROR_INIT;
        memset(columns, 0, sizeof columns);
        sink_bench_create(*state, "");
        struct export_job job = sink_bench_job(*state, &p, columns, NULL);
        assert_int_equal(export_file(&job, &writer, &err), PT_E_IO);
        assert_string_equal(err.message, "disk full");
    }
    people_release(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_campaign_csv__values_of_every_type),
        cmocka_unit_test(test_campaign_csv__numbers_read_back_exactly),
        cmocka_unit_test(test_campaign_csv__decimals_round_and_cut_zeros),
        cmocka_unit_test(test_campaign_csv__quotes_what_needs_it),
        cmocka_unit_test(test_campaign_csv__dialects),
        cmocka_unit_test(test_campaign_csv__guards_formulas),
        cmocka_unit_test(test_campaign_csv__guards_full_width_signs),
        cmocka_unit_test(test_campaign_csv__guard_may_refuse),
        cmocka_unit_test(test_campaign_csv__declared_phones_are_exempt),
        cmocka_unit_test(test_campaign_csv__phones_are_numbers_only),
        cmocka_unit_test(test_campaign_csv__a_single_empty_column_keeps_its_rows),
        cmocka_unit_test(test_campaign_csv__nobody_gives_a_header),
        cmocka_unit_test(test_campaign_csv__rows_in_order_at_any_batch_size),
        cmocka_unit_test(test_campaign_csv__what_is_written_is_read_back),
        cmocka_unit_test(test_campaign_csv__every_option_refuses_nonsense),
        cmocka_unit_test(test_campaign_csv__says_where_the_file_goes),
        cmocka_unit_test(test_campaign_csv__the_readme_knows_every_option),
        cmocka_unit_test(test_campaign_csv__every_failing_allocation),
        cmocka_unit_test(test_campaign_csv__a_failing_writer_stops_it),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
